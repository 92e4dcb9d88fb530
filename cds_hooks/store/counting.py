"""The funnel: how often what happened on a day, by rule and offer. Nobody is in it.

Added to in the transaction of what is counted, so that neither is there without the other.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import repeat

from sqlalchemy import Connection, bindparam, func, select, text

from cds_hooks.store.quick import Quick
from cds_hooks.store.tables import counts
from prompts.capacity import ENOUGH, resting

# One statement for both databases, of as many rows as are given up to so many: one row is one sort
# of event on one day.
_AT_ONCE = 16


@cache
def _add(rows: int) -> Quick:
    values = ", ".join(
        f"(:day{row}, :rule{row}, :offer{row}, :outcome{row}, :times{row})" for row in range(rows)
    )
    return Quick(
        text(
            f"INSERT INTO counts (day, rule, offer, outcome, times) VALUES {values}"
            " ON CONFLICT (day, rule, offer, outcome)"
            " DO UPDATE SET times = counts.times + excluded.times"
        )
    )


_BETWEEN = (
    select(counts)
    .where(counts.c.day >= bindparam("first"), counts.c.day <= bindparam("last"))
    .order_by(counts.c.day, counts.c.rule, counts.c.offer, counts.c.outcome)
)

SHOWN, TAKEN, CLOSED = "shown", "taken", "closed"
ANSWERED = "answered"  # a card of a rule had its first answer of a person, whichever it was
LOOKED = "looked"  # a rule was asked, whatever came of it
HELD = "held:"  # before the step that held it back
SHADOW = "shadow"  # it would have gone on to a card, and is in shadow
NOT_AVAILABLE = "service-not-available"  # HL7's code for it, which is counted as it is
# As far back as an offer that was full can still rest (prompts/capacity.py).
_FULL_SINCE = 120  # days
_FULL = select(counts.c.day, counts.c.offer, counts.c.times).where(
    counts.c.outcome == NOT_AVAILABLE, counts.c.rule == "", counts.c.day >= bindparam("first")
)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One sort of event of a rule on a day; ``offer`` is "" where it is the card as a whole.

    Where an offer was not available, it is counted once more under no rule, for all of them.
    """

    day: date
    rule: str
    offer: str
    # shown, taken, closed, or a reply: accepted, declined ...; answered, looked, held:<step> ...
    outcome: str


def held_by(step: str) -> str:
    """What is counted where a step held a rule back."""
    return SHADOW if step == SHADOW else f"{HELD}{step}"


def add(connection: Connection, events: Iterable[Event]) -> None:
    """Count events, or a Counter of them with how often each was.

    In one order always, so that two who count never wait for each other.
    """
    many: dict[tuple[str, str, str, str], int] = {}
    for event, times in events.items() if isinstance(events, Counter) else zip(events, repeat(1)):
        row = event.day.isoformat(), event.rule, event.offer, event.outcome
        many[row] = many.get(row, 0) + times
    in_order = sorted(many.items())
    for first in range(0, len(in_order), _AT_ONCE):
        some = in_order[first : first + _AT_ONCE]
        values = [value for event, times in some for value in (*event, times)]
        _add(len(some)).on_values(connection, values)


def full(connection: Connection, today: date) -> Mapping[str, date]:
    """The keys of the offers that nobody can have today, each with the last day that said so."""
    first = (today - timedelta(days=_FULL_SINCE)).isoformat()
    found = [
        (date.fromisoformat(row.day), row.offer)
        for row in connection.execute(_FULL, {"first": first})
        for _ in range(min(row.times, ENOUGH))
    ]
    return resting(found, today) if found else {}


def counted(connection: Connection, first: date, last: date) -> dict[Event, int]:
    """How often each event was counted on these days, both included."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return {
        Event(date.fromisoformat(row.day), row.rule, row.offer, row.outcome): row.times
        for row in connection.execute(_BETWEEN, days)
    }


def counted_of(
    connection: Connection,
    rules: Collection[str],
    outcomes: Collection[str],
    first: date,
    last: date,
) -> dict[Event, int]:
    """The same of some rules and outcomes alone, and of cards as a whole."""
    found = connection.execute(
        select(counts).where(
            counts.c.outcome.in_(sorted(outcomes)),
            counts.c.rule.in_(sorted(rules)),
            counts.c.offer == "",
            counts.c.day >= first.isoformat(),
            counts.c.day <= last.isoformat(),
        )
    )
    return {
        Event(date.fromisoformat(row.day), row.rule, row.offer, row.outcome): row.times
        for row in found
    }


def first_of(connection: Connection, rules: Collection[str], outcome: str) -> dict[str, date]:
    """The first day on which an outcome of each of these rules was counted, where it ever was."""
    found = connection.execute(
        select(counts.c.rule, func.min(counts.c.day).label("first"))
        .where(counts.c.outcome == outcome, counts.c.rule.in_(sorted(rules)), counts.c.offer == "")
        .group_by(counts.c.rule)
    )
    return {row.rule: date.fromisoformat(row.first) for row in found}
