"""Stories told to a rule with a slip in it: what they notice, and whom to ask about."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from prompts.mutation import Result, try_out
from prompts.stories import tell
from prompts.suggest import Alike, Suggestion, suggest
from rules.load import Loaded, load_library
from rules.mutants import mutants
from rules.people import Story
from rules.rule import Rule
from tests.builders import load_text, rule_text, shipped

pytestmark = pytest.mark.long

WINDOW = """
has_cough: {find: condition, codes: cough}
had_tea: {find: procedure, codes: tea-group, within: 12 months}
"""
WHEN = "\nall:\n- has_cough\n- age: {at_least: 18}\n- not: had_tea"


def loaded(tests: str, **headings: str | None) -> Loaded:
    found = load_text(rule_text(**{"facts": WINDOW, "when": WHEN, "tests": tests, **headings}))
    assert not found.stops, found.stops
    return found


def tried(found: Loaded) -> Result:
    (rule,) = found.library.rules
    return try_out(rule, found.stories[rule.id], found.library.code_lists)


ALONE = """
- name: Sam has a cough
  person: sam
  expect: prompt
"""
OLD_TEA = """
- name: Tea twelve months ago
  person: sam
  plus:
    - procedure: tea-group
      date: 2025-11-21
  expect: no prompt
- name: Tea twelve months and a day ago
  person: sam
  plus:
    - procedure: tea-group
      date: 2025-11-20
  expect: prompt
"""


def survivors(result: Result) -> set[str]:
    return {each.mutant.name for each in result.survived}


def test_a_window_that_no_story_goes_near_survives() -> None:
    result = tried(loaded(ALONE))
    windows = {"had_tea: within 11 months", "had_tea: within 13 months", "had_tea: within dropped"}
    assert windows <= survivors(result)
    assert not result.enough


def test_a_story_on_each_side_of_its_edge_catches_every_slip_in_a_window() -> None:
    result = tried(loaded(ALONE + OLD_TEA))
    assert not [name for name in survivors(result) if "within" in name]
    caught = {one.mutant.name: one.by.name for one in result.caught}
    assert caught["had_tea: within 11 months"] == "Tea twelve months ago"
    assert caught["had_tea: within 13 months"] == "Tea twelve months and a day ago"


def test_a_story_that_the_rule_gets_wrong_comes_first_and_catches_nothing() -> None:
    wrong = ALONE.replace("expect: prompt", "expect: quiet")
    result = tried(loaded(wrong))
    assert [told.got for told in result.wrong] == ["prompt"]
    assert result.caught == ()
    assert not result.enough


def test_a_rule_without_stories_has_not_been_tried_at_all() -> None:
    found = loaded(ALONE)
    (rule,) = found.library.rules
    assert not try_out(rule, (), found.library.code_lists).enough


# No story can say that nobody knows where somebody is registered.
NOT_HERE = "\n- if: {not: registered_here}\n  because: They are registered elsewhere"


def test_a_slip_without_any_effect_is_named_and_not_counted() -> None:
    result = tried(loaded(ALONE, exclude=NOT_HERE))
    alike = {mutant.name: why for mutant, why in result.alike}
    assert alike["exclude registered_here: if_unknown: include"] is Alike.NOBODY
    caught, every = result.count()
    assert every == len(result.caught) + len(result.survived)
    assert caught == len(result.caught)


def test_of_the_slips_outside_safety_one_in_twenty_may_be_missed() -> None:
    result = tried(loaded(ALONE))
    one = result.caught[0]
    other = replace(one, mutant=replace(one.mutant, safety=False))
    missed = next(each for each in result.survived if not each.mutant.safety)
    nineteen = replace(result, caught=(other,) * 19, survived=(missed,), alike=())
    assert nineteen.count(safety=False) == (19, 20)
    assert nineteen.enough
    assert not replace(nineteen, caught=(other,) * 18).enough


def test_one_slip_in_safety_that_is_missed_is_one_too_many() -> None:
    result = tried(loaded(ALONE))
    missed = next(each for each in result.survived if each.mutant.safety)
    assert not replace(result, survived=(missed,), caught=result.caught * 100, alike=()).enough


# ---- people to ask about --------------------------------------------------------------------


def suggested(found: Loaded, name: str) -> Suggestion:
    (rule,) = found.library.rules
    mutant = next(each for each in mutants(rule) if each.name == name)
    (answer,) = suggest(rule, [mutant], found.stories[rule.id], found.library.code_lists)
    assert isinstance(answer, Suggestion), answer
    return answer


@pytest.mark.parametrize(
    ("slip", "person", "choices", "now"),
    [
        pytest.param(
            "exclude palliative: removed",
            "Sam, plus entry palliative-care (2026-10-21)",
            ("excluded", "prompt"),
            "excluded",
            id="an exclusion",
        ),
        pytest.param(
            "when: all/2/age at_least 18 to above 18",
            "Sam, aged 18",
            ("no prompt", "prompt"),
            "prompt",
            id="an age at its boundary",
        ),
        pytest.param(
            "had_tea: within 13 months",
            "Sam, plus procedure tea-group (2025-11-20)",
            ("no prompt", "prompt"),
            "prompt",
            id="a day beside a window's edge",
        ),
        pytest.param(
            "quiet after_declined: removed",
            "Sam, said declined to coughing on 2026-11-20",
            ("prompt", "quiet"),
            "quiet",
            id="a no",
        ),
        pytest.param(
            "exclude palliative: if_unknown: include",
            "Sam, plus entry palliative-care (2026-10-21, status unknown)",
            ("cannot tell", "prompt"),
            "cannot tell",
            id="what is not known",
        ),
    ],
)
def test_a_gap_is_shown_by_somebody_near_a_story(
    slip: str, person: str, choices: tuple[str, ...], now: str
) -> None:
    found = suggested(loaded(ALONE), slip)
    assert (found.person, found.choices, found.now) == (person, choices, now)
    assert found.asks == "What happens for Sam?"


def test_the_test_to_paste_leaves_open_what_is_expected() -> None:
    found = suggested(loaded(ALONE), "exclude palliative: removed")
    assert found.text.splitlines() == [
        '  - name: "Sam, plus entry palliative-care (2026-10-21)"',
        "    person: sam",
        "    today: 2026-11-21",
        "    plus:",
        "      - entry: palliative-care",
        "        date: 2026-10-21",
        "    expect:   # excluded or prompt?",
    ]


def test_pasted_as_it_is_it_asks_for_an_answer() -> None:
    text = suggested(loaded(ALONE), "exclude palliative: removed").text
    pasted = load_text(rule_text(facts=WINDOW, when=WHEN, tests="\n" + text))
    assert [problem.code for problem in pasted.stops] == ["E09"]


OFFERED = """
- refer: {label: Refer to the tea group, service: tea-group}
- tag: {label: Add a reminder, code: a-reminder, words: A reminder, if: {not: had_tea}}
"""


def test_where_only_the_offers_differ_the_question_is_about_the_card() -> None:
    found = loaded(ALONE, when="has_cough", offers=OFFERED)
    answer = suggested(found, "offer tag: if dropped")
    assert answer.asks == "What does the card offer Sam?"
    assert answer.now == "[refer]"
    assert answer.choices == ("[refer, tag]", "[refer]")
    assert answer.text.endswith("    expect:\n    offers:   # [refer, tag] or [refer]?")


def test_where_nobody_differs_nobody_is_suggested() -> None:
    found = loaded(ALONE, exclude=NOT_HERE)
    (rule,) = found.library.rules
    name = "exclude registered_here: if_unknown"
    mutant = next(m for m in mutants(rule) if m.name.startswith(name))
    (answer,) = suggest(rule, [mutant], found.stories[rule.id], found.library.code_lists)
    assert answer is Alike.NOBODY


def test_somebody_of_whom_nobody_can_tell_whether_they_died_is_suggested() -> None:
    answer = suggested(
        loaded(ALONE, exclude="\n- shared: deceased"), "exclude deceased: if_unknown: include"
    )
    assert answer.choices == ("cannot tell", "prompt")
    assert "      deceased: unknown\n" in answer.text


LIBRARY = shipped()
# Two that differ most in what they look up and offer; the others take a while, in make soak.
FEW = ("ask-again-gently", "results-ahead")
SOAK = settings().max_examples > 200
RULES = pytest.mark.parametrize(
    "rule_id",
    [
        rule.id
        for rule in LIBRARY.library.rules
        if LIBRARY.stories[rule.id] and (SOAK or rule.id in FEW)
    ],
)


@RULES
def test_every_suggestion_answered_as_at_present_catches_its_slip(rule_id: str) -> None:
    """Pasted into the file, as an author would: it reads, it is right, and it notices."""
    rule = next(each for each in LIBRARY.library.rules if each.id == rule_id)
    first = LIBRARY.stories[rule_id][:1]
    lists = LIBRARY.library.code_lists
    found = suggest(rule, mutants(rule), first, lists)
    suggestions = [each for each in found if isinstance(each, Suggestion)]
    assert len(suggestions) > 40
    stories = _pasted(suggestions, rule)
    for suggestion, story in zip(suggestions, stories, strict=True):
        assert tell(rule, story).right, suggestion.text
        assert not tell(suggestion.mutant.rule, story).right, suggestion.text


def _pasted(suggestions: list[Suggestion], rule: Rule) -> tuple[Story, ...]:
    filled: list[str] = []
    for suggestion in suggestions:
        for line in suggestion.text.splitlines():
            key, _, open_to = line.partition(":")
            if line.startswith("    expect:"):
                filled.append(f"{key}: {suggestion.now if open_to else 'prompt'}")
            elif open_to.startswith("   # "):
                filled.append(f"{key}: {suggestion.now}")
            else:
                filled.append(line)
    source = Path(__file__).parents[3] / rule.at.file
    before, _, _ = source.read_text(encoding="utf-8").partition("\ntests:\n")
    with TemporaryDirectory() as folder:
        path = Path(folder) / source.name
        path.write_text(before + "\ntests:\n" + "\n".join(filled) + "\n", encoding="utf-8")
        found = load_library(path)
    assert not found.stops, "\n".join(map(str, found.stops))
    return found.stories[rule.id]
