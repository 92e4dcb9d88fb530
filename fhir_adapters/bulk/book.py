"""The appointment book of a source: who comes on which day, and to whom or where.

Rules read appointments by what they are for. A book is about surgeries: how many people come on
one day to one clinician or place. It says nothing of what anybody comes for.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk import cells, whose
from fhir_adapters.bulk.beside import kept_book
from fhir_adapters.bulk.csv_lines import headings, rows
from fhir_adapters.bulk.extract import standing
from fhir_adapters.bulk.files import Unreadable, find, lines
from fhir_adapters.bulk.mapping import NAME, CodedFile, PeopleFile, Standing, read_mapping
from fhir_adapters.bulk.names import is_bundle
from fhir_adapters.bulk.parquet import is_kept
from fhir_adapters.bulk.sorting import about_whom
from fhir_adapters.bundle import BundleError, unpacked
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Resource
from rules.days import span
from rules.record import Kind

_TYPE = "Appointment"
# As FHIR R4 has them: those that happened, or are still to.
_COUNTS = frozenset({"proposed", "pending", "booked", "arrived", "fulfilled", "checked-in"})
_NOT_A_PLACE = ("Patient/", "RelatedPerson/")


class Coming(NamedTuple):
    """One person, who comes or came on a day. ``where`` is "" where the book does not say."""

    person: str
    day: str  # year-month-day
    where: str


class _Entry(msgspec.Struct):
    resource: Resource | None = None


class _Bundle(msgspec.Struct):
    entry: list[_Entry] = []


_RESOURCE = msgspec.json.Decoder(Resource)
_BUNDLE = msgspec.json.Decoder(_Bundle)


def book(source: Path, mapping: Path | None = None) -> Iterator[Coming]:
    """Everybody who comes, in no order. Empty where the source has no appointments.

    What cannot be read of it is passed over here: the run over the same source tells of it. Raises
    BulkError where an import is damaged.
    """
    if not source.is_dir():
        return
    if mapping is not None or (source / NAME).is_file():
        columns = read_mapping(mapping or source / NAME)
        booked = [file for file in columns.files if Kind.APPOINTMENT in file.kinds]
        named = _named(source, columns.people) if booked else dict[str, str]()
        for file in booked:
            yield from _in_table(source / file.file, file, named)
    elif is_kept(source):
        yield from map(Coming._make, kept_book(source))
    else:
        yield from _once(_resources(source))


def _resources(source: Path) -> Iterator[Resource]:
    found = find(source)
    for piece in (*found.get(_TYPE, ()), *found.get("", ())):
        try:
            for _, text in lines(piece):
                yield from _decoded(text)
        except Unreadable:
            continue
    if not found:
        for path in sorted(source.iterdir()):
            if is_bundle(path.name):
                yield from _in_bundle(path)


def _decoded(text: bytes | None) -> Iterator[Resource]:
    try:
        yield _RESOURCE.decode(text or b"")
    except UNREADABLE:
        return


def _in_bundle(path: Path) -> Iterator[Resource]:
    try:
        found = _BUNDLE.decode(unpacked(path))
    except (BundleError, *UNREADABLE):
        return
    for one in found.entry:
        if one.resource is not None:
            yield one.resource


def _once(resources: Iterator[Resource]) -> Iterator[Coming]:
    """Each visit once, though it be in two parts of an export."""
    seen: set[str] = set()
    for one in resources:
        if one.resourceType == _TYPE and (not one.id or one.id not in seen):
            seen.add(one.id or "")
            yield from _of(one)


def _named(source: Path, people: PeopleFile) -> Mapping[str, str]:
    """Everybody's number as the people file has it, by their keys."""
    found: dict[str, str] = {}
    for said in _table(source / people.file, people.columns):
        found.setdefault(whose.key(said[people.id]), whose.written(said[people.id]))
    return found


def _in_table(path: Path, file: CodedFile, named: Mapping[str, str]) -> Iterator[Coming]:
    for said in _table(path, file.columns):
        yield from _said(said, file, named)


def _table(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """What each line of a table has in these columns; of one that breaks off, what there is."""
    try:
        begins = headings(path, columns)
        places = dict(zip(columns, begins.places(columns), strict=True))
        for record in rows(path, begins):
            if not record.why:
                yield {name: record.cells[place].strip() for name, place in places.items()}
    except Unreadable:
        return


def _said(said: Mapping[str, str], file: CodedFile, named: Mapping[str, str]) -> Iterator[Coming]:
    person = whose.key(said[file.person])
    try:
        day = cells.day(said[file.date])
    except cells.Unusable:
        return
    status = standing(file, said)
    counts = status in (Standing.STANDS, Standing.OVER)
    if day is not None and day.exact and counts and person:
        yield Coming(named.get(person, person), day.first.isoformat(), said.get(file.to, ""))


def _of(resource: Resource) -> Iterator[Coming]:
    if resource.status not in _COUNTS:
        return
    day = span(resource.start or "")
    if day is None or not day.exact:
        return
    where = [
        one.actor.reference
        for one in resource.participant or ()
        if one.actor is not None and one.actor.reference
    ]
    where = sorted(one for one in where if not any(sort in one for sort in _NOT_A_PLACE))
    # To a clinician if one is named, else to a place.
    clinicians = [one for one in where if "Practitioner" in one]
    for person in sorted(about_whom(resource) or ()):
        yield Coming(person, day.first.isoformat(), (clinicians or where or [""])[0])
