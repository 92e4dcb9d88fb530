"""The appointment book of a source: who comes on which day, and to whom or where.

Rules read appointments by what they are for. A book is about surgeries: how many people come on
one day to one clinician or place. It says nothing of what anybody comes for.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk.bundles import ENDINGS
from fhir_adapters.bulk.files import Unreadable, find, lines
from fhir_adapters.bulk.sorting import about_whom
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Resource
from rules.days import span

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


def book(source: Path) -> Iterator[Coming]:
    """Everybody who comes, in no order. Empty where the source has no appointments.

    What cannot be read of it is passed over here: the run over the same source tells of it.
    """
    if not source.is_dir():
        return
    pieces = find(source).get(_TYPE, ())
    for piece in pieces:
        try:
            for _, text in lines(piece):
                yield from _coming(text)
        except Unreadable:
            continue
    if not pieces:
        for path in sorted(source.iterdir()):
            if path.name.endswith(ENDINGS):
                yield from _in_bundle(path)


def _coming(text: bytes | None) -> Iterator[Coming]:
    if text is None or text.isspace():
        return
    try:
        yield from _of(_RESOURCE.decode(text))
    except UNREADABLE:
        return


def _in_bundle(path: Path) -> Iterator[Coming]:
    try:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found = _BUNDLE.decode(text)
    except (OSError, EOFError, zlib.error, *UNREADABLE):
        return
    for one in found.entry:
        if one.resource is not None:
            yield from _of(one.resource)


def _of(resource: Resource) -> Iterator[Coming]:
    if resource.resourceType != _TYPE or resource.status not in _COUNTS:
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
