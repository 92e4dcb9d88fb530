"""What is kept of one person: to give it to them, and to let go of it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from secrets import token_hex

from sqlalchemy import Connection, select, text

from cds_hooks.store.answers import key_of
from cds_hooks.store.cases import cases_of, forget_cases
from cds_hooks.store.hearing import forget_comments
from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Database, Place, open_store
from cds_hooks.store.outliving import (
    forget_late_noes,
    keep_late_noes,
    keep_noes,
    late_noes_of,
    noes_of,
)
from cds_hooks.store.tables import answers, cards, cases, comments, erased, grounds, late, noes
from cds_hooks.store.thumbs import forget_presses, forget_thumbs

_ERASED = text(
    "INSERT INTO erased (who, erased_on) VALUES (:who, :on)"
    " ON CONFLICT (who) DO UPDATE SET erased_on = excluded.erased_on"
)

Json = dict[str, object]


def export(place: Place, person: str, *, with_comments: bool = False) -> Json | None:
    """Everything that is kept of a person, to be given to them; None where there is nothing.

    What clinicians wrote is counted, and left out unless it is asked for: it may name others.
    Raises StoreError.
    """
    database = open_store(place)
    try:
        key = key_of(database, place)
        with database.reading() as connection:
            found = [
                _exported(
                    connection,
                    key,
                    {str(name): value for name, value in card.items()},
                    with_comments=with_comments,
                )
                for card in connection.execute(
                    select(cards, grounds.c.value_sets, grounds.c.facts, grounds.c.steps)
                    .select_from(cards.outerjoin(grounds, grounds.c.card == cards.c.card))
                    .where(cards.c.person == person)
                    .order_by(cards.c.shown_at, cards.c.card)
                ).mappings()
            ]
            stays = [
                {"topic": row.topic, "said_on": row.said_on}
                for row in connection.execute(
                    select(noes).where(noes.c.who == key.hidden(person)).order_by(noes.c.topic)
                )
            ]
            late_noes = [
                {"topics": topics.split(" "), "kept_until": until}
                for topics, until in late_noes_of(connection, key.hidden(person))
            ]
            drawn = cases_of(connection, person, key.hidden(person))
    finally:
        database.close()
    if not found and not stays and not late_noes and not drawn:
        return None
    told: Json = {"person": person, "cards": found, "said_no_before": stays}
    told |= {"may_still_say_no_to": late_noes} if late_noes else {}
    return told | ({"drawn_to_be_judged": drawn} if drawn else {})


def _exported(
    connection: Connection, key: Key, row: Mapping[str, str], *, with_comments: bool
) -> Json:
    name = row["card"]
    given = [
        {
            "reply": one.reply,
            "topics": one.topics.split(" "),
            "said_on": one.said_on,
            "said_at": one.said_at,
            "reason": one.reason,
            "too_late_for": (one.late or "").split(),
        }
        for one in connection.execute(
            select(answers, late.c.topics.label("late"))
            .select_from(answers.outerjoin(late, late.c.answer == answers.c.id))
            .where(answers.c.card == name)
            .order_by(answers.c.id)
        )
    ]
    written = connection.execute(select(comments).where(comments.c.card == name)).all()
    exported: Json = {
        "card": name,
        "shown_at": row["shown_at"],
        "shown_on": row["shown_on"],
        "service": row["service"],
        "hook_instance": row["hook_instance"],
        "rules": row["rules"].split(" "),
        "topics": row["topics"].split(" "),
        "value_sets": json.loads(row["value_sets"] or "{}"),
        "facts": json.loads(row["facts"] or "[]"),
        "steps": json.loads(row["steps"] or "[]"),
        "answers": given,
        "comments_kept": len(written),
    }
    if with_comments:
        exported["comments"] = [
            {
                "said_at": one.said_at,
                "kept_until": one.ends_on,
                "text": key.opened(one.sealed, name),
            }
            for one in written
        ]
    return exported


def erase(place: Place, person: str, today: date, *, also_the_no: bool = False) -> int:
    """Let go of everything that is kept of a person; how many cards that were. StoreError.

    That they said no stays, under a keyed hash and without anything else: whoever asks to be
    erased does not ask to be asked again. ``also_the_no`` lets go of that too. What was counted
    stays as it is: nobody is in it.
    """
    database = open_store(place)
    try:
        key = key_of(database, place)
        with database.writing() as connection:
            database.alone_with(connection, person)
            gone = erase_within(connection, key, person, today, also_the_no=also_the_no)
            forget_comments(connection, today.isoformat())  # no service may be running that does
            forget_thumbs(connection, today)
        if not database.is_shared:
            _leave_no_trace(database)
        return gone
    finally:
        database.close()


def erase_within(
    connection: Connection, key: Key, person: str, today: date, *, also_the_no: bool
) -> int:
    """The same, in a transaction that is open."""
    who = key.hidden(person)
    # An answer that is being heard to one of them is heard before, or is a late one.
    its_own = select(cards.c.card, cards.c.rules).where(cards.c.person == person)
    shown = connection.execute(its_own.order_by(cards.c.card).with_for_update()).all()
    forget_presses(connection, key, ((row.card, row.rules) for row in shown))
    no_gone = 0
    if also_the_no:
        no_gone = connection.execute(noes.delete().where(noes.c.who == who)).rowcount
        no_gone += forget_late_noes(connection, who)
    else:
        keep_late_noes(connection, key, person, today)
        keep_noes(connection, noes_of(connection, key, person))
    theirs = select(cards.c.card).where(cards.c.person == person)
    said = select(answers.c.id).where(answers.c.card.in_(theirs))
    connection.execute(late.delete().where(late.c.answer.in_(said)))
    for table in (comments, answers, grounds):
        connection.execute(table.delete().where(table.c.card.in_(theirs)))
    gone = connection.execute(cards.delete().where(cards.c.person == person)).rowcount
    if forget_cases(connection, person, who) or gone or no_gone:
        # With a mark of its own: a backup between two erasures of one day would know of both.
        on = f"{today.isoformat()} {token_hex(8)}"
        connection.execute(_ERASED, {"who": who, "on": on})
    return gone


def keep_erased(connection: Connection, found: Iterable[tuple[str, str]]) -> None:
    """Keep who was erased, and by which erasure."""
    rows = [{"who": who, "on": on} for who, on in found]
    if rows:
        connection.execute(_ERASED, rows)


def everybody(connection: Connection) -> list[str]:
    """Everybody of whom a card is kept, or a case."""
    people = {table: select(table.c.person).distinct() for table in (cards, cases)}
    found = {str(one) for theirs in people.values() for one in connection.scalars(theirs)}
    return sorted(found - {""})


def erased_people(connection: Connection) -> list[tuple[str, str]]:
    """Who was erased, by their hash; and the day, with a mark of that one erasure."""
    return [(row.who, row.erased_on) for row in connection.execute(select(erased))]


def _leave_no_trace(database: Database) -> None:
    """What is deleted is written over (opening.py); have nothing of it stay in the log either."""
    with database.engine.connect() as connection:
        quick = connection.execution_options(isolation_level="AUTOCOMMIT")
        quick.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
