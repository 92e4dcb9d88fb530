"""What was sent to a FHIR server and what came of it: a file that survives a kill at any moment.

A change is written down, and is on the disk, before it is sent; what came of it is written down
after. So what was in the air when somebody pulled the plug is known to the next run, which looks
at the server before it sends anything. A line that was not finished was not sent.

It has hashes and days only: whose a reminder is stands in the night's files. With a list of ids
and of codes a hash can be worked out again, so it is for its owner alone all the same.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import msgspec

_FORMAT = 1


class JournalError(Exception):
    """A journal that cannot be used; one sentence that names the file, and what to do."""


class Came(StrEnum):
    """What came of a change that was sent."""

    IN_THE_AIR = "in-the-air"  # nobody knows yet
    NOT_THERE = "not-there"  # it did not come about: it may be sent again
    MADE = "made"
    THERE = "there"  # somebody had made it before
    ENDED = "ended"
    # And these are for a person.
    CHANGED = "changed"
    GONE = "gone"
    TWICE = "twice"
    TAKEN_AWAY = "taken-away"
    WAS_OVER = "was-over"
    NOT_TAKEN = "not-taken"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one change: what came of it, which night's it was, and when that was."""

    came: Came
    night: str
    at: datetime
    until: str = ""  # the day on which a reminder ends by itself


class _Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One line: the first has ``server``, any other what is ``sending`` or what ``came``."""

    journal: int = 0
    server: str = ""
    night: str = ""
    at: datetime | None = None
    sending: dict[str, str] = {}
    came: dict[str, Came] = {}


@dataclass
class Journal:
    """An open journal; nobody else has it open."""

    path: Path
    descriptor: int
    rows: dict[str, Row] = field(default_factory=dict[str, Row])

    def begin(self, server: str) -> None:
        """Write down which server it is about: the first line."""
        self._write(_Line(journal=_FORMAT, server=server))

    def sending(self, night: str, until: Mapping[str, str], at: datetime) -> None:
        """Write down what is about to be sent, each with the day on which it ends by itself."""
        self._write(_Line(night=night, at=at, sending=dict(until)))

    def came(self, night: str, what: Mapping[str, Came], at: datetime) -> None:
        """Write down what came of some."""
        if what:
            self._write(_Line(night=night, at=at, came=dict(what)))

    def in_the_air(self) -> Mapping[str, Row]:
        """What was sent, and nobody knows what came of it."""
        return {key: row for key, row in self.rows.items() if row.came is Came.IN_THE_AIR}

    def _write(self, line: _Line) -> None:
        """A line, on the disk when this returns. Raises JournalError."""
        text = msgspec.json.encode(line) + b"\n"
        try:
            while text:
                text = text[os.write(self.descriptor, text) :]
            os.fsync(self.descriptor)
        except OSError:
            raise JournalError(
                f"{self.path} cannot be written to, or the disk is full. Nothing more was sent."
            ) from None
        _take(line, self.rows)


@contextmanager
def opened(path: Path, server: str) -> Generator[Journal]:
    """The journal for one server, made where there is none. Raises JournalError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        raise JournalError(f"{path} cannot be opened. Look at its permissions.") from None
    try:
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except OSError:
            raise JournalError(
                f"Somebody else is sending by {path} at this moment. Wait until they are done."
            ) from None
        journal = Journal(path, descriptor)
        _read(journal, server)
        yield journal
    finally:
        os.close(descriptor)


def _read(journal: Journal, server: str) -> None:
    os.fchmod(journal.descriptor, 0o600)
    data = journal.path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):  # somebody pulled the plug while it was written: it was not sent
        os.ftruncate(journal.descriptor, whole)
        os.fsync(journal.descriptor)
    lines = data[:whole].splitlines()
    if not lines:
        journal.begin(server)
        _keep_name(journal.path.parent)
        return
    for number, text in enumerate(lines, 1):
        try:
            line = msgspec.json.decode(text, type=_Line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise JournalError(
                f"{journal.path}, line {number}, cannot be read, so that nobody can tell what was"
                " sent. Put back a copy of it, or move it away: what is there is then looked up."
            ) from None
        if number == 1 and (line.journal, line.server) != (_FORMAT, server):
            raise JournalError(
                f"{journal.path} is about another server, or of another version of Good Day."
                " Name another folder with --data, or move it away."
            )
        _take(line, journal.rows)


def _take(line: _Line, rows: dict[str, Row]) -> None:
    if line.at is None:
        return
    for key, until in line.sending.items():
        rows[key] = Row(Came.IN_THE_AIR, line.night, line.at, until)
    for key, came in line.came.items():
        until = rows[key].until if key in rows else ""
        rows[key] = Row(came, line.night, line.at, until)


def _keep_name(folder: Path) -> None:
    """A new file's name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


DONE = frozenset({Came.MADE, Came.THERE, Came.ENDED})
FOR_A_PERSON = {
    Came.CHANGED: "somebody changed it since it was read; it was left as it is",
    Came.GONE: "it is not at the server any more",
    Came.TWICE: "it is there more than once",
    Came.TAKEN_AWAY: "it was added on an earlier night, and somebody took it away since",
    Came.WAS_OVER: "it was there before, and is over or void; no other is added in its place",
    Came.NOT_TAKEN: "the server did not take it",
}
