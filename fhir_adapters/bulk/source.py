"""START HERE: what a source of many people is, by looking at it, and the parts it is read in.

Whatever it is, everything behind it sees the same: parts, each with some of the people, which any
process can read by itself.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from fhir_adapters.bulk import fetched
from fhir_adapters.bulk.buckets import Buckets, on_disk
from fhir_adapters.bulk.bundles import open_bundles
from fhir_adapters.bulk.extract import Extract
from fhir_adapters.bulk.extract_sorting import sort as sort_table
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.mapping import NAME, read_mapping
from fhir_adapters.bulk.names import PATIENT, is_bundle
from fhir_adapters.bulk.ndjson import doubts, nobodys, open_folder, size_of
from fhir_adapters.bulk.parquet import is_kept, manifest_of, open_kept
from fhir_adapters.bulk.people import Fault, Ids, Part, SetAside
from fhir_adapters.bulk.rejects import Rejects, noted
from fhir_adapters.bulk.sorting import sort
from fhir_adapters.needs import Needs


class Ready(NamedTuple):
    """A source that can be read, part by part, what was set aside so far, and whose ids it has."""

    parts: Sequence[Part]
    aside: SetAside
    ids: Ids


def ready(
    path: Path, needs: Needs, scratch: Path, crew: Crew, mapping: Path | None = None
) -> Ready:
    """Make a source ready to be read. ``scratch`` is an empty folder on a disk with room.

    A folder of NDJSON files (an export), of bundles, of CSV files with a mapping: the one that is
    named, or the folder's own; or what goodday population import made of one. Raises BulkError.
    """
    if path.parts[:1] in (("https:",), ("http:",)):
        raise BulkError(
            "A server is not read straight away: goodday population fetch brings what is there"
            " into a folder."
        )
    _look_into(path)
    if mapping is not None or (path / NAME).is_file():
        return _tables(Extract(path, read_mapping(mapping or path / NAME), needs), scratch, crew)
    if is_kept(path):
        parts, aside = open_kept(path, needs)
        if aside.count:
            Rejects(scratch, "before").keep(noted(Fault(str(path), _KEPT_BEFORE)))
        return Ready(parts, aside, manifest_of(path).ids)
    told = fetched.account(path, needs)
    export = open_folder(path, needs)
    bundles = told is None and not export.pieces
    if bundles and any(is_bundle(one.name) for one in path.iterdir()):
        crew.begin("Looking into bundles")
        return Ready(*open_bundles(path, crew, scratch), Ids.FHIR)
    if not {PATIENT, ""} & export.pieces.keys():
        raise BulkError(_nobody(path))
    rejects = Rejects(scratch, "names")
    aside = rejects.note(export.aside())
    if told is not None:
        aside += rejects.note([fetched.set_aside(path, told, needs)])
        with ExitStack() as files:
            fetched.mark(path, Buckets(export.buckets, on_disk(scratch, 0, files)), needs.kinds)
    crew.begin("Sorting", sum(map(size_of, export.wanted)), in_bytes=True)
    for one in crew.each(sort, export.tasks(scratch)):
        aside += one
    aside = sum(crew.each(nobodys, doubts(scratch)), aside)
    return Ready(export.parts(scratch, aside.unread), aside, Ids.FHIR)


def _nobody(path: Path) -> str:
    if any(one.suffix.lower() == ".csv" for one in path.iterdir()):
        return (
            f"{path} has CSV files and no {NAME} that says what their columns mean: write one"
            " there, or name it with --mapping."
        )
    return (
        f"{path} has nobody in it: no Patient.ndjson or part of one, no bundles, and no CSV files"
        f" with a {NAME}."
    )


_KEPT_BEFORE = (
    "What was set aside of it was kept when it was imported, where --rejects was given then."
)


def _look_into(path: Path) -> None:
    """Raises BulkError where there is no folder, or none that may be read."""
    try:
        if not path.exists():
            raise BulkError(f"There is no folder called {path}.")
        if not path.is_dir():
            raise BulkError(f"{path} is a file; name the folder that it is in.")
        for one in path.iterdir():
            one.is_file()
            break
        (path / NAME).is_file()
    except OSError:
        raise BulkError(f"{path} cannot be opened: look at who may read it.") from None


def _tables(extract: Extract, scratch: Path, crew: Crew) -> Ready:
    tasks = extract.tasks(scratch)
    people, files = tasks[:1], tasks[1:]  # who is on the list has to be known first
    crew.begin("Sorting")
    aside = sum(crew.each(sort_table, people), SetAside())
    aside = sum(crew.each(sort_table, files), aside)
    parts = extract.parts(scratch, tasks[0].buckets, aside.unread)
    return Ready(parts, aside, Ids.EXTRACT)
