"""The demo's one clock, which its buttons move forward by days, and nothing moves back.

Service, store and record system all go by it. A service for a practice never does: it goes by
``cds_hooks.clock.now``, and nothing of this package is in it.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cds_hooks.clock import Clock, practice_day
from cds_hooks.demo import kept
from rules.days import PRACTICE_ZONE, Duration

# So many days it goes at most: far beyond every quiet period and review date there is.
FURTHEST = 5 * 366
# What the buttons do, in their order.
STEPS: dict[str, tuple[str, Duration]] = {
    "day": ("Tomorrow", Duration(1, "day")),
    "week": ("A week later", Duration(1, "week")),
    "month": ("A month later", Duration(1, "month")),
    "year": ("A year later", Duration(1, "year")),
}


class TooFar(Exception):
    """The demo's days end before that day."""


class Days:
    """The real clock, so many days ahead; kept in a folder, so that it goes on from there."""

    def __init__(self, folder: Path, real: Clock) -> None:
        """Take up where this folder left off. Raises OSError, or NotOurs for another's file."""
        self._file, self._real = folder / "clock.json", real
        self._reached = datetime.min.replace(tzinfo=UTC)
        self.moved = 0
        found = kept.read(self._file)
        if found is None:
            self._write()
            return
        try:
            self.moved = int(found["moved"])
            self._reached = datetime.fromisoformat(found["reached"]).astimezone(UTC)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise kept.NotOurs from None
        if not 0 <= self.moved <= FURTHEST:
            raise kept.NotOurs

    def __call__(self) -> datetime:
        """The present moment of the demo: never one before a moment that it gave already."""
        # Counted where the practice is, or an hour of summer time could make it a day more.
        here = self._real().astimezone(PRACTICE_ZONE) + timedelta(days=self.moved)
        self._reached = max(self._reached, here.astimezone(UTC))
        return self._reached

    @property
    def today(self) -> date:
        """The practice's day."""
        return practice_day(self())

    @property
    def began(self) -> date:
        """The day that it would be if nobody had moved the clock."""
        return practice_day(self._real())

    def later(self, by: Duration) -> date | None:
        """The day so much later; None where the demo does not go that far."""
        day = by.after(self.today)
        return day if (day - self.began).days <= FURTHEST else None

    def forward(self, by: Duration) -> None:
        """From here on it is so much later. Raises TooFar, or OSError where it cannot be kept."""
        day = self.later(by)
        if day is None:
            raise TooFar
        self.moved = (day - self.began).days
        self._write()

    def _write(self) -> None:
        kept.write(self._file, {"moved": self.moved, "reached": self().isoformat()})
