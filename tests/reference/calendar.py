"""The calendar, day by day (RULES 4.12: "Dates")."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tests.reference.three import in_every_world

DAY = timedelta(days=1)


def a_length(text: str) -> tuple[int, str]:
    """ "12 months" as 12 and "month"."""
    count, unit = text.split(" ")
    return int(count), unit.removesuffix("s")


def ago(text: str, today: date) -> date:
    """So long before today; month ends are clamped. The calendar begins with the year 1."""
    return _moved(today, text, -1) or date.min


def ahead(text: str, today: date) -> date:
    """So long after today; month ends are clamped. The calendar ends with the year 9999."""
    return _moved(today, text, +1) or date.max


def _moved(today: date, text: str, way: int) -> date | None:
    count, unit = a_length(text)
    if unit in ("day", "week"):
        days = count * (7 if unit == "week" else 1)
        number = today.toordinal() + way * days
        return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None
    months = count * (12 if unit == "year" else 1)
    year, month = today.year, today.month
    year += way * (months // 12)
    month += way * (months % 12)
    if month < 1:
        year, month = year - 1, month + 12
    if month > 12:
        year, month = year + 1, month - 12
    if not 1 <= year <= 9999:
        return None
    for day in range(today.day, 0, -1):  # 31 February is the last day of February
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


@cache
def days_of(text: str) -> tuple[date, ...]:
    """Every day that "2026-05-31", "2026-05" or "2026" may mean."""
    if len(text) == 10:
        return (date.fromisoformat(text),)
    day = date.fromisoformat(text + "-01" if len(text) == 7 else text + "-01-01")
    days: list[date] = []
    while day.isoformat().startswith(text):
        days.append(day)
        if day == date.max:
            break
        day += DAY
    return tuple(days)


@dataclass(frozen=True)
class Days:
    """What a fact that gives a date may give: from one day to another, both included.

    "Compared as the span of days" (RULES 4.12): what lies between may be, too.
    """

    first: date
    last: date

    def holds(self, test: Callable[[date], bool], edges: list[date]) -> str:
        """Whether a test holds. It changes its mind at ``edges`` alone, so we ask around those."""
        asked = {self.first, self.last}
        for edge in edges:
            for number in (-1, 0, 1):
                if 1 <= edge.toordinal() + number <= date.max.toordinal():
                    asked.add(date.fromordinal(edge.toordinal() + number))
        return in_every_world(test(day) for day in asked if self.first <= day <= self.last)
