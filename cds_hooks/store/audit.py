"""Who looked at what, in a database of its own: entries are added, and none can go unnoticed.

Each entry carries a seal over itself and the one before it, made with our own key, so that one
that is changed, moved or taken out is found. Where the last one stands is also kept in a file
beside it, so that a shortened end is found, too. No outcome is here, and nothing is counted from
it: it says who looked, and not how anybody works.
"""

import hashlib
import hmac
import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    insert,
    select,
)

from cds_hooks.store.opening import Place, open_database

FILE = "audit.sqlite"
ENDS_AT = "audit.end"
_VERSION = 1

_metadata = MetaData()
_entries = Table(
    "entries",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),  # UTC, ISO 8601
    Column("who", String, nullable=False),
    Column("role", String, nullable=False),
    Column("action", String, nullable=False),
    Column("what", String, nullable=False),
    Column("allowed", Integer, nullable=False),
    Column("seal", String, nullable=False),
)
_ADD = insert(_entries)
_LAST = select(_entries.c.number, _entries.c.seal).order_by(_entries.c.number.desc()).limit(1)
# How many entries are in memory while they are looked at, and how many sentences are said.
_AT_ONCE = 500
MOST_SENTENCES = 100
_ALL = select(_entries).order_by(_entries.c.number)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look. ``who`` as whoever vouches for them names them; ``what``: a card, or a page."""

    at: datetime
    who: str
    role: str
    action: str  # trace, audit, export, erase
    what: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, the latest first, of ``count`` in all; ``before``: where older ones begin."""

    entries: tuple[Looked, ...]
    count: int
    before: int | None
    wrong: list[str]


class _Wrong:
    """What is wrong, in sentences; of very many the first, and how many more there are."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._more = 0

    def say(self, sentence: str) -> None:
        if len(self._said) < MOST_SENTENCES:
            self._said.append(sentence)
        else:
            self._more += 1

    def said(self) -> list[str]:
        return [*self._said, *([f"And {self._more} more are not."] if self._more else [])]


class Audit:
    """The audit of one service. Its calls are short and block."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open or make it. Raises StoreError."""
        self._database = open_database(Place(folder), FILE, _metadata, "FULL", _VERSION)
        self._key = key
        self._end = folder / ENDS_AT

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, looked: Looked) -> int:
        """Keep one entry, on disk when this returns, and give its number. Raises StoreError."""
        with self._database.writing() as connection:
            last = connection.execute(_LAST).one_or_none()
            number, before = (last.number + 1, last.seal) if last else (1, "")
            entry: dict[str, str | int] = {
                "number": number,
                "at": looked.at.astimezone(UTC).isoformat(),
                "who": looked.who,
                "role": looked.role,
                "action": looked.action,
                "what": looked.what,
                "allowed": int(looked.allowed),
            }
            entry["seal"] = self._seal(entry, before)
            connection.execute(_ADD, entry)
        # Once it is kept, and by itself: an end that is ahead of what is kept would look cut off.
        with self._database.writing() as connection:
            last = connection.execute(_LAST).one()
            self._write_end(last.number, last.seal)
        return number

    def entries(self) -> Iterator[Looked]:
        """Every entry that can be read, the oldest first. Raises StoreError."""
        for row in self._rows():
            looked = _looked(row)
            if looked is not None:
                yield looked

    def wrong(self) -> list[str]:
        """What is not as it was written, in sentences; none where all is well. Raises StoreError.

        An entry that was changed, taken out, put in, or moved; and an end that was cut off.
        """
        return self.page(0).wrong

    def page(self, most: int, before: int | None = None) -> Page:
        """So many of the latest entries before a number, and whether all is as it was written.

        One look at each entry, from the first to the last, of which only these are kept. Raises
        StoreError.
        """
        # Before the rows: whatever is added while they are read is behind this end.
        end = self._read_end()
        wrong = _Wrong()
        kept = deque[tuple[int, Looked | None]](maxlen=most)
        number, seal, count, older, end_is_there = 0, "", 0, 0, False
        for row in self._rows():
            count += 1
            number += 1
            if row["number"] != number:
                wrong.say(f"Entry {number} is not there.")
                number = row["number"]  # what comes after is held against this one
            else:
                entry = {name: value for name, value in row.items() if name != "seal"}
                if self._seal(entry, seal) != row["seal"]:
                    wrong.say(f"Entry {number} is not as it was written, or not where it was.")
            seal = row["seal"]
            end_is_there |= end == (number, seal)
            if before is None or number < before:
                older += 1
                kept.append((number, _looked(row)))
        if end is None:
            if number and self._read_end() is None:
                wrong.say(f"Where it ended is not known: {ENDS_AT} is not there, or not ours.")
        elif not end_is_there:
            wrong.say(f"It went on to entry {end[0]}, which is not there as it was written.")
        entries = tuple(looked for _, looked in reversed(kept) if looked is not None)
        return Page(entries, count, kept[0][0] if kept and older > most else None, wrong.said())

    def _rows(self) -> Iterator[RowMapping]:
        with self._database.reading() as connection:
            some = connection.execution_options(yield_per=_AT_ONCE)
            yield from some.execute(_ALL).mappings()

    def _seal(self, entry: dict[str, str | int], before: str) -> str:
        written = json.dumps(
            [before, sorted(entry.items())], ensure_ascii=True, default=repr
        ).encode()
        return hmac.new(self._key, written, hashlib.sha256).hexdigest()

    def _write_end(self, number: int, seal: str) -> None:
        sealed = hmac.new(self._key, f"end {number} {seal}".encode(), hashlib.sha256).hexdigest()
        draft = self._end.with_suffix(".new")
        with draft.open("w", encoding="ascii") as file:
            file.write(f"{number} {seal} {sealed}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._end)

    def _read_end(self) -> tuple[int, str] | None:
        try:
            number, seal, sealed = self._end.read_text(encoding="ascii").split()
            wanted = hmac.new(self._key, f"end {number} {seal}".encode(), hashlib.sha256)
            return (int(number), seal) if hmac.compare_digest(wanted.hexdigest(), sealed) else None
        except (OSError, ValueError):
            return None


def _looked(row: RowMapping) -> Looked | None:
    """An entry; None for one of which somebody made what we never wrote."""
    who, role, action, what = row["who"], row["role"], row["action"], row["what"]
    try:
        at = datetime.fromisoformat(row["at"])
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None or not all(isinstance(text, str) for text in (who, role, action, what)):
        return None
    return Looked(at, who, role, action, what, bool(row["allowed"]))
