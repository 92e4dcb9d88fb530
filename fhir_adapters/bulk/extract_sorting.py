"""The lines of an extract, sorted by person onto disk; what cannot be used is set aside.

Whatever a line that is set aside may have said, nobody knows: the lists that its file answers for
are unknown for its person, and for everybody where nobody can tell whose it was.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk import cells
from fhir_adapters.bulk.buckets import Buckets, on_disk
from fhir_adapters.bulk.csv_lines import Headings, Record, records
from fhir_adapters.bulk.files import Unreadable
from fhir_adapters.bulk.mapping import CodedFile, PeopleFile, Standing
from fhir_adapters.bulk.people import SET_ASIDE, Fault, SetAside, place
from rules.codes import Code

ABOUT = -1  # in place of a file's number: who somebody is
_NOBODY = "This line does not say whom it is about, and may be anybody's."
_WIDTH = "This line has another number of cells than the headings."
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


class Task(NamedTuple):
    """One table to sort, by its columns."""

    path: Path
    of: int
    headings: Headings
    source: PeopleFile | CodedFile
    folder: Path
    buckets: int
    codes: frozenset[str]


def sort(task: Task) -> SetAside:
    """Sort the lines of one table into the buckets of its folder."""
    with ExitStack() as files:
        return _Sorting(task, files).sort()


class _Sorting:
    def __init__(self, task: Task, files: ExitStack) -> None:
        self.task = task
        self.to = Buckets(task.buckets, on_disk(task.folder, task.of - ABOUT, files))
        self.encode = msgspec.json.Encoder().encode
        source = task.source
        self.places = dict(zip(source.columns, task.headings.places(source.columns), strict=True))

    def sort(self) -> SetAside:
        """Read the table once."""
        task, at = self.task, 0
        width = len(task.headings.names)
        try:
            for record in records(task.path, task.headings.separator):
                at, found = record.line, record.cells
                while len(found) > width and not found[-1].strip():
                    found.pop()
                if at <= task.headings.line:
                    if at < task.headings.line and len(found) == width and self._is_one(found):
                        self._lost(record, _BEFORE)
                    continue
                if not (record.why or any(map(str.strip, found))):
                    continue
                if record.why or len(found) != width:
                    self._lost(record, record.why or _WIDTH)
                else:
                    self._line(record)
        except Unreadable:
            self._lost(Record(at, [], ""), _BROKEN_OFF)
        return self.to.aside()

    def _is_one(self, found: Sequence[str]) -> bool:
        """Whether cells above the headings are somebody's, and not those of who ran the report."""
        source = self.task.source
        codes: Sequence[tuple[str, str]] = ()
        if isinstance(source, PeopleFile):
            by_person, date = source.id, source.born
        else:
            by_person, date, codes = source.person, source.date, source.codes
        who = cells.plain(found[self.places[by_person]])
        try:
            dated = cells.day(found[self.places[date]])
            coded = not codes or any(cells.code(of, found[self.places[c]]) for c, of in codes)
        except cells.Unusable:
            return False
        numbered = cells.names_somebody(who) and any(letter.isdigit() for letter in who)
        return numbered and dated is not None and coded

    def _line(self, record: Record) -> None:
        source = self.task.source
        by_person = source.id if isinstance(source, PeopleFile) else source.person
        person = cells.plain(record.cells[self.places[by_person]])
        if not cells.names_somebody(person):
            self._lost(record, _NOBODY)
            return
        said = tuple(record.cells[place].strip() for place in self.places.values())
        if isinstance(source, PeopleFile):
            self._write(Kept(person, ABOUT, record.line, (), said))
            return
        try:
            self._coded(source, record, person, said)
        except cells.Unusable as why:
            self._fault(record, str(why))
            self._write(Kept(person, self.task.of, why=SET_ASIDE))

    def _coded(self, source: CodedFile, record: Record, person: str, said: tuple[str, ...]) -> None:
        every = (cells.code(system, record.cells[self.places[c]]) for c, system in source.codes)
        codes = tuple([one for one in every if one is not None])
        if not any(one.code in self.task.codes for one in codes):
            return
        if source.status is not None:
            word = record.cells[self.places[source.status.column]].strip().casefold()
            if source.status.means.get(word) == Standing.VOID:
                return
        cells.day(record.cells[self.places[source.date]])
        if source.ended:
            cells.day(record.cells[self.places[source.ended]])
        self._write(Kept(person, self.task.of, record.line, codes, said))

    def _lost(self, record: Record, why: str) -> None:
        """Set a line aside that may be anybody's."""
        self._fault(record, why)
        if isinstance(self.task.source, PeopleFile):
            self.to.people_lost += 1
        else:
            self.to.unknown(self.task.source.kinds, SET_ASIDE)

    def _fault(self, record: Record, why: str) -> None:
        text = record.text.encode(errors="surrogateescape")  # the bytes of what is no text
        self.to.set_aside(Fault(place(self.task.path, record.line), why), text)

    def _write(self, kept: Kept) -> None:
        self.to.of(kept.person).write(self.encode(kept) + b"\n")
