"""A list of people in files, read in this process as every verb about a whole list reads it."""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import SetAside, Someone
from fhir_adapters.bulk.source import ready
from fhir_adapters.needs import Needs
from rules.record import PatientRecord
from tests.builders import Resource


def everybody(folder: Path, needs: Needs) -> tuple[list[Someone], SetAside]:
    """Everybody in a folder, and what was set aside. Raises BulkError."""
    with TemporaryDirectory() as scratch, Crew(1) as crew:
        parts, aside, _ = ready(folder, needs, Path(scratch), crew)
        told: list[SetAside] = []
        people = [one for part in parts for one in part.people(told)]
        return people, sum(told, aside)


def records(folder: Path, needs: Needs) -> tuple[dict[str, PatientRecord], SetAside]:
    """Everybody's record, by who they are. Raises BulkError."""
    people, aside = everybody(folder, needs)
    return {one.record.person.id: one.record for one in people}, aside


def places(folder: Path, aside: SetAside) -> list[str]:
    """Where the first faults stand, within the folder."""
    return [fault.place.removeprefix(f"{folder}/") for fault in aside.first]


def ndjson(resources: Iterable[Resource]) -> bytes:
    """A line for each."""
    return b"".join(json.dumps(resource).encode() + b"\n" for resource in resources)


def zstd(text: bytes) -> bytes:
    """Packed as exports of some systems are."""
    packed: bytes = import_module("pyarrow").compress(text, codec="zstd", asbytes=True)
    return packed


PACKED: Mapping[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstd}
