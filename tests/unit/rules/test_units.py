"""Recorded values in the unit of a fact: what comparators, conversions and strange units leave."""

from decimal import Decimal

import pytest

from rules.record import Measurement
from rules.units import INFINITE, measured

HBA1C = frozenset({"hba1c"})


def bounds(
    text: str, recorded: str, unit: str, *, shown: str = ""
) -> tuple[Decimal, Decimal] | None:
    """The least and the most that a recorded value may be."""
    comparator = text.rstrip("0123456789.")
    value = Measurement(Decimal(text.removeprefix(comparator)), recorded, comparator, shown)
    return measured(value, unit, HBA1C)


def test_what_is_above_a_number_in_its_own_unit_is_not_that_number() -> None:
    above, below = bounds(">58", "mmol/mol", "mmol/mol"), bounds("<58", "mmol/mol", "mmol/mol")
    assert above is not None
    assert below is not None
    assert above[0] > 58 > below[1]


@pytest.mark.parametrize(
    ("text", "recorded", "unit", "expected"),
    [
        pytest.param(">58", "mmol/mol", "%", (Decimal("7.5"), INFINITE), id="59 is 7.5 % too"),
        pytest.param("<59", "mmol/mol", "%", (-INFINITE, Decimal("7.5")), id="58 is 7.5 % too"),
        pytest.param(">7.5", "%", "mmol/mol", (Decimal(58), INFINITE), id="7.51 is still 58"),
        pytest.param("<70000", "g", "kg", (-INFINITE, Decimal(70)), id="a little less is 70 kg"),
    ],
)
def test_what_is_above_a_number_may_come_to_the_same_once_it_is_turned_and_rounded(
    text: str, recorded: str, unit: str, expected: tuple[Decimal, Decimal]
) -> None:
    assert bounds(text, recorded, unit) == expected


@pytest.mark.parametrize("recorded", ["mmol/mol", "[stone_av]", "kg", "mg"])
def test_a_value_with_a_unit_is_never_a_plain_score(recorded: str) -> None:
    assert bounds("3", recorded, "level") is None
    assert bounds("3", recorded, "score") is None


@pytest.mark.parametrize(("recorded", "shown"), [("", ""), ("{score}", ""), ("mg", "level")])
def test_a_plain_score_needs_no_unit(recorded: str, shown: str) -> None:
    assert bounds("3", recorded, "level", shown=shown) == (Decimal(3), Decimal(3))


@pytest.mark.parametrize(
    ("code", "shown", "asked", "read"),
    [
        pytest.param("mmol/L", "mmol/L", "mmol/L", "7", id="the same twice"),
        pytest.param("mg/dL", "mmol/L", "mmol/L", None, id="another unit than the text says"),
        pytest.param("mmol/L", "mg/dL", "mmol/L", "7", id="the code counts, not the text"),
        pytest.param("258806002", "mmol/L", "mmol/L", "7", id="a code that is no unit we know"),
        pytest.param("258806002", "mg/dL", "mmol/L", None, id="neither is the unit asked for"),
        pytest.param("", "mmol/L", "mmol/L", "7", id="no code"),
        pytest.param("", "", "mmol/L", None, id="no unit at all"),
        pytest.param("{score}", "level 7", "level", "7", id="a score with words of its own"),
    ],
)
def test_the_text_of_a_unit_helps_only_where_its_code_is_none_that_we_know(
    code: str, shown: str, asked: str, read: str | None
) -> None:
    found = measured(Measurement(Decimal(7), code, shown=shown), asked, frozenset())
    assert found == (None if read is None else (Decimal(read), Decimal(read)))
