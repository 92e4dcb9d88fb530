"""``already_prompted_by``: what other systems leave when they have asked, as people write it."""

import pytest

from fhir_adapters.needs import needs
from prompts.stories import tell
from rules.codes import SYSTEMS, Code
from rules.days import Duration
from rules.elsewhere import FOUND_IN, SHORT_LISTS, Elsewhere
from rules.english.sentence import elsewhere_in_words
from rules.fingerprint import fingerprint
from rules.load import Loaded
from rules.mutants import mutants
from rules.record import ENTRY_KINDS, Kind
from rules.schema.lock import lists_in_use, lists_of
from tests.builders import a_rule, list_text, load_files, load_text, rule_text

OWN = "\n- {name: Box, codes: box, found_in: tag}"
BOX = {"value-sets/box.yaml": list_text("box", ["box-asked", "box-asked-again"])}


def practice(item: str) -> Loaded:
    text = f"name: x\nalready_prompted_by:\n  - {item}\n"
    return load_files({**BOX, "practice.yaml": text, "coughing.yaml": rule_text()})


def listed(item: str) -> Elsewhere:
    loaded = practice(item)
    assert loaded.problems == []
    (one,) = loaded.library.practice.elsewhere
    return one


def test_a_code_list_counts_with_every_code_in_it() -> None:
    one = listed("{name: Box, codes: box, found_in: [tag, message], about: coughing}")
    assert {code.code for code in one.codes} == {"box-asked", "box-asked-again"}
    assert one.kinds == (Kind.TAG, Kind.MESSAGE, Kind.DRAFT_MESSAGE)
    assert one.lasting is None
    assert not one.every_topic


def test_a_code_stands_with_its_system_by_a_name_or_by_its_address() -> None:
    one = listed('{name: Box, code: "EMISBOX1", system: emis, found_in: tag, about: all}')
    assert one.codes == {Code(SYSTEMS["emis"], "EMISBOX1")}
    assert one.every_topic
    one = listed(
        '{name: Box, code: "B-1", system: "https://b.example/c", found_in: entry, about: coughing,'
        " for: 2 weeks}"
    )
    assert one.codes == {Code("https://b.example/c", "B-1")}
    assert (one.kinds, one.lasting) == (ENTRY_KINDS, Duration(2, "week"))


def test_a_star_at_the_end_of_a_local_code_is_every_code_that_begins_so() -> None:
    one = listed('{name: Box, code: "EMISBOX*", system: emis, found_in: tag, about: coughing}')
    assert one.families == {Code(SYSTEMS["emis"], "EMISBOX")}
    assert one.codes == frozenset()


@pytest.mark.parametrize("system", sorted(SYSTEMS.keys() - {"emis", "read-v2", "ctv3"}))
def test_where_numbers_mean_nothing_by_how_they_begin_there_are_no_families(system: str) -> None:
    (problem,) = practice(
        f'{{name: Box, code: "12345*", system: {system}, found_in: tag, about: coughing}}'
    ).problems
    assert problem.stops
    assert "begins means nothing, so 12345* is no family of codes." in problem.says
    address = (
        f'{{name: Box, code: "12345*", system: "{SYSTEMS[system]}", found_in: tag, about: all}}'
    )
    (problem,) = practice(address).problems
    assert problem.stops


@pytest.mark.parametrize("word", FOUND_IN)
def test_a_family_is_looked_for_only_where_one_search_brings_the_whole_list(word: str) -> None:
    """Else every rule that asks of that list could not tell, for whoever has a long record."""
    loaded = practice(
        f'{{name: Box, code: "BOX-*", system: "https://b.example/c", found_in: {word}, about: all}}'
    )
    if word not in SHORT_LISTS:
        (problem,) = loaded.problems
        assert problem.stops
        return
    asked = needs([], elsewhere=loaded.library.practice.elsewhere)
    assert not asked.kinds  # no rule is about it
    asked = needs(loaded.library.rules, elsewhere=loaded.library.practice.elsewhere)
    assert not asked.outside
    for query in asked.queries:
        if query.kind in FOUND_IN[word]:
            assert query.codes == ()
            assert query.template.startswith(f"{query.resource_type}?patient=")
    assert "BOX-1" in asked.codes
    assert "BOX" not in asked.codes
    assert None not in asked.codes


def test_a_damaged_code_is_told() -> None:
    (problem,) = practice(
        '{name: Box, code: "999011011000230100", system: snomed, found_in: tag, about: all}'
    ).problems
    assert (problem.code, problem.stops) == ("E21", True)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("{codes: box, found_in: tag, about: all}", 'What another system leaves needs "name:".'),
        ("{name: Box, codes: box, about: all}", 'What another system leaves needs "found_in:".'),
        ("{name: Box, codes: box, found_in: tag}", 'What another system leaves needs "about:".'),
        (
            "{name: Box, codes: box, found_in: [], about: all}",
            'There is nothing listed under "found_in" yet.',
        ),
        (
            "{name: Box, codes: box, found_in: tag, about: []}",
            'There is nothing listed under "about" yet.',
        ),
        (
            "{name: Box, codes: bx, found_in: tag, about: all}",
            'There is no code list called "bx".',
        ),
        (
            "{name: Box, codes: box, found_in: tag, about: all, for: soon}",
            '"soon" is not a length of time.',
        ),
        ("box", "What another system leaves needs headings under it, each with a colon."),
    ],
)
def test_a_slip_is_said_once_and_nothing_is_used(item: str, says: str) -> None:
    loaded = practice(item)
    assert [problem.says for problem in loaded.stops] == [says]
    assert loaded.library.practice.elsewhere == ()


def test_a_practice_that_says_nothing_lists_nothing() -> None:
    assert load_files({"practice.yaml": "name: x\n"}).library.practice.elsewhere == ()
    assert a_rule().elsewhere == ()


def test_a_topic_that_a_rule_once_had_is_known() -> None:
    text = "name: x\nalready_prompted_by: [{name: Box, codes: box, found_in: tag, about: old}]\n"
    rule = rule_text(quiet="{topic: coughing, also_known_as: [old]}")
    loaded = load_files({**BOX, "practice.yaml": text, "coughing.yaml": rule})
    assert loaded.problems == []


@pytest.mark.parametrize(
    ("about", "status", "stops"),
    [("coughing", "pilot", True), ("coughing", "draft", False), ("other", "pilot", False)],
)
def test_a_list_that_a_practice_names_is_held_to_its_lock_like_those_of_the_rules_it_is_about(
    about: str, status: str, stops: bool
) -> None:
    item = f"{{name: Box, codes: box, found_in: tag, about: {about}}}"
    text = f"name: x\nalready_prompted_by: [{item}]\n"
    other = rule_text(id="other", quiet="{topic: other}")
    files = {"practice.yaml": text, "coughing.yaml": rule_text(status=status), "other.yaml": other}
    library = load_files({**BOX, **files}).library
    assert lists_in_use(library)["box"] is stops


# ---- in a rule ---


STORIES = """
    - name: The box asked a month ago
      person: sam
      plus: [{tag: box, date: 1 month ago}]
      expect: quiet
      because: elsewhere
    - name: The box asked a year ago
      person: sam
      plus: [{tag: box, date: 1 year ago}]
      expect: prompt
    - name: The tags could not be read
      person: sam
      unavailable: [tag]
      expect: cannot tell
"""


def own(**more: str | None) -> Loaded:
    """A rule that names another system."""
    text = rule_text(**{"already_prompted_by": OWN, "exclude": None, "tests": STORIES, **more})
    return load_files({**BOX, "coughing.yaml": text})


def test_a_story_tells_that_another_system_asked() -> None:
    loaded = own()
    assert not loaded.stops
    (rule,) = loaded.library.rules
    came = [tell(rule, story) for story in loaded.stories["coughing"]]
    assert [told.wrong for told in came] == ["", "", ""]


def test_a_story_that_no_longer_fits_is_wrong() -> None:
    loaded = own(already_prompted_by=OWN.replace("tag", "message"))
    (rule,) = loaded.library.rules
    assert all(not tell(rule, one).right for one in loaded.stories["coughing"][:1])


def test_what_a_rule_names_is_a_part_of_what_it_decides() -> None:
    (with_it,) = own().library.rules
    assert fingerprint(with_it) != fingerprint(a_rule(exclude=None))
    (longer,) = own(already_prompted_by=OWN.replace("}", ", for: 1 year}")).library.rules
    assert fingerprint(longer) != fingerprint(with_it)
    both = OWN + "\n- {name: Other, code: B-1, system: emis, found_in: task}"
    turned = "\n" + "\n".join(reversed(both.strip().split("\n")))
    found = {fingerprint(own(already_prompted_by=one).library.rules[0]) for one in (both, turned)}
    assert len(found) == 1
    # Which codes a list has is kept by its lock, as for every other list of a rule.
    assert lists_of(with_it, own().library.code_lists.values()) >= {"cough"}


def test_a_rule_without_it_has_the_fingerprint_that_it_had() -> None:
    assert fingerprint(a_rule()) == fingerprint(load_text(rule_text()).library.rules[0])


def test_the_lists_that_a_rule_names_are_looked_at_like_its_others() -> None:
    loaded = own()
    (rule,) = loaded.library.rules
    assert "box" in lists_of(rule, loaded.library.code_lists.values())


def test_a_rule_asks_for_what_it_names() -> None:
    (rule,) = own().library.rules
    found = needs([rule])
    assert Kind.TAG in found.kinds
    assert {"box-asked", "box-asked-again"} <= found.codes


def test_that_a_rule_no_longer_rests_is_a_slip_that_stories_are_to_notice() -> None:
    (rule,) = own().library.rules
    (slip,) = [one for one in mutants(rule) if one.name.startswith("already_prompted_by")]
    assert slip.safety
    assert slip.says == 'without "Box", under already_prompted_by'
    story = own().stories["coughing"][0]
    assert tell(rule, story).right
    assert not tell(slip.rule, story).right


def test_a_rule_says_in_english_where_it_rests() -> None:
    (rule,) = own().library.rules
    assert elsewhere_in_words(rule) == (
        "It rests where Box asked: for as long as after a card that nobody answered.",
    )
    (rule,) = own(already_prompted_by=OWN.replace("}", ", for: 2 weeks}")).library.rules
    assert elsewhere_in_words(rule) == ("It rests where Box asked: for 2 weeks.",)
    assert elsewhere_in_words(a_rule()) == ()
