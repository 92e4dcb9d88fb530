"""The directory of local support, kept: what was suggested, and what two people published.

A file of its own, or tables of a server's database. What is on show stays as two people saw it: a
change that comes from outside waits beside it until two people have seen that too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from cds_hooks.store.beside import is_there
from cds_hooks.store.opening import Place, open_database
from cds_hooks.store.supports import (
    FILE,
    VERSION,
    Kept,
    State,
    is_same_person,
    kept_of,
    metadata,
    next_turn,
    supports,
    turn_of,
)
from rules.credits import HERE
from rules.support import Listed, Room, Status, Support

MOST_SUGGESTED = 500  # that wait, of those that anybody may send
# Days after the last thing that anybody did with an entry for which their names stay with it.
NAMES_FOR = 730

_ONE = select(supports)
_Values = Mapping[str, str | int]  # what is written of an entry, by its columns


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
    SUGGESTED_IT = "suggested it"  # nor can whoever suggested it be one of them
    NOT_AS_SEEN = "not as seen"
    NOTHING_WAITS = "nothing waits"
    UNKNOWN = "unknown"


class Directory:
    """The store of local support. Its calls are short and block; each is whole or not at all."""

    def __init__(self, place: Place) -> None:
        """Open or make it. Raises StoreError."""
        # What two people published is not lost with the power: FULL.
        self._database = open_database(place, FILE, metadata, "FULL", VERSION)

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
            return turn_of(connection)

    def everything(self) -> tuple[Kept, ...]:
        """All that is kept, by name. Raises StoreError."""
        with self._database.reading() as connection:
            found = [kept_of(row) for row in connection.execute(_ONE).mappings()]
        return tuple(sorted(found, key=lambda one: (one.entry.name.casefold(), one.entry.id)))

    def one(self, name: str) -> Kept | None:
        """One entry by its id. Raises StoreError."""
        with self._database.reading() as connection:
            return _look_up(connection, name)

    def published(self) -> tuple[int, tuple[Listed, ...]]:
        """The turn, and every entry that people may be shown. Raises StoreError."""
        on_show = _ONE.where(supports.c.shown != "", supports.c.away == "")
        with self._database.reading() as connection:
            turn = turn_of(connection)
            found = [kept_of(row).listed for row in connection.execute(on_show).mappings()]
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
            next_turn(connection)
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

    def suggest(self, entry: Support, today: date, by: str = "") -> bool:
        """Keep what anybody suggested; whether there was room for it. Raises StoreError.

        ``by``: who, where somebody is signed in: they are neither of the two who publish it.
        """
        waiting = select(supports.c.id).where(
            supports.c.id.startswith(f"{HERE}:"), supports.c.shown == "", supports.c.away == ""
        )
        with self._database.writing() as connection:
            next_turn(connection)
            if len(connection.execute(waiting).all()) >= MOST_SUGGESTED:
                return False
            _insert(connection, entry, "", today, by)
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
            next_turn(connection)
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
            if is_same_person(row.suggested_by, by):
                return Came.SUGGESTED_IT
            if not row.seen_by:
                came = Came.APPROVED
                values["seen_by"] = by
            elif is_same_person(row.seen_by, by):
                return Came.NEEDS_ANOTHER
            else:
                came = Came.PUBLISHED
                values.update(_NO_DRAFT, shown=_text(row.draft), shown_came=row.draft_came)
                values |= {"published_by": f"{row.seen_by}\n{by}", "suggested_by": ""}
            _update(connection, name, values)
        return came

    def put_away(self, name: str, away: State | None, today: date) -> bool:
        """Hide an entry, say that it is gone, or take that back with None; whether there is one.

        What was never published and is taken back waits as it did. Raises StoreError.
        """
        values = {"away": str(away) if away else "", "since": today.isoformat()}
        return self._set(name, values)

    def set_room(self, name: str, room: Room, weeks: int, today: date) -> bool:
        """It is full, has people waiting, or room, which is a check; whether there is such one."""
        waiting, on = weeks if room is Room.WAITING else 0, today.isoformat()
        checked = {"checked_here": on} if room is Room.OPEN else {}
        return self._set(name, {"room": str(room), "weeks": waiting, "since": on, **checked})

    def check(self, name: str, today: date) -> bool:
        """Somebody rang or looked, and it is as it says; whether there is such an entry."""
        return self._set(name, {**_checked(today), "since": today.isoformat()})

    def report(self, name: str) -> bool:
        """Somebody says that it has changed or stopped; whether there is one on show."""
        on_show = update(supports).where(supports.c.id == name, supports.c.shown != "")
        with self._database.writing() as connection:
            # It is for whoever publishes; what people are shown is the same: the turn stays.
            return connection.execute(on_show.values(reports=supports.c.reports + 1)).rowcount > 0

    def drop(self, name: str) -> bool:
        """Let go of what was suggested and never published; whether there was such. StoreError."""
        unpublished = delete(supports).where(supports.c.id == name, supports.c.shown == "")
        with self._database.writing() as connection:
            next_turn(connection)
            return connection.execute(unpublished).rowcount > 0

    def let_go_of_names(self, today: date) -> int:
        """Who approved, published or suggested what nobody has touched since; of how many entries.

        What they published stays. Raises StoreError.
        """
        c = supports.c
        named = or_(c.seen_by != "", c.published_by != "", c.suggested_by != "")
        old = (today - timedelta(days=NAMES_FOR)).isoformat()
        gone = update(supports).where(named, c.since < old)
        nobody = {"seen_by": "", "published_by": "", "suggested_by": ""}
        with self._database.writing() as connection:
            return connection.execute(gone.values(nobody)).rowcount

    def _set(self, name: str, values: _Values) -> bool:
        with self._database.writing() as connection:
            next_turn(connection)
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


def _text(entry: Support) -> str:
    return msgspec.json.encode(entry).decode()


def _insert(
    connection: Connection, entry: Support, came: str, today: date, suggested_by: str = ""
) -> None:
    values = {
        "id": entry.id,
        "shown": "",
        "draft": _text(entry),
        "shown_came": "",
        "draft_came": came,
        "seen_by": "",
        "published_by": "",
        "suggested_by": suggested_by,
        "away": "",
        "themes": "",
        "room": str(Room.OPEN),
        "weeks": 0,
        "checked_here": "",
        "reports": 0,
        "since": today.isoformat(),
    }
    connection.execute(insert(supports), values)


def _update(connection: Connection, name: str, values: _Values) -> None:
    connection.execute(update(supports).where(supports.c.id == name).values(dict(values)))


def _look_up(connection: Connection, name: str) -> Kept | None:
    found = connection.execute(_ONE.where(supports.c.id == name)).mappings().first()
    return kept_of(found) if found is not None else None
