"""The files of a bulk export, and the lines in them: plain, gzip or zstd, in as many parts as came.

What cannot be read is a Fault and not an error: it is told with its place, and the run goes on.
"""

import codecs
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from importlib import import_module
from os.path import realpath
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

from fhir_adapters.bulk.names import (
    FETCHED,
    is_beside,
    is_bundle,
    is_hidden,
    is_of_a_fetch,
    is_part,
    odd_by_name,
    type_named,
)

# A longer line is nobody's record: it is set aside without being held in memory.
LONGEST_LINE = 16 * 1024 * 1024  # bytes
# Plain files are read in pieces of this size, so that several processes share one file. Each leaves
# a file in nearly every bucket, so those of a long list are up to four times as large.
PIECE = 64 * 1024 * 1024  # bytes
_MANY = 100  # pieces of a list, which are enough for the processes of any machine

_LINKED = "It is a link that leads out of the folder: put the file itself there."
_FOLDER_LINKED = "It is a link to a folder, which is not read: put the files themselves there."
_NO_FILE = "It has the name of a file and is none."
_CLOSED = "It cannot be opened: look at who may read it."


class BulkError(Exception):
    """A source that cannot be read at all: the place, and what to do; nothing of a person."""


class Unreadable(Exception):
    """A file that ended before its end: what came before it is whole."""


class Piece(NamedTuple):
    """Some lines of one file: those that begin from ``start`` on and before ``end``, in bytes.

    ``resource_type`` is what the file's name says is in it.
    """

    path: Path
    resource_type: str
    start: int = 0
    end: int | None = None  # None: to the end of the file


# One line as it came: where it begins, in bytes of the unpacked file; and its text, None where it
# is too long to be one.
Line = tuple[int, bytes | None]


class Odd(NamedTuple):
    """What looks like a part of an export and cannot be read: its type by its name, and why."""

    path: Path | str  # or an address
    resource_type: str  # "" where the name does not say
    why: str


class Seen(NamedTuple):
    """Something in a folder, and why it cannot be read, by what it is; "" where it may be."""

    path: Path
    folders: tuple[str, ...]  # that it is in, from the one that is looked at on
    why: str


def find(folder: Path, size: int = PIECE) -> dict[str, list[Piece]]:
    """The pieces of a folder by resource type, in the order of their names.

    ``Type.ndjson``, its parts (``Type.1.ndjson``, ``Type-0001.ndjson``), a folder for each type.
    Under "" is what has lines of any type, for all that its name says.
    """
    found: dict[str, list[Piece]] = {}
    read = [(path, resource_type) for path, resource_type, why in _looked_at(folder) if not why]
    whole = sum(path.stat().st_size for path, _ in read)
    size = max(size, min(whole // _MANY, 4 * size))
    for path, resource_type in read:
        found.setdefault(resource_type, []).extend(_pieces(path, resource_type, size))
    return found


def odd(folder: Path) -> list[Odd]:
    """Whatever else is there, but for what says nothing of anybody: it may be a part, too."""
    return [Odd(*one) for one in _looked_at(folder) if one[2]]


def _looked_at(folder: Path) -> Iterator[tuple[Path, str, str]]:
    seen = [one for one in walked(folder) if one.why or not is_beside(one.path.name, one.folders)]
    if (folder / FETCHED).is_file():
        seen = [one for one in seen if one.folders or not is_of_a_fetch(one.path.name)]
    each = [(one, one.why or odd_by_name(one.path.name)) for one in seen]
    read = {realpath(one.path) for one, why in each if not why and one.path.is_symlink()}
    for one, why in each:
        if why and realpath(one.path) in read:
            continue  # it is read through its link
        if one.why or not is_bundle(one.path.name) or _may_have_resources(one.path):
            yield one.path, type_named(one.path.name, one.folders), why


def _may_have_resources(path: Path) -> bool:
    """Whether JSON beside an export may be of FHIR: many an export counts there what it has."""
    try:
        with opened(path) as file:
            head = file.read(LONGEST_LINE)
            return b'"resourceType"' in head or len(head) == LONGEST_LINE
    except Unreadable:
        return True


def walked(folder: Path) -> list[Seen]:
    """What is in a folder and in the folders in it, in order, without what is hidden.

    Of folders those alone that cannot be looked into, or have the name of a file.
    """
    inside = folder.resolve()
    closed: list[Path] = []
    found: list[Seen] = []

    def not_listed(error: OSError) -> None:
        closed.append(Path(error.filename))

    for at, folders, files in os.walk(folder, onerror=not_listed):
        here = Path(at)
        within = here.relative_to(folder).parts
        folders[:] = [name for name in folders if not is_hidden(name)]
        for path in (here / name for name in folders):
            if path.is_symlink() and not _is_seen(path.resolve(), inside):
                found.append(Seen(path, within, _FOLDER_LINKED))
            elif is_part(path.name) or is_bundle(path.name):
                found.append(Seen(path, within, _NO_FILE))
        for path in (here / name for name in files if not is_hidden(name)):
            found.append(Seen(path, within, why_not_read(path, inside)))
    found += [Seen(path, path.relative_to(folder).parts[:-1], _CLOSED) for path in closed]
    return sorted(found)


def _is_seen(path: Path, inside: Path) -> bool:
    """Whether a folder that a link leads to is looked into anyway."""
    within = path.relative_to(inside).parts if path.is_relative_to(inside) else (".",)
    return not any(map(is_hidden, within))


def why_not_read(path: Path, inside: Path) -> str:
    """Why a path is not read, by what it is: "" for a file of the folder, which was resolved."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(inside):
            return _LINKED
    except (OSError, RuntimeError):  # to itself, or to nothing
        return _LINKED
    try:
        return "" if path.is_file() else _NO_FILE
    except OSError:
        return _CLOSED


def _pieces(path: Path, resource_type: str, size: int) -> Iterator[Piece]:
    whole = path.stat().st_size
    if packing(path) or whole <= size:
        yield Piece(path, resource_type)
        return
    for start in range(0, whole, size):
        yield Piece(path, resource_type, start, min(start + size, whole))


def packing(path: Path) -> str:
    """What a file is packed with, by its ending: ".gz", ".zst" or ""."""
    ending = path.suffix.lower()
    return ending if ending in (".gz", ".zst") else ""


class ReadLines(Protocol):
    """What lines can be read from: a file, or what stands for one."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, or so many bytes of it; b"" where there is none."""
        ...


def lines(piece: Piece, *, marked: bool = False) -> Iterator[Line]:
    """The lines of a piece, empty ones among them. Raises Unreadable where the file breaks off.

    A byte order mark in front of the first is left out, unless it is to be looked for (``marked``).
    """
    end = end_of(piece)
    with opened(piece.path, piece.start) as file:
        at = first_line(file, piece, marked=marked)
        while at < end and (text := file.readline(LONGEST_LINE + 1)):
            began = at
            at += len(text)
            if is_whole(text):
                yield began, text
            else:
                at += rest_of_line(file)
                yield began, None


def first_line(file: io.BufferedReader, piece: Piece, *, marked: bool = False) -> int:
    """Where the first line of a piece begins: one that reaches into it is of the piece before."""
    if piece.start:
        return piece.start - 1 + rest_of_line(file)
    if not marked and file.peek(3)[:3] == codecs.BOM_UTF8:
        return len(file.read(3))
    return 0


def end_of(piece: Piece) -> int:
    """No line of a piece begins from here on."""
    return sys.maxsize if piece.end is None else piece.end


def is_whole(text: bytes) -> bool:
    """Whether this is a line, and not the beginning of one that is too long."""
    return len(text) <= LONGEST_LINE or text.endswith(b"\n")


def rest_of_line(file: ReadLines) -> int:
    """How many bytes are left of the line, its end among them; they are read past."""
    passed = 0
    while text := file.readline(1 << 20):
        passed += len(text)
        if text.endswith(b"\n"):
            break
    return passed


def number_of(path: Path, at: int) -> int:
    """Which line of a file it is that begins at this byte, from 1."""
    number, left = 1, at
    try:
        with opened(path) as file:
            while left > 0 and (block := file.read(min(left, 1 << 20))):
                number += block.count(b"\n")
                left -= len(block)
    except Unreadable:
        pass  # it broke off there before, and what was counted is what there is
    return number


def opened(path: Path, start: int = 0) -> io.BufferedReader:
    """A file, unpacked, a byte before ``start``. Raises Unreadable, as reading it does.

    Nothing else that goes wrong while it is read raises that, so that a disk which is full is
    never taken for a file which broke off.
    """
    try:
        return io.BufferedReader(_Told(_unpacked(path, start)), 1 << 20)
    except _BROKEN:
        raise Unreadable from None


_BROKEN = (OSError, EOFError, zlib.error, ValueError)


class _Told(io.RawIOBase):
    """A file of which every failure to read is Unreadable."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # Any: what a RawIOBase reads into
        try:
            return self._file.readinto(buffer)
        except _BROKEN:
            raise Unreadable from None

    def close(self) -> None:
        self._file.close()
        super().close()


def _unpacked(path: Path, start: int) -> io.RawIOBase:
    if not packing(path):
        file = path.open("rb", 0)
        file.seek(max(start - 1, 0))
        return file
    if not path.stat().st_size:
        raise EOFError  # nothing, packed, is some bytes: this one never arrived
    if packing(path) == ".gz":
        return cast("io.RawIOBase", gzip.GzipFile(path, "rb"))  # it reads as one
    library = arrow("pyarrow", f"{path} is packed with zstd, which", ", or unpack the file")
    unpacked = library.input_stream(str(path), compression="zstd")
    return cast("io.RawIOBase", unpacked)  # it reads as one


def arrow(module: str, what: str, instead: str = "") -> ModuleType:
    """A module of pyarrow, which is an extra and asked for here alone.

    ``what`` takes it, to begin the sentence that says so where it is not there, and ``instead`` is
    what else could be done. Raises BulkError.
    """
    try:
        return import_module(module)
    except ImportError:
        raise BulkError(
            f"{what} takes the extra called population: pip install 'goodday[population]'{instead}."
        ) from None
