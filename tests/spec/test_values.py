"""``give: lowest value`` and its like: what comparators leave of the value that is asked for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.answer import Answer
from rules.record import Entry, Kind, Measurement
from tests.builders import a_record, entry
from tests.spec.table import NO, UNSURE, YES, answer

LEVEL = "find: observation\ncodes: blow-test\nunit: level\ngive: "


def level(written: str, unit: str = "level", on: str = "2026-05-10") -> Entry:
    comparator = written.rstrip("0123456789.")
    number = Decimal(written.removeprefix(comparator))
    line = entry(Kind.OBSERVATION, "blow-test", date=on)
    return line._replace(values=(("", Measurement(number, unit, comparator)),))


@pytest.mark.parametrize(
    ("give", "written", "test", "expected"),
    [
        pytest.param("lowest", ("3", "<3"), "below: 3", YES, id="one is below 3"),
        pytest.param("lowest", (">3", "5"), "above: 3", YES, id="both are above 3"),
        pytest.param("lowest", ("3", "<=3"), "below: 3", UNSURE, id="it may be 3 itself"),
        pytest.param("highest", ("3", ">3"), "above: 3", YES, id="one is above 3"),
        pytest.param("highest", ("<3", "1"), "below: 3", YES, id="both are below 3"),
        pytest.param("latest", (">3", ">3"), "above: 3", YES, id="either is above 3"),
    ],
)
def test_a_comparator_leaves_its_own_number_out(
    give: str, written: tuple[str, ...], test: str, expected: Answer
) -> None:
    lines = [level(each) for each in written]
    assert answer(f"{LEVEL}{give} value", *lines, test=f"{{{test}}}") is expected


def test_a_value_in_a_unit_is_no_plain_level() -> None:
    line = level("58", "mmol/mol")
    assert answer(f"{LEVEL}latest value", line, test="{at_least: 3}") is UNSURE


def test_above_a_number_is_one_more_for_a_count_and_anything_more_for_a_value() -> None:
    count = "find: observation\ncodes: blow-test\ngive: count"  # asked first, and of this number
    assert answer(count, level("3"), test="{above: 41}") is NO  # which no other test asks of
    assert answer(f"{LEVEL}latest value", level("41.5"), test="{above: 41}") is YES


# Which of two values is the latest or the earliest, where a day is not known to the day. The value
# of the first is below 5, that of the second is not.
WHICH = [
    pytest.param("latest", "2026-05-10", "2026-05", UNSURE, id="some day of the same month"),
    pytest.param("latest", "2026-05-31", "2026-05", UNSURE, id="the month's last day, or that one"),
    pytest.param("latest", "2026-06-01", "2026-05", YES, id="the day after the month"),
    pytest.param("latest", "2026-05", "2026-05-01", UNSURE, id="the month's first day, or later"),
    pytest.param("latest", "2026-05", "2026-04-30", YES, id="the day before the month"),
    pytest.param("latest", "2026-05-10", "2026-05-10", UNSURE, id="two of one day"),
    pytest.param("latest", "2026-05-10", "", UNSURE, id="a value without a date"),
    pytest.param("latest", "2026-05-10", "2025", YES, id="a year that is over"),
    pytest.param("earliest", "2026-05-10", "2026-05", UNSURE, id="earliest: the same month"),
    pytest.param("earliest", "2026-05-01", "2026-05", UNSURE, id="earliest: its first day"),
    pytest.param("earliest", "2026-04-30", "2026-05", YES, id="earliest: the day before it"),
    pytest.param("earliest", "2026-05", "2026-05-31", UNSURE, id="earliest: its last day"),
    pytest.param("earliest", "2026-05", "2026-06-01", YES, id="earliest: the day after it"),
    pytest.param("earliest", "2026-05-10", "2026-05-10", UNSURE, id="earliest: two of one day"),
    pytest.param("earliest", "2026-05-10", "", UNSURE, id="earliest: a value without a date"),
]


@pytest.mark.parametrize(("give", "low_on", "high_on", "expected"), WHICH)
def test_a_value_counts_where_no_other_may_be_the_one_asked_for(
    give: str, low_on: str, high_on: str, expected: Answer
) -> None:
    lines = [level("3", on=low_on), level("8", on=high_on)]
    for order in (lines, lines[::-1]):
        assert answer(f"{LEVEL}{give} value", *order, test="{below: 5}") is expected


# What an unread list, a doubtful entry or a value without a use may still hold: more of anything.
BOUNDS = [
    pytest.param("highest", "above: 2", YES, id="one above 2 is enough"),
    pytest.param("highest", "below: 5", UNSURE, id="there may be one above 5"),
    pytest.param("lowest", "below: 5", YES, id="one below 5 is enough"),
    pytest.param("lowest", "above: 2", UNSURE, id="there may be one below 2"),
    pytest.param("latest", "below: 5", UNSURE, id="a later one may be there"),
    pytest.param("earliest", "below: 5", UNSURE, id="an earlier one may be there"),
]


@pytest.mark.parametrize(("give", "test", "expected"), BOUNDS)
def test_what_could_not_be_read_may_be_any_value(give: str, test: str, expected: Answer) -> None:
    half = replace(a_record(level("3")), unread={Kind.OBSERVATION: "only one page could be read"})
    assert answer(f"{LEVEL}{give} value", test=f"{{{test}}}", record=half) is expected


@pytest.mark.parametrize(("give", "test", "expected"), BOUNDS)
def test_a_value_in_a_strange_unit_may_be_any_value(give: str, test: str, expected: Answer) -> None:
    lines = [level("3"), level("58", "mmol/mol")]
    assert answer(f"{LEVEL}{give} value", *lines, test=f"{{{test}}}") is expected


@pytest.mark.parametrize(
    ("give", "doubtful", "test", "expected"),
    [
        pytest.param("highest", "8", "below: 5", UNSURE, id="it may be the highest"),
        pytest.param("highest", "2", "below: 5", YES, id="it is not the highest either way"),
        pytest.param("highest", "8", "above: 2", YES, id="another is above anyway"),
        pytest.param("lowest", "1", "above: 2", UNSURE, id="it may be the lowest"),
        pytest.param("lowest", "8", "above: 2", YES, id="it is not the lowest either way"),
        pytest.param("latest", "8", "below: 5", UNSURE, id="it may be the latest"),
    ],
)
def test_a_doubtful_entry_may_be_there_or_not(
    give: str, doubtful: str, test: str, expected: Answer
) -> None:
    lines = [level("3"), level(doubtful)._replace(sure=False)]
    assert answer(f"{LEVEL}{give} value", *lines, test=f"{{{test}}}") is expected
