"""The same run on Spark: a source becomes rows on a cluster; no record comes to the driver.

START HERE from a Spark job of your own: ``rows`` gives a DataFrame, ``totals`` what it comes to.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fhir_adapters.bulk import fetched
from fhir_adapters.bulk.blocks import (
    BLOCKS,
    ROWS,
    AskBuckets,
    AskParts,
    Shared,
    SortLines,
    SortPieces,
    stints,
    type_of,
)
from fhir_adapters.bulk.bundles import open_bundles
from fhir_adapters.bulk.files import LONGEST_LINE, BulkError, Odd
from fhir_adapters.bulk.mapping import NAME
from fhir_adapters.bulk.names import PATIENT, is_beside, is_bundle, odd_by_name
from fhir_adapters.bulk.ndjson import not_there, odd_aside, open_folder, size_of
from fhir_adapters.bulk.parquet import is_kept, open_kept
from fhir_adapters.bulk.people import Fault, Part, SetAside, Totals
from fhir_adapters.bulk.sorting import Sought
from fhir_adapters.needs import Needs, needs
from rules.record import Kind
from rules.rule import Library, Rule

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# An eighth of so much of an export is what one worker has in memory at once; more buckets than this
# would be more than a cluster can keep account of.
_BUCKET = 96 * 1024 * 1024  # bytes
_MOST_BUCKETS = 20_000
_SMALLEST = 1024 * 1024  # bytes: less is not worth a bucket of its own, however many are free
_STINT = 256 * 1024 * 1024  # bytes of files that one task sorts at most, where they are in pieces
_EACH = 4  # tasks or buckets for each processor, where there is enough: so that all end together

T = TypeVar("T")
R = TypeVar("R")

_ENDINGS = ("ndjson", "jsonl", "ndjson.gz", "jsonl.gz")
_NDJSON = f"*.{{{','.join(_ENDINGS)}}}"
_LARGE = "Spark reads what ends in .ndjson or .jsonl, and .gz: write that in small letters."
_FETCHED = f"{{{fetched.NAME},{fetched.UNDER_WAY}}}"
# What Spark leaves out without a word where these are set.
_SILENT = ("spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles")


def rows(
    spark: "SparkSession",
    source: Path | str,
    library: Library,
    today: date,
    hook: str = "patient-view",
) -> "DataFrame":
    """One row for each person: ``person``, and what each rule ``came`` to that is for them.

    ``source`` is a folder that every worker sees under the same path (an export as NDJSON, bundles,
    or what goodday population import made), or an address that Spark reads itself
    (abfss://..., s3a://..., file:///...), of NDJSON. A row without a person says in ``aside`` what
    could not be read, and how many people were not asked about; ``totals`` adds it up.

    Nothing is read before an action asks for it, but of bundles for whom each is. Raises BulkError
    where the source is none, or was not fetched to its end.
    """
    rules = library.for_hook(hook)
    wanted = needs(rules, library.practice.holds, library.practice.elsewhere)
    shared = spark.sparkContext.broadcast(rules)
    if "://" in str(source):
        return _of_lines(spark, str(source), _Asked(shared, wanted, today))
    return _of_folder(spark, Path(source), _Asked(shared, wanted, today))


@dataclass(frozen=True, slots=True)
class _Asked:
    rules: Shared[Sequence[Rule]]
    wanted: Needs
    today: date

    def sought(self, buckets: int) -> Sought:
        return Sought(buckets, self.wanted.codes, frozenset(self.wanted.kinds))


def _of_folder(spark: "SparkSession", path: Path, asked: _Asked) -> "DataFrame":
    if not path.is_dir():
        raise BulkError(f"There is no folder called {path}.")
    if (path / NAME).is_file():
        raise BulkError(
            f"{path} has CSV files, which Spark is not given: run goodday population import first, "
            "and name what it made."
        )
    if is_kept(path):
        return _of_parts(spark, *open_kept(path, asked.wanted), asked)
    told = fetched.account(path, asked.wanted)
    export = open_folder(path, asked.wanted)
    bundles = told is None and not export.pieces
    if bundles and any(is_bundle(one.name) for one in path.iterdir()):
        return _of_parts(spark, *open_bundles(path, _Workers(spark)), asked)
    _has_people(path, export.pieces)
    aside = sum(export.aside(), SetAside())
    if told is not None:
        aside += fetched.set_aside(path, told, asked.wanted)
    pieces = [(piece, size_of(piece)) for piece in export.wanted]
    some = stints(pieces, _stint(spark, sum(size for _, size in pieces)))
    numbers = spark.range(0, len(some) + 1, 1, len(some) + 1)
    sought = asked.sought(_buckets(spark, export.size))
    shared = spark.sparkContext.broadcast(some)
    work = SortPieces(shared, sought, aside, path if told is not None else None)
    return _asked(_mapped(numbers, work, BLOCKS), sought.buckets, export.missing, asked)


@dataclass(frozen=True, slots=True)
class _Workers:
    spark: "SparkSession"

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        every = list(tasks)
        if every:
            yield from self.spark.sparkContext.parallelize(every, len(every)).map(work).collect()


def _of_lines(spark: "SparkSession", address: str, asked: _Asked) -> "DataFrame":
    from pyspark.sql.functions import col, substring  # noqa: PLC0415 - an extra

    for one in _SILENT:
        if spark.conf.get(one, "false") == "true":
            raise BulkError(f"{one} is set: what cannot be read would look as if it was not there.")
    if _files(spark, address, _FETCHED):
        raise BulkError(
            f"{address} was fetched from a server, and what did not come is told in files that"
            " Spark does not read itself: name it as a folder that every worker sees."
        )
    every = [one for one in _files(spark, address, "*") if not is_beside(one.rpartition("/")[2])]
    odd = [Odd(file, type_of(file), why) for file in every if (why := _odd(file))]
    there = {type_of(file) for file in every if not _odd(file)}
    _has_people(address, there)
    if any(file.lower().endswith((".ndjson.zst", ".jsonl.zst")) for file in every):
        raise BulkError(f"{address} is packed with zstd, which Spark does not unpack; unpack it.")
    text = _text(spark, address, _NDJSON)
    lines = text.select(
        # The bytes as they came, and of a line that is too long what tells so.
        substring(col("value").cast("binary"), 1, LONGEST_LINE + 1),  # of a column of Spark
        "_metadata.file_path",
        "_metadata.file_block_start",
    )
    sought = asked.sought(_buckets(spark, text.rdd.getNumPartitions() * _BUCKET))
    blocks = _mapped(lines, SortLines(sought), BLOCKS)
    none = spark.sparkContext.broadcast(())
    of_names = SortPieces(none, sought, sum(odd_aside(odd, asked.wanted), SetAside()), None)
    blocks = blocks.union(_mapped(spark.range(0, 1, 1, 1), of_names, BLOCKS))
    return _asked(blocks, sought.buckets, not_there(asked.wanted, there), asked)


def _odd(file: str) -> str:
    return odd_by_name(file) or (
        "" if file.endswith(tuple(f".{one}" for one in _ENDINGS)) else _LARGE
    )


def _text(spark: "SparkSession", address: str, names: str) -> "DataFrame":
    return spark.read.text(address, lineSep="\n", recursiveFileLookup=True, pathGlobFilter=names)


def _files(spark: "SparkSession", address: str, names: str) -> list[str]:
    return sorted(_text(spark, address, names).inputFiles())


def _of_parts(
    spark: "SparkSession", parts: Sequence[Part], aside: SetAside, asked: _Asked
) -> "DataFrame":
    number = max(1, len(parts))
    work = AskParts(asked.rules, asked.today, spark.sparkContext.broadcast(parts), aside)
    return _mapped(spark.range(0, number, 1, number), work, ROWS)


def _asked(
    blocks: "DataFrame", buckets: int, missing: Mapping[Kind, str], asked: _Asked
) -> "DataFrame":
    together = blocks.repartition(buckets, "bucket")
    ordered = together.sortWithinPartitions("bucket", "piece", "number")
    return _mapped(ordered, AskBuckets(asked.rules, asked.today, missing), ROWS)


def _mapped(
    frame: Any,  # Any: of pyarrow's batches, which are untyped
    work: Callable[[Iterable[Any]], Iterator[Any]],  # Any: the same
    schema: str,
) -> "DataFrame":
    found: DataFrame = frame.mapInArrow(work, schema)
    return found


def _buckets(spark: "SparkSession", size: int) -> int:
    """Enough that none is too long, and that every processor has some, where there is enough."""
    enough = spark.sparkContext.defaultParallelism * _EACH
    return min(_MOST_BUCKETS, max(1, -(-size // _BUCKET), min(enough, size // _SMALLEST)))


def _stint(spark: "SparkSession", size: int) -> int:
    """How much one task sorts: little enough that every processor has some, where there is much."""
    enough = spark.sparkContext.defaultParallelism * _EACH
    return min(_STINT, max(_SMALLEST, size // enough))


def written(found: "DataFrame", folder: Path) -> "DataFrame":
    """Write rows to a folder for its owner alone, in parts, and give back what stands there.

    As Parquet where its name ends so, and elsewhere as lines of JSON. Raises BulkError where the
    folder has something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BulkError(f"{folder} has other things in it; name a folder that is new or empty.")
    folder.mkdir(0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    reader, to = found.sparkSession.read.schema(ROWS), folder.absolute().as_uri()
    writer = found.write.mode("append")
    if folder.suffix == ".parquet":
        writer.parquet(to)
        return reader.parquet(to)
    writer.json(to)
    return reader.json(to)


def totals(found: "DataFrame") -> Totals:
    """Add rows up, where they are: as they were asked for, or as they were written and read again.

    A person whose row is there twice counts twice.
    """
    from pyspark.sql.functions import explode, expr  # noqa: PLC0415 - an extra

    # One that stands for the row, and one for each rule that came to something.
    each = expr(
        "concat(array(named_struct('rule', '', 'decision', '')), ifnull(transform(came,"
        " one -> named_struct('rule', one.rule, 'decision', one.decision)), array()))"
    )
    counted = found.select("aside", explode(each).alias("one")).groupBy("one", "aside").count()
    people = 0
    came: Counter[tuple[str, str]] = Counter()
    asides: list[tuple[int, SetAside]] = []
    every: list[Any] = counted.collect()  # Any: what is in a row is of every sort
    for (rule, decision), aside, count in every:
        if aside is not None:
            asides += [(aside.part, _set_aside(aside))] * count
        elif rule:
            came[rule, decision] += count
        else:
            people += count
    asides.sort(key=itemgetter(0))
    return Totals(people, came, sum((aside for _, aside in asides), SetAside()))


def _set_aside(row: Any) -> SetAside:  # Any: the same
    return SetAside(
        row["count"],
        tuple(Fault(one.place, one.why) for one in row["first"]),
        row["people"],
        {Kind(one["list"]): one.why for one in row["unread"]},
        row["others"],
    )


def _has_people(where: Path | str, types: Collection[str]) -> None:
    if not {PATIENT, ""} & set(types):
        raise BulkError(
            f"{where} has nobody in it: no Patient.ndjson or part of one, and no bundles."
        )
