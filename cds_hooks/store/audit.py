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
        """Every entry, the oldest first. Raises StoreError."""
        for row in self._rows():
            yield Looked(
                datetime.fromisoformat(row["at"]), row["who"], row["role"], row["action"],
                row["what"], bool(row["allowed"]),
            )  # fmt: skip

    def wrong(self) -> list[str]:
        """What is not as it was written, in sentences; none where all is well. Raises StoreError.

        An entry that was changed, taken out, put in, or moved; and an end that was cut off.
        """
        said: list[str] = []
        number, before, found = 0, "", dict[int, str]()
        for row in self._rows():
            number += 1
            if row["number"] != number:
                said.append(f"Entry {number} is not there.")
                number = row["number"]
                before = row["seal"]  # what comes after is held against this one
                found[number] = row["seal"]
                continue
            entry = {name: value for name, value in row.items() if name != "seal"}
            if not hmac.compare_digest(self._seal(entry, before), row["seal"]):
                said.append(f"Entry {number} is not as it was written, or not where it was.")
            before = found[number] = row["seal"]
        end = self._read_end()
        if end is None:
            if number:
                said.append(f"Where it ended is not known: {ENDS_AT} is not there, or not ours.")
        elif found.get(end[0]) != end[1]:
            said.append(f"It went on to entry {end[0]}, which is not there as it was written.")
        return said

    def _rows(self) -> list[RowMapping]:
        with self._database.reading() as connection:
            return list(connection.execute(_ALL).mappings())

    def _seal(self, entry: dict[str, str | int], before: str) -> str:
        written = json.dumps([before, sorted(entry.items())], ensure_ascii=True).encode()
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
