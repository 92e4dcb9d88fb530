"""What was paused: the switch that quiets a rule, a practice, or everything, at once.

And what put itself in shadow, until a person takes it back; and what there is to be paused.

It is in the store, so that every process over it sees it, whichever rules it has read.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from cds_hooks.store.tables import paused
from prompts.restraint import IN_SHADOW

EVERYTHING = "*"
_TAKEN_BACK = "taken-back:"  # before the id of a rule that a person took out of shadow, and when
# Before a practice's name, white space, and a rule or itself: what services over this store ask.
_IN_FORCE = "in-force:"
_OURS = (_TAKEN_BACK, _IN_FORCE)  # what is here besides what is paused
SAID_EVERY = timedelta(hours=1)
_GONE_AFTER = timedelta(days=1)  # a practice that nobody serves any more, or by another name
_ALL = select(paused).order_by(paused.c.what)
_ADD = insert(paused)
_TAKE_AWAY = delete(paused).where(paused.c.what == bindparam("which"))


class Pause(NamedTuple):
    """What is paused: ``rule:`` and an id, ``practice:`` and a name, or everything.

    Or ``shadow:`` and the id of a rule that put itself in shadow.
    """

    what: str
    since: datetime
    because: str


def pauses_in(connection: Connection) -> tuple[Pause, ...]:
    """Everything that is paused."""
    return tuple(
        Pause(row.what, datetime.fromisoformat(row.since), row.because)
        for row in connection.execute(_ALL)
        if not row.what.startswith(_OURS)
    )


def taken_back(connection: Connection) -> tuple[tuple[str, datetime], ...]:
    """The rules that a person took out of shadow, and when they last did."""
    return tuple(
        (row.what.removeprefix(_TAKEN_BACK), datetime.fromisoformat(row.since))
        for row in connection.execute(_ALL)
        if row.what.startswith(_TAKEN_BACK)
    )


def take_back(connection: Connection, rule: str, now: datetime) -> bool:
    """Whether a rule had put itself in shadow; it is shown again, and today does not do so anew."""
    if not resume(connection, f"{IN_SHADOW}{rule}"):
        return False
    pause(connection, Pause(f"{_TAKEN_BACK}{rule}", now, ""))
    return True


def pause(connection: Connection, one: Pause) -> None:
    """Pause it, from then on and for that reason, whatever was there before."""
    connection.execute(_TAKE_AWAY, {"which": one.what})
    values = {"what": one.what, "since": one.since.isoformat(), "because": one.because}
    connection.execute(_ADD, values)


def resume(connection: Connection, what: str) -> bool:
    """Whether it was paused; it is no more."""
    return connection.execute(_TAKE_AWAY, {"which": what}).rowcount > 0


def say_in_force(
    connection: Connection, practice: str, rules: Iterable[str], now: datetime
) -> None:
    """This practice's rules are asked over this store, these and no others of it."""
    mine = f"{_IN_FORCE}{practice}\t"
    said = {f"{mine}practice:{practice}", *(f"{mine}rule:{rule}" for rule in rules)}
    for row in connection.execute(_ALL).all():
        gone = datetime.fromisoformat(row.since) < now - _GONE_AFTER
        if row.what.startswith(mine) or (row.what.startswith(_IN_FORCE) and gone):
            resume(connection, row.what)
    for what in sorted(said):
        pause(connection, Pause(what, now, ""))


def practices_in(connection: Connection, now: datetime) -> frozenset[str]:
    """The practices whose services have lately said that they use this store, by their names."""
    return frozenset(
        row.what.partition("\tpractice:")[2]
        for row in connection.execute(_ALL)
        if row.what.startswith(_IN_FORCE)
        and "\tpractice:" in row.what
        and datetime.fromisoformat(row.since) > now - 2 * SAID_EVERY
    )


def in_force(connection: Connection) -> frozenset[str]:
    """What services over this store ask, as it would be paused: rules, and their practices."""
    return frozenset(
        row.what.partition("\t")[2]
        for row in connection.execute(_ALL)
        if row.what.startswith(_IN_FORCE)
    )
