"""The only clock. Everything else is told what day it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from rules.days import PRACTICE_ZONE

# A clock is any function that gives the present moment, with its zone.
Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def practice_day(moment: datetime) -> date:
    """The day that a moment falls on where the practice is."""
    return moment.astimezone(PRACTICE_ZONE).date()


def half_day(moment: datetime) -> str:
    """The morning or the afternoon that a moment falls in where the practice is."""
    there = moment.astimezone(PRACTICE_ZONE)
    return f"{there.date()} {'morning' if there.hour < _NOON else 'afternoon'}"


_NOON = 12
