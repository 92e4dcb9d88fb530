"""What an import keeps beside the people: the appointment book, and reminders as they stand.

Rules read neither. The book says how many come on a day, and a reminder that is ended is put back
with all that it has: both are asked of the source after it was read, and of these where an import
is in its place. Their names begin with "_", as of what is no part of a table.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from fhir_adapters.bulk.columns import MISSING
from fhir_adapters.bulk.files import BulkError, arrow
from fhir_adapters.bulk.parquet import AGAIN, digest, manifest_of

_BOOK, _FLAGS = "_book", "_flags"
_AT_ONCE = 10_000  # rows

Row = tuple[str, str, str]  # person, day, where


def keep_beside(inside: Path, book: Iterable[Row], flags: Iterable[bytes]) -> list[Path]:
    """Write both down, and say where they are."""
    return [
        _write(inside, _BOOK, ("person", "day", "where"), book),
        _write(inside, _FLAGS, ("flag",), ((text,) for text in flags)),
    ]


def kept_book(folder: Path) -> Iterator[Row]:
    """The appointment book of an import. Raises BulkError."""
    yield from _read(folder, _BOOK, ("person", "day", "where"))


def kept_flags(folder: Path) -> Iterator[bytes]:
    """The reminders of an import that its rules know, whole. Raises BulkError."""
    for (text,) in _read(folder, _FLAGS, ("flag",)):
        yield text


def _schema(names: Sequence[str]) -> Any:  # Any: pyarrow is untyped
    pa = arrow("pyarrow", MISSING)
    return pa.schema([(name, pa.binary() if name == "flag" else pa.string()) for name in names])


def _write(
    inside: Path, what: str, names: Sequence[str], rows: Iterable[Sequence[str | bytes]]
) -> Path:
    pq, columns = arrow("pyarrow.parquet", MISSING), _schema(names)
    batch = arrow("pyarrow", MISSING).RecordBatch
    path = inside / what
    path.touch(0o600)
    every = iter(rows)
    with pq.ParquetWriter(path, columns, compression="zstd") as file:
        while some := list(islice(every, _AT_ONCE)):
            file.write_batch(batch.from_arrays([*map(list, zip(*some, strict=True))], names))
    return path.rename(inside / f"{what}-{digest(path)}.parquet")


def _read(
    folder: Path, what: str, names: Sequence[str]
) -> Iterator[Any]:  # Any: pyarrow is untyped
    pq = arrow("pyarrow.parquet", MISSING)
    for kept in manifest_of(folder).beside:
        if not kept.name.startswith(what):
            continue
        path = folder / kept.name
        if not path.name.endswith(f"-{digest(path)}.parquet"):
            raise BulkError(f"{path} is missing or damaged; {AGAIN}.")
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_AT_ONCE, columns=list(names)):
                yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)
