"""The run on Spark: the same rows as the embedded run, on one machine and on separate executors."""

import codecs
import gzip
import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, PROBLEMS
from fhir_adapters.bulk.fetched import NAME, Fetched
from fhir_adapters.bulk.files import LONGEST_LINE, BulkError
from fhir_adapters.bulk.people import Fault
from fhir_adapters.bulk.spark import rows, totals, written
from fhir_adapters.bulk.spark_session import session
from fhir_adapters.read import TYPES
from rules.load import load_library
from rules.record import Kind
from rules.rule import Library
from tests.batches import Rows, embedded
from tests.builders import TODAY, a_bundle, a_condition, a_patient, shipped
from tests.crowd.inventing import invent
from tests.crowd.writing import write_ndjson
from tests.exports import a_crowd, a_practice, about
from tests.spark import brief, collected

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Each starts a JVM, or waits for one; what pyspark leaves open is not ours.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]

BAD = '{"subject": {"reference": "Patient/p1"}, "code": \n'
ABOUT_TWO = {**a_condition("cough"), **about(2), "patient": {"reference": "Patient/p3"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module", autouse=True)
def _set_up(folder: Path) -> Iterator[None]:
    with brief(folder):
        yield


@pytest.fixture(scope="module")
def practice(folder: Path) -> Path:
    return a_practice(folder / "practice")


@pytest.fixture(scope="module")
def library(practice: Path) -> Library:
    return load_library(practice).usable()


@pytest.fixture(scope="module")
def export(folder: Path) -> Path:
    """A crowd with all that goes wrong: one person has a hundred times as much as the others."""
    crowd = a_crowd()
    crowd.put("Condition", *({**a_condition("cough"), **about(12)} for _ in range(5_000)))
    crowd.put("Condition", ABOUT_TWO)
    export = crowd.write(folder / "export")
    conditions = export / "Condition.ndjson"
    conditions.write_text(conditions.read_text("utf-8") + BAD, "utf-8")
    (export / "Condition.2.ndjson").write_text(
        "\n" + json.dumps({**a_condition("wheeze"), **about(0)})
    )
    with gzip.open(export / "Observation.2.ndjson.gz", "wt") as packed:
        packed.write("this is no resource, and may be anybody's\n")
    with (export / "Patient.ndjson").open("a") as people:
        people.write(json.dumps(a_patient("p5", born="1950-01-01")) + "\n")  # another p5
    return export


def of(found: "DataFrame") -> Rows:
    """What stands in the rows of people."""
    return collected(found)[0]


# ---- the command, which starts Spark itself ------------------------------------------------------


def command(source: Path, practice: Path, *more: object) -> int:
    asked = ["--rules", practice, "--today", TODAY, "--processes", 2, *more]
    return run(["population", "run", str(source), *map(str, asked)])


def test_it_says_what_the_embedded_run_says_and_writes_the_same_lines(
    folder: Path, export: Path, practice: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(export, practice, "--to", folder / "lines") == PROBLEMS
    here = capfd.readouterr()
    parts = folder / "parts"
    assert command(export, practice, "--engine", "spark", "--to", parts) == PROBLEMS
    there = capfd.readouterr()
    assert there.out == here.out
    assert sorted(there.err.splitlines()) == sorted(here.err.splitlines())
    assert parts.stat().st_mode & 0o777 == 0o700
    lines = [line for part in parts.glob("part-*") for line in part.read_text("utf-8").splitlines()]
    people = [one for one in map(json.loads, lines) if "person" in one]
    mine = list(map(json.loads, (folder / "lines").read_text("utf-8").splitlines()))
    assert sorted(people, key=lambda one: one["person"]) == mine


# ---- separate executors --------------------------------------------------------------------------


def test_each_row_is_written_once_where_executors_are_killed_in_the_middle(folder: Path) -> None:
    export = folder / "invented"
    write_ndjson(export, (invent(7, number, TODAY) for number in range(2_000)))
    _much_of_one(export)
    library = shipped().library
    people, aside = embedded(export, library)
    assert len(people) == 2_000
    with ExitStack() as stack:
        spark = stack.enter_context(session("local-cluster[2,1,1024]", folder))
        assert str(spark.sparkContext.master).startswith("local-cluster")
        killer = stack.enter_context(_Killer(spark))
        found = written(rows(spark, export, library, TODAY), folder / "killed")
        added = totals(found)
    assert len(killer.killed) == 2  # in the middle of sorting, and of asking and writing
    parts = [one for one in (folder / "killed").iterdir() if one.name[0] not in "._"]
    told = [json.loads(line) for part in parts for line in part.open("rb")]
    each = [(row["person"], row["came"]) for row in told if "person" in row]
    assert len(each) == added.people == len(people)
    assert {who: [tuple(one.values()) for one in came] for who, came in each} == people
    assert added.aside == aside


def _much_of_one(export: Path) -> None:
    """One person has ten thousand times what another has: one executor has all of it."""
    with (export / "Condition.ndjson").open("r+", encoding="utf-8") as file:
        one = json.loads(file.readline())
        file.seek(0, os.SEEK_END)
        file.writelines(f"{json.dumps({**one, 'id': f'more-{n}'})}\n" for n in range(10_000))


class _Killer(threading.Thread):
    """Kills an executor once each of the first two stages has begun; another takes its place."""

    def __init__(self, spark: "SparkSession") -> None:
        super().__init__()
        self.status = spark.sparkContext.statusTracker()
        self.seen: set[int] = set()
        self.killed: set[int] = set()
        self.over = threading.Event()

    def __enter__(self) -> "_Killer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        while not self.over.wait(0.02) and len(self.killed) < 2:
            for stage in self.status.getActiveStageIds():
                told = self.status.getStageInfo(stage)
                if told is not None and told.numActiveTasks and stage not in self.seen:
                    self.seen.add(stage)
                    time.sleep(0.3)  # in the middle of its work
                    for process in list(_executors() - self.killed)[:1]:
                        os.kill(process, signal.SIGKILL)
                        self.killed.add(process)


def _executors() -> set[int]:
    """The executors that this process started, through Spark."""
    parents: dict[int, int] = {}
    executors: set[int] = set()
    for each in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(each.name)] = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            if b"CoarseGrainedExecutorBackend" in (each / "cmdline").read_bytes():
                executors.add(int(each.name))
        except OSError:
            continue
    return {one for one in executors if os.getpid() in _ancestors(one, parents)}


def _ancestors(one: int, parents: Mapping[int, int]) -> Iterator[int]:
    while one := parents.get(one, 0):
        yield one


# ---- a session of one's own, on one machine ------------------------------------------------------


@pytest.fixture(scope="module")
def spark(folder: Path) -> Iterator["SparkSession"]:
    with session("local[2]", folder) as spark:
        yield spark


def test_lines_give_the_same_rows_and_the_same_is_set_aside(
    spark: "SparkSession", folder: Path, export: Path, library: Library
) -> None:
    people, aside = embedded(export, library)
    found = rows(spark, export, library, TODAY)
    assert of(found) == people
    added = totals(found)
    assert added.people == len(people) == 51  # nobody knows which of the two is p5
    assert added.aside == aside
    assert aside.count == 4
    assert list(aside.unread) == [Kind.OBSERVATION]


def test_lines_that_spark_reads_itself_give_the_same_rows(
    spark: "SparkSession", folder: Path, export: Path, library: Library
) -> None:
    people, aside = embedded(export, library)
    found = rows(spark, export.as_uri(), library, TODAY)
    assert of(found) == people
    added = totals(found).aside
    assert (added.count, added.people, added.unread) == (aside.count, aside.people, aside.unread)
    places = {fault.place.removeprefix("file:") for fault in added.first}
    assert places == {fault.place for fault in aside.first}


def test_what_no_resource_is_at_an_address_is_told_as_in_a_folder(
    spark: "SparkSession", folder: Path, library: Library
) -> None:
    export = a_crowd().write(folder / "hostile")
    cough = json.dumps({**a_condition("cough"), **about(3)}).encode()
    hostile = (codecs.BOM_UTF8 + cough, b" " * (LONGEST_LINE + 5), cough.replace(b"Pat", b"P\xe9t"))
    (export / "Condition.2.ndjson").write_bytes(b"\n".join(hostile))
    (export / "Observation.ndjson.part").write_bytes(b"")
    (export / "Condition.tar.gz").write_bytes(b"")
    (export / "Extra").mkdir()
    coughs = {**a_condition("cough"), **about(5), "id": "extra"}
    (export / "Extra/Conditions.ndjson").write_text(json.dumps(coughs))
    people, aside = embedded(export, library)
    assert aside.count == 4
    found = rows(spark, export.as_uri(), library, TODAY)
    assert of(found) == people
    added = totals(found).aside
    assert (added.count, added.people, added.unread) == (aside.count, aside.people, aside.unread)
    # The file is so long that two workers read it, and each counts lines from where it began.
    assert sorted(map(file_of, added.first)) == sorted(map(file_of, aside.first))


def file_of(fault: Fault) -> tuple[str, str]:
    return fault.place.rpartition("/")[2].partition(":")[0], fault.why


def test_what_was_not_fetched_whole_is_unknown_and_an_address_of_it_is_not_read(
    spark: "SparkSession", folder: Path, library: Library
) -> None:
    export = a_crowd().write(folder / "fetched")
    kinds = ("Patient", *TYPES.values())
    told = Fetched(
        server="https://a.example/fhir", types=kinds, files=(), unread={"Condition": "it is away"}
    )
    (export / NAME).write_bytes(msgspec.json.encode(told))
    people, aside = embedded(export, library)
    found = rows(spark, export, library, TODAY)
    assert of(found) == people
    assert totals(found).aside == aside
    assert aside.unread == {Kind.CONDITION: "it is away"}
    with pytest.raises(BulkError, match="name it as a folder"):
        rows(spark, export.as_uri(), library, TODAY)


def test_what_spark_would_leave_out_without_a_word_is_not_begun(
    spark: "SparkSession", export: Path, library: Library
) -> None:
    spark.conf.set("spark.sql.files.ignoreCorruptFiles", "true")
    with pytest.raises(BulkError, match="ignoreCorruptFiles is set"):
        rows(spark, export.as_uri(), library, TODAY)
    spark.conf.unset("spark.sql.files.ignoreCorruptFiles")


def test_a_list_that_is_kept_as_parquet_gives_the_same_rows(
    spark: "SparkSession", folder: Path, export: Path, practice: Path, library: Library
) -> None:
    kept = folder / "kept"
    usual = ["--rules", str(practice), "--processes", "1"]
    assert run(["population", "import", str(export), "--to", str(kept), *usual]) == PROBLEMS
    people, aside = embedded(export, library)
    found = written(rows(spark, kept, library, TODAY), folder / "rows.parquet")
    assert of(found) == people
    assert totals(found).aside == aside


def test_bundles_give_the_same_rows(spark: "SparkSession", folder: Path, library: Library) -> None:
    bundles = folder / "bundles"
    ann = a_bundle(a_patient("ann", born="1966-01-01"), a_condition("cough", **_of("ann")))
    bundles.mkdir()
    for name, text in {"ann.json": json.dumps(ann), "bea.json": "{", "cem.json.part": ""}.items():
        (bundles / name).write_text(text)
    people, aside = embedded(bundles, library)
    found = rows(spark, bundles, library, TODAY)
    assert of(found) == people
    assert totals(found).aside == aside
    assert aside.people == 2


def _of(who: str) -> dict[str, Any]:  # Any: as FHIR has it
    return {"subject": {"reference": f"Patient/{who}"}}


def test_workers_know_rules_and_fhir_adapters_and_nothing_else_of_ours(
    spark: "SparkSession", export: Path, library: Library
) -> None:
    rows(spark, export, library, TODAY).collect()
    # It goes to the workers by its code, and not by the name of this module.
    loaded = FunctionType(_loaded.__code__, {})
    loaded.__module__ = "__main__"
    numbers: Any = spark.range(0, 4, 1, 4)  # Any: of batches, which are untyped
    found = numbers.mapInArrow(loaded, "name string").collect()
    ours = {name for row in found for name in [row.name]}
    assert "fhir_adapters.bulk.chunk" in ours
    assert {name.partition(".")[0] for name in ours} == {"rules", "fhir_adapters"}


def _loaded(batches: Any) -> Any:  # Any: pyarrow is untyped
    import sys
    from importlib import import_module

    pa: Any = import_module("pyarrow")  # it has no types

    packages = ("rules", "fhir_adapters", "prompts", "cds_hooks", "tests", "fastapi")
    names = [name for name in sys.modules if name.split(".")[0] in packages]
    for _ in batches:
        yield pa.RecordBatch.from_pydict({"name": names})


# ---- what it says where it cannot ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--engine", "spark", "--rejects", "r"], "--engine spark takes no --rejects"),
        (["--engine", "spark", "--mapping", "m"], "--engine spark takes no --mapping"),
        (["--master", "local"], "it goes with --engine spark"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_begins(
    export: Path, practice: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert command(export, practice, *more) == COULD_NOT_RUN
    assert said in capsys.readouterr().err
