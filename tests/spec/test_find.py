"""``find:`` says where to look. Each word looks at its own lists of the record and at no others."""

import pytest

from rules.codes import Code
from rules.record import ENTRY_KINDS, Kind
from rules.schema.facts import FIND
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

CODED = {word: kinds for word, kinds in FIND.items() if kinds and word != "offer"}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("word", sorted(CODED))
def test_a_line_is_found_in_the_lists_that_the_word_looks_at(word: str, kind: Kind) -> None:
    found = answer(f"find: {word}\ncodes: cough", entry(kind, "cough", date="2026-01-01"))
    assert found is (YES if kind in CODED[word] else NO)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("word", sorted(CODED))
def test_a_list_that_could_not_be_read_proves_nothing(word: str, kind: Kind) -> None:
    found = answer(f"find: {word}\ncodes: cough", unread=[kind])
    assert found is (UNSURE if kind in CODED[word] else NO)


@pytest.mark.parametrize(
    ("word", "lists"),
    [
        ("condition", {Kind.CONDITION}),
        ("observation", {Kind.OBSERVATION}),
        ("procedure", {Kind.PROCEDURE}),
        ("referral", {Kind.REFERRAL}),
        ("tag", {Kind.TAG}),
        ("care_plan", {Kind.CARE_PLAN}),
        ("message", {Kind.MESSAGE, Kind.DRAFT_MESSAGE}),
        ("appointment", {Kind.APPOINTMENT}),
        ("report", {Kind.REPORT}),
        ("entry", set(ENTRY_KINDS)),
    ],
)
def test_the_lists_that_each_word_looks_at(word: str, lists: set[Kind]) -> None:
    assert set(FIND[word]) == lists


def test_entry_looks_wherever_something_offered_done_or_said_may_stand() -> None:
    elsewhere = {Kind.DRAFT_MESSAGE, Kind.REPORT, Kind.APPOINTMENT, Kind.MEDICATION, Kind.STATEMENT}
    elsewhere |= {Kind.ENCOUNTER, Kind.QUESTIONNAIRE, Kind.GOAL, Kind.CONSENT}
    assert set(ENTRY_KINDS) == set(Kind) - elsewhere


def test_one_certain_entry_settles_it_whatever_else_could_not_be_read() -> None:
    seen = entry(Kind.PROCEDURE, "tea-group", date="2026-01-01")
    assert answer("find: entry\ncodes: tea-group", seen, unread=[Kind.TAG, Kind.TASK]) is YES


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        pytest.param(("cough",), YES, id="the first code of the list"),
        pytest.param(("dry-cough",), YES, id="another code of the list"),
        pytest.param(("wheeze", "dry-cough"), YES, id="the second coding of an entry"),
        pytest.param(("wheeze",), NO, id="a code of another list"),
        pytest.param(("Cough",), NO, id="the same word, spelt otherwise"),
    ],
)
def test_codes_are_matched_exactly(codes: tuple[str, ...], found: str) -> None:
    assert answer("find: condition\ncodes: cough", entry(Kind.CONDITION, *codes)) is found


@pytest.mark.parametrize("name", ["cough", "wheeze", "dry-cough"])
def test_several_code_lists_are_one_longer_list(name: str) -> None:
    question = "find: condition\ncodes: [cough, wheeze]"
    assert answer(question, entry(Kind.CONDITION, name)) is YES


def test_a_code_counts_only_in_its_own_system() -> None:
    # The code list means good-day's word "cough"; a SNOMED code never matches it.
    assert answer("find: condition\ncodes: cough", entry(Kind.CONDITION, "13645005")) is NO
    assert answer("find: condition\ncodes: copd", entry(Kind.CONDITION, "13645005")) is YES
    elsewhere = entry(Kind.CONDITION)._replace(codes=(Code("http://loinc.org", "cough"),))
    assert answer("find: condition\ncodes: cough", elsewhere) is NO


def test_nothing_recorded_in_a_list_that_was_read_is_no() -> None:
    assert answer("find: condition\ncodes: cough") is NO
