"""The lines of an export, sorted by person, with what no rule could read left out.

An export has a file for each type, and nobody's lines stand together. Each line is read once, and
what may matter is put into a bucket with all that is of the same people: however long the list is,
no more than one bucket is in memory.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk.buckets import Buckets, on_disk
from fhir_adapters.bulk.files import (
    LONGEST_LINE,
    Piece,
    ReadLines,
    Unreadable,
    end_of,
    first_line,
    is_whole,
    opened,
    rest_of_line,
)
from fhir_adapters.bulk.frames import Filling, Frame, Lots, Source
from fhir_adapters.bulk.local import advance
from fhir_adapters.bulk.names import PATIENT
from fhir_adapters.bulk.people import SET_ASIDE, Fault, SetAside
from fhir_adapters.decode import UNREADABLE, is_text
from fhir_adapters.elements import Element, Participant, Reference, Resource
from fhir_adapters.read import KINDS, keep
from rules.record import Kind

# A reference to one resource, relative or absolute, with or without a version.
_REFERENCE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?")
_PLAIN = re.compile(r"Patient/([A-Za-z0-9.-]{1,64})")
_SUBJECT = re.compile(
    rb'"(?:subject|patient|for|actor)"\s*:\s*\{[^{}]*?"reference"\s*:\s*'
    rb'"(?:[^"\\]*/)?Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[^"\\/]*)?"\s*[,}]'
)
_ANYBODY = re.compile(rb"Patient(?:/|\\/)([A-Za-z0-9.-]*)")
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')
_NAMED = frozenset({PATIENT, *KINDS})  # types whose files have nothing else in them
_MOST_REMEMBERED = 100_000  # references whose bucket is known without working it out again

_TOLD = 4 * 1024 * 1024  # bytes, after which it is told how far it is

_BAD_LINE = "This line is not a FHIR resource that can be read."
_TOO_LONG = f"This line is longer than {LONGEST_LINE // 1024 // 1024} MB, which no resource is."
_TWO_PEOPLE = "This entry is about two people at once."
_NOBODY = "This entry does not say whom it is about, and may be anybody's."
_NO_ID = "A Patient entry has no id."
_ANOTHER_TYPE = "This line is of another type than the file, by its name."
_OUTCOME = "The export says here that something could not be read."
_BROKEN_OFF = "The file breaks off here, or cannot be opened or unpacked."
_NOT_TO_ITS_END = "a file of it breaks off, or cannot be opened or unpacked"
_SAYS_SO = "the export says that something could not be read"


class Sought(NamedTuple):
    """Which lines may matter, and how many buckets they go to."""

    buckets: int
    codes: frozenset[str]
    kinds: frozenset[Kind]


class Task(NamedTuple):
    """One piece to sort, where its lines go, and which of them may matter."""

    place: int  # among all pieces
    piece: Piece
    folder: Path
    sought: Sought


class About(Element, rename={"for_": "for"}):
    """As much of a resource as says whom it is about."""

    subject: Reference | None = None
    patient: Reference | None = None
    for_: Reference | None = None
    participant: list[Participant] | None = None


def sort(task: Task) -> SetAside:
    """Sort the lines of one piece into the buckets of its folder."""
    with ExitStack() as files:
        to = Buckets(task.sought.buckets, on_disk(task.folder, task.place, files))
        sorting = Sorting(task.piece.resource_type, task.sought, to)
        done = task.piece.start
        for _ in sorting.piece(task.piece, _TOLD):
            advance(sorting.at - done)
            done = sorting.at
        advance(max(sorting.at - done, 0))
        sorting.lots.write()
        return to.aside()


class Sorting:
    """What is being sorted of one source of lines, some of them at a time.

    ``resource_type`` is what the file's name says is in it; ``to`` is where its lines go.
    """

    def __init__(self, resource_type: str, sought: Sought, to: Buckets) -> None:
        self.resource_type = resource_type
        self.sought = sought
        self.to = to
        self.lots = Lots(to)
        self.wanted = {name: kind for name, kind in KINDS.items() if kind in sought.kinds}
        self.people: dict[str | None, tuple[str, Filling]] = {}  # by the reference that names them
        self.at = 0  # where the next line begins, in bytes
        self.line = -1  # the one that is looked at

    def piece(self, piece: Piece, at_once: int) -> Iterator[None]:
        """Sort the lines of a piece; it stops for a moment after each so many bytes."""
        self.begin(Source.of(piece.path))
        end = end_of(piece)
        try:
            with opened(piece.path, piece.start) as file:
                self.at = first_line(file, piece)
                self.begin(Source.of(piece.path, self.at))
                while self.at < end and self.sort(file, min(end, self.at + at_once)):
                    yield
        except Unreadable:
            self.line += 1
            self._fault(_BROKEN_OFF)
            self._anybody()
            self.to.unknown(self._kinds(), _NOT_TO_ITS_END)

    def begin(self, source: Source) -> None:
        """Lines come from here."""
        self.lots.begin(source)

    def sort(self, file: ReadLines, end: int) -> bool:
        """Sort the next lines, those that begin before ``end``; whether there may be more.

        Raises Unreadable.
        """
        codes, wanted, people = self.sought.codes, self.wanted, self.people
        decode, readline, longest = _RESOURCE.decode, file.readline, LONGEST_LINE
        missing: dict[Kind, str] = {}
        filed: set[str] = set()
        at = self.at
        while at < end:  # the hot loop
            text = readline(longest + 1)
            if not text:
                return False
            at += len(text)
            self.line += 1
            if len(text) > longest and not is_whole(text):
                at += rest_of_line(file)
                self._reject(b"", _TOO_LONG)
                continue
            try:
                if not text.isascii():
                    text.decode()  # msgspec does not look at the bytes of what it skips
                resource = decode(text)
            except UNREADABLE:
                if not text.isspace():
                    self._reject(text, _BAD_LINE)
                continue
            kind = wanted.get(resource.resourceType)
            if kind is None:
                self._other(text, resource)
                continue
            subject = resource.subject
            if subject is None or resource.patient is not None or resource.for_ is not None:
                self._unusual(text, resource, kind)
                continue
            whose = people.get(subject.reference) or self._usual(subject.reference)
            if whose is None:
                self._unusual(text, resource, kind)
                continue
            found = keep(resource, kind, codes, missing, filed)
            if found:
                whose[1].keep(whose[0], kind, found, resource.id or "", self.line, text)
            if missing or filed:
                self._found(whose, missing, filed)
                missing.clear()
                filed.clear()
            # Gone before the next is decoded, which then has the same memory, still warm.
            del resource, subject
        self.at = at
        return True

    def _usual(self, reference: str | None) -> tuple[str, Filling] | None:
        """Whose lines these are, and where they go, if they are named as people usually are."""
        plain = _PLAIN.fullmatch(reference or "")
        if plain is None:
            return None
        if len(self.people) >= _MOST_REMEMBERED:
            self.people.clear()
        whose = self.people[plain[0]] = (plain[1], self.lots.of(plain[1]))
        return whose

    def _unusual(self, text: bytes, resource: Resource, kind: Kind) -> None:
        about = about_whom(resource)
        if about is None:
            self._fault(_NOBODY, text)
            why = f"{resource.resourceType} entries do not say whom they are about"
            self.to.unknown([kind], why)
            return
        if len(about) > 1 and kind is not Kind.APPOINTMENT:
            self._fault(_TWO_PEOPLE, text)
            self._not_whole(about, [kind])
            return
        missing: dict[Kind, str] = {}
        filed: set[str] = set()
        found = keep(resource, kind, self.sought.codes, missing, filed)
        for person in sorted(about):
            lot = self.lots.of(person)
            if found:
                lot.keep(person, kind, found, resource.id or "", self.line, text)
            self._found((person, lot), missing, filed)

    def _found(
        self, whose: tuple[str, Filling], missing: Mapping[Kind, str], filed: Set[str]
    ) -> None:
        person, lot = whose
        for kind, why in missing.items():
            lot.add(Frame(person, kind, why))
        if filed:
            lot.add(Frame(person, filed=sorted(filed)))

    def _other(self, text: bytes, resource: Resource) -> None:
        """A Patient; or what no rule reads, unless it says that something could not be read."""
        if resource.resourceType == PATIENT:
            if resource.id:
                self.lots.of(resource.id).keep(resource.id, None, (), "", self.line, text)
            else:
                self._fault(_NO_ID, text)
                self.to.people_lost += 1
        elif resource.resourceType in ("OperationOutcome", "Bundle"):
            self._fault(_OUTCOME, text)
            self._anybody()
            self.to.unknown(self._kinds() or Kind, _SAYS_SO)
        elif self.resource_type in _NAMED and resource.resourceType not in KINDS:
            self._reject(text, _ANOTHER_TYPE)  # who knows what this was

    def _reject(self, text: bytes, why: str) -> None:
        """Set a line aside. The list it was in is unknown for whom it names, or else for all."""
        self._fault(why, text)
        types = {one.decode() for one in _TYPE.findall(text)}
        if PATIENT in (self.resource_type, *types):
            self.to.people_lost += 1  # whoever it was is not asked about at all
        elif not types:
            self._anybody()
        kinds = self._kinds(types)
        named, is_sure = named_in(text)
        if named is None:
            self.to.unknown(kinds, SET_ASIDE)
        elif is_sure:
            self._not_whole(named, kinds)
        else:
            self._not_whole(named, kinds, unsure=True)
            self.to.unsure(named)

    def _kinds(self, types: Iterable[str] = ()) -> list[Kind]:
        """The lists that the file is of, by its name, and those of the types that a line names."""
        if self.resource_type not in _NAMED:
            return list(Kind)
        return [KINDS[one] for one in sorted({self.resource_type, *types}) if one in KINDS]

    def _anybody(self) -> None:
        """What is lost may have been people."""
        if self.resource_type == PATIENT or self.resource_type not in _NAMED:
            self.to.others_lost = True

    def _not_whole(
        self, people: Iterable[str], kinds: Iterable[Kind], *, unsure: bool = False
    ) -> None:
        for person in sorted(people):
            for kind in kinds:
                self.lots.of(person).add(Frame(person, kind, SET_ASIDE, unsure))

    def _fault(self, why: str, text: bytes = b"") -> None:
        is_told = self.to.names_more or not text  # where there is no line to keep, its place is
        place = self.lots.source.place(self.line) if is_told else ""
        self.to.set_aside(Fault(place, why), text)


_RESOURCE = msgspec.json.Decoder(Resource)
_ABOUT = msgspec.json.Decoder(About)


def about_whom(resource: Resource | About) -> set[str] | None:
    """The ids of the people it is about, or None where it does not say; a room is nobody."""
    named = [one for one in (resource.subject, resource.patient, resource.for_) if one is not None]
    named += [p.actor for p in resource.participant or () if p.actor is not None]
    people: set[str] = set()
    unsaid = not named
    for one in named:
        found = _REFERENCE.fullmatch(one.reference or "")
        if found is None:
            unsaid = True
        elif found[1] == PATIENT:
            people.add(found[2])
    return None if unsaid and not people else people


def named_in(text: bytes) -> tuple[set[str] | None, bool]:
    """Whom a line is about that is no resource, and whether it says so for certain.

    None where nobody can tell whom. Of JSON what it says. Of anything else the one person whom it
    names where it says whom it is about, if it names nobody else; and that may be broken too.
    """
    try:
        return about_whom(_ABOUT.decode(text)), is_text(text)
    except UNREADABLE:
        about = set(_SUBJECT.findall(text))
        found = {one.decode() for one in about}
        return found if len(about) == 1 and about == set(_ANYBODY.findall(text)) else None, False
