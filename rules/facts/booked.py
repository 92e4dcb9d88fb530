"""Facts about the booking being made in this very moment."""

from datetime import date

from rules.answer import CANNOT_TELL, yes_or_no
from rules.days import Span
from rules.fact import Fact, Give
from rules.finding import Finding, Look

_NOT_GOING_AHEAD = frozenset({"cancelled", "noshow", "entered-in-error"})


def look_up(fact: Fact, look: Look) -> Finding:
    """Whether a booking of this kind is being made, and for when; the earliest of several."""
    booked = tuple(
        entry
        for entry in look.record.booking
        if entry.status not in _NOT_GOING_AHEAD
        and (not fact.codes or any(code in fact.codes for code in entry.codes))
    )
    dated = [entry.when for entry in booked if entry.when is not None]
    looked_at = len(look.record.booking)
    if len(dated) < len(booked) and fact.give is Give.DATE:
        return Finding(
            fact,
            CANNOT_TELL,
            entries=booked,
            doubt="a booking has no date",
            looked_at=looked_at,
        )
    day: Span | None = None
    if dated and fact.give is Give.DATE:
        day = Span(min(when.first for when in dated), min(when.last for when in dated))
    soonest_first = tuple(sorted(booked, key=lambda entry: entry.when or Span(date.max, date.max)))
    return Finding(
        fact, yes_or_no(bool(booked)), day=day, entries=soonest_first, looked_at=looked_at
    )
