"""What was said to be offered or done already, and has no code on the record: to be coded.

Nothing is kept for it beside the answers: an item is an answer of the last 12 months, and goes when
a later look finds the code, which is written into the trace of the card that was answered. So it is
in an export with its card, goes with an erasure, and names nobody who looked.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from cds_hooks.store.opening import Database
from cds_hooks.store.tables import answers, cards, grounds, late
from rules.days import Duration, in_words
from rules.record import Reply

KEPT = Duration(12, "month")  # PRODUCT 1.4: as long as the answer keeps its rule quiet
CODED = "coded"  # the step of a card's trace that says that the code was found
_CODES = ("record_offer:", "refer:")  # how the keys of offers begin that leave a code
_DONE = (
    select(
        cards.c.card,
        cards.c.person,
        cards.c.rules,
        answers.c.said_on,
        grounds.c.steps,
        grounds.c.buttons,
    )
    .select_from(
        answers.join(cards, cards.c.card == answers.c.card)
        .join(grounds, grounds.c.card == cards.c.card)
        .outerjoin(late, late.c.answer == answers.c.id)
    )
    .where(
        answers.c.reply == str(Reply.ALREADY_DONE),
        answers.c.said_on > bindparam("after"),
        late.c.topics.is_(None),
    )
    .order_by(answers.c.said_on, answers.c.id)
)
_NOTE = (
    update(grounds).where(grounds.c.card == bindparam("which")).values(steps=bindparam("written"))
)


class ToCode(NamedTuple):
    """One thing to be coded: of whom, as the store knows them, for which rule, and since when."""

    person: str
    rule: str
    on: date
    card: str


class Coding:
    """What is to be coded in one store. Its calls are short and block; each raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def items(self, today: date) -> tuple[ToCode, ...]:
        """Everything that is to be coded, the oldest first; of one person and rule the last."""
        with self._database.reading() as connection:
            return _items(connection, today)

    def found(self, coded: Iterable[tuple[str, str]], today: date) -> None:
        """The code for these people and rules stands on the record: nothing is to be done."""
        wanted = set(coded)
        with self._database.writing() as connection:
            for row in connection.execute(_DONE, _since(today)).all():
                for rule in _rules(row.rules, row.buttons):
                    if (row.person, rule) in wanted:
                        _note(connection, row.card, rule, today)


def _since(today: date) -> dict[str, str]:
    return {"after": KEPT.before(today).isoformat()}


def _items(connection: Connection, today: date) -> tuple[ToCode, ...]:
    found: dict[tuple[str, str], ToCode | None] = {}
    for row in connection.execute(_DONE, _since(today)):
        steps = _steps(row.steps)
        for rule in _rules(row.rules, row.buttons):
            coded = any(name == CODED for name, _ in steps.get(rule, []))
            on = date.fromisoformat(row.said_on)
            found[row.person, rule] = None if coded else ToCode(row.person, rule, on, row.card)
    every = (one for one in found.values() if one is not None)
    return tuple(sorted(every, key=lambda one: (one.on, one.rule, one.person)))


def _rules(rules_and_versions: str, written: str) -> list[str]:
    """The rules of a card that offered something which leaves a code."""
    on_card = [rule.partition("|")[0] for rule in rules_and_versions.split(" ")]
    buttons: Mapping[str, tuple[list[str], list[str], str]] = json.loads(written or "{}")
    offer = {
        rule
        for rules, offers, _ in buttons.values()
        if any(key.startswith(_CODES) for key in offers)
        for rule in rules or on_card
    }
    return [rule for rule in on_card if rule in offer]


def _steps(written: str) -> dict[str, list[list[str]]]:
    return dict(json.loads(written or "[]"))


def _note(connection: Connection, card: str, rule: str, today: date) -> None:
    """Write it into the trace of a card, once. Read anew: a card may be of two such rules."""
    written = connection.execute(select(grounds.c.steps).where(grounds.c.card == card)).scalar()
    steps = _steps(written or "[]")
    of_rule = steps.setdefault(rule, [])
    if any(name == CODED for name, _ in of_rule):
        return
    says = f"It was said to be done already; its code was found on the record on {in_words(today)}."
    of_rule.append([CODED, says])
    connection.execute(_NOTE, {"which": card, "written": json.dumps(list(steps.items()))})
