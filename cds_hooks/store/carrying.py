"""What a backup does not have and the store in whose place it comes does: it is carried over.

Every card, answer, count, case and no since the backup, so that nothing that was acknowledged is
forgotten; who was erased since, so that a backup brings nobody back; and what is paused.

Where the store that is replaced goes on from the backup (it has a card of it, and all of them),
what is paused is what is paused in it: what was resumed since stays resumed. Where nothing shows
that it does, as where a service has begun anew over an empty folder or an earlier backup, what
either of them has paused is paused; and so is what was paused after the last sign of life in the
store that is replaced. Silence is the safer mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    Table,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)

from cds_hooks.store.cases import drop_cases
from cds_hooks.store.hearing import forget_comments
from cds_hooks.store.keys import Key
from cds_hooks.store.outliving import forget_late_noes, keep_noes
from cds_hooks.store.pauses import pauses_in, resume, taken_back
from cds_hooks.store.people import erase_within, erased_people, everybody, keep_erased
from cds_hooks.store.tables import (
    about,
    answers,
    cards,
    cases,
    comments,
    counts,
    erased,
    erased_cards,
    grounds,
    late,
    metadata,
    noes,
    paused,
    unknown_cards,
)
from cds_hooks.store.thumbs import forget_thumbs
from cds_hooks.store.thumbs_since import carry_thumbs
from prompts.restraint import IN_SHADOW

_ONE_ANSWER = ("card", "suggestion", "reply", "said_at")
_EVERY_CARD = select(cards.c.card)
_HOW_MANY = {"preserve_rowcount": True}
_DAY = len("2026-01-01")
_ONE_CASE = ("rule", "version", "sort", "who")
_ONE_COUNT = ("day", "rule", "offer", "outcome")


@dataclass(frozen=True, slots=True)
class Carried:
    """How much was carried over that the backup does not have."""

    cards: int = 0
    answers: int = 0


class _Before:
    """The tables of the store that is replaced, under the name of the schema they are in."""

    def __init__(self, schema: str) -> None:
        there = MetaData()
        # Under other names: one and the same in two schemas would be told apart by nothing.
        self._tables = {
            table.name: table.to_metadata(there, schema=schema).alias(f"old_{table.name}")
            for table in metadata.sorted_tables
        }

    def __getitem__(self, table: Table) -> FromClause:
        return self._tables[table.name]


def same_key(connection: Connection, key: Key, schema: str) -> bool:
    """Whether the store in a schema was made with this key, or with none yet."""
    of_it = _Before(schema)[about]
    known = connection.execute(select(of_it.c.value).where(of_it.c.name == "key")).scalar()
    return known in (None, key.fingerprint)


def carry_over(
    connection: Connection, key: Key, schema: str, today: date, *, whole: bool = True
) -> Carried:
    """Add to a backup that was restored what the store in a schema has and the backup has not.

    Where that is not the ``whole`` of it, what is paused may be missing: it resumes nothing.
    Raises SQLAlchemyError or ValueError where that store cannot be read.
    """
    before = _Before(schema)
    erasures = _erasures(connection, before)
    _let_go_of_the_erased(connection, key, erasures, today)
    # Before anything is added: afterwards a card that is in both is no sign of anything.
    goes_on = whole and _goes_on(connection, before)
    but = _of_the_erased(connection, key, before, erasures)
    carried = Carried(
        _add(connection, before, cards, "card", but=but), _answers(connection, before)
    )
    for table, known_by in ((grounds, ("card",)), (comments, ("card", "said_at"))):
        _add(connection, before, table, *known_by, but=before[table].c.card.not_in(_EVERY_CARD))
    forget_comments(connection, today.isoformat())
    _replace(connection, before, unknown_cards, "card")
    old = before[cards]
    let_go = [(row.card, row.rules) for row in connection.execute(select(old).where(but))]
    carry_thumbs(connection, key, before.__getitem__, let_go)
    forget_thumbs(connection, today)
    _counts(connection, before)
    _cases(connection, before, erasures)
    _late_noes_and_noes(connection, before, erasures)
    _paused(connection, before, goes_on=goes_on)
    return carried


def _goes_on(connection: Connection, before: _Before) -> bool:
    """Whether the store that is replaced has a card of the backup, and none of them is missing."""
    old = before[cards]
    there = exists().where(old.c.card == cards.c.card)
    has, lacks = (select(cards.c.card).where(each).limit(1) for each in (there, ~there))
    return connection.execute(has).first() is not None and connection.execute(lacks).first() is None


def _rows(connection: Connection, found: Select[*tuple[str, ...]]) -> list[dict[str, str]]:
    return [
        {str(name): str(value) for name, value in row.items()}
        for row in connection.execute(found).mappings()
    ]


class _Erasures(NamedTuple):
    """Who was erased and only one of the two knows of it, by their hash."""

    since: Mapping[str, str]  # by the store that is replaced: the day, with its mark
    only_there: Mapping[str, str]  # by the backup, the day: that store is of before


def _erasures(connection: Connection, before: _Before) -> _Erasures:
    there = dict(erased_people(connection))
    rows = _rows(connection, select(before[erased]))
    known = {row["who"]: row["erased_on"] for row in rows}
    # Of two on one day the store that is replaced has the later one: it is what went on.
    return _Erasures(
        {
            who: on
            for who, on in known.items()
            if on != there.get(who) and on[:_DAY] >= there.get(who, "")[:_DAY]
        },
        {who: on[:_DAY] for who, on in there.items() if on[:_DAY] > known.get(who, "")[:_DAY]},
    )


def _let_go_of_the_erased(
    connection: Connection, key: Key, erasures: _Erasures, today: date
) -> None:
    """Of whoever was erased since, only what the store that is replaced has is carried over."""
    since = erasures.since
    for who in since:  # what was judged of them counts in the store that is replaced
        drop_cases(connection, who)
    for person in everybody(connection) if since else ():
        if key.hidden(person) in since:
            erase_within(connection, key, person, today, also_the_no=True)
    for who in since:
        connection.execute(noes.delete().where(noes.c.who == who))
        forget_late_noes(connection, who)
    keep_erased(connection, since.items())


def _of_the_erased(
    connection: Connection, key: Key, before: _Before, erasures: _Erasures
) -> ColumnElement[bool]:
    """The cards of before somebody was erased where only the backup knows of it."""
    old, found = before[cards], list[ColumnElement[bool]]()
    people = select(old.c.person).distinct().order_by(old.c.person)
    for person in connection.scalars(people) if erasures.only_there else ():
        if on := erasures.only_there.get(key.hidden(person)):
            found.append(and_(old.c.person == person, old.c.shown_on <= on))
    return or_(false(), *found)


def _late_noes_and_noes(connection: Connection, before: _Before, erasures: _Erasures) -> None:
    """That somebody said no, and may still; but not what an erasure let go of with the rest."""
    old = before[erased_cards]
    over = [
        and_(old.c.who == who, old.c.erased_on <= on) for who, on in erasures.only_there.items()
    ]
    _add(connection, before, erased_cards, "no", but=or_(false(), *over))
    every = _rows(connection, select(before[noes]))
    keep_noes(
        connection,
        (row for row in every if row["said_on"] > erasures.only_there.get(row["who"], "")),
    )


def _add(
    connection: Connection,
    before: _Before,
    table: Table,
    *known_by: str,
    but: ColumnElement[bool] | None = None,
) -> int:
    """Add the rows that are not there yet, but some; how many."""
    old = before[table]
    there = exists().where(and_(*(table.c[name] == old.c[name] for name in known_by)))
    names = [column.name for column in table.c]
    new = select(*(old.c[name] for name in names)).where(~there)
    if but is not None:
        new = new.where(~but)
    return connection.execute(
        table.insert().from_select(names, new), execution_options=_HOW_MANY
    ).rowcount


def _answers(connection: Connection, before: _Before) -> int:
    """Add the answers that are not there yet, in their order and under numbers of their own."""
    old, old_late = before[answers], before[late]
    there = exists().where(and_(*(answers.c[name] == old.c[name] for name in _ONE_ANSWER)))
    names = [column.name for column in answers.c if column.name != "id"]
    new = select(*(old.c[name] for name in names)).where(~there, old.c.card.in_(_EVERY_CARD))
    new = new.order_by(old.c.id)
    added = connection.execute(
        answers.insert().from_select(names, new), execution_options=_HOW_MANY
    ).rowcount
    marked = exists().where(late.c.answer == answers.c.id)
    too_late = (
        select(answers.c.id, old_late.c.topics)
        .join(old, and_(*(answers.c[name] == old.c[name] for name in _ONE_ANSWER)))
        .join(old_late, old_late.c.answer == old.c.id)
        .where(~marked)
    )
    connection.execute(late.insert().from_select(["answer", "topics"], too_late))
    return added


def _replace(connection: Connection, before: _Before, table: Table, known_by: str) -> None:
    """Take the rows as they are in the store that is replaced, and keep the others."""
    old = before[table]
    connection.execute(table.delete().where(table.c[known_by].in_(select(old.c[known_by]))))
    _add(connection, before, table, known_by)


def _counts(connection: Connection, before: _Before) -> None:
    """The higher of two counts of one thing: one goes on from the other."""
    old = before[counts]
    same = and_(*(counts.c[name] == old.c[name] for name in _ONE_COUNT))
    higher = select(old.c.times).where(same).scalar_subquery()
    connection.execute(
        counts.update()
        .values(times=higher)
        .where(exists().where(same, old.c.times > counts.c.times))
    )
    _add(connection, before, counts, *_ONE_COUNT)


def _cases(connection: Connection, before: _Before, erasures: _Erasures) -> None:
    """Who waits to be judged, and was, as the store that is replaced has them."""
    old = before[cases]
    same = and_(*(cases.c[name] == old.c[name] for name in _ONE_CASE))
    connection.execute(cases.delete().where(exists().where(same)))
    _add(connection, before, cases, *_ONE_CASE)
    for who, on in erasures.only_there.items():
        drop_cases(connection, who, on)


def _paused(connection: Connection, before: _Before, *, goes_on: bool) -> None:
    now = {row["what"]: row for row in _rows(connection, select(before[paused]))}
    of_backup = {row["what"]: row for row in _rows(connection, select(paused))}
    every = now if goes_on else of_backup | now
    known_until = _latest(connection, before)
    # What was paused after its last sign of life the store that is replaced may not know of.
    every |= {
        what: row
        for what, row in of_backup.items()
        if what not in now and row["since"] > known_until
    }
    connection.execute(paused.delete())
    if every:
        connection.execute(paused.insert(), list(every.values()))
    since = {one.what: one.since for one in pauses_in(connection)}
    for rule, at in taken_back(connection):
        if (shadow := f"{IN_SHADOW}{rule}") in since and since[shadow] < at:
            resume(connection, shadow)


def _latest(connection: Connection, before: _Before) -> str:
    """When the store that is replaced last showed a card or had something paused, in UTC."""
    found = (
        connection.execute(select(func.max(column))).scalar()
        for column in (before[cards].c.shown_at, before[paused].c.since)
    )
    return max(filter(None, found), default="")
