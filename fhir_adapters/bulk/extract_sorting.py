"""The lines of an extract, sorted by person onto disk; what cannot be used is set aside.

Whatever a line that is set aside may have said, nobody knows: the lists that its file answers for
are unknown for its person, and for everybody where nobody can tell whose it was. A line that is
about nobody on the list takes nothing from those who are, but it is told: nobody can see whether
its person left, or the number is damaged.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from fhir_adapters.bulk import cells, whose
from fhir_adapters.bulk.buckets import Buckets, on_disk
from fhir_adapters.bulk.csv_lines import Headings, Record, above, rows
from fhir_adapters.bulk.files import BulkError, Unreadable
from fhir_adapters.bulk.mapping import CodedFile, PeopleFile, Standing
from fhir_adapters.bulk.people import SET_ASIDE, Fault, SetAside, place
from rules.codes import Code

ABOUT = -1  # in place of a file's number: who somebody is
_NOBODY = "This line does not say whom it is about, and may be anybody's."
_NO_NHS_NUMBER = "This line has no sound NHS number, as everybody else has, and may be anybody's."
_MAY_BE = (
    "This line may be about somebody in {}, whose number differs in zeros in front, capitals or"
    " signs alone: write it alike."
)
_BEFORE = "This line stands before the headings and reads as one that belongs below them."
_BROKEN_OFF = "The file breaks off here, or cannot be opened or unpacked."


class Kept(msgspec.Struct, array_like=True, gc=False):
    """One line that is kept, or that some lists of a person are not known to be whole (``why``)."""

    person: str
    of: int  # which file of the mapping
    line: int = 0
    codes: tuple[Code, ...] = ()
    cells: tuple[str, ...] = ()
    why: str = ""
    text: str = ""  # as it came: of who somebody is


class Task(NamedTuple):
    """One table to sort, by its columns."""

    path: Path
    of: int
    headings: Headings
    people: PeopleFile
    source: PeopleFile | CodedFile
    folder: Path
    buckets: int
    codes: frozenset[str]


def sort(task: Task) -> SetAside:
    """Sort the lines of one table into the buckets of its folder; that of the people comes first.

    Raises BulkError where no line of a table is about anybody on the list.
    """
    with ExitStack() as files:
        opened = on_disk(task.folder, task.of - ABOUT, files)
        if isinstance(task.source, PeopleFile):
            return _About(task, task.source, opened).sort()
        return _Coded(task, task.source, opened).sort()


class _Sorting(ABC):
    """What is being sorted of one table."""

    def __init__(
        self, task: Task, columns: tuple[str, ...], opened: Callable[[str], BinaryIO]
    ) -> None:
        self.task = task
        self.to = Buckets(task.buckets, opened)
        self.encode = msgspec.json.Encoder().encode
        self.places = dict(zip(columns, task.headings.places(columns), strict=True))

    def sort(self) -> SetAside:
        """Read the table once."""
        at = self.task.headings.line
        try:
            for record in above(self.task.path, self.task.headings):
                if self.belongs_below(record):
                    self.lost(record, _BEFORE)
            for record in rows(self.task.path, self.task.headings):
                at = record.line
                if record.why:
                    self.lost(record, record.why)
                else:
                    self.line(record)
        except Unreadable:
            self.lost(Record(at, [], ""), _BROKEN_OFF)
        return self.to.aside()

    @abstractmethod
    def belongs_below(self, record: Record) -> bool:
        """Whether a line above the headings is somebody's, and not of who ran the report."""

    @abstractmethod
    def line(self, record: Record) -> None:
        """One line."""

    @abstractmethod
    def lost(self, record: Record, why: str) -> None:
        """Set a line aside that may be anybody's."""

    def is_dated(self, record: Record, who: str, date: str) -> bool:
        """Whether it has a number of somebody and a day where they belong."""
        key = whose.key(record.cells[self.places[who]])
        try:
            day = cells.day(record.cells[self.places[date]])
        except cells.Unusable:
            return False
        return day is not None and any(letter.isdigit() for letter in key)

    def said(self, record: Record) -> tuple[str, ...]:
        """What stands in the columns that the mapping names."""
        return tuple([record.cells[place].strip() for place in self.places.values()])

    def fault(self, record: Record, why: str) -> None:
        """Set a line aside."""
        self.to.set_aside(self.at(record, why), as_bytes(record.text))

    def at(self, record: Record, why: str) -> Fault:
        """Something about a line."""
        return Fault(place(self.task.path, record.line), why)

    def write(self, kept: Kept) -> None:
        """Keep a line, with all that is of its person."""
        self.to.of(kept.person).write(self.encode(kept) + b"\n")


class _About(_Sorting):
    """The lines that say who the people are."""

    def __init__(self, task: Task, source: PeopleFile, opened: Callable[[str], BinaryIO]) -> None:
        super().__init__(task, source.columns, opened)
        self.source = source
        self.known = opened(whose.KNOWN)

    def belongs_below(self, record: Record) -> bool:
        """By a number and a day of birth."""
        return self.is_dated(record, self.source.id, self.source.born)

    def line(self, record: Record) -> None:
        """One person. A day that cannot be used is told, and they are asked about without it."""
        key = whose.key(record.cells[self.places[self.source.id]])
        if not key:
            self.lost(record, _NOBODY)
            return
        try:
            for column in filter(None, (self.source.born, self.source.died)):
                cells.day(record.cells[self.places[column]])
        except cells.Unusable as why:
            self.fault(record, str(why))
        self.known.write(key.encode() + b"\n")
        self.write(Kept(key, ABOUT, record.line, (), self.said(record), text=record.text))

    def lost(self, record: Record, why: str) -> None:
        """Whoever it was is not asked about at all."""
        self.fault(record, why)
        self.to.people_lost += 1


class _Coded(_Sorting):
    """The lines of their records."""

    def __init__(self, task: Task, source: CodedFile, opened: Callable[[str], BinaryIO]) -> None:
        super().__init__(task, source.columns, opened)
        self.source = source
        self.known = whose.Known.kept(task.folder)
        self.ours = self.others = self.nobodys = 0  # lines: about people on the list, and not
        self.first: Record | None = None  # of those about people who are not on it

    def sort(self) -> SetAside:
        """Read the table once, and say how many lines are about people who are not on the list."""
        aside = super().sort()
        people, path = self.task.people, self.task.path
        if self.others and not self.ours and self.known.keys:
            raise BulkError(
                f"{path} is about nobody in {people.file}: the mapping has to name the same number"
                f" of a person in both. It names {self.source.person} here, and {people.id} there."
            )
        if self.first is None:
            return aside
        told = "1 line of this file is about somebody who is not"
        if self.nobodys > 1:
            told = f"{self.nobodys} lines of this file are about people who are not"
        fault = self.at(self.first, f"{told} in {people.file}.")
        return SetAside(0, (fault,)) + aside

    def line(self, record: Record) -> None:
        """One line, of whomever."""
        key = whose.key(record.cells[self.places[self.source.person]])
        if not key:
            self.lost(record, _NOBODY)
            return
        if key not in self.known.keys:
            self._of_another(record, key)
            return
        self.ours += 1
        try:
            self._coded(record, key)
        except cells.Unusable as why:
            self.fault(record, str(why))
            self.write(Kept(key, self.task.of, why=SET_ASIDE))

    def belongs_below(self, record: Record) -> bool:
        """By a number, a day and a code."""
        if not self.is_dated(record, self.source.person, self.source.date):
            return False
        try:
            return bool(self._codes(record))
        except cells.Unusable:
            return False

    def _codes(self, record: Record) -> tuple[Code, ...]:
        systems = self.source.codes
        every = [cells.codes(system, record.cells[self.places[c]]) for c, system in systems]
        return tuple(code for some in every for code in some)

    def _coded(self, record: Record, key: str) -> None:
        source = self.source
        codes = self._codes(record)
        if not any(one.code in self.task.codes for one in codes):
            return
        if source.status is not None:
            word = record.cells[self.places[source.status.column]].strip().casefold()
            if source.status.means.get(word) == Standing.VOID:
                return
        cells.day(record.cells[self.places[source.date]])
        if source.ended:
            cells.day(record.cells[self.places[source.ended]])
        self.write(Kept(key, self.task.of, record.line, codes, self.said(record)))

    def _of_another(self, record: Record, key: str) -> None:
        """A line with a number that nobody on the list has."""
        self.others += 1
        if may_be := self.known.may_be(key):
            self.fault(record, _MAY_BE.format(self.task.people.file))
            for one in may_be:
                self.write(Kept(one, self.task.of, why=SET_ASIDE))
        elif self.known.have_nhs_numbers and not whose.is_nhs_number(key):
            self.lost(record, _NO_NHS_NUMBER)
        else:
            self.nobodys += 1
            self.first = self.first or record
            self.to.set_aside(None, as_bytes(record.text))

    def lost(self, record: Record, why: str) -> None:
        """What it was of is unknown for everybody."""
        self.fault(record, why)
        self.to.unknown(self.source.kinds, SET_ASIDE)


def as_bytes(text: str) -> bytes:
    """A line as it came, though it be no text."""
    return text.encode(errors="surrogateescape")
