"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fhir_adapters.bulk.buckets import doubted, how_many, portions
from fhir_adapters.bulk.files import BulkError, Odd, Piece, find, odd, packing
from fhir_adapters.bulk.frames import read
from fhir_adapters.bulk.names import PATIENT, is_bundle
from fhir_adapters.bulk.people import NOT_ASKED_FOR, SET_ASIDE, Fault, SetAside, Someone, shown
from fhir_adapters.bulk.rejects import Rejects
from fhir_adapters.bulk.sorting import Sought, Task, sort
from fhir_adapters.bulk.standing import everybody
from fhir_adapters.needs import Needs
from fhir_adapters.read import KINDS, TYPES
from rules.record import Kind, PatientRecord

# So much of an export to a bucket. What is kept of it is held in memory at once: an eighth of what
# people usually have on record, and nearly all where they have little.
_BUCKET = 32 * 1024 * 1024  # bytes
# How much larger a packed file is than it looks, at the most that is usual.
_PACKED = {".gz": 12, ".zst": 12}


class Folder(NamedTuple):
    """An export in a folder: its pieces by type, and what is wanted of them."""

    path: Path
    pieces: Mapping[str, list[Piece]]
    odd: Sequence[Odd]
    needs: Needs

    def tasks(self, scratch: Path) -> list[Task]:
        """What is to be sorted before anybody's record can be read, each task by itself.

        Their places begin with 1: before them is what the folder says of itself.
        """
        sought = Sought(self.buckets, self.needs.codes, frozenset(self.needs.kinds))
        return [Task(place, one, scratch, sought) for place, one in enumerate(self.wanted, 1)]

    @property
    def wanted(self) -> list[Piece]:
        """The pieces that have to be read: everybody, and what rules may read of them."""
        types = [PATIENT, "", *(TYPES[kind] for kind in self.needs.kinds)]
        return [piece for one in types for piece in self.pieces.get(one, ())]

    @property
    def buckets(self) -> int:
        """How many parts it is read in."""
        return how_many(self.size, _BUCKET)

    @property
    def size(self) -> int:
        """How much there is in all of its files, unpacked, as far as that can be guessed; bytes."""
        return sum(size_of(piece) for pieces in self.pieces.values() for piece in pieces)

    def aside(self) -> list[SetAside]:
        """What cannot be read of it, as its names tell: whatever is in there, nobody knows."""
        return odd_aside(self.odd, self.needs)

    @property
    def missing(self) -> dict[Kind, str]:
        """The lists that nobody can know from it, and why."""
        return not_there(self.needs, self.pieces)

    def parts(self, scratch: Path, unread: Mapping[Kind, str]) -> list["Bucket"]:
        """The parts, once everything is sorted; ``unread`` is what sorting found of everybody."""
        missing = {**self.missing, **unread}
        return [Bucket(scratch, number, missing) for number in range(self.buckets)]


def size_of(piece: Piece) -> int:
    """How much there is in a piece, unpacked, as far as that can be guessed; bytes."""
    if piece.end is not None:
        return piece.end - piece.start
    return piece.path.stat().st_size * _PACKED.get(packing(piece.path), 1) - piece.start


def not_there(needs: Needs, types: Collection[str]) -> dict[Kind, str]:
    """The lists that nobody can know from files of these types alone, and why."""
    missing = {kind: NOT_ASKED_FOR for kind in Kind if kind not in needs.kinds}
    for kind in needs.kinds:
        if TYPES[kind] not in types:
            missing[kind] = f"the folder has no {TYPES[kind]} file"
    return missing


def odd_aside(odd: Iterable[Odd], needs: Needs) -> list[SetAside]:
    """What is lost with each file that cannot be read, by the type that it is of."""
    found: list[SetAside] = []
    for path, named, why in odd:
        kinds = [KINDS[named]] if named in KINDS else [] if named else list(Kind)
        if kinds or named == PATIENT:
            unread = {kind: SET_ASIDE for kind in kinds if kind in needs.kinds}
            somebody = not named and is_bundle(Path(path).name)
            others = not somebody and named in ("", PATIENT)
            fault = Fault(shown(str(path)), why)
            found.append(SetAside(1, (fault,), int(somebody), unread, others))
    return found


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
        rejects = Rejects(self.scratch, f"of.{self.number:06}")
        for portion in portions(self.scratch, self.number):
            lines = read(self.scratch, self.number, portion)
            yield from everybody(lines, self.unread, told, rejects)


class Doubted(NamedTuple):
    """A bucket in which a broken line names somebody, perhaps with a name that is broken too."""

    scratch: Path
    number: int


def doubts(scratch: Path) -> list[Doubted]:
    """What is to be looked at before anybody is asked, each by itself."""
    return [Doubted(scratch, number) for number in doubted(scratch)]


def nobodys(doubt: Doubted) -> SetAside:
    """The lists of which a broken line names nobody on the list: it may have been anybody's."""
    unread: dict[Kind, str] = {}
    for portion in portions(*doubt):
        people: set[str] = set()
        named: dict[str, set[Kind]] = {}
        for frame, _, _ in read(*doubt, portion):
            if frame.kind is None and frame.filed is None:
                people.add(frame.person)
            elif frame.kind is not None and frame.unsure:
                named.setdefault(frame.person, set()).add(frame.kind)
        for nobody in named.keys() - people:
            unread |= dict.fromkeys(named[nobody], SET_ASIDE)
    return SetAside(unread=unread)


def records(folder: Path, needs: Needs) -> Iterator[PatientRecord]:
    """One record for each person in a folder, in this process alone. Raises BulkError."""
    export = open_folder(folder, needs)
    if PATIENT not in export.pieces:
        raise BulkError(f"{folder} has no Patient.ndjson, or part of one, with anybody in it.")
    with TemporaryDirectory(prefix="goodday-") as scratch:
        aside = sum(map(sort, export.tasks(Path(scratch))), sum(export.aside(), SetAside()))
        aside = sum(map(nobodys, doubts(Path(scratch))), aside)
        for part in export.parts(Path(scratch), aside.unread):
            for one in part.people([]):
                yield one.record
