"""A bundle in a file to a record: one whole person, as an export or a test gives it."""

import gzip
import zlib
from codecs import BOM_UTF8
from pathlib import Path

from fhir_adapters.decode import NotFhir, read_value
from fhir_adapters.elements import Resource, Value
from fhir_adapters.patient import person
from fhir_adapters.read import damaged_kinds, record
from fhir_adapters.whose import AnotherPerson, Whose
from rules.record import Kind, PatientRecord

# Longer, unpacked, is not held in memory.
LARGEST = 32 * 1024 * 1024  # bytes


class BundleError(Exception):
    """A file that is not one person's bundle; one sentence that names no person."""


def record_from_file(path: Path) -> PatientRecord:
    """Read a bundle file, packed with gzip or not. Raises BundleError."""
    return record_from_bundle(unpacked(path))


def unpacked(path: Path) -> bytes:
    """What is in a bundle file, unpacked. Raises BundleError."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            with gzip.open(file) if packed else file as opened:
                body = opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise BundleError(f"There is no file called {path}.") from None
    except (OSError, EOFError, zlib.error):
        raise BundleError(f"{path} cannot be opened or unpacked.") from None
    if len(body) > LARGEST:
        size = f"{LARGEST // 1024 // 1024} MB"
        raise BundleError(f"{path} is longer than {size}: export so long a record as NDJSON.")
    return body.removeprefix(BOM_UTF8)


def record_from_bundle(body: bytes) -> PatientRecord:
    """The record of the one person in a bundle. Raises BundleError."""
    return whole_from_bundle(body)[0]


def whole_from_bundle(body: bytes) -> tuple[PatientRecord, Resource]:
    """The record of the one person in a bundle, and their Patient. Raises BundleError.

    The bundle is taken as the whole record, unless it is a page of a search or holds an
    OperationOutcome: then no list in it is known to be whole. An appointment in it that is only
    proposed is the one that is being booked.
    """
    try:
        value, damaged = read_value(body)
    except NotFhir:
        raise BundleError("The file is not a FHIR bundle that can be read as JSON.") from None
    if value.resourceType != "Bundle":
        raise BundleError("The file holds a FHIR resource that is not a Bundle.")
    resources = [entry.resource for entry in value.entry or () if entry.resource is not None]
    patients = [
        (entry.fullUrl, entry.resource)
        for entry in value.entry or ()
        if entry.resource is not None and entry.resource.resourceType == "Patient"
    ]
    if len(patients) != 1:
        raise BundleError(
            f"The bundle holds {len(patients)} Patient resources; it needs exactly one."
        )
    full_url, patient = patients[0]
    whose = Whose(patient.id or "", [full_url] if full_url else [f"urn:uuid:{patient.id}"])
    unread = dict.fromkeys(damaged_kinds(damaged), "part of it could not be read")
    unread |= _unread(value, resources)
    # An appointment that is only proposed is one that is being booked.
    booked = [r for r in resources if (r.resourceType, r.status) == ("Appointment", "proposed")]
    try:
        found = record(person(patient), _resolved(value, resources), unread, whose, booked=booked)
    except AnotherPerson as error:
        raise BundleError(
            f"A resource in the bundle ({error.resource_type}) is about somebody else."
        ) from None
    return found, patient


def _resolved(value: Value, resources: list[Resource]) -> list[Resource]:
    """Inside a bundle, reports point at results by fullUrl; turn those into Type/id."""
    names = {
        entry.fullUrl: f"{entry.resource.resourceType}/{entry.resource.id}"
        for entry in value.entry or ()
        if entry.fullUrl and entry.resource is not None and entry.resource.id
    }
    for resource in resources:
        for reference in resource.result or ():
            if reference.reference in names:
                reference.reference = names[reference.reference]
    return resources


def _unread(value: Value, resources: list[Resource]) -> dict[Kind, str]:
    found = [e for e in value.entry or () if e.search is None or e.search.mode in (None, "match")]
    if any(link.relation == "next" for link in value.link or ()):
        return dict.fromkeys(Kind, "the bundle is one page of several")
    if value.total is not None and value.total > len(found):
        return dict.fromkeys(Kind, "the bundle holds fewer entries than it says there are")
    if len(resources) < len(value.entry or ()):
        return dict.fromkeys(Kind, "an entry of the bundle is empty")
    if any(resource.resourceType == "OperationOutcome" for resource in resources):
        return dict.fromkeys(Kind, "the bundle says that something could not be read")
    return {}
