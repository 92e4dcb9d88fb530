"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fhir_adapters.bulk.buckets import MOST_OF_ONE, TOO_MUCH, Framed, Portion, portions, read
from fhir_adapters.bulk.files import BulkError, Odd, Piece, find, odd
from fhir_adapters.bulk.people import NOT_ASKED_FOR, SET_ASIDE, Fault, SetAside, Someone, place
from fhir_adapters.bulk.sorting import PATIENT, Task, sort
from fhir_adapters.decode import read_resource
from fhir_adapters.needs import Needs
from fhir_adapters.patient import ethnic_category, person
from fhir_adapters.read import KINDS, TYPES, entry
from rules.codes import Code
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

# So much of an export to a bucket, of which about an eighth is kept and held in memory at once.
_BUCKET = 96 * 1024 * 1024  # bytes
_PACKED = 12  # how much larger a packed file is than it looks, at the most that is usual
_MOST_BUCKETS = 400  # files that one process has open at once; systems allow 1,024

_TWICE = "an entry stands in it twice, and not the same"
_TWO_PATIENTS = "Two Patient entries that are not the same have one id."
_TWO_ENTRIES = "Two entries that are not the same have one id."


class Folder(NamedTuple):
    """An export in a folder: its pieces by type, and what is wanted of them."""

    path: Path
    pieces: Mapping[str, list[Piece]]
    odd: Sequence[Odd]
    needs: Needs

    def tasks(self, scratch: Path) -> list[Task]:
        """What is to be sorted before anybody's record can be read, each task by itself."""
        kinds = frozenset(self.needs.kinds)
        buckets = self.buckets
        wanted = [PATIENT, "", *(TYPES[kind] for kind in self.needs.kinds)]
        found = [piece for one in wanted for piece in self.pieces.get(one, ())]
        codes = self.needs.codes
        return [Task(n, one, scratch, buckets, codes, kinds) for n, one in enumerate(found)]

    @property
    def buckets(self) -> int:
        """How many parts it is read in."""
        files = {piece.path for pieces in self.pieces.values() for piece in pieces}
        packed = {".gz": _PACKED, ".zst": _PACKED}
        size = sum(path.stat().st_size * packed.get(path.suffix, 1) for path in files)
        return max(1, min(_MOST_BUCKETS, size // _BUCKET))

    def aside(self) -> SetAside:
        """What cannot be read of it, as its names tell: whatever is in there, nobody knows."""
        found = SetAside()
        for path, named, why in self.odd:
            kinds = [KINDS[named]] if named in KINDS else [] if named else list(Kind)
            if kinds or named == PATIENT:
                unread = {kind: SET_ASIDE for kind in kinds if kind in self.needs.kinds}
                found += SetAside(1, (Fault(place(path, 1), why),), 0, unread)
        return found

    def parts(self, scratch: Path, unread: Mapping[Kind, str]) -> list["Bucket"]:
        """The parts, once everything is sorted; ``unread`` is what sorting found of everybody."""
        missing = {kind: NOT_ASKED_FOR for kind in Kind if kind not in self.needs.kinds}
        for kind in self.needs.kinds:
            if TYPES[kind] not in self.pieces:
                missing[kind] = f"the folder has no {TYPES[kind]} file"
        missing |= unread
        of = self.buckets
        return [Bucket(scratch, number, missing) for number in range(of)]


def open_folder(folder: Path, needs: Needs) -> Folder:
    """An export, as far as its names tell. Nothing of it is read yet."""
    return Folder(folder, find(folder), odd(folder), needs)


class Bucket(NamedTuple):
    """Some of the people of an export, sorted."""

    scratch: Path
    number: int
    unread: Mapping[Kind, str]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, by their identifiers; what had to be set aside is added to ``told``."""
        for portion in portions(self.scratch, self.number):
            yield from self._people(portion, told)

    def _people(self, portion: Portion, told: list[SetAside]) -> Iterator[Someone]:
        patients: dict[str, bytes | None] = {}
        found: dict[str, _Lines] = {}
        for one in read(self.scratch, self.number, portion):
            frame = one.frame
            if frame.kind is None and frame.filed is None:
                told += _patient(one, patients)
                continue
            lines = found.get(frame.person)
            if lines is None:
                lines = found[frame.person] = _Lines()
            told += lines.take(one)
        for patient_id in sorted(patients):
            told_once = patients[patient_id]
            if told_once is not None:
                patient = read_resource(told_once)
                lines = found.get(patient_id, _NO_LINES)
                kept = lines.record(person(patient), self.unread)
                yield Someone(kept, ethnic_category(patient))


class _Lines:
    """What stands in a bucket about one person."""

    def __init__(self) -> None:
        self.kept: dict[str, Framed | None] = {}  # by name; None: two that are not the same
        self.missing: dict[Kind, str] = {}
        self.filed: set[str] = set()
        self.size = 0  # bytes

    def take(self, one: Framed) -> Iterator[SetAside]:
        """One line more. What cannot be kept costs its list, and is told."""
        frame = one.frame
        if frame.kind is None:
            self.filed.update(frame.filed or ())
            return
        if frame.why:
            self.missing[frame.kind] = frame.why
            return
        name = frame.name or f" {len(self.kept):09}"
        before = self.kept.get(name, one)
        if before is not None and before.text == one.text:  # twice the same is once
            if before is one:
                yield from self._add(name, one, frame.kind)
            return
        self.kept[name] = None  # nobody knows which of them holds
        self.missing.setdefault(frame.kind, _TWICE)
        yield _told(one, _TWO_ENTRIES)

    def _add(self, name: str, one: Framed, kind: Kind) -> Iterator[SetAside]:
        self.size += len(one.text)
        if self.size <= MOST_OF_ONE:
            self.kept[name] = one
            return
        self.missing.setdefault(kind, SET_ASIDE)
        yield _told(one, TOO_MUCH)

    def record(self, who: Person, unread: Mapping[Kind, str]) -> PatientRecord:
        """Their record, its entries made when they are asked for."""
        in_order = [self.kept[name] for name in sorted(self.kept)]
        lines = [one for one in in_order if one is not None]
        places: dict[Code, list[int]] = {}
        for number, one in enumerate(lines):
            for code in one.frame.codes:
                places.setdefault(code, []).append(number)

        def make(number: int) -> Entry:
            frame, text, _ = lines[number]
            kind = frame.kind
            assert kind is not None  # or it would not be kept
            return entry(read_resource(text), kind, frame.codes, self.filed)

        return PatientRecord(who, Unopened(places, make), {**unread, **self.missing})


_NO_LINES = _Lines()


def _patient(one: Framed, patients: dict[str, bytes | None]) -> Iterator[SetAside]:
    """Keep somebody, unless there are two of that name: nobody is asked about either then."""
    before = patients.setdefault(one.frame.person, one.text)
    if before not in (None, one.text):
        patients[one.frame.person] = None
        yield _told(one, _TWO_PATIENTS, people=1)


def _told(one: Framed, why: str, people: int = 0) -> SetAside:
    return SetAside(1, (Fault(one.source.place(one.frame.line), why),), people)


def records(folder: Path, needs: Needs) -> Iterator[PatientRecord]:
    """One record for each person in a folder, in this process alone. Raises BulkError."""
    export = open_folder(folder, needs)
    if PATIENT not in export.pieces:
        raise BulkError(f"{folder} has no Patient.ndjson, or part of one, with anybody in it.")
    with TemporaryDirectory(prefix="goodday-") as scratch:
        aside = sum(map(sort, export.tasks(Path(scratch))), export.aside())
        for part in export.parts(Path(scratch), aside.unread):
            for one in part.people([]):
                yield one.record
