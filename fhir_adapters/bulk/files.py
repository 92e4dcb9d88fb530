"""The files of a bulk export, and the lines in them: plain, gzip or zstd, in as many parts as came.

What cannot be read is a Fault and not an error: it is told with its place, and the run goes on.
"""

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

from fhir_adapters.read import KINDS

# A longer line is nobody's record: it is set aside without being held in memory.
LONGEST_LINE = 16 * 1024 * 1024  # bytes
# Plain files are read in pieces of this size, so that several processes share one file.
PIECE = 64 * 1024 * 1024  # bytes

_ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", ".ndjson.zst", ".jsonl.zst")
# Every name that a part of an export may have, and what it may be packed with, or still be.
_LOOKS = re.compile(
    r"\.(?:ndjson|jsonl)"
    r"(?:\.(?:gz|zst|bz2|xz|zip|7z|lz4|lzma|br|snappy|Z|part|partial|tmp|crdownload|[0-9]+))?\Z"
)
_TYPE = re.compile(r"[A-Z][A-Za-z]+")
_KNOWN = frozenset({*KINDS, "Patient"})

_LINKED = "It is a link that leads out of the folder: put the file itself there."
_NO_FILE = "It has the name of a file and is none."
_OTHERWISE = "It is not finished, or packed in another way than gzip or zstd: unpack it."


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


def find(folder: Path, size: int = PIECE) -> dict[str, list[Piece]]:
    """The pieces of a folder by resource type, in the order of their names.

    ``Type.ndjson``, its parts (``Type.1.ndjson``, ``Type-0001.ndjson``), a folder for each type.
    Under "" is what has lines of any type, for all that its name says.
    """
    found: dict[str, list[Piece]] = {}
    for path, resource_type, why in _looked_at(folder):
        if not why:
            found.setdefault(resource_type, []).extend(_pieces(path, resource_type, size))
    return found


def odd(folder: Path) -> list[Odd]:
    """What has the name of a part of an export, and is none that can be read."""
    return [Odd(*one) for one in _looked_at(folder) if one[2]]


def type_named(name: str, parent: str = "") -> str | None:
    """The resource type that a file's name says is in it, or its folder's; "" where neither does.

    None where it has not the name of a part of an export.
    """
    if not _LOOKS.search(name):
        return None
    named = _TYPE.match(name)
    of = named[0] if named else ""
    is_type = parent[:1].isupper() and parent.isalpha()
    return parent if is_type and of not in _KNOWN else of


def odd_by_name(name: str) -> str:
    """Why a part of an export is not read, by its name; "" where it is."""
    return "" if name.endswith(_ENDINGS) else _OTHERWISE


def _looked_at(folder: Path) -> Iterator[tuple[Path, str, str]]:
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        of = type_named(path.name, path.parent.name if path.parent != folder else "")
        if of is not None:
            yield path, of, why_not_read(path, inside) or odd_by_name(path.name)
        elif path.is_symlink() and path.is_dir() and path.name in _KNOWN:
            yield path, path.name, _LINKED


def why_not_read(path: Path, inside: Path) -> str:
    """Why a path is not read, by what it is: "" for a file of the folder, which was resolved."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(inside):
            return _LINKED
    except (OSError, RuntimeError):  # to itself, or to nothing
        return _LINKED
    return "" if path.is_file() else _NO_FILE


def _pieces(path: Path, resource_type: str, size: int) -> Iterator[Piece]:
    whole = path.stat().st_size
    if path.suffix in (".gz", ".zst") or whole <= size:
        yield Piece(path, resource_type)
        return
    for start in range(0, whole, size):
        yield Piece(path, resource_type, start, min(start + size, whole))


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
    if path.suffix not in (".gz", ".zst"):
        file = path.open("rb", 0)
        file.seek(max(start - 1, 0))
        return file
    if not path.stat().st_size:
        raise EOFError  # nothing, packed, is some bytes: this one never arrived
    if path.suffix == ".gz":
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
