"""Every story inside every shipped rule, run; and what must be so before a rule is shipped."""

from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest
from yaml import safe_load

from prompts.stories import tell
from rules.codes import OWN, SNOMED, TRAPS, CodeList, check_digit_is_right, snomed_problem
from rules.outcome import Decision
from rules.people import record_of
from rules.record import PatientRecord, Reply
from rules.rule import OfferKind, Purpose, Rule, Status
from rules.schema.lock import lock_text
from tests.builders import a_person, a_record, decide, outcome, shipped

LOADED = shipped()
RULES = LOADED.library.rules
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
LISTS = sorted(LOADED.library.code_lists.values(), key=lambda one: one.id)


def _files(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for path in folder.iterdir():
        found += _files(path) if path.is_dir() else [path]
    return [path for path in found if path.name.endswith((".yaml", ".yml"))]


# All of a rule's together: three thousand tests of their own took a minute to be found and told of.
@pytest.mark.each
@EVERY_RULE
def test_every_story_comes_out_as_it_says(rule: Rule) -> None:
    told = ((story.name, tell(rule, story).wrong) for story in LOADED.stories[rule.id])
    assert [(name, wrong) for name, wrong in told if wrong] == []


def test_there_is_nothing_to_fix_and_nothing_to_think_about() -> None:
    assert [str(problem) for problem in LOADED.problems] == []


def test_every_file_that_is_shipped_was_read() -> None:
    def names(folder: str) -> set[str]:
        return {path.name.removesuffix(".yaml") for path in _files(files("rules") / folder)}

    assert {rule.id for rule in RULES} == names("library")
    assert {one.id for one in LISTS} == names("value-sets")


@EVERY_RULE
def test_shipped_rules_are_drafts_and_prompt_nobody_until_a_practice_pilots_them(
    rule: Rule,
) -> None:
    assert rule.status is Status.DRAFT
    assert LOADED.library.shown().rules == ()


@EVERY_RULE
def test_shipped_rules_claim_no_review_that_nobody_made(rule: Rule) -> None:
    assert "Nobody yet" in rule.owner
    assert rule.care.evidence
    assert rule.care.not_for
    assert rule.care.review_by is not None


@EVERY_RULE
def test_every_rule_shows_who_gets_a_card_who_does_not_and_who_is_left_alone(rule: Rule) -> None:
    stories = LOADED.stories[rule.id]
    expected = {story.expect for story in stories}
    told = {"prompt", "no prompt", "excluded", "quiet", "cannot tell"}
    # A safety net that cannot tell speaks, and says so in its file.
    assert expected == told - ({"cannot tell"} if rule.prompt_when_unknown else set())
    asked = ((story, *record_of(story)) for story in stories if story.expect == "excluded")
    reasons = {outcome(rule, record, *said, today=s.today).because for s, record, said in asked}
    assert reasons == {exclusion.name for exclusion in rule.exclusions}, "each exclusion is tested"


@EVERY_RULE
def test_stories_have_names_of_their_own(rule: Rule) -> None:
    names = [story.name for story in LOADED.stories[rule.id]]
    assert len(names) == len(set(names))


@EVERY_RULE
def test_shipped_rules_leave_the_dying_the_dead_and_children_alone(rule: Rule) -> None:
    named = {exclusion.name for exclusion in rule.exclusions}
    assert "deceased" in named
    assert "palliative" in named or rule.purpose is Purpose.SAFETY_NET
    child = a_person(age=17)
    assert decide(rule, a_record(person=child)) is Decision.NO_PROMPT


@EVERY_RULE
def test_shipped_rules_say_nothing_about_somebody_of_whom_nothing_is_known(rule: Rule) -> None:
    for age in range(0, 111, 5):
        record = PatientRecord(a_person(age=age), {}, {})
        assert decide(rule, record) is not Decision.PROMPT


@EVERY_RULE
def test_tags_of_shipped_rules_end_and_never_count_as_an_offer(rule: Rule) -> None:
    for offer in rule.offers:
        if offer.kind is OfferKind.TAG:
            assert offer.ends_after is not None
            assert offer.code not in rule.offer_codes


# Asks people to give something, which the draft does once in two years and no more (CONTENT, R-40).
QUIETER = {"ready-to-help-others": "24 months"}


@EVERY_RULE
def test_shipped_rules_use_the_quiet_periods_of_everybody(rule: Rule) -> None:
    if rule.purpose is Purpose.OFFER:
        expected = QUIETER.get(rule.id, "12 months")
        assert str(rule.quiet.periods[Reply.DECLINED]) == expected
    assert set(rule.quiet.periods) == set(Reply)


@pytest.mark.parametrize("one", LISTS, ids=[one.id for one in LISTS])
def test_every_code_of_a_shipped_list_is_whole(one: CodeList) -> None:
    assert one.words
    for code, words in one.words.items():
        assert words
        if code.system == SNOMED:
            assert check_digit_is_right(code.code), code
            assert snomed_problem(code.code) is None, code
            assert code.code not in TRAPS
        elif code.system == OWN:
            assert code.code == code.code.lower()


@pytest.mark.parametrize(
    "path",
    _files(files("rules") / "value-sets"),
    ids=[path.name for path in _files(files("rules") / "value-sets")],
)
def test_a_shipped_list_names_its_source_and_is_reviewed_again(path: Traversable) -> None:
    text = safe_load(path.read_text(encoding="utf-8"))
    assert text["source"]
    assert isinstance(text["reviewed"], date)
    assert text["review_by"] > text["reviewed"]


def test_the_notice_beside_the_lists_says_whose_the_codes_are() -> None:
    notice = files("rules").joinpath("value-sets/NOTICE.md").read_text(encoding="utf-8")
    for whose in ("SNOMED International", "Open Government Licence v3.0", "All rights reserved"):
        assert whose in notice


def test_the_lock_is_up_to_date() -> None:
    """If it is not: look at what changed in rules/value-sets, then goodday rules lock rules."""
    locked = files("rules").joinpath("value-sets.lock").read_text(encoding="utf-8")
    assert locked == lock_text(LOADED.lists[0].lists)


@pytest.mark.parametrize(("one", "other"), [("copd", "copd-self-management-offer")])
def test_having_an_illness_is_never_an_offer_about_it(one: str, other: str) -> None:
    lists = LOADED.library.code_lists
    assert not lists[one].codes & lists[other].codes
    assert not lists[one].codes & lists["copd-resolved"].codes
