"""Which visits of a record are still to come: what is about the days ahead asks for no others."""

from collections.abc import Iterator, Set
from datetime import date, timedelta

from rules.codes import Code
from rules.record import Entry, Kind, PatientRecord

_GOING_AHEAD = frozenset({"booked", "pending", "proposed"})


def coming(
    record: PatientRecord, today: date, days: int, codes: Set[Code] | None = None
) -> Iterator[Entry]:
    """The visits that go ahead within so many days, today's too, the soonest first.

    One that may be within them, as its day is not known well enough, is among them. With ``codes``
    only visits of these sorts are looked at, and no other entry is made for it.
    """
    last = today + timedelta(days=days)
    index = record.by_code
    wanted = index.keys() if codes is None else index.keys() & codes
    found = {
        id(entry): entry
        for entries in (*(index[code] for code in wanted), record.booking)
        for entry in entries
        if entry.kind is Kind.APPOINTMENT and entry.status in _GOING_AHEAD
        if codes is None or not codes.isdisjoint(entry.codes)
    }
    dated = [(one.when, one) for one in found.values() if one.when is not None]
    soon = [(when, one) for when, one in dated if when.first <= last and when.last >= today]
    for _, one in sorted(soon, key=lambda pair: (pair[0], pair[1].reference)):
        yield one
