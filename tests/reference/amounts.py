"""Measured values: which numbers one may be, in which unit (RULES 4.12: "Units", comparators)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference.record import Value
from tests.reference.three import CANNOT_TELL, NO, YES, all_of


@dataclass(frozen=True)
class Numbers:
    """All numbers from ``low`` to ``high``; None is no end. ``without_...``: that end is not in."""

    low: Fraction | None
    high: Fraction | None
    without_low: bool = False
    without_high: bool = False

    def at_least(self, number: Fraction) -> str:
        if self.low is not None and self.low >= number:
            return YES
        if self.high is None or self.high > number:
            return CANNOT_TELL
        return NO if self.high < number or self.without_high else CANNOT_TELL

    def above(self, number: Fraction) -> str:
        if self.high is not None and self.high <= number:
            return NO
        if self.low is None or self.low < number:
            return CANNOT_TELL
        return YES if self.low > number or self.without_low else CANNOT_TELL

    def turned_round(self) -> "Numbers":
        """Every number with its other sign, so that what is above is below."""
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Numbers(low, high, self.without_high, self.without_low)

    def at_most(self, number: Fraction) -> str:
        return self.turned_round().at_least(-number)

    def below(self, number: Fraction) -> str:
        return self.turned_round().above(-number)


ANY_NUMBER = Numbers(None, None)


def exactly(number: int | Fraction) -> Numbers:
    """One number."""
    return Numbers(Fraction(number), Fraction(number))


def from_lowest_to_highest(all_: Iterable[Numbers]) -> Numbers:
    """Every number that is in one of these, and those between."""
    several = list(all_)
    low, without_low = _lowest(several)
    high, without_high = _lowest([one.turned_round() for one in several])
    return Numbers(low, None if high is None else -high, without_low, without_high)


def _lowest(several: list[Numbers]) -> tuple[Fraction | None, bool]:
    lows = [one.low for one in several if one.low is not None]
    if len(lows) < len(several):
        return None, False
    low = min(lows)
    return low, all(one.without_low for one in several if one.low == low)


def ask_numbers(numbers: Numbers, test: str, value: Any) -> str:  # Any: as YAML reads it
    """One test of 4.5 for numbers and quantities."""
    if test == "between":
        low, high = (_number(end) for end in value)
        return all_of([numbers.at_least(low), numbers.at_most(high)])
    number = _number(value)
    if test == "equals":
        return all_of([numbers.at_least(number), numbers.at_most(number)])
    return {
        "above": numbers.above,
        "at_least": numbers.at_least,
        "below": numbers.below,
        "at_most": numbers.at_most,
    }[test](number)


def _number(written: Any) -> Fraction:  # Any: as YAML reads it
    """58, or "58 mmol/mol": the unit is that of the fact."""
    return Fraction(str(written).split(" ")[0])


# The spellings that count as a unit, and the named conversions with the places laboratories give.
_SPELT = {
    "mmol/mol": {"mmol/mol"},
    "%": {"%", "percent"},
    "kg": {"kg"},
    "stone": {"stone", "[stone_av]", "st"},
    "lb": {"lb", "[lb_av]"},
    "g": {"g"},
    "cm": {"cm"},
    "m": {"m"},
    "level": {"level", "{level}", "{score}", "1", ""},
}


def _rounded(number: Fraction, places: int) -> Fraction:
    whole = abs(number) * 10**places + Fraction(1, 2)
    size = Fraction(int(whole)) / Fraction(10) ** places
    return size if number >= 0 else -size


def _ifcc(ngsp: Fraction) -> Fraction:
    return _rounded((ngsp - Fraction("2.152")) / Fraction("0.09148"), 0)


def _ngsp(ifcc: Fraction) -> Fraction:
    return _rounded(ifcc * Fraction("0.09148") + Fraction("2.152"), 1)


_CONVERSIONS: dict[tuple[str, str, str], Callable[[Fraction], Fraction]] = {
    ("hba1c", "%", "mmol/mol"): _ifcc,
    ("hba1c", "mmol/mol", "%"): _ngsp,
    ("", "stone", "kg"): lambda number: _rounded(number * Fraction("6.35029318"), 1),
    ("", "lb", "kg"): lambda number: _rounded(number * Fraction("0.45359237"), 1),
    ("", "g", "kg"): lambda number: _rounded(number / 1000, 3),
    ("", "m", "cm"): lambda number: _rounded(number * 100, 1),
}


def in_unit(value: Value, unit: str, measured: set[str]) -> Numbers | None:
    """The numbers that a recorded value may be in this unit; None where it cannot be said."""
    turned = _turned(value, unit, measured)
    if turned is None:
        return None
    number, as_it_is = turned
    # A conversion rounds: what is a little above 58 may come to the same number as 58 itself.
    strictly = as_it_is
    match value.comparator:
        case "":
            return exactly(number)
        case ">":
            return Numbers(number, None, without_low=strictly)
        case ">=":
            return Numbers(number, None)
        case "<":
            return Numbers(None, number, without_high=strictly)
        case "<=":
            return Numbers(None, number)
        case _:
            return None


def _turned(value: Value, unit: str, measured: set[str]) -> tuple[Fraction, bool] | None:
    number = Fraction(Decimal(value.number))
    if value.unit in _SPELT[unit]:
        return number, True
    for (of, start, end), turn in _CONVERSIONS.items():
        if end == unit and (of == "" or of in measured) and value.unit in _SPELT[start]:
            return turn(number), False
    return None
