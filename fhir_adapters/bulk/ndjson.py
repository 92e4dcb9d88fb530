"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from fhir_adapters.decode import NotFhir, read_resource
from fhir_adapters.elements import Resource
from fhir_adapters.needs import Needs
from fhir_adapters.patient import person
from fhir_adapters.read import TYPES, record
from fhir_adapters.whose import AnotherPerson, Whose
from rules.record import Kind, PatientRecord


class NdjsonError(Exception):
    """A folder or line that cannot be read: the place, and what to do; nothing of a person."""


def records(folder: Path, needs: Needs) -> Iterator[PatientRecord]:
    """One record for each person in a folder of ``Type.ndjson`` or ``Type.ndjson.gz`` files.

    A type without a file was not exported, so it is unknown, not empty; and where an entry does not
    say whom it is about, it may be anybody's, so that list is unknown for everybody. Holds every
    person in memory at once. Raises NdjsonError.
    """
    people = {patient.id: patient for patient in _resources(folder, "Patient") if patient.id}
    if not people:
        raise NdjsonError(f"{folder} has no Patient.ndjson with anybody in it.")
    unread = {kind: "it was not asked for" for kind in Kind if kind not in needs.kinds}
    by_person: dict[str, list[Resource]] = {patient_id: [] for patient_id in people}
    for kind in needs.kinds:
        if not _files(folder, TYPES[kind]):
            unread[kind] = f"the folder has no {TYPES[kind]} file"
        for resource in _resources(folder, TYPES[kind]):
            about = _about(resource)
            if about is None:
                unread[kind] = f"{TYPES[kind]} entries do not say whom they are about"
            for patient_id in about or ():
                if patient_id in by_person:
                    by_person[patient_id].append(resource)
    for patient_id, patient in people.items():
        whose = Whose(patient_id)
        try:
            yield record(person(patient), by_person[patient_id], unread, whose, needs.codes)
        except AnotherPerson as error:
            raise NdjsonError(
                f"{folder} has a {error.resource_type} that is about two people at once."
            ) from None


# A reference to one resource, relative or absolute, with or without a version.
_REFERENCE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?")


def _about(resource: Resource) -> set[str] | None:
    """The ids of the people it is about, or None where it does not say; a room is nobody."""
    named = [one for one in (resource.subject, resource.patient, resource.for_) if one is not None]
    named += [p.actor for p in resource.participant or () if p.actor is not None]
    people: set[str] = set()
    unsaid = not named
    for one in named:
        found = _REFERENCE.fullmatch(one.reference or "")
        if found is None:
            unsaid = True
        elif found[1] == "Patient":
            people.add(found[2])
    return None if unsaid and not people else people


def _files(folder: Path, resource_type: str) -> list[Path]:
    return [
        path
        for ending in ("ndjson", "ndjson.gz")
        if (path := folder / f"{resource_type}.{ending}").is_file()
    ]


def _resources(folder: Path, resource_type: str) -> Iterator[Resource]:
    for path in _files(folder, resource_type):
        try:
            with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield _resource(line, f"{path}:{number}")
        except (OSError, EOFError, zlib.error):
            raise NdjsonError(f"{path} cannot be opened or unpacked.") from None


def _resource(line: bytes, place: str) -> Resource:
    try:
        return read_resource(line)
    except NotFhir:
        raise NdjsonError(f"{place}  This line is not a FHIR resource that can be read.") from None
