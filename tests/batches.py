"""A list as the workers of a cluster read it, in this process: their work, without Spark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from fhir_adapters.bulk import fetched
from fhir_adapters.bulk.blocks import AskBuckets, SortLines, SortPieces, stints
from fhir_adapters.bulk.chunk import evaluate_chunk
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.ndjson import not_there, open_folder, size_of
from fhir_adapters.bulk.people import Fault, SetAside
from fhir_adapters.bulk.sorting import Sought
from fhir_adapters.bulk.source import ready
from fhir_adapters.needs import Needs, needs
from rules.record import Kind
from rules.rule import Library, Rule
from tests.builders import TODAY

# Everybody, with what each rule that is for them came to.
Rows = Mapping[str, Sequence[tuple[object, ...]]]
Found = tuple[Rows, SetAside]

T = TypeVar("T")
Batch = Any  # pyarrow is untyped
BUCKETS = 3
STINT = 1_000  # bytes: a few of the files that are small, and one that is not by itself


@dataclass(frozen=True, slots=True)
class _Here(Generic[T]):
    value: T


def embedded(source: Path, library: Library) -> Found:
    """What the run on one machine comes to."""
    asked, wanted = asking(library)
    told: list[SetAside] = []
    with Crew(1) as crew, TemporaryDirectory() as scratch:
        found = ready(source, wanted, Path(scratch), crew)
        people = (one for part in found.parts for one in part.people(told))
        came = {
            row.person: list(map(tuple, row.came)) for row in evaluate_chunk(asked, people, TODAY)
        }
    return came, found.aside + sum(told, SetAside())


def by_workers(folder: Path, library: Library, today: date = TODAY) -> Found:
    """What the workers come to, of a folder that all of them see."""
    _, wanted = asking(library)
    export = open_folder(folder, wanted)
    aside, told = sum(export.aside(), SetAside()), fetched.account(folder, wanted)
    if told is not None:
        aside += fetched.set_aside(folder, told, wanted)
    where = folder if told is not None else None
    some = stints([(piece, size_of(piece)) for piece in export.wanted], STINT)
    sort = SortPieces(_Here(some), _sought(wanted), aside, where)
    numbers = import_module("pyarrow").record_batch({"id": range(len(some) + 1)})
    return _asked(sort([numbers]), library, export.missing, today)


def by_lines(files: Mapping[str, Sequence[bytes]], library: Library) -> Found:
    """What the workers come to, of the lines of some addresses, as Spark reads them."""
    _, wanted = asking(library)
    each = [(line, file, 0) for file, lines in files.items() for line in lines]
    columns = dict(zip(("value", "file", "start"), zip(*each, strict=True), strict=True))
    types = {file.rpartition("/")[2].partition(".")[0] for file in files}
    batch = import_module("pyarrow").record_batch(columns)
    return _asked(SortLines(_sought(wanted))([batch]), library, not_there(wanted, types), TODAY)


def asking(library: Library) -> tuple[tuple[Rule, ...], Needs]:
    """The rules that are asked, and what they read."""
    asked = library.for_hook("patient-view")
    return asked, needs(asked, library.practice.holds, library.practice.elsewhere)


def _sought(wanted: Needs) -> Sought:
    return Sought(BUCKETS, wanted.codes, frozenset(wanted.kinds))


def _asked(
    blocks: Iterable[Batch], library: Library, missing: Mapping[Kind, str], today: date
) -> Found:
    """Blocks of all pieces, brought together as Spark does."""
    pa = import_module("pyarrow")
    every = [row for batch in blocks for row in batch.to_pylist()]
    every.sort(key=itemgetter("bucket", "piece", "number"))
    ask = AskBuckets(_Here(asking(library)[0]), today, missing)
    rows: dict[str, list[tuple[object, ...]]] = {}
    aside = SetAside()
    together = [pa.RecordBatch.from_pylist(every)] if every else []
    for row in (row for batch in ask(together) for row in batch.to_pylist()):
        if row["person"] is None:
            aside += _aside(row["aside"])
        else:
            assert row["person"] not in rows
            rows[row["person"]] = [tuple(one.values()) for one in row["came"]]
    return rows, aside


def _aside(told: Mapping[str, Any]) -> SetAside:  # Any: as Arrow gives it
    first = tuple(Fault(one["place"], one["why"]) for one in told["first"])
    unread = {Kind(one["list"]): one["why"] for one in told["unread"]}
    return SetAside(told["count"], first, told["people"], unread, told["others"])
