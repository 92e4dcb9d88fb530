"""Cards issued and answers given, as the history that rules and restraint read."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.clock import practice_day
from cds_hooks.store.tables import StoreError, answers, cards, open_engine, suggestions
from rules.record import Reply, Said

_HISTORY = (
    select(cards.c.shown_on, cards.c.topics, answers.c.reply, answers.c.said_on, answers.c.topics)
    .select_from(cards.outerjoin(answers, answers.c.card == cards.c.card))
    .where(cards.c.person == bindparam("who"))
)
_CARD = select(cards.c.topics, cards.c.shown_at).where(cards.c.card == bindparam("which"))
_SUGGESTION = select(suggestions.c.reply, suggestions.c.topics).where(
    suggestions.c.suggestion == bindparam("which"), suggestions.c.card == bindparam("of")
)
_ANSWER = sqlite.insert(answers).on_conflict_do_nothing()


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


class Answers:
    """The store of one practice. Every call is short and blocks: keep it off the event loop."""

    def __init__(self, folder: Path) -> None:
        """Open or make the store. Raises StoreError."""
        self._engine = open_engine(folder)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def history(self, person: str) -> tuple[Said, ...]:
        """What was shown to a person and what they said. Raises StoreError.

        A card with any answer is no longer a card shown without one.
        """
        with self._connection() as connection:
            rows = connection.execute(_HISTORY, {"who": person}).all()
        said: dict[Said, None] = {}
        for shown_on, shown_topics, reply, said_on, said_topics in rows:
            if reply is None:
                reply, said_on, said_topics = Reply.SHOWN, shown_on, shown_topics
            for topic in said_topics.split(" "):
                said[Said(topic, Reply(reply), date.fromisoformat(said_on))] = None
        return tuple(said)

    def issue(self, issued: Issued) -> None:
        """Keep a card before it is sent. Raises StoreError."""
        with self._connection() as connection:
            connection.execute(
                insert(cards),
                {
                    "card": issued.card,
                    "person": issued.person,
                    "service": issued.service,
                    "hook_instance": issued.hook_instance,
                    "rules": " ".join(issued.rules),
                    "topics": " ".join(issued.topics),
                    "shown_on": practice_day(issued.shown_at).isoformat(),
                    "shown_at": issued.shown_at.isoformat(),
                },
            )
            connection.execute(
                insert(suggestions),
                [
                    {
                        "suggestion": button.suggestion,
                        "card": issued.card,
                        "reply": str(button.reply),
                        "topics": " ".join(button.topics),
                    }
                    for button in issued.buttons
                ],
            )

    def hear(self, met: Met, now: datetime) -> bool:
        """Keep one answer; False if we never issued that card or button. Raises StoreError.

        The same answer sent twice is kept once. A moment before the card was shown, or after now,
        is a clock that is wrong: it is moved to the nearest that can be.
        """
        with self._connection() as connection:
            card = connection.execute(_CARD, {"which": met.card}).one_or_none()
            if card is None:
                return False
            reply, topics = met.closed, card.topics
            if met.closed is None:
                found = connection.execute(
                    _SUGGESTION, {"which": met.suggestion, "of": met.card}
                ).one_or_none()
                if found is None:
                    return False
                reply, topics = Reply(found.reply), found.topics
            at = min(max(met.at, datetime.fromisoformat(card.shown_at)), now)
            connection.execute(
                _ANSWER,
                {
                    "card": met.card,
                    "suggestion": met.suggestion,
                    "reply": str(reply),
                    "topics": topics,
                    "reason": met.reason,
                    "said_on": practice_day(at).isoformat(),
                    "said_at": at.isoformat(),
                },
            )
            return True

    @contextmanager
    def _connection(self) -> Generator[Connection]:
        """One transaction. The driver's own words, which may quote values, go no further."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError:
            raise StoreError("The store of answers cannot be used at the moment.") from None
