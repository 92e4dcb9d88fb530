"""Cards issued and answers given, as the history that rules and restraint read."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.clock import practice_day
from cds_hooks.store.tables import FILE, StoreError, answers, cards, open_engine
from rules.record import Reply, Said

_HISTORY = (
    select(
        cards.c.card,
        cards.c.hook_instance,
        cards.c.shown_on,
        cards.c.topics,
        answers.c.reply,
        answers.c.said_on,
        answers.c.topics,
    )
    .select_from(cards.outerjoin(answers, answers.c.card == cards.c.card))
    .where(cards.c.person == bindparam("who"))
)
_CARD = select(cards.c.person, cards.c.topics, cards.c.buttons, cards.c.shown_at).where(
    cards.c.card == bindparam("which")
)
_LOOK = select(cards.c.card, answers.c.id).join(answers, isouter=True).limit(1)
_ISSUED = select(cards).where(cards.c.card == bindparam("which"))
_ISSUE = insert(cards)
_ANSWER = sqlite.insert(answers).on_conflict_do_nothing()
# On how many days one way of answering one card (a button of it, a reply to it) is remembered.
MOST_DAYS = 10
_THIS_WAY = (
    select(answers.c.id, answers.c.said_on, answers.c.said_at)
    .where(
        answers.c.card == bindparam("card"),
        answers.c.suggestion == bindparam("suggestion"),
        answers.c.reply == bindparam("reply"),
    )
    .order_by(answers.c.said_on)
)
_FORGET = delete(answers).where(answers.c.id == bindparam("which"))


@dataclass(frozen=True, slots=True)
class Button:
    """One suggestion of a card, and what pressing it means."""

    suggestion: str
    reply: Reply
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """A card as it is kept, before the answer leaves."""

    card: str
    person: str
    service: str
    hook_instance: str
    rules: tuple[str, ...]
    topics: tuple[str, ...]
    shown_at: datetime
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """How a card was met: a button that was pressed, or a card that was closed and why."""

    card: str
    at: datetime
    suggestion: str = ""
    closed: Reply | None = None
    reason: str = ""


def kept_as(person: str, realm: str) -> str:
    """What somebody is known as here: the patients of two clients may have one id between them."""
    return f"{realm}:{person}" if realm else person


class Answers:
    """The store of one practice. Every call is short and blocks: keep it off the event loop."""

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        """Open or make the store; what does not last may be lost with the power. StoreError."""
        self._engine = open_engine(folder, synchronous="FULL" if lasting else "NORMAL")
        self._file = folder / FILE
        self._same_file = self._file.stat().st_ino

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def history(self, person: str, asking: str = "") -> tuple[Said, ...]:
        """What was shown to a person and what they said. Raises StoreError.

        Topic by topic: what was answered on a card is no longer shown without an answer, and what
        else stood on that card still is. ``asking`` is the hook instance that asks now: a client
        that repeats a call has not seen its card, so that one was not shown.
        """
        with self._connection() as connection:
            rows = connection.execute(_HISTORY, {"who": person}).all()
        said: dict[Said, None] = {}
        silent: dict[tuple[str, str], str] = {}
        answered: set[tuple[str, str]] = set()
        for card, hook_instance, shown_on, shown_topics, reply, said_on, said_topics in rows:
            if hook_instance != asking:
                silent |= {(card, topic): shown_on for topic in shown_topics.split(" ")}
            for topic in said_topics.split(" ") if reply is not None else ():
                said[Said(topic, Reply(reply), date.fromisoformat(said_on))] = None
                answered.add((card, topic))
        for (card, topic), shown_on in silent.items():
            if (card, topic) not in answered:
                said[Said(topic, Reply.SHOWN, date.fromisoformat(shown_on))] = None
        return tuple(said)

    def issued(self, card: str) -> Issued | None:
        """A card that was issued, by its name; its buttons are not read. Raises StoreError."""
        with self._connection() as connection:
            row = connection.execute(_ISSUED, {"which": card.lower()}).one_or_none()
        if row is None:
            return None
        return Issued(
            card=row.card,
            person=row.person,
            service=row.service,
            hook_instance=row.hook_instance,
            rules=tuple(row.rules.split(" ")),
            topics=tuple(row.topics.split(" ")),
            shown_at=datetime.fromisoformat(row.shown_at),
            buttons=(),
        )

    def look(self) -> None:
        """See whether the store can be used. Raises StoreError."""
        with self._connection() as connection:
            connection.execute(_LOOK).first()

    def issue(self, issued: Issued) -> None:
        """Keep a card before it is sent. Raises StoreError."""
        with self._connection() as connection:
            connection.execute(
                _ISSUE,
                {
                    "card": issued.card,
                    "person": issued.person,
                    "service": issued.service,
                    "hook_instance": issued.hook_instance,
                    "rules": " ".join(issued.rules),
                    "topics": " ".join(issued.topics),
                    "buttons": json.dumps(
                        {b.suggestion: [b.reply, " ".join(b.topics)] for b in issued.buttons}
                    ),
                    "shown_on": practice_day(issued.shown_at).isoformat(),
                    "shown_at": issued.shown_at.isoformat(),
                },
            )

    def hear(self, heard: Sequence[Met], now: datetime, realm: str = "") -> int:
        """Keep a batch of answers, whole or not at all; how many were to a card of that realm.

        The same answer sent twice, or twice on a day, is kept once. A moment before the card was
        shown, or after now, is a clock that is wrong: the answer then counts from the nearest that
        can be. Of each way of answering a card MOST_DAYS days are kept, and the last is always one
        of them: whatever was said before, a no is remembered, and from the day on which it was
        said last. Raises StoreError.
        """
        with self._connection() as connection:
            return sum(_kept(connection, met, now, realm) for met in heard)

    @contextmanager
    def _connection(self) -> Generator[Connection]:
        """One transaction. The driver's own words, which may quote values, go no further."""
        try:
            # An open connection would go on writing to a file that was deleted or replaced, and
            # what was said would be lost with it.
            if self._file.stat().st_ino != self._same_file:
                raise FileNotFoundError
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError):
            raise StoreError("The store of answers cannot be used at the moment.") from None


def _kept(connection: Connection, met: Met, now: datetime, realm: str) -> bool:
    """Keep one answer; False if we never issued that card or button to whoever answers."""
    which, suggestion = met.card.lower(), met.suggestion.lower()  # a UUID is one in either case
    card = connection.execute(_CARD, {"which": which}).one_or_none()
    if card is None or card.person.rpartition(":")[0] != realm:
        return False
    reply, topics = met.closed, card.topics
    if met.closed is None:
        button = json.loads(card.buttons).get(suggestion)
        if button is None:
            return False
        reply, topics = Reply(button[0]), button[1]
    at = min(max(met.at, datetime.fromisoformat(card.shown_at)), now)
    # The moment is kept as it was said, or a repeat would not be known.
    on, said_at = practice_day(at).isoformat(), met.at.isoformat()
    way = {"card": which, "suggestion": suggestion, "reply": str(reply)}
    kept = connection.execute(_THIS_WAY, way).all()
    if any(on == one.said_on or said_at == one.said_at for one in kept):
        return True
    if len(kept) >= MOST_DAYS:
        if on < kept[-1].said_on:
            return True
        connection.execute(_FORGET, {"which": kept[-1].id})
    said = {"topics": topics, "reason": met.reason, "said_on": on, "said_at": said_at}
    connection.execute(_ANSWER, way | said)
    return True
