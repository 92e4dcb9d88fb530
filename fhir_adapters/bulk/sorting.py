"""The lines of an export, sorted by person, with what no rule could read left out.

An export has a file for each type, and nobody's lines stand together. Each line is read once, and
what may matter is put into a bucket with all that is of the same people: however long the list is,
no more than one bucket is in memory.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

import msgspec

from fhir_adapters.bulk.buckets import Frame, bucket_of, write
from fhir_adapters.bulk.files import LONGEST_LINE, Line, Piece, Unreadable, lines, number_of
from fhir_adapters.bulk.people import MOST_NAMED, SET_ASIDE, Fault, SetAside
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Resource
from fhir_adapters.read import KINDS, keep
from rules.codes import Code
from rules.record import Kind

_PATIENT = "Patient"
# A reference to one resource, relative or absolute, with or without a version.
_REFERENCE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?")
_PLAIN = re.compile(r"Patient/([A-Za-z0-9.-]{1,64})")
_NAMED = re.compile(rb'"reference"\s*:\s*"(?:[^"\\]*/)?Patient/([A-Za-z0-9.-]{1,64})["/]')
_MOST_REMEMBERED = 100_000  # references whose bucket is known without working it out again

_BAD_LINE = "This line is not a FHIR resource that can be read."
_TOO_LONG = f"This line is longer than {LONGEST_LINE // 1024 // 1024} MB, which no resource is."
_TWO_PEOPLE = "This entry is about two people at once."
_NOBODY = "This entry does not say whom it is about, and may be anybody's."
_OUTCOME = "The export says here that something could not be read."
_BROKEN_OFF = "The file breaks off here, or cannot be opened or unpacked."


class Sought(NamedTuple):
    """Which lines may matter, and how many buckets they go to."""

    buckets: int
    codes: frozenset[str]
    kinds: frozenset[Kind]


class Task(NamedTuple):
    """One piece to sort, the folder that its lines go to, and which of them may matter."""

    piece: Piece
    folder: Path
    sought: Sought


def sort(task: Task) -> SetAside:
    """Sort the lines of one piece into the buckets of its folder."""
    piece = task.piece
    name = f"{crc32(str(piece).encode()):08x}"
    with ExitStack() as files:

        def opened(what: str) -> BinaryIO:
            path = task.folder / f"{what}.{name}"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            return files.enter_context(os.fdopen(descriptor, "wb", 1 << 16))

        sorting = Sorting(piece.resource_type, task.sought, opened, place_in(piece))
        sorting.sort(lines(piece))
        return sorting.aside


def place_in(piece: Piece) -> Callable[[int], str]:
    """Where a line of a piece stands, by the byte that it begins with."""
    return lambda at: f"{piece.path}:{number_of(piece, at)}"


class Sorting:
    """What is being sorted of one file, some of its lines at a time.

    ``resource_type`` is what the file's name says is in it. ``opened`` gives what the lines of a
    bucket, by its number, and those set aside ("rejects") are written to; ``place`` says where the
    line stands that begins at some number, as the lines have them.
    """

    def __init__(
        self,
        resource_type: str,
        sought: Sought,
        opened: Callable[[str], BinaryIO],
        place: Callable[[int], str],
    ) -> None:
        self.resource_type = resource_type
        self.sought = sought
        self.opened = opened
        self.place = place
        self.at = 0
        self.open: dict[int, BinaryIO] = {}
        self.people: dict[str, tuple[str, BinaryIO]] = {}  # by the reference that names them
        self.count = self.people_lost = 0
        self.first: list[Fault] = []
        self.unread: dict[Kind, str] = {}
        self.rejects: BinaryIO | None = None

    @property
    def aside(self) -> SetAside:
        """What was set aside so far."""
        return SetAside(self.count, tuple(self.first), self.people_lost, dict(self.unread))

    def sort(self, some: Iterable[Line]) -> None:
        """Sort lines, those of the whole file or the next of them."""
        _, codes, kinds = self.sought
        decode, people = _RESOURCE.decode, self.people
        missing: dict[Kind, str] = {}
        filed: set[str] = set()
        try:
            for line in some:  # the hot loop
                self.at, text = line
                if text is None:
                    self._reject(line, _TOO_LONG)
                    continue
                try:
                    resource = decode(text)
                except UNREADABLE:
                    if text.strip():
                        self._reject(line, _BAD_LINE)
                    continue
                kind = KINDS.get(resource.resourceType)
                if kind is None or kind not in kinds:
                    self._other(line, resource)
                    continue
                subject = resource.subject
                if subject is not None and resource.patient is None and resource.for_ is None:
                    whose = people.get(subject.reference or "") or self._usual(subject.reference)
                else:
                    whose = None
                if whose is None:
                    self._unusual(line, resource, kind)
                    continue
                found = keep(resource, kind, codes, missing, filed)
                if found or missing or filed:
                    self._keep(whose, line, resource, kind, found, missing, filed)
                    missing.clear()
                    filed.clear()
        except Unreadable:
            self._fault(self.at, _BROKEN_OFF)
            self._unknown(self._kinds(), _BROKEN_OFF)

    def _usual(self, reference: str | None) -> tuple[str, BinaryIO] | None:
        """Whose lines these are, and where they go, if they are named as people usually are."""
        plain = _PLAIN.fullmatch(reference or "")
        if plain is None:
            return None
        if len(self.people) >= _MOST_REMEMBERED:
            self.people.clear()
        whose = self.people[plain[0]] = (plain[1], self._bucket(plain[1]))
        return whose

    def _unusual(self, line: Line, resource: Resource, kind: Kind) -> None:
        about = about_whom(resource)
        if about is None:
            self._fault(line[0], _NOBODY)
            self._unknown([kind], f"{resource.resourceType} entries do not say whom they are about")
            return
        if len(about) > 1 and kind is not Kind.APPOINTMENT:
            self._fault(line[0], _TWO_PEOPLE, line[1])
            self._not_whole(about, [kind])
            return
        missing: dict[Kind, str] = {}
        filed: set[str] = set()
        found = keep(resource, kind, self.sought.codes, missing, filed)
        for person in sorted(about):
            whose = person, self._bucket(person)
            self._keep(whose, line, resource, kind, found, missing, filed)

    def _keep(
        self,
        whose: tuple[str, BinaryIO],
        line: Line,
        resource: Resource,
        kind: Kind,
        found: tuple[Code, ...],
        missing: dict[Kind, str],
        filed: set[str],
    ) -> None:
        person, file = whose
        for other, why in missing.items():
            write(file, Frame(person, other, why=why))
        if filed:
            write(file, Frame(person, filed=sorted(filed)))
        if found:
            name = f"{resource.resourceType}/{resource.id}" if resource.id else ""
            write(file, Frame(person, kind, name, found), line[1] or b"")

    def _other(self, line: Line, resource: Resource) -> None:
        """A Patient; or what no rule reads, unless it says that something could not be read."""
        if resource.resourceType == _PATIENT:
            person = resource.id or ""
            write(self._bucket(person), Frame(person), line[1] or b"")
        elif resource.resourceType in ("OperationOutcome", "Bundle"):
            self._fault(line[0], _OUTCOME)
            self._unknown(self._kinds(), _OUTCOME)

    def _reject(self, line: Line, why: str) -> None:
        """Set a line aside. The list it was in is unknown for whom it names, or else for all."""
        self._fault(line[0], why, line[1])
        if self.resource_type == _PATIENT:
            self.people_lost += 1  # whoever it was is not asked about at all
            return
        named = set(_NAMED.findall(line[1] or b""))
        if len(named) == 1:
            self._not_whole({one.decode() for one in named}, self._kinds())
        else:
            self._unknown(self._kinds(), SET_ASIDE)

    def _kinds(self) -> list[Kind]:
        """The lists that the file is of, by its name."""
        kind = KINDS.get(self.resource_type)
        return [kind] if kind is not None else list(Kind)

    def _unknown(self, kinds: Iterable[Kind], why: str) -> None:
        for kind in kinds:
            self.unread.setdefault(kind, why)

    def _not_whole(self, people: Iterable[str], kinds: Iterable[Kind]) -> None:
        for person in sorted(people):
            for kind in kinds:
                write(self._bucket(person), Frame(person, kind, why=SET_ASIDE))

    def _fault(self, at: int, why: str, text: bytes | None = None) -> None:
        self.count += 1
        if len(self.first) < MOST_NAMED:
            self.first.append(Fault(self.place(at), why))
        if text is not None:
            if self.rejects is None:
                self.rejects = self.opened("rejects")
            self.rejects.write(text if text.endswith(b"\n") else text + b"\n")

    def _bucket(self, person: str) -> BinaryIO:
        number = bucket_of(person, self.sought.buckets)
        found = self.open.get(number)
        if found is None:
            found = self.open[number] = self.opened(str(number))
        return found


_RESOURCE = msgspec.json.Decoder(Resource)


def about_whom(resource: Resource) -> set[str] | None:
    """The ids of the people it is about, or None where it does not say; a room is nobody."""
    named = [one for one in (resource.subject, resource.patient, resource.for_) if one is not None]
    named += [p.actor for p in resource.participant or () if p.actor is not None]
    people: set[str] = set()
    unsaid = not named
    for one in named:
        found = _REFERENCE.fullmatch(one.reference or "")
        if found is None:
            unsaid = True
        elif found[1] == _PATIENT:
            people.add(found[2])
    return None if unsaid and not people else people
