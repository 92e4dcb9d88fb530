"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fhir_adapters.bulk.buckets import Framed, read
from fhir_adapters.bulk.files import BulkError, Piece, find
from fhir_adapters.bulk.people import NOT_ASKED_FOR, Fault, SetAside, Someone
from fhir_adapters.bulk.sorting import Sought, Task, sort
from fhir_adapters.decode import read_resource
from fhir_adapters.needs import Needs
from fhir_adapters.patient import ethnic_category, person
from fhir_adapters.read import TYPES, entry
from rules.codes import Code
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

# So much of an export to a bucket, of which about an eighth is kept and held in memory at once.
_BUCKET = 96 * 1024 * 1024  # bytes
# How much larger a packed file is than it looks, at the most that is usual.
PACKED = {".gz": 12, ".zst": 12}
_MOST_BUCKETS = 400  # files that one process has open at once; systems allow 1,024

_TWICE = "an entry stands in it twice, and not the same"
_TWO_PATIENTS = "Two Patient entries that are not the same have one id."
_NO_ID = "A Patient entry has no id."


class Folder(NamedTuple):
    """An export in a folder: its pieces by type, and what is wanted of them."""

    path: Path
    pieces: Mapping[str, list[Piece]]
    needs: Needs

    def tasks(self, scratch: Path) -> list[Task]:
        """What is to be sorted before anybody's record can be read, each task by itself."""
        sought = Sought(self.buckets, self.needs.codes, frozenset(self.needs.kinds))
        return [Task(piece, scratch, sought) for piece in self.wanted]

    @property
    def wanted(self) -> list[Piece]:
        """The pieces that have to be read: everybody, and what rules may read of them."""
        wanted = ["Patient", *(TYPES[kind] for kind in self.needs.kinds)]
        return [piece for one in wanted for piece in self.pieces.get(one, ())]

    @property
    def buckets(self) -> int:
        """How many parts it is read in."""
        return max(1, min(_MOST_BUCKETS, self.size // _BUCKET))

    @property
    def size(self) -> int:
        """How much there is in all of its files, unpacked, as far as that can be guessed; bytes."""
        files = {piece.path for pieces in self.pieces.values() for piece in pieces}
        return sum(path.stat().st_size * PACKED.get(path.suffix, 1) for path in files)

    @property
    def missing(self) -> dict[Kind, str]:
        """The lists that nobody can know from it, and why."""
        return not_there(self.needs, self.pieces)

    def parts(self, scratch: Path, unread: Mapping[Kind, str]) -> list["Bucket"]:
        """The parts, once everything is sorted; ``unread`` is what sorting found of everybody."""
        missing = {**self.missing, **unread}
        return [Bucket(scratch, number, missing) for number in range(self.buckets)]


def not_there(needs: Needs, types: Collection[str]) -> dict[Kind, str]:
    """The lists that nobody can know from files of these types alone, and why."""
    missing = {kind: NOT_ASKED_FOR for kind in Kind if kind not in needs.kinds}
    for kind in needs.kinds:
        if TYPES[kind] not in types:
            missing[kind] = f"the folder has no {TYPES[kind]} file"
    return missing


def open_folder(folder: Path, needs: Needs) -> Folder:
    """An export, as far as its names tell. Nothing of it is read yet."""
    return Folder(folder, find(folder), needs)


class Bucket(NamedTuple):
    """Some of the people of an export, sorted."""

    scratch: Path
    number: int
    unread: Mapping[Kind, str]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, by their identifiers; what had to be set aside is added to ``told``."""
        return everybody(read(self.scratch, self.number), self.unread, told)


def everybody(
    bucket: Iterable[Framed], unread: Mapping[Kind, str], told: list[SetAside]
) -> Iterator[Someone]:
    """Whoever is in a bucket, by their identifiers; ``unread`` are the lists unknown of everybody.

    What had to be set aside is added to ``told``.
    """
    patients: dict[str, bytes | None] = {}
    found: dict[str, _Lines] = {}
    for frame, text in bucket:
        if frame.kind is None and frame.filed is None:
            told += _patient(frame.person, text, patients)
            continue
        lines = found.get(frame.person)
        if lines is None:
            lines = found[frame.person] = _Lines({}, {}, set())
        if frame.why and frame.kind is not None:
            lines.missing[frame.kind] = frame.why
        elif frame.filed is not None:
            lines.filed.update(frame.filed)
        else:
            name = frame.name or f" {len(lines.kept):09}"
            lines.kept.setdefault(name, []).append(Framed(frame, text))
    for patient_id in sorted(patients):
        told_once = patients[patient_id]
        if told_once is not None:
            patient = read_resource(told_once)
            lines = found.get(patient_id, _NO_LINES)
            yield Someone(lines.record(person(patient), unread), ethnic_category(patient))


class _Lines(NamedTuple):
    """What stands in a bucket about one person."""

    kept: dict[str, list[Framed]]  # by name: twice the same is once
    missing: dict[Kind, str]
    filed: set[str]

    def record(self, who: Person, unread: Mapping[Kind, str]) -> PatientRecord:
        """Their record, its entries made when they are asked for."""
        missing = {**unread, **self.missing}
        lines: list[Framed] = []
        for name in sorted(self.kept):
            same = self.kept[name]
            if len(same) > 1 and len({text for _, text in same}) > 1:
                for frame, _ in same:  # nobody knows which of them holds
                    missing.setdefault(frame.kind or Kind.CONDITION, _TWICE)
                continue
            lines.append(same[0])
        places: dict[Code, list[int]] = {}
        for number, (frame, _) in enumerate(lines):
            for code in frame.codes:
                places.setdefault(code, []).append(number)

        def make(number: int) -> Entry:
            frame, text = lines[number]
            kind = frame.kind
            assert kind is not None  # or it would not be kept
            return entry(read_resource(text), kind, frame.codes, self.filed)

        return PatientRecord(who, Unopened(places, make), missing)


_NO_LINES = _Lines({}, {}, set())


def _patient(who: str, text: bytes, patients: dict[str, bytes | None]) -> Iterator[SetAside]:
    """Keep somebody, unless there are two of that name: nobody is asked about either then."""
    if not who:
        yield SetAside(1, (Fault("Patient", _NO_ID),), 1)
    elif who not in patients:
        patients[who] = text
    elif patients[who] not in (None, text):
        patients[who] = None
        yield SetAside(1, (Fault("Patient", _TWO_PATIENTS),), 1)


def records(folder: Path, needs: Needs) -> Iterator[PatientRecord]:
    """One record for each person in a folder, in this process alone. Raises BulkError."""
    export = open_folder(folder, needs)
    if "Patient" not in export.pieces:
        raise BulkError(f"{folder} has no Patient.ndjson, or part of one, with anybody in it.")
    with TemporaryDirectory(prefix="goodday-") as scratch:
        aside = sum(map(sort, export.tasks(Path(scratch))), SetAside())
        for part in export.parts(Path(scratch), aside.unread):
            for one in part.people([]):
                yield one.record
