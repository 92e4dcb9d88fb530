"""The lines of a table, streamed: where its headings are, and each record with its line's number.

A quotation mark that is never closed costs its own line, and does not swallow those behind it.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fhir_adapters.bulk.files import BulkError, Piece, lines
from rules.problems import did_you_mean

_MOST_BEFORE = 60  # records before the headings; reports begin with who ran them, and when
_MOST_LINES = 100  # of one record: notes have line breaks
_LONGEST = 100_000  # characters of one record; less than a field may have for the csv module
_SEPARATORS = ",\t;|"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

BAD_QUOTES = "A quotation mark that begins in this line is not closed as it has to be."
_TOO_LONG = "This line is longer than any line of an extract."
_WIDTH = "This line has another number of cells than the headings."
_NOT_TEXT = "This line has characters that are neither UTF-8 nor Windows-1252."
_NUL = "This line has a NUL in it, which no text has."
_CR = "This line has a carriage return inside: lines end with LF, or with CR and LF."


class Record(NamedTuple):
    """One record: the line it begins on, its cells, and as it came. ``why`` where it is none.

    Bytes that are no text stand in it as surrogates.
    """

    line: int
    cells: list[str]
    text: str
    why: str = ""


class Headings(NamedTuple):
    """Where a table begins: its separator, the line of its headings, and what stands where."""

    separator: str
    line: int
    names: tuple[str, ...]

    def places(self, columns: Sequence[str]) -> tuple[int, ...]:
        """The place of each of these columns."""
        return tuple(self.names.index(tidy(name)) for name in columns)


def tidy(heading: str) -> str:
    """A heading by its words alone: it may be broken into lines, or in other letters."""
    return " ".join(heading.split()).casefold()


def headings(path: Path, columns: Sequence[str]) -> Headings:
    """The first record that has all of these columns. Raises BulkError where there is none."""
    wanted = {tidy(name): name for name in columns}
    best: tuple[int, list[str]] = (-1, [])
    unread: Record | None = None  # the first; the headings may have been in it
    for separator in _SEPARATORS:
        for number, record in enumerate(records(path, separator)):
            if number >= _MOST_BEFORE:
                break
            if record.why and unread is None:
                unread = record
            names = [tidy(cell) for cell in record.cells]
            there = [name for name in wanted if name in names]
            if len(there) > best[0]:
                best = len(there), names
            if len(there) < len(wanted):
                continue
            twice = next((wanted[name] for name in wanted if names.count(name) > 1), None)
            if twice is not None:
                raise BulkError(
                    f"{path}:{record.line}  The column {twice} stands there twice; "
                    "give one of them another heading."
                )
            return Headings(separator, record.line, tuple(names))
    missing = next((name for key, name in wanted.items() if key not in best[1]), "")
    hint = did_you_mean(tidy(missing), filter(None, best[1]))
    if not best[0] and unread is not None:
        hint = f"{path}:{unread.line}  {unread.why}"
    raise BulkError(
        f"{path} has no line with all the headings that the mapping names: "
        f"{missing} is missing. {hint}".rstrip()
    )


def rows(path: Path, begins: Headings) -> Iterator[Record]:
    """Each record behind the headings that has something in it, with as many cells as they are.

    One that has not says why. Empty cells behind the last heading are left out. Raises Unreadable.
    """
    for record in records(path, begins.separator):
        if record.line > begins.line and (record.why or any(map(str.strip, record.cells))):
            fits = record.why or _fits(record, begins)
            yield record if fits else record._replace(why=_WIDTH)


def above(path: Path, begins: Headings) -> Iterator[Record]:
    """Each record before the headings that has as many cells as they are. Raises Unreadable."""
    for record in records(path, begins.separator):
        if record.line >= begins.line:
            return
        if _fits(record, begins):
            yield record


def _fits(record: Record, begins: Headings) -> bool:
    """Whether it has a cell for each heading; empty ones behind the last are taken away."""
    found, width = record.cells, len(begins.names)
    while len(found) > width and not found[-1].strip():
        found.pop()
    return len(found) == width


def records(path: Path, separator: str) -> Iterator[Record]:
    """Each record of a file. Raises Unreadable where it breaks off."""
    return _Records(path, separator).each()


class _Records:
    def __init__(self, path: Path, separator: str) -> None:
        self._lines = _numbered(path)
        self._separator = separator
        self._begun: list[Record] = []  # lines of the record that is being read
        self._again: deque[Record] = deque()  # lines that are read once more

    def each(self) -> Iterator[Record]:
        while True:
            reader = csv.reader(self._feed(), delimiter=self._separator, strict=True)
            try:
                for cells in reader:
                    first = self._begun[0]
                    text = "".join(one.text for one in self._begun)
                    self._begun.clear()
                    yield Record(first.line, cells, text)
                if not self._begun:
                    return
                raise csv.Error
            except (csv.Error, _Stop) as stop:
                first, *rest = self._begun
                self._begun.clear()
                self._again.extendleft(reversed(rest))
                why = stop.why if isinstance(stop, _Stop) and not rest else ""
                yield Record(first.line, [], first.text, why or _why_none(first.text))

    def _feed(self) -> Iterator[str]:
        length = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            length = length + len(line.text) if self._begun else len(line.text)
            self._begun.append(line)
            if line.why:
                raise _Stop(line.why)
            if len(self._begun) > _MOST_LINES or length > _LONGEST:
                raise _Stop(_TOO_LONG if len(self._begun) == 1 else BAD_QUOTES)
            yield line.text


def _why_none(text: str) -> str:
    """Why the csv module makes nothing of a line: there are these two ways."""
    return BAD_QUOTES if '"' in text else _CR


class _Stop(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _numbered(path: Path) -> Iterator[Record]:
    utf_8 = False
    for number, (_, raw) in enumerate(lines(Piece(path, ""), marked=True), 1):
        if raw is None:
            yield Record(number, [], "", _TOO_LONG)
            continue
        if number == 1:
            if raw.startswith(_UTF_16) or b"\0" in raw[:2]:  # of ASCII, one half is NUL
                raise BulkError(f"{path} is UTF-16; save it as CSV UTF-8.")
            utf_8 = raw.startswith(codecs.BOM_UTF8)
            raw = raw.removeprefix(codecs.BOM_UTF8)
        text = _text(raw, utf_8=utf_8)
        if text is None:
            yield Record(number, [], raw.decode(errors="surrogateescape"), _NOT_TEXT)
        else:
            yield Record(number, [], text, _NUL if "\0" in text else "")


def _text(raw: bytes, *, utf_8: bool) -> str | None:
    """A line as text: UTF-8, or else what Windows writes in this part of the world."""
    for encoding in ("utf-8",) if utf_8 else ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
