"""The directory of local support, kept: what was suggested, and what two people published.

A file of its own, or tables of a server's database. What is on show stays as two people saw it: a
change that comes from outside waits beside it until two people have seen that too. No person of
any record is in it. Names are of those who publish, which is done in the open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from cds_hooks.store.beside import is_there
from cds_hooks.store.opening import Place, open_database
from rules.credits import HERE
from rules.support import Listed, Room, Status, Support

FILE = "directory.sqlite"
MOST_SUGGESTED = 500  # that wait, of those that anybody may send
_VERSION = 1

_metadata = MetaData()
_supports = Table(
    "supports",
    _metadata,
    Column("id", String, primary_key=True),
    Column("shown", String, nullable=False),  # as two people published it, as JSON; "" before
    Column("draft", String, nullable=False),  # what waits for two people; "" where nothing does
    # Both as their directory wrote them, and "" where nobody did: what was suggested here.
    Column("shown_came", String, nullable=False),
    Column("draft_came", String, nullable=False),
    Column("seen_by", String, nullable=False),  # who was the first to approve of the draft
    Column("published_by", String, nullable=False),  # both, a line each
    Column("away", String, nullable=False),  # "", hidden or gone, by hand
    Column("themes", String, nullable=False),  # added here, separated by spaces
    Column("room", String, nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("checked_here", String, nullable=False),
    Column("reports", Integer, nullable=False),  # by people who said that it has changed
    Column("since", String, nullable=False),  # the day of the last of all this
)
# How often anything was changed: whoever has it in memory looks at this alone.
_turns = Table(
    "support_turns",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
)

_ONE = select(_supports)
_SUPPORT = msgspec.json.Decoder(Support)
_Values = Mapping[str, str | int]  # what is written of an entry, by its columns


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import, by the ids of entries."""

    new: tuple[str, ...]
    changed: tuple[str, ...]  # of those on show: the change waits
    same: tuple[str, ...]


class Came(StrEnum):
    """What came of one press of "publish"."""

    APPROVED = "approved"
    PUBLISHED = "published"
    NEEDS_ANOTHER = "needs another"  # the same person cannot be both
    NOT_AS_SEEN = "not as seen"
    NOTHING_WAITS = "nothing waits"
    UNKNOWN = "unknown"


class Directory:
    """The store of local support. Its calls are short and block; each is whole or not at all."""

    def __init__(self, place: Place) -> None:
        """Open or make it. Raises StoreError."""
        # What two people published is not lost with the power: FULL.
        self._database = open_database(place, FILE, _metadata, "FULL", _VERSION)

    @classmethod
    def if_there(cls, place: Place) -> "Directory | None":
        """The directory of a place, which is made nowhere that has none. Raises StoreError."""
        return cls(place) if is_there(place, FILE, "supports") else None

    def close(self) -> None:
        """Let go of the file or the database."""
        self._database.close()

    def turn(self) -> int:
        """A number that is another one whenever anything was changed. Raises StoreError."""
        with self._database.reading() as connection:
            return _turn(connection)

    def everything(self) -> tuple[Kept, ...]:
        """All that is kept, by name. Raises StoreError."""
        with self._database.reading() as connection:
            found = [_kept(row) for row in connection.execute(_ONE).mappings()]
        return tuple(sorted(found, key=lambda one: (one.entry.name.casefold(), one.entry.id)))

    def one(self, name: str) -> Kept | None:
        """One entry by its id. Raises StoreError."""
        with self._database.reading() as connection:
            return _look_up(connection, name)

    def published(self) -> tuple[int, tuple[Listed, ...]]:
        """The turn, and every entry that people may be shown. Raises StoreError."""
        on_show = _ONE.where(_supports.c.shown != "", _supports.c.away == "")
        with self._database.reading() as connection:
            turn = _turn(connection)
            found = [_kept(row).listed for row in connection.execute(on_show).mappings()]
        return turn, tuple(one for one in found if one.entry.status is Status.ACTIVE)

    def take(self, found: Iterable[tuple[Support, str]], today: date) -> Taken:
        """Entries from a directory, each with what it was written as. Raises StoreError.

        What is new waits to be published. What is on show stays as it is, and a change waits; that
        it closed, or was checked, counts at once.
        """
        new: list[str] = []
        changed: list[str] = []
        same: list[str] = []
        with self._database.writing() as connection:
            _next_turn(connection)
            for entry, came in found:
                row = _look_up(connection, entry.id)
                if row is None:
                    _insert(connection, entry, came, today)
                    new.append(entry.id)
                    continue
                given = _given(row, entry, came)
                is_news = bool(given["draft"]) and entry != row.draft
                (changed if is_news else same).append(entry.id)
                since = {"since": today.isoformat()} if is_news else {}
                _update(connection, entry.id, {**given, **since})
        return Taken(tuple(new), tuple(changed), tuple(same))

    def suggest(self, entry: Support, today: date) -> bool:
        """Keep what anybody suggested; whether there was room for it. Raises StoreError."""
        waiting = select(_supports.c.id).where(
            _supports.c.id.startswith(f"{HERE}:"), _supports.c.shown == "", _supports.c.away == ""
        )
        with self._database.writing() as connection:
            _next_turn(connection)
            if len(connection.execute(waiting).all()) >= MOST_SUGGESTED:
                return False
            _insert(connection, entry, "", today)
        return True

    def publish(
        self,
        name: str,
        by: str,
        today: date,
        *,
        seen: str = "",
        checked: bool = False,
        themes: Iterable[str] = (),
    ) -> Came:
        """One person approves of what waits; with a second, another one, it is on show.

        ``seen`` says what they saw, where they saw it on a page. ``checked``: they rang or looked,
        and it is as it says. Raises StoreError.
        """
        with self._database.writing() as connection:
            _next_turn(connection)
            row = _look_up(connection, name)
            if row is None:
                return Came.UNKNOWN
            if row.draft is None:
                return Came.NOTHING_WAITS
            if seen and seen != row.seen:
                return Came.NOT_AS_SEEN
            added = " ".join(dict.fromkeys((*row.themes, *themes)))
            values: dict[str, str | int] = {"themes": added, "since": today.isoformat()}
            if checked:
                values |= _checked(today)
            if not row.seen_by:
                came = Came.APPROVED
                values["seen_by"] = by
            elif _same_person(row.seen_by, by):
                return Came.NEEDS_ANOTHER
            else:
                came = Came.PUBLISHED
                values.update(_NO_DRAFT, shown=_text(row.draft), shown_came=row.draft_came)
                values["published_by"] = f"{row.seen_by}\n{by}"
            _update(connection, name, values)
        return came

    def put_away(self, name: str, away: State | None, today: date) -> bool:
        """Hide an entry, say that it is gone, or take that back with None; whether there is one.

        What was never published and is taken back waits as it did. Raises StoreError.
        """
        values = {"away": str(away) if away else "", "since": today.isoformat()}
        return self._set(name, values)

    def set_room(self, name: str, room: Room, weeks: int, today: date) -> bool:
        """It is full, has people waiting, or has room again; whether there is such an entry."""
        waiting = weeks if room is Room.WAITING else 0
        since = {"since": today.isoformat()}
        return self._set(name, {"room": str(room), "weeks": waiting, **since})

    def check(self, name: str, today: date) -> bool:
        """Somebody rang or looked, and it is as it says; whether there is such an entry."""
        return self._set(name, {**_checked(today), "since": today.isoformat()})

    def report(self, name: str) -> bool:
        """Somebody says that it has changed or stopped; whether there is one on show."""
        on_show = update(_supports).where(_supports.c.id == name, _supports.c.shown != "")
        with self._database.writing() as connection:
            # It is for whoever publishes; what people are shown is the same: the turn stays.
            return connection.execute(on_show.values(reports=_supports.c.reports + 1)).rowcount > 0

    def drop(self, name: str) -> bool:
        """Let go of what was suggested and never published; whether there was such. StoreError."""
        unpublished = delete(_supports).where(_supports.c.id == name, _supports.c.shown == "")
        with self._database.writing() as connection:
            _next_turn(connection)
            return connection.execute(unpublished).rowcount > 0

    def _set(self, name: str, values: _Values) -> bool:
        with self._database.writing() as connection:
            _next_turn(connection)
            if _look_up(connection, name) is None:
                return False
            _update(connection, name, values)
        return True


_NO_DRAFT: _Values = {"draft": "", "draft_came": "", "seen_by": ""}


def _given(row: Kept, entry: Support, came: str) -> _Values:
    """What an import changes of an entry that is known."""
    draft: _Values = {"draft": _text(entry), "draft_came": came}
    if entry != row.draft:  # whoever approved of it approved of another text
        draft = {**draft, "seen_by": ""}
    shown = row.shown
    if shown is None:
        return draft
    at_once = replace(shown, status=entry.status)
    same = replace(at_once, last_checked=entry.last_checked)
    if entry in (same, replace(same, themes=row.entry.themes)):  # exported here, it has both
        return {"shown": _text(same), "shown_came": came, **_NO_DRAFT}
    return {"shown": _text(at_once), **draft}


def _checked(today: date) -> _Values:
    return {"checked_here": today.isoformat(), "reports": 0}


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _text(entry: Support) -> str:
    return msgspec.json.encode(entry).decode()


def _insert(connection: Connection, entry: Support, came: str, today: date) -> None:
    values = {
        "id": entry.id,
        "shown": "",
        "draft": _text(entry),
        "shown_came": "",
        "draft_came": came,
        "seen_by": "",
        "published_by": "",
        "away": "",
        "themes": "",
        "room": str(Room.OPEN),
        "weeks": 0,
        "checked_here": "",
        "reports": 0,
        "since": today.isoformat(),
    }
    connection.execute(insert(_supports), values)


def _update(connection: Connection, name: str, values: _Values) -> None:
    connection.execute(update(_supports).where(_supports.c.id == name).values(dict(values)))


def _look_up(connection: Connection, name: str) -> Kept | None:
    found = connection.execute(_ONE.where(_supports.c.id == name)).mappings().first()
    return _kept(found) if found is not None else None


def _kept(row: RowMapping) -> Kept:
    return Kept(
        shown=_SUPPORT.decode(row["shown"]) if row["shown"] else None,
        draft=_SUPPORT.decode(row["draft"]) if row["draft"] else None,
        shown_came=row["shown_came"],
        draft_came=row["draft_came"],
        seen_by=row["seen_by"],
        published_by=tuple(row["published_by"].splitlines()),
        away=row["away"],
        themes=tuple(row["themes"].split()),
        room=Room(row["room"]),
        weeks=row["weeks"],
        checked_here=date.fromisoformat(row["checked_here"]) if row["checked_here"] else None,
        reports=row["reports"],
        since=date.fromisoformat(row["since"]),
    )


def _turn(connection: Connection) -> int:
    return int(connection.execute(select(_turns.c.turn)).scalar() or 0)


def _next_turn(connection: Connection) -> None:
    """First in what writes: of two on a server, the second waits for this row."""
    if not connection.execute(update(_turns).values(turn=_turns.c.turn + 1)).rowcount:
        connection.execute(insert(_turns), {"id": 1, "turn": 1})
