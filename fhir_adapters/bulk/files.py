"""The files of a bulk export, and the lines in them: plain, gzip or zstd, in as many parts as came.

What cannot be read is a Fault and not an error: it is told with its place, and the run goes on.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, NamedTuple, cast

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
        parent = path.parent.name if path.parent != folder else ""
        resource_type = type_named(path.name, parent)
        if resource_type and path.is_file():
            found.setdefault(resource_type, []).extend(_pieces(path, resource_type, size))
    return found


def type_named(name: str, parent: str = "") -> str:
    """The resource type that a file's name says is in it, or its folder's; "" where it is none."""
    if not name.endswith(_ENDINGS):
        return ""
    if parent[:1].isupper() and parent.isalpha():
        return parent
    named = _NAME.fullmatch(name)
    return named[1] if named else ""


def _pieces(path: Path, resource_type: str, size: int) -> Iterator[Piece]:
    whole = path.stat().st_size
    if path.suffix in (".gz", ".zst") or whole <= size:
        yield Piece(path, resource_type)
        return
    for start in range(0, whole, size):
        yield Piece(path, resource_type, start, min(start + size, whole))


def lines(piece: Piece) -> Iterator[Line]:
    """The lines of a piece, empty ones among them. Raises Unreadable where the file breaks off."""
    try:
        with _opened(piece.path) as file:
            yield from _lines(file, piece)
    except (OSError, EOFError, zlib.error, ValueError):
        raise Unreadable from None


def _lines(file: BinaryIO, piece: Piece) -> Iterator[Line]:
    at = piece.start
    if at:
        # The line that reaches into this piece belongs to the one before.
        file.seek(at - 1)
        at += _rest_of_line(file) - 1
    readline, end, longest = file.readline, piece.end, LONGEST_LINE
    while end is None or at < end:
        text = readline(longest + 1)
        if not text:
            return
        began = at
        at += len(text)
        if len(text) > longest and not text.endswith(b"\n"):
            at += _rest_of_line(file)
            yield began, None
        else:
            yield began, text


def _rest_of_line(file: BinaryIO) -> int:
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
        with _opened(piece.path) as file:
            while left > 0 and (block := file.read(min(left, 1 << 20))):
                number += block.count(b"\n")
                left -= len(block)
    except (OSError, EOFError, zlib.error, ValueError):
        pass  # it broke off there before, and what was counted is what there is
    return number


def _opened(path: Path) -> BinaryIO:
    if path.suffix not in (".gz", ".zst"):
        return path.open("rb", 1 << 20)
    if not path.stat().st_size:
        raise EOFError  # nothing, packed, is some bytes: this one never arrived
    if path.suffix == ".gz":
        unpacked = cast("io.RawIOBase", gzip.GzipFile(path, "rb"))  # it reads as one
    else:
        library = arrow("pyarrow", f"{path} is packed with zstd, which", ", or unpack the file")
        unpacked = library.input_stream(str(path), compression="zstd")
    return io.BufferedReader(unpacked, 1 << 20)


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
