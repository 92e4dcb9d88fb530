"""How people write lengths of time and dates, and how a rule file writes them.

Only what can be meant in one way: 12m is twelve months to one reader and minutes to another, and
01/03/2027 is in January or in March.
"""

import re
from datetime import date

_UNITS = {
    "day": ("d", "day", "days", "dy", "dys"),
    "week": ("w", "wk", "wks", "week", "weeks"),
    "month": ("mo", "mos", "mth", "mths", "mnth", "mnths", "mon", "month", "months", "mounths"),
    "year": ("y", "yr", "yrs", "year", "years"),
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_NUMBER = {word: number for number, word in enumerate(_NUMBERS)} | {"a": 1, "an": 1}
_LENGTH = re.compile(r"(\d{1,4}|[a-z]+)[\s-]*([a-z]+)\.?", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_IN_FIGURES = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -]([a-z]{3,9})[ ,-]+(\d{4})", re.ASCII)


def length(text: str) -> str | None:
    """A length of time as rules write it: "12 months" for "12mths"; None if it is not sure."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None or found[2] not in _UNIT:
        return None
    count = int(found[1]) if found[1].isdigit() else _NUMBER.get(found[1])
    if count is None:
        return None
    unit = _UNIT[found[2]]
    return f"{count} {unit}" + ("" if count == 1 else "s")


def day(text: str) -> str | None:
    """A date as rules write it: "2027-03-31" for "31/03/2027"; None if it is not sure."""
    asked = text.strip().lower()
    if found := _IN_FIGURES.fullmatch(asked):
        first, second = int(found[1]), int(found[2])
        sure = first > 12 or first == second
        return _on(int(found[3]), second, first) if sure else None
    if found := _YEAR_FIRST.fullmatch(asked):
        return _on(int(found[1]), int(found[2]), int(found[3]))
    if found := _IN_WORDS.fullmatch(asked):
        months = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(found[2])]
        return _on(int(found[3]), months[0], int(found[1])) if len(months) == 1 else None
    return None


def either_day(text: str) -> tuple[str, str] | None:
    """The two dates that 01/03/2027 can be: day first, then month first."""
    found = _IN_FIGURES.fullmatch(text.strip())
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    days = _on(year, second, first), _on(year, first, second)
    return (days[0], days[1]) if days[0] and days[1] else None


def _on(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None
