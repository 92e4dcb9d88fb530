"""The funnel: how often what happened on a day, by rule and offer. Nobody is in it.

Added to in the transaction of what is counted, so that neither is there without the other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select, text

from cds_hooks.store.tables import counts

# One statement for both databases: one row is one sort of event on one day.
_ADD = text(
    "INSERT INTO counts (day, rule, offer, outcome, times)"
    " VALUES (:day, :rule, :offer, :outcome, :times)"
    " ON CONFLICT (day, rule, offer, outcome) DO UPDATE SET times = counts.times + excluded.times"
)
_BETWEEN = (
    select(counts)
    .where(counts.c.day >= bindparam("first"), counts.c.day <= bindparam("last"))
    .order_by(counts.c.day, counts.c.rule, counts.c.offer, counts.c.outcome)
)

SHOWN, TAKEN, CLOSED = "shown", "taken", "closed"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One sort of event of a rule on a day; ``offer`` is "" where it is the card as a whole."""

    day: date
    rule: str
    offer: str
    outcome: str  # shown, taken, closed, or a reply: accepted, declined ...


def add(connection: Connection, events: Iterable[Event]) -> None:
    """Count events. In one order always, so that two who count never wait for each other."""
    rows = [
        {
            "day": event.day.isoformat(),
            "rule": event.rule,
            "offer": event.offer,
            "outcome": event.outcome,
            "times": times,
        }
        for event, times in sorted(Counter(events).items())
    ]
    if rows:
        connection.execute(_ADD, rows)


def counted(connection: Connection, first: date, last: date) -> dict[Event, int]:
    """How often each event was counted on these days, both included."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return {
        Event(date.fromisoformat(row.day), row.rule, row.offer, row.outcome): row.times
        for row in connection.execute(_BETWEEN, days)
    }
