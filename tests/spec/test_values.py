"""``give: lowest value`` and its like: what comparators leave of the value that is asked for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.answer import Answer
from rules.record import Entry, Kind, Measurement
from tests.builders import entry
from tests.spec.table import UNSURE, YES, answer

LEVEL = "find: observation\ncodes: blow-test\nunit: level\ngive: "


def level(written: str, unit: str = "level") -> Entry:
    comparator = written.rstrip("0123456789.")
    number = Decimal(written.removeprefix(comparator))
    line = entry(Kind.OBSERVATION, "blow-test", date="2026-05-10")
    return replace(line, values=(("", Measurement(number, unit, comparator)),))


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
