"""A folder of NDJSON files, as a bulk export gives it, as one record per person."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from fhir_adapters.decode import NotFhir, read_resource
from fhir_adapters.elements import Resource
from fhir_adapters.needs import Needs
from fhir_adapters.read import TYPES, Whose, person, record
from rules.record import Kind, PatientRecord


class NdjsonError(Exception):
    """A folder or line that cannot be read: the place, and what to do; nothing of a person."""


def records(folder: Path, needs: Needs) -> Iterator[PatientRecord]:
    """One record for each person in a folder of ``Type.ndjson`` or ``Type.ndjson.gz`` files.

    A type without a file was not exported, so it is unknown, not empty. Holds every person in
    memory at once. Raises NdjsonError.
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
            for patient_id in _about(resource):
                if patient_id in by_person:
                    by_person[patient_id].append(resource)
    for patient_id, patient in people.items():
        yield record(person(patient), by_person[patient_id], unread, Whose(patient_id), needs.codes)


def _about(resource: Resource) -> set[str]:
    about = resource.subject or resource.patient or resource.for_
    references = [about] if about else [p.actor for p in resource.participant or () if p.actor]
    return {
        reference.reference.removeprefix("Patient/")
        for reference in references
        if reference.reference and reference.reference.startswith("Patient/")
    }


def _files(folder: Path, resource_type: str) -> list[Path]:
    return [
        path
        for ending in ("ndjson", "ndjson.gz")
        if (path := folder / f"{resource_type}.{ending}").is_file()
    ]


def _resources(folder: Path, resource_type: str) -> Iterator[Resource]:
    for path in _files(folder, resource_type):
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield read_resource(line)
                except NotFhir:
                    raise NdjsonError(
                        f"{path}:{number}  This line is not a FHIR resource that can be read."
                    ) from None
