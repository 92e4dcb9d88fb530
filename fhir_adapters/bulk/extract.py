"""A folder of CSV files, as the searches of a record system give them, as one record per person."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk import cells
from fhir_adapters.bulk.buckets import (
    MOST_OF_ONE,
    TOO_MUCH,
    Buckets,
    Portion,
    how_many,
    on_disk,
    parts_of,
    portions,
)
from fhir_adapters.bulk.csv_lines import headings
from fhir_adapters.bulk.extract_sorting import ABOUT, Kept, Task, as_bytes
from fhir_adapters.bulk.files import BulkError, Unreadable, why_not_read
from fhir_adapters.bulk.mapping import CodedFile, Columns, PeopleFile, Standing
from fhir_adapters.bulk.people import NOT_ASKED_FOR, SET_ASIDE, Fault, SetAside, Someone, place
from fhir_adapters.bulk.whose import written
from fhir_adapters.needs import Needs
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.codes import Code
from rules.days import Span
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

_BUCKET = 48 * 1024 * 1024  # bytes of an extract to a bucket
_REJECTS = 1_000_000  # the rejects of buckets are numbered from here, behind those of the tables
_NOT_SAID = "the extract says nothing of it"
_TWO_PEOPLE = "Two lines say different things of one person."

# What a line has as its status in each list, and what it has where it is over or was not done.
USUAL: Mapping[Kind, str] = {
    Kind.CONDITION: "active", Kind.OBSERVATION: "final", Kind.PROCEDURE: "completed",
    Kind.REFERRAL: "active", Kind.TAG: "active", Kind.TASK: "requested", Kind.CARE_PLAN: "active",
    Kind.MESSAGE: "completed", Kind.DRAFT_MESSAGE: "active", Kind.DOCUMENT: "current",
    Kind.REPORT: "final", Kind.APPOINTMENT: "booked", Kind.MEDICATION: "active",
    Kind.STATEMENT: "active", Kind.ENCOUNTER: "finished", Kind.QUESTIONNAIRE: "completed",
    Kind.GOAL: "active", Kind.CONSENT: "active",
}  # fmt: skip
OVER: Mapping[Kind, str] = {
    Kind.CONDITION: "resolved", Kind.REFERRAL: "completed", Kind.TAG: "inactive",
    Kind.TASK: "completed", Kind.CARE_PLAN: "completed", Kind.APPOINTMENT: "fulfilled",
    Kind.MEDICATION: "completed", Kind.STATEMENT: "completed", Kind.GOAL: "completed",
    Kind.CONSENT: "inactive",
}  # fmt: skip
NOT_DONE: Mapping[Kind, str] = {
    Kind.OBSERVATION: "cancelled", Kind.PROCEDURE: "not-done", Kind.REFERRAL: "revoked",
    Kind.TASK: "cancelled", Kind.MESSAGE: "not-done", Kind.APPOINTMENT: "cancelled",
    Kind.MEDICATION: "cancelled", Kind.STATEMENT: "not-taken", Kind.ENCOUNTER: "cancelled",
    Kind.CONSENT: "rejected",
}  # fmt: skip
_SEXES = {
    "f": "female", "female": "female", "m": "male", "male": "male", "other": "other",
    "indeterminate": "other", "i": "other", "unknown": "unknown", "not known": "unknown",
}  # fmt: skip
_ANSWERS: Mapping[str, Answer] = {"yes": YES, "no": NO}


class Extract(NamedTuple):
    """An extract whose headings were found; nothing else of it is read yet."""

    path: Path
    columns: Columns
    needs: Needs

    def tasks(self, scratch: Path) -> list[Task]:
        """Each table that is to be sorted. Raises BulkError."""
        size = 0
        found: list[tuple[int, PeopleFile | CodedFile]] = [(ABOUT, self.columns.people)]
        found += list(enumerate(self.columns.files))
        tasks: list[Task] = []
        for of, source in found:
            path = self.path / source.file
            if not path.exists():
                raise BulkError(f"{path} is named in the mapping, and there is no such file.")
            if why := why_not_read(path, self.path.resolve()):
                raise BulkError(f"{path} is named in the mapping. {why}")
            size += path.stat().st_size
            try:
                begins = headings(path, source.columns)
            except Unreadable:
                raise BulkError(f"{path} cannot be opened or unpacked.") from None
            people = self.columns.people
            tasks.append(Task(path, of, begins, people, source, scratch, 1, self.needs.codes))
        buckets = how_many(size, _BUCKET)
        return [task._replace(buckets=buckets) for task in tasks]

    def parts(self, scratch: Path, buckets: int, unread: Mapping[Kind, str]) -> list["Bucket"]:
        """The parts, once everything is sorted."""
        said = {kind for file in self.columns.files for kind in file.kinds}
        missing = {kind: _NOT_SAID for kind in Kind if kind not in said}
        missing |= {kind: NOT_ASKED_FOR for kind in Kind if kind not in self.needs.kinds}
        kinds = frozenset(self.needs.kinds)
        return [
            Bucket(scratch, n, self.path, self.columns, kinds, {**missing, **unread})
            for n in range(buckets)
        ]


class Bucket(NamedTuple):
    """Some of the people of an extract, sorted."""

    scratch: Path
    number: int
    path: Path
    columns: Columns
    kinds: frozenset[Kind]
    unread: Mapping[Kind, str]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, by their identifiers; what had to be set aside is added to ``told``."""
        with ExitStack() as files:
            to = Buckets(1, on_disk(self.scratch, _REJECTS + self.number, files))
            for portion in portions(self.scratch, self.number):
                yield from self._people(portion, to)
            told.append(to.aside())

    def _people(self, portion: Portion, to: Buckets) -> Iterator[Someone]:
        about: dict[str, Kept | None] = {}
        found: dict[str, _Lines] = {}
        for kept in self._read(portion):
            if kept.of != ABOUT:
                lines = found.get(kept.person)
                if lines is None:
                    lines = found[kept.person] = _Lines()
                file = self.columns.files[kept.of]
                if not lines.take(kept, file):
                    to.set_aside(self._fault(file, kept, TOO_MUCH))
                continue
            before = about.setdefault(kept.person, kept)
            # The first is their number, which is the same however it is written.
            if before is not None and before.cells[1:] != kept.cells[1:]:
                about[kept.person] = None
                fault = self._fault(self.columns.people, kept, _TWO_PEOPLE)
                to.set_aside(fault, as_bytes(kept.text))
                to.people_lost += 1
        for who in sorted(about):
            one = about[who]
            if one is not None:
                yield self._someone(one, found.get(who, _NO_LINES))

    def _fault(self, file: PeopleFile | CodedFile, kept: Kept, why: str) -> Fault:
        return Fault(place(self.path / file.file, kept.line), why)

    def _read(self, portion: Portion) -> Iterator[Kept]:
        decode = msgspec.json.Decoder(Kept).decode
        for path in parts_of(self.scratch, self.number):
            with path.open("rb", 1 << 20) as file:
                yield from (kept for kept in map(decode, file) if portion.has(kept.person))

    def _someone(self, about: Kept, lines: "_Lines") -> Someone:
        people = self.columns.people
        said = dict(zip(people.columns, about.cells, strict=True))
        record = self._record(_person(people, said), lines)
        return Someone(record, said.get(people.ethnic, ""), said.get(people.deprived, ""))

    def _record(self, who: Person, lines: "_Lines") -> PatientRecord:
        made: list[tuple[Kept, Kind]] = []
        for kept in lines.kept:
            file = self.columns.files[kept.of]
            stands = standing(file, _said(file, kept))
            made += [(kept, k) for k in _kinds(file, stands) if k in self.kinds]
        places: dict[Code, list[int]] = {}
        for number, (kept, _) in enumerate(made):
            for code in kept.codes:
                places.setdefault(code, []).append(number)

        def make(number: int) -> Entry:
            kept, kind = made[number]
            return _entry(self.columns.files[kept.of], kept, kind)

        return PatientRecord(who, Unopened(places, make), {**lines.missing, **self.unread})


class _Lines:
    """What stands in a bucket about one person."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.missing: dict[Kind, str] = {}
        self._seen: set[tuple[int, tuple[str, ...]]] = set()
        self._size = 0  # characters

    def take(self, kept: Kept, file: CodedFile) -> bool:
        """One line more; whether it is not too much. What is not kept costs the file's lists."""
        line = kept.of, kept.cells
        if kept.why:
            self._lose(file, kept.why)
        elif line not in self._seen:  # the same in every cell is the same line
            self._size += sum(map(len, kept.cells))
            if self._size > MOST_OF_ONE:
                self._lose(file, SET_ASIDE)
                return False
            self._seen.add(line)
            self.kept.append(kept)
        return True

    def _lose(self, file: CodedFile, why: str) -> None:
        for kind in file.kinds:
            self.missing.setdefault(kind, why)


_NO_LINES = _Lines()


def _said(file: CodedFile, kept: Kept) -> dict[str, str]:
    return dict(zip(file.columns, kept.cells, strict=True))


def standing(file: CodedFile, said: Mapping[str, str]) -> Standing:
    """What its status says. A cell with nothing in it takes nothing back."""
    word = said[file.status.column].casefold() if file.status else ""
    if file.status is not None and word:
        return Standing(file.status.means.get(word, Standing.UNCLEAR))
    return Standing.OVER if file.ended and said[file.ended] else Standing.STANDS


def _kinds(file: CodedFile, standing: Standing) -> tuple[Kind, ...]:
    if standing is Standing.DECLINED:
        return (Kind.PROCEDURE,)  # where a no stands, whatever the file is of
    if standing is Standing.NOT_DONE:
        return tuple(kind for kind in file.kinds if kind in NOT_DONE)
    return file.kinds


def _entry(file: CodedFile, kept: Kept, kind: Kind) -> Entry:
    said = _said(file, kept)
    stands = standing(file, said)
    value = None
    if kind is Kind.OBSERVATION and file.value:
        value = cells.measured(said[file.value], said.get(file.unit, ""), frozenset(kept.codes))
    place = f"{file.file}:{kept.line}"
    return Entry(
        kind=kind,
        codes=kept.codes,
        status=_status(kind, stands),
        when=cells.day(said[file.date]),
        dated_by="dated",
        ends=cells.day(said[file.ended]) if file.ended else None,
        words=said.get(file.words, ""),
        reference=place,
        values=(("", value),) if value is not None else (),
        answer="declined" if stands is Standing.DECLINED else "",
        line=place,
    )


def _status(kind: Kind, standing: Standing) -> str:
    match standing:
        case Standing.OVER:
            return OVER.get(kind, USUAL[kind])
        case Standing.NOT_DONE | Standing.DECLINED:
            return NOT_DONE[kind]
        case Standing.UNCLEAR | Standing.VOID:
            return str(Standing.UNCLEAR)  # no status of FHIR's: it cannot be told
        case Standing.STANDS:
            return USUAL[kind]


def _day(cell: str) -> tuple[Span | None, bool]:
    """A day, and whether it could be read; where not, it was told when the file was sorted."""
    try:
        return cells.day(cell), True
    except cells.Unusable:
        return None, False


def _person(people: PeopleFile, said: Mapping[str, str]) -> Person:
    """Who somebody is. What is not in the extract, or cannot be read, cannot be told."""
    born, _ = _day(said.get(people.born, ""))
    died_on, read = _day(said.get(people.died, ""))
    if not people.died:
        died = NO if people.all_living else CANNOT_TELL
    else:
        died = NO if read else CANNOT_TELL  # whether that day has come, rules ask
    registered = YES if people.all_registered else CANNOT_TELL
    means: dict[str, str] = {}
    for key in ("language", "interpreter", "registered"):
        worded = getattr(people, key)
        means[key] = worded.means.get(said[worded.column].casefold(), "") if worded else ""
    if people.registered is not None:
        registered = _ANSWERS.get(means["registered"], CANNOT_TELL)
    return Person(
        id=written(said[people.id]),
        birth=born,
        died=died,
        died_on=died_on,
        sex=_SEXES.get(said.get(people.sex, "").casefold(), ""),
        language=means["language"].lower(),
        needs_interpreter=_ANSWERS.get(means["interpreter"], CANNOT_TELL),
        registered_here=registered,
    )
