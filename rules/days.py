"""Calendar days: windows, month ends, ages, and partial dates as spans (RULES 4.12)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.answer import CANNOT_TELL, NO, YES, Answer

# A rule's day is the practice's day. The whole United Kingdom keeps this one zone.
PRACTICE_ZONE = ZoneInfo("Europe/London")

_FHIR_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(.*))?)?)?", re.ASCII)
_ZONE_OF_TIME = re.compile(
    r"(?::(?:[0-5]\d|60)(?:\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII
)
# What most dates look like: a day, or a time in UTC that no summer takes to the next day. All that
# follows would say the same of them, and takes five times as long.
_PLAIN = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-2]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|\+00:00))?",
    re.ASCII,
)
_NEVER_TWO_HOURS = "1948"  # since then clocks here were at most one hour before UTC, never behind
_LAST_TWO_HOURS = 1948  # and the year before which, told with another zone, may begin in it


class Span(NamedTuple):
    """The days something may have happened on: the first and the last, both included.

    A full date is one day long. An open end is ``date.min`` or ``date.max``.
    """

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether this is one known day."""
        return self.first == self.last

    def is_between(self, first: date, last: date) -> Answer:
        """Whether it fell from ``first`` to ``last``, both included."""
        if self.last < first or self.first > last:
            return NO
        if first <= self.first and self.last <= last:
            return YES
        return CANNOT_TELL


def on(day: date) -> Span:
    """The span of one day."""
    return Span(day, day)


def span(text: str) -> Span | None:
    """Read a FHIR date, dateTime or instant as the days it may mean; None if it is none of them.

    A time with a zone is turned into the practice's day, so 23:30Z in June is the day after.
    """
    plain = _PLAIN.fullmatch(text)
    try:
        if plain is not None and text >= _NEVER_TWO_HOURS:
            return on(date.fromisoformat(plain[1]))
    except ValueError:  # 30 February
        return None
    found = _FHIR_DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, rest = found.groups()
    try:
        if month is None:
            return Span(date(int(year), 1, 1), date(int(year), 12, 31))
        if day is None:
            last = monthrange(int(year), int(month))[1]
            return Span(date(int(year), int(month), 1), date(int(year), int(month), last))
        whole = date(int(year), int(month), int(day))
        if hour is None:
            return on(whole)
        return _day_of_time(whole, int(hour), int(minute), rest)
    except (ValueError, OverflowError):  # 30 February, month 13, hour 25, the edge of the calendar
        return None


def _day_of_time(whole: date, hour: int, minute: int, rest: str) -> Span | None:
    zone = _ZONE_OF_TIME.fullmatch(rest)
    if zone is None:
        return None
    if zone[1] is None:
        datetime(whole.year, whole.month, whole.day, hour, minute)  # noqa: DTZ001 - only checked
        return on(whole)
    offset = "+00:00" if zone[1] == "Z" else zone[1]
    if whole.year > _LAST_TWO_HOURS and hour < 24 and minute < 60:
        ahead = int(offset[1:3]) * 60 + int(offset[4:6])
        days, minutes = divmod(
            hour * 60 + minute - (ahead if offset[0] == "+" else -ahead), 24 * 60
        )
        if minutes < 23 * 60:  # no summer takes it to the next day, and no zone has to be asked
            return on(whole + timedelta(days))
    moment = datetime.fromisoformat(f"{whole.isoformat()}T{hour:02}:{minute:02}{offset}")
    return on(moment.astimezone(PRACTICE_ZONE).date())


@dataclass(frozen=True, slots=True)
class Duration:
    """So many days, weeks, months or years, as an author writes them."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" + ("" if self.count == 1 else "s")

    def before(self, day: date) -> date:
        """The day this long before; month ends are clamped. Never before the calendar begins."""
        return _moved(day, -self.count, self.unit)

    def after(self, day: date) -> date:
        """The day this long after; month ends are clamped. Never after the calendar ends."""
        return _moved(day, self.count, self.unit)

    def is_shorter_than(self, other: "Duration") -> bool:
        """Whether it is over sooner than the other, from at least one day of any four years."""
        if self.unit == other.unit:
            return self.count < other.count
        return any(self.after(day) < other.after(day) for day in _FOUR_YEARS)


# With every length of month and a leap day: enough to tell 12 months from 365 days.
_FOUR_YEARS = tuple(date(2024, 1, 1) + timedelta(days=days) for days in range(1461))


@cache
def _moved(day: date, count: int, unit: str) -> date:
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return date.min if count < 0 else date.max


_DURATION = re.compile(r"(\d{1,4}) (day|week|month|year)s?", re.ASCII)


def duration(text: str) -> Duration | None:
    """Read "12 months"; None if it is not a whole number of days, weeks, months or years."""
    found = _DURATION.fullmatch(text)
    return Duration(int(found[1]), found[2]) if found else None


def age(birth: Span, today: date) -> tuple[int, int]:
    """The least and the most whole years old. A leap-day birthday falls on 1 March."""
    return _years(birth.last, today), _years(birth.first, today)


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def in_words(day: date) -> str:
    """A day as people say it: 21 November 2026."""
    return f"{day.day} {day:%B} {day.year}"


def span_in_words(when: Span) -> str:
    """A span as people say it: 21 November 2026, November 2026, 2026."""
    if when.exact:
        return in_words(when.first)
    first, last = when.first, when.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.year}"
    return f"between {in_words(first)} and {in_words(last)}"
