"""When nobody is asked anything, and how much is said at once: what a practice may write."""

from datetime import date

import pytest

from prompts.next_time import Change, when_next
from prompts.standing import Case
from rules.days import Duration
from rules.load import Loaded
from rules.record import Kind, Reply
from tests.builders import TODAY, a_record, a_rule, entry, load_files

OURS = [
    "palliative-care", "bereavement", "new-cancer-diagnosis", "emergency-admission",
    "safeguarding", "asked-not-to-be-asked",
]  # fmt: skip
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")


def holds(loaded: Loaded) -> list[str]:
    return [hold.name for hold in loaded.library.practice.holds]


def practice(text: str) -> Loaded:
    return load_files({"practice.yaml": f"name: x\n{text}"})


def test_the_holds_come_with_good_day_and_each_says_why() -> None:
    loaded = load_files({})
    assert holds(loaded) == OURS
    assert all(hold.because for hold in loaded.library.practice.holds)


def test_a_practice_adds_a_hold_of_its_own() -> None:
    text = "flood: {if: {age: {above: 110}}, because: The surgery is under water}\n"
    loaded = load_files({"shared/holds.yaml": text})
    assert not loaded.problems
    assert holds(loaded) == [*OURS, "flood"]


def test_a_hold_in_the_place_of_ours_is_said() -> None:
    fact = "{find: entry, codes: bereavement, within: 6 months}"
    text = f"facts: {{lost: {fact}}}\nbereavement: {{if: lost, because: Give them half a year}}\n"
    loaded = load_files({"shared/holds.yaml": text})
    (problem,) = loaded.problems
    assert (problem.code, problem.stops) == ("E15", False)
    assert problem.says == (
        'This takes the place of "bereavement" that comes with Good Day, in every rule.'
    )
    assert holds(loaded) == OURS


def test_a_hold_needs_a_reason_and_facts_that_there_are() -> None:
    loaded = load_files({"shared/holds.yaml": "flood: {if: no_such_fact}\n"})
    assert {problem.code for problem in loaded.stops} == {"E09", "E11"}


@pytest.mark.parametrize(("most", "right"), [("1", True), ("3", True), ("0", False), ("4", False)])
def test_one_to_three_cards_at_once(most: str, right: bool) -> None:
    loaded = practice(f"most_cards_at_once: {most}\n")
    assert [problem.code for problem in loaded.stops] == ([] if right else ["E10"])
    assert loaded.library.practice.most_cards_at_once == (int(most) if right else 1)


def test_one_card_where_nothing_is_said() -> None:
    assert practice("").library.practice.most_cards_at_once == 1


@pytest.mark.parametrize(
    ("written", "asks"), [("thumbs: yes\n", True), ("thumbs: no\n", False), ("", True)]
)
def test_a_practice_says_whether_pages_of_cards_ask_what_they_were_worth(
    written: str, *, asks: bool
) -> None:
    loaded = practice(written)
    assert not loaded.stops
    assert loaded.library.practice.thumbs is asks


def test_thumbs_are_yes_or_no() -> None:
    loaded = practice("thumbs: perhaps\n")
    assert [one.says for one in loaded.stops] == ['"perhaps" is neither yes nor no.']


def test_a_practice_may_be_quieter_than_everybody_and_never_louder() -> None:
    loaded = practice("quiet: {after_shown: 6 months}\n")
    assert loaded.library.practice.quiet == {Reply.SHOWN: Duration(6, "month")}
    (problem,) = practice("quiet: {after_shown: 14 days}\n").stops
    assert problem.code == "E31"
    assert problem.says == "14 days is shorter than everybody's 3 months."
    assert problem.hint == "A practice may be quieter than the rest, never louder."
    (unknown,) = practice("quiet: {topic: x}\n").stops
    assert unknown.code == "E01"


def test_when_a_hold_is_over_is_told_ahead() -> None:
    ours = load_files({}).library.practice
    lost = entry(Kind.CONDITION, "bereavement", date="2026-11-01")
    case = Case(a_rule(exclude=None), a_record(COUGH, lost), (), ours)
    assert case.on(TODAY).word == "quiet"
    assert when_next(case, TODAY) == Change(date(2027, 1, 31), "prompt")
    unread = Case(a_rule(exclude=None), a_record(COUGH, unread=[Kind.TAG]), (), ours)
    assert unread.on(TODAY).word == "cannot tell"


def test_when_a_practice_that_waits_asks_again_is_told_ahead() -> None:
    waits = practice("quiet: {after_declined: 2 years}\n").library.practice
    no = entry(Kind.PROCEDURE, "tea-group", date="2026-11-01", status="not-done")
    case = Case(a_rule(exclude=None), a_record(COUGH, no), (), waits)
    assert when_next(case, TODAY) == Change(date(2028, 11, 1), "prompt")
