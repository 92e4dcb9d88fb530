"""``ended_by:``: UK records often say "resolved" with another code, later or on the same day."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

QUESTION = "find: condition\ncodes: cough\nended_by: cough-over"


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        pytest.param("2020-03-01", "2024-06-01", NO, id="ended later"),
        pytest.param("2020-03-01", "2020-03-01", NO, id="ended on the same day"),
        pytest.param("2020-03-01", "2020-02-29", YES, id="ended before it began again"),
        pytest.param("2020-03-01", "2026-11-21", NO, id="ended today"),
        pytest.param("2020-03-01", "2026-11-22", YES, id="an end in the future has not happened"),
        pytest.param("2020-03-01", "", UNSURE, id="nobody knows when it ended"),
        pytest.param("", "2024-06-01", UNSURE, id="nobody knows when it began"),
        pytest.param("2020", "2021", NO, id="in the year after"),
        pytest.param("2020", "2020", UNSURE, id="in the same year"),
        pytest.param("2020-03", "2020-02", YES, id="in the month before"),
        pytest.param("2026-11", "2026-11-21", NO, id="began this month and ended today"),
        pytest.param("2026-11-21", "2026", UNSURE, id="began today, ended some day of this year"),
    ],
)
def test_a_later_end_ends_it(began: str, ended: str, expected: Answer) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date=began),
        entry(Kind.CONDITION, "cough-over", date=ended),
    ]
    assert answer(QUESTION, *lines) is expected


def test_a_second_beginning_after_the_end_counts() -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(Kind.CONDITION, "cough-over", date="2021-03-01"),
        entry(Kind.CONDITION, "cough", date="2022-03-01"),
    ]
    assert answer(QUESTION, *lines) is YES


@pytest.mark.parametrize("kind", [Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE])
def test_an_end_may_stand_in_any_list_that_says_such_things(kind: Kind) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(kind, "cough-over", date="2021-03-01"),
    ]
    assert answer(QUESTION, *lines) is NO


@pytest.mark.parametrize("kind", [Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE])
def test_an_end_may_stand_in_a_list_that_could_not_be_read(kind: Kind) -> None:
    line = entry(Kind.CONDITION, "cough", date="2020-03-01")
    assert answer(QUESTION, line, unread=[kind]) is UNSURE


def test_other_unread_lists_are_no_matter() -> None:
    line = entry(Kind.CONDITION, "cough", date="2020-03-01")
    assert answer(QUESTION, line, unread=[Kind.TAG, Kind.MESSAGE]) is YES


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.PROCEDURE, "not-done"),
        (Kind.PROCEDURE, "preparation"),
        (Kind.OBSERVATION, "cancelled"),
        (Kind.OBSERVATION, "preliminary"),
    ],
)
def test_an_end_that_was_not_said_ends_nothing(kind: Kind, status: str) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(kind, "cough-over", date="2021-03-01", status=status),
    ]
    assert answer(QUESTION, *lines) is YES


def test_an_end_that_is_not_confirmed_leaves_it_open() -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(Kind.CONDITION, "cough-over", date="2021-03-01", sure=False),
    ]
    assert answer(QUESTION, *lines) is UNSURE


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.OBSERVATION, "unknown"), (Kind.PROCEDURE, ""), (Kind.CONDITION, "something-else")],
)
def test_an_end_with_a_status_that_says_nothing_leaves_it_open(kind: Kind, status: str) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(kind, "cough-over", date="2021-03-01", status=status),
    ]
    assert answer(QUESTION, *lines) is UNSURE


def test_without_ended_by_the_other_code_means_nothing() -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2020-03-01"),
        entry(Kind.CONDITION, "cough-over", date="2021-03-01"),
    ]
    assert answer("find: condition\ncodes: cough", *lines) is YES
