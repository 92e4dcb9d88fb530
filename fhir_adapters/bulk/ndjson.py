"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fhir_adapters.bulk.buckets import Framed, codes_of, read
from fhir_adapters.bulk.files import BulkError, Piece, find
from fhir_adapters.bulk.people import NOT_ASKED_FOR, Fault, SetAside, Someone
from fhir_adapters.bulk.sorting import Task, sort
from fhir_adapters.decode import read_resource
from fhir_adapters.needs import Needs
from fhir_adapters.patient import ethnic_category, person
from fhir_adapters.read import TYPES, entry
from rules.codes import Code
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

# So much of an export to a bucket, of which about an eighth is kept and held in memory at once.
_BUCKET = 96 * 1024 * 1024  # bytes
_PACKED = 12  # how much larger a packed file is than it looks, at the most that is usual
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
        kinds = frozenset(self.needs.kinds)
        buckets = self.buckets
        wanted = ["Patient", *(TYPES[kind] for kind in self.needs.kinds)]
        found = [piece for one in wanted for piece in self.pieces.get(one, ())]
        return [Task(piece, scratch, buckets, self.needs.codes, kinds) for piece in found]

    @property
    def buckets(self) -> int:
        """How many parts it is read in."""
        files = {piece.path for pieces in self.pieces.values() for piece in pieces}
        packed = {".gz": _PACKED, ".zst": _PACKED}
        size = sum(path.stat().st_size * packed.get(path.suffix, 1) for path in files)
        return max(1, min(_MOST_BUCKETS, size // _BUCKET))

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
    return Folder(folder, find(folder), needs)


class Bucket(NamedTuple):
    """Some of the people of an export, sorted."""

    scratch: Path
    number: int
    unread: Mapping[Kind, str]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, by their identifiers; what had to be set aside is added to ``told``."""
        patients: dict[str, bytes | None] = {}
        found: dict[str, _Lines] = {}
        for frame, text in read(self.scratch, self.number):
            if frame.kind is None and frame.filed is None:
                told += _patient(frame.person, text, patients)
                continue
            lines = found.get(frame.person)
            if lines is None:
                lines = found[frame.person] = _Lines({}, {}, {}, set())
            if frame.why and frame.kind is not None:
                lines.missing[frame.kind] = frame.why
            elif frame.filed is not None:
                lines.filed.update(frame.filed)
            else:
                name = frame.name or f" {len(lines.kept):09}"
                same = lines.kept.setdefault(name, (frame, text))
                if same[1] != text:
                    lines.twice[name] = frame.kind or Kind.CONDITION
        for patient_id in sorted(patients):
            told_once = patients[patient_id]
            if told_once is not None:
                patient = read_resource(told_once)
                lines = found.get(patient_id, _NO_LINES)
                kept = lines.record(person(patient), self.unread)
                yield Someone(kept, ethnic_category(patient))


class _Lines(NamedTuple):
    """What stands in a bucket about one person."""

    kept: dict[str, Framed]  # by name: twice the same is once
    twice: dict[str, Kind]  # those of which nobody knows which holds
    missing: dict[Kind, str]
    filed: set[str]

    def record(self, who: Person, unread: Mapping[Kind, str]) -> PatientRecord:
        """Their record, its entries made when they are asked for."""
        missing = {**unread, **self.missing}
        for name in sorted(self.twice):
            missing.setdefault(self.twice[name], _TWICE)
        kept = self.kept
        lines = [kept[name] for name in sorted(kept.keys() - self.twice.keys())]
        places: dict[Code, list[int]] = {}
        for number, (frame, _) in enumerate(lines):
            for code in codes_of(frame):
                if code in places:
                    places[code].append(number)
                else:
                    places[code] = [number]

        def make(number: int) -> Entry:
            frame, text = lines[number]
            kind = frame.kind
            assert kind is not None  # or it would not be kept
            return entry(read_resource(text), kind, codes_of(frame), self.filed)

        return PatientRecord(who, Unopened(places, make), missing)


_NO_LINES = _Lines({}, {}, {}, set())


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
