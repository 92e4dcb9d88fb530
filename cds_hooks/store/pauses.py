"""What was paused by hand: the switch that quiets a rule, a practice, or everything, at once.

It is in the store, so that every process over it sees it, whichever rules it has read.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from cds_hooks.store.tables import paused

EVERYTHING = "*"
_ALL = select(paused).order_by(paused.c.what)
_ADD = insert(paused)
_TAKE_AWAY = delete(paused).where(paused.c.what == bindparam("which"))


class Pause(NamedTuple):
    """What is paused: ``rule:`` and an id, ``practice:`` and a name, or everything."""

    what: str
    since: datetime
    because: str


def pauses_in(connection: Connection) -> tuple[Pause, ...]:
    """Everything that is paused."""
    return tuple(
        Pause(row.what, datetime.fromisoformat(row.since), row.because)
        for row in connection.execute(_ALL)
    )


def pause(connection: Connection, one: Pause) -> None:
    """Pause it, from then on and for that reason, whatever was there before."""
    connection.execute(_TAKE_AWAY, {"which": one.what})
    values = {"what": one.what, "since": one.since.isoformat(), "because": one.because}
    connection.execute(_ADD, values)


def resume(connection: Connection, what: str) -> bool:
    """Whether it was paused; it is no more."""
    return connection.execute(_TAKE_AWAY, {"which": what}).rowcount > 0
