"""What stands in the cells of an extract: days as the United Kingdom writes them, values, codes.

The day always stands before the month. What can be meant in two ways is no day and no value.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from fhir_adapters.systems import ADDRESS
from rules.codes import SNOMED, SYSTEMS, Code, snomed_problem
from rules.days import Span, on, span
from rules.record import Measurement

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_TIME = r"(?:[T ,]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?"
_DAY = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}}|[A-Za-z]{{3,9}})[-/. ](\d{{4}}){_TIME}", re.ASCII)
_SHORT = re.compile(rf"\d{{1,2}}[-/. ](?:\d{{1,2}}|[A-Za-z]{{3,9}})[-/. ]\d{{2}}{_TIME}", re.ASCII)
_MONTH = re.compile(r"(?:([A-Za-z]{3,9})[- ]|(\d{1,2})/)(\d{4})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_ISO = re.compile(rf"(\d{{4}}-\d\d-\d\d){_TIME}", re.ASCII)

_GUARDED = re.compile(r'="?([^"]*)"?|\'(.*)')  # how a spreadsheet is kept off a number
_POWER = re.compile(r"\d[.,]\d+[eE]\+\d{1,3}", re.ASCII)
_VALUE = re.compile(r"(<=|>=|<|>|\u2264|\u2265)?\s*(-?\d{1,9}(?:\.\d{1,6})?)\s*(\D.*)?", re.ASCII)
_SIGNS = {"\u2264": "<=", "\u2265": ">="}
_SEVERAL = re.compile(r"[;,|]")  # in no code of any system here, but in addresses of forms
_LONGEST = 100  # characters of a unit
_LONGEST_CODE = 40
_LONGEST_ADDRESS = 500  # of a form
_LONGEST_ID = 64


class Unusable(Exception):
    """A cell that cannot be used, and why; never what stands in it."""


def plain(cell: str) -> str:
    """A cell without what keeps a spreadsheet off it."""
    text = cell.strip()
    guard = _GUARDED.fullmatch(text)
    return (guard[1] or guard[2] or "").strip() if guard else text


def names_somebody(text: str) -> bool:
    """Whether a cell can be somebody's number; one that a spreadsheet rounded may be anybody's."""
    usual = 0 < len(text) <= _LONGEST_ID and text.isprintable()
    return usual and not _POWER.fullmatch(text)


@lru_cache(20_000)
def day(cell: str) -> Span | None:
    """The days that a cell may mean; None where nothing stands in it. Raises Unusable."""
    text = plain(cell)
    if not text:
        return None
    if found := _DAY.fullmatch(text):
        return on(_on(int(found[3]), _month(found[2]), int(found[1])))
    if found := _ISO.fullmatch(text):
        text = found[1]
    if _SHORT.fullmatch(text):
        raise Unusable("The year of a date has two digits: export dates with four.")
    if found := _MONTH.fullmatch(text):
        number = _month(found[1] or found[2])
        _on(int(found[3]), number, 1)
        return span(f"{found[3]}-{number:02}")
    if _SERIAL.fullmatch(text):
        raise Unusable("A date is a spreadsheet's number: format the column as a date.")
    read = span(text)
    if read is None:
        raise Unusable("A date is not written as 03/03/2026, 03-Mar-2026 or 03 Mar 2026.")
    return read


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    word = text.lower()
    if word in _MONTHS:
        return _MONTHS.index(word) + 1
    if word in _NAMES:
        return _NAMES.index(word) + 1
    raise Unusable("A date has a month that is none.")


def _on(year: int, month: int, number: int) -> date:
    if month > 12:
        raise Unusable("A date has no such month: the day stands before the month here.")
    try:
        return date(year, month, number)
    except ValueError:
        raise Unusable("A date does not exist.") from None


@lru_cache(100_000)
def codes(system: str, cell: str) -> tuple[Code, ...]:
    """The code in a cell; none where nothing stands in it. Raises Unusable.

    A form is known by its address with its version and without, as in a FHIR record.
    """
    text = plain(cell)
    if not text:
        return ()
    if _POWER.fullmatch(text):
        raise Unusable(
            "A code was turned into a number such as 1.23E+15 by a spreadsheet: export it again."
        )
    if _SEVERAL.search(text) and system != ADDRESS:
        raise Unusable("More than one code stands in a cell: export one to a cell.")
    longest = _LONGEST_ADDRESS if system == ADDRESS else _LONGEST_CODE
    if len(text) > longest or not text.isprintable() or " " in text:
        raise Unusable("What stands where the code belongs is not a code.")
    if system in (SNOMED, SYSTEMS["dmd"]):
        flaw = snomed_problem(text)
        if flaw is not None and flaw.code == "E21":
            raise Unusable("A code is damaged: its check digit or its length is wrong.")
        if flaw is not None and flaw.code == "E22":
            raise Unusable("A code is that of a description: export the concept's.")
    if system == ADDRESS:
        return tuple(Code(system, name) for name in dict.fromkeys((text.partition("|")[0], text)))
    return (Code(system, text),)


def measured(value: str, unit: str, codes: frozenset[Code]) -> Measurement | None:
    """What a cell says was measured; None where it has no figure in it.

    A figure that could be read in two ways, or has two units, is a value without a number.
    """
    text = plain(value)
    if not any(letter.isdigit() for letter in text):
        return None
    found = _VALUE.fullmatch(text)
    behind = (found[3] or "").strip() if found else ""
    named = unit.strip()
    shown = named or behind
    unclear = found is None or (named and behind and named != behind)
    if found is None or unclear or len(shown) > _LONGEST or not shown.isprintable():
        return Measurement(None, "", codes=codes)
    if behind and not named and behind[:1] in "/,:.-+":  # 140/85, 5,4 and 3-5 are two figures
        return Measurement(None, "", codes=codes)
    sign = _SIGNS.get(found[1] or "", found[1] or "")
    return Measurement(Decimal(found[2]), shown, sign, shown, codes)
