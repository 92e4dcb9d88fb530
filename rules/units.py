"""Measured values: exact decimals, units by name, and a short closed list of conversions.

Never by dimension: two libraries turned an HbA1c of 58 mmol/mol into 5.8 %, which is right in
physics and absurd in a clinic (RULES 4.12). A conversion is for one thing that is measured, has a
source, and rounds as laboratories do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType

from rules.record import Measurement

INFINITE = Decimal("Infinity")
_EXACT = Context(prec=34)

# What a unit is called by authors and in records, and the one spelling that stands for it.
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "mmol/mol": ("mmol/mol",),
    "%": ("%", "percent"),
    "mmol/L": ("mmol/L", "mmol/l"),
    "umol/L": ("umol/L", "umol/l", "µmol/L", "µmol/l", "μmol/L"),
    "mg/dL": ("mg/dL", "mg/dl"),
    "g/L": ("g/L", "g/l"),
    "g/dL": ("g/dL", "g/dl"),
    "mg/mmol": ("mg/mmol", "mg/mmol{creat}"),
    "mL/min/1.73m2": (
        "mL/min/1.73m2",
        "mL/min/{1.73_m2}",
        "mL/min/1.73.m2",
        "ml/min/1.73m2",
        "mL/min/1.73m*2",
    ),
    "mmHg": ("mmHg", "mm[Hg]", "mm Hg"),
    "kg/m2": ("kg/m2", "kg/m²", "kg/m*2"),
    "kg": ("kg",),
    "g": ("g",),
    "cm": ("cm",),
    "m": ("m",),
    "L": ("L", "l"),
    "L/min": ("L/min", "l/min"),
    "/min": ("/min", "{beats}/min", "{breaths}/min", "beats/min", "bpm"),
    "10*9/L": ("10*9/L", "10^9/L", "x10^9/L"),
    "stone": ("stone", "[stone_av]", "st"),
    "lb": ("lb", "[lb_av]"),
    "ft": ("ft", "[ft_i]"),
    "in": ("in", "[in_i]"),
    "pack years": ("pack years", "{pack_years}"),
    "units/week": ("units/week", "{units}/wk", "/wk"),
    "level": ("level", "{level}", "{score}", "1", ""),
    "score": ("score", "{score}", "1", ""),
}
UNITS = tuple(_SPELLINGS)
# Plain scores: a comparison need not repeat the word, and records often give them no unit.
SCORES = frozenset({"level", "score"})


@dataclass(frozen=True, slots=True)
class Conversion:
    """From one unit to another, for one thing that is measured ("" for anything)."""

    of: str
    source: str
    turn: Callable[[Decimal], Decimal]


def _rounded(places: str, turn: Callable[[Decimal], Decimal]) -> Callable[[Decimal], Decimal]:
    def turned(value: Decimal) -> Decimal:
        if not value.is_finite():
            return value
        return turn(value).quantize(Decimal(places), ROUND_HALF_UP, context=_EXACT)

    return turned


def _times(factor: str, places: str) -> Callable[[Decimal], Decimal]:
    return _rounded(places, lambda value: _EXACT.multiply(value, Decimal(factor)))


def _over(factor: str, places: str) -> Callable[[Decimal], Decimal]:
    return _rounded(places, lambda value: _EXACT.divide(value, Decimal(factor)))


_IFCC = "IFCC-NGSP master equation: NGSP = 0.09148 x IFCC + 2.152"
_MASS = "International avoirdupois pound, 0.45359237 kg; stone, 14 lb"
_LENGTH = "International foot, 0.3048 m; inch, 2.54 cm"
_MOLAR = "Molar mass of {}"

# (from, to): the conversions there are. Every one is tested with a value from its source.
CONVERSIONS: Mapping[tuple[str, str, str], Conversion] = MappingProxyType(
    {
        (c.of, start, end): c
        for start, end, c in (
            ("%", "mmol/mol", Conversion("hba1c", _IFCC, _rounded(
                "1", lambda v: _EXACT.divide(v - Decimal("2.152"), Decimal("0.09148"))))),
            ("mmol/mol", "%", Conversion("hba1c", _IFCC, _rounded(
                "0.1", lambda v: _EXACT.multiply(v, Decimal("0.09148")) + Decimal("2.152")))),
            ("mg/dL", "mmol/L", Conversion("glucose", _MOLAR.format("glucose, 180.16 g/mol"),
                                           _over("18.016", "0.1"))),
            ("mg/dL", "mmol/L", Conversion("cholesterol", _MOLAR.format("cholesterol, 386.65"),
                                           _over("38.665", "0.1"))),
            ("mg/dL", "mmol/L", Conversion("triglycerides", _MOLAR.format("triolein, 885.4"),
                                           _over("88.54", "0.1"))),
            ("mg/dL", "umol/L", Conversion("creatinine", _MOLAR.format("creatinine, 113.12"),
                                           _times("88.4", "1"))),
            ("stone", "kg", Conversion("", _MASS, _times("6.35029318", "0.1"))),
            ("lb", "kg", Conversion("", _MASS, _times("0.45359237", "0.1"))),
            ("g", "kg", Conversion("", "1 kg is 1,000 g", _over("1000", "0.001"))),
            ("ft", "cm", Conversion("", _LENGTH, _times("30.48", "0.1"))),
            ("in", "cm", Conversion("", _LENGTH, _times("2.54", "0.1"))),
            ("m", "cm", Conversion("", "1 m is 100 cm", _times("100", "0.1"))),
        )
    }
)  # fmt: skip


def unit_named(text: str) -> str | None:
    """The one spelling of a unit that an author may have written otherwise; None if unknown."""
    return next((unit for unit, spelt in _SPELLINGS.items() if text and text in spelt), None)


_AMOUNT = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)(?:\s*(\S.*))?", re.ASCII)


def amount(text: str) -> tuple[Decimal, str] | None:
    """Read "58 mmol/mol" as a number and what follows it ("" for nothing); None if neither."""
    found = _AMOUNT.fullmatch(text)
    return (Decimal(found[1]), (found[2] or "").strip()) if found else None


def measured(value: Measurement, unit: str, of: frozenset[str]) -> tuple[Decimal, Decimal] | None:
    """A recorded value as the least and the most it may be, in ``unit``; None if it has no such.

    ``of`` are the names of what is measured, for conversions that are for one thing only.
    """
    if value.number is None:
        return None
    turn = _turning(value.unit or value.shown, unit, of)
    if turn is None and value.shown and unit_named(value.unit) is None:
        # What people read says what a code that we do not know means; it never overrules a unit.
        # Where nothing is shown, that is not a score without a unit.
        turn = _turning(value.shown, unit, of)
    if turn is None:
        return None
    number = turn(value.number)
    # A conversion rounds: what is a little above 58 mmol/mol is 7.5 %, as 58 itself is.
    rounds = turn is not _as_it_is
    match value.comparator:
        case "":
            return number, number
        case ">":
            return (number if rounds else number.next_plus(_EXACT)), INFINITE
        case ">=":
            return number, INFINITE
        case "<":
            return -INFINITE, (number if rounds else number.next_minus(_EXACT))
        case "<=":
            return -INFINITE, number
        case _:
            return None


def _turning(recorded: str, unit: str, of: frozenset[str]) -> Callable[[Decimal], Decimal] | None:
    if recorded in _SPELLINGS[unit]:
        return _as_it_is
    start = unit_named(recorded)
    for what in ("", *sorted(of)):
        conversion = CONVERSIONS.get((what, start or "", unit))
        if conversion is not None:
            return conversion.turn
    return None


def _as_it_is(value: Decimal) -> Decimal:
    return value


def just_over(number: Decimal) -> Decimal:
    """The next number up, so that "above 58" is "at least" that one."""
    return number.next_plus(_EXACT)


def just_under(number: Decimal) -> Decimal:
    """The next number down."""
    return number.next_minus(_EXACT)
