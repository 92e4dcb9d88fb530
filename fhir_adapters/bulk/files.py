"""The files of a bulk export, and the lines in them: plain, gzip or zstd, in as many parts as came.

What cannot be read is a Fault and not an error: it is told with its place, and the run goes on.
"""

import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NamedTuple, cast

# A longer line is nobody's record: it is set aside without being held in memory.
LONGEST_LINE = 16 * 1024 * 1024  # bytes
# Plain files are read in pieces of this size, so that several processes share one file.
PIECE = 64 * 1024 * 1024  # bytes

_NAME = re.compile(r"([A-Z][A-Za-z]+)(?:[-._ ]?[0-9A-Za-z-]+)?\.(?:ndjson|jsonl)(?:\.gz|\.zst)?")
_ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", ".ndjson.zst", ".jsonl.zst")


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


def find(folder: Path, size: int = PIECE) -> dict[str, list[Piece]]:
    """The pieces of a folder by resource type, in the order of their names.

    ``Type.ndjson``, its parts (``Type.1.ndjson``, ``Type-0001.ndjson``), a folder for each type.
    """
    found: dict[str, list[Piece]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.name.endswith(_ENDINGS) or not path.is_file():
            continue
        named = _NAME.fullmatch(path.name)
        parent = path.parent.name if path.parent != folder else ""
        resource_type = parent if parent[:1].isupper() and parent.isalpha() else ""
        resource_type = resource_type or (named[1] if named else "")
        if resource_type:
            found.setdefault(resource_type, []).extend(_pieces(path, resource_type, size))
    return found


def _pieces(path: Path, resource_type: str, size: int) -> Iterator[Piece]:
    whole = path.stat().st_size
    if path.suffix in (".gz", ".zst") or whole <= size:
        yield Piece(path, resource_type)
        return
    for start in range(0, whole, size):
        yield Piece(path, resource_type, start, min(start + size, whole))


def lines(piece: Piece) -> Iterator[Line]:
    """The lines of a piece, empty ones among them. Raises Unreadable where the file breaks off."""
    end = end_of(piece)
    with opened(piece) as file:
        at = first_line(file, piece)
        for text in each_line(file):
            if at >= end:
                return
            began = at
            at += len(text)
            if is_whole(text):
                yield began, text
            else:
                at += rest_of_line(file)
                yield began, None


def first_line(file: BinaryIO, piece: Piece) -> int:
    """Where the first line of a piece begins: one that reaches into it is of the piece before."""
    return piece.start - 1 + rest_of_line(file) if piece.start else 0


def end_of(piece: Piece) -> int:
    """No line of a piece begins from here on."""
    return sys.maxsize if piece.end is None else piece.end


def each_line(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, or as much of one as is held in memory; ``is_whole`` tells which."""
    return iter(partial(file.readline, LONGEST_LINE + 1), b"")


def is_whole(text: bytes) -> bool:
    """Whether this is a line, and not the beginning of one that is too long."""
    return len(text) <= LONGEST_LINE or text.endswith(b"\n")


def rest_of_line(file: BinaryIO) -> int:
    """How many bytes are left of the line, its end among them; they are read past."""
    passed = 0
    while text := file.readline(1 << 20):
        passed += len(text)
        if text.endswith(b"\n"):
            break
    return passed


def number_of(piece: Piece, at: int) -> int:
    """Which line of its file it is that begins at this byte, from 1."""
    number, left = 1, at
    try:
        with opened(Piece(piece.path, piece.resource_type)) as file:
            while left > 0 and (block := file.read(min(left, 1 << 20))):
                number += block.count(b"\n")
                left -= len(block)
    except Unreadable:
        pass  # it broke off there before, and what was counted is what there is
    return number


def opened(piece: Piece) -> BinaryIO:
    """The file of a piece, unpacked, a byte before its start. Raises Unreadable, as reading does.

    Nothing else that goes wrong while it is read raises that, so that a disk which is full is
    never taken for a file which broke off.
    """
    try:
        return io.BufferedReader(_Told(_unpacked(piece)), 1 << 20)
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


def _unpacked(piece: Piece) -> io.RawIOBase:
    path = piece.path
    if path.suffix not in (".gz", ".zst"):
        file = path.open("rb", 0)
        file.seek(max(piece.start - 1, 0))
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
