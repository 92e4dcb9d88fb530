"""One entry of the directory of local support, as it is kept: its tables, and what a row means.

No person of any record is in them. The names are of those who suggested an entry where somebody was
signed in, and of those who publish.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    insert,
    select,
    update,
)

from rules.support import Listed, Room, Status, Support

FILE = "directory.sqlite"
VERSION = 1

metadata = MetaData()
supports = Table(
    "supports",
    metadata,
    Column("id", String, primary_key=True),
    Column("shown", String, nullable=False),  # as two people published it, as JSON; "" before
    Column("draft", String, nullable=False),  # what waits for two people; "" where nothing does
    # Both as their directory wrote them, and "" where nobody did: what was suggested here.
    Column("shown_came", String, nullable=False),
    Column("draft_came", String, nullable=False),
    Column("seen_by", String, nullable=False),  # who was the first to approve of the draft
    Column("published_by", String, nullable=False),  # both, a line each
    Column("suggested_by", String, nullable=False),  # until it is published; "" for no name
    Column("away", String, nullable=False),  # "", hidden or gone, by hand
    Column("themes", String, nullable=False),  # added here, separated by spaces
    Column("room", String, nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("checked_here", String, nullable=False),
    Column("reports", Integer, nullable=False),  # by people who said that it has changed
    Column("since", String, nullable=False),  # the day of the last of all this
)
# How often anything was changed: whoever has it in memory looks at this alone.
turns = Table(
    "support_turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
)

_SUPPORT = msgspec.json.Decoder(Support)


class State(StrEnum):
    """Where an entry is on its way."""

    SUGGESTED = "suggested"
    APPROVED = "approved once"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry, with all that is kept of it."""

    shown: Support | None
    draft: Support | None
    shown_came: str
    draft_came: str
    seen_by: str
    published_by: tuple[str, ...]
    suggested_by: str
    away: str
    themes: tuple[str, ...]
    room: Room
    weeks: int
    checked_here: date | None
    reports: int
    since: date

    @property
    def state(self) -> State:
        """Where it is; one that is published may have a change waiting besides."""
        if self.away:
            return State(self.away)
        if self.shown is not None:
            return State.GONE if self.shown.status is Status.GONE else State.PUBLISHED
        return State.APPROVED if self.seen_by else State.SUGGESTED

    @property
    def latest(self) -> Support:
        """The newest of it: what waits, where something does."""
        found = self.draft or self.shown
        assert found is not None  # a row has one of them
        return found

    @property
    def entry(self) -> Support:
        """As it is on show, or as it came where nothing is; with the themes added here."""
        found = self.shown or self.latest
        return replace(found, themes=tuple(dict.fromkeys((*found.themes, *self.themes))))

    @property
    def came(self) -> str:
        """What that was written as by its directory."""
        return self.draft_came if self.shown is None else self.shown_came

    @property
    def seen(self) -> str:
        """What whoever approves has seen: another text of it is something else."""
        return sha256(msgspec.json.encode(self.latest)).hexdigest()[:16]

    @property
    def listed(self) -> Listed:
        """As people are shown it."""
        return Listed(self.entry, self.room, self.weeks, self.checked_here)


def kept_of(row: RowMapping | Mapping[str, Any]) -> Kept:  # Any: as SQLAlchemy gives rows
    """A row as what it means. Raises ValueError for one that is none of ours."""
    return Kept(
        shown=_SUPPORT.decode(row["shown"]) if row["shown"] else None,
        draft=_SUPPORT.decode(row["draft"]) if row["draft"] else None,
        shown_came=row["shown_came"],
        draft_came=row["draft_came"],
        seen_by=row["seen_by"],
        published_by=tuple(row["published_by"].splitlines()),
        suggested_by=row["suggested_by"],
        away=row["away"],
        themes=tuple(row["themes"].split()),
        room=Room(row["room"]),
        weeks=row["weeks"],
        checked_here=date.fromisoformat(row["checked_here"]) if row["checked_here"] else None,
        reports=row["reports"],
        since=date.fromisoformat(row["since"]),
    )


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are of one person, however they typed them; nobody has no name."""
    return bool(one) and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def turn_of(connection: Connection) -> int:
    """A number that is another one whenever anything was changed."""
    return int(connection.execute(select(turns.c.turn)).scalar() or 0)


def next_turn(connection: Connection) -> None:
    """First in what writes: of two on a server, the second waits for this row."""
    if not connection.execute(update(turns).values(turn=turns.c.turn + 1)).rowcount:
        connection.execute(insert(turns), {"id": 1, "turn": 1})
