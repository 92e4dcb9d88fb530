"""Spark for as long as one command takes, and a Spark job of one's own: each in its own process."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.commands import COULD_NOT_RUN, PROBLEMS
from rules.load import load_library
from tests.architecture.project import ROOT
from tests.batches import embedded
from tests.exports import a_crowd, a_practice
from tests.terminals import terminal

# Each starts a JVM, or waits until there is none.
pytestmark = pytest.mark.long

SETTINGS = """\
spark.master local[2]
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
# What the scripts that start Java take besides it.
TOOLS = ("bash", "dirname", "env", "grep", "ps", "sh")


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_practice(tmp_path_factory.mktemp("spark") / "practice")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return a_crowd().write(tmp_path / "export")


def command(source: Path, practice: Path, *more: object) -> list[str]:
    asked = ["population", "run", source, "--rules", practice, "--today", "2026-11-21", *more]
    return [sys.executable, "-m", "cds_hooks", *map(str, asked), "--engine", "spark"]


def ours(**more: str) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def logs(folder: Path) -> list[Path]:
    return list(folder.glob("goodday-spark-*"))


@pytest.mark.parametrize("prints", [None, 'openjdk version "11.0.22" 2024-01-16'])
def test_without_java_or_with_one_that_is_too_old_it_is_asked_for(
    tmp_path: Path, export: Path, practice: Path, prints: str | None
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    if prints is not None:
        # What Java 11 does with what was compiled for 17.
        error = (
            "Error: LinkageError occurred while loading main class org.apache.spark.launcher.Main"
        )
        (tools / "java").write_text(f"#!/bin/sh\necho '{prints}' >&2\necho '{error}' >&2\nexit 1\n")
        (tools / "java").chmod(0o755)
    paths = {key: value for key, value in ours(PATH=str(tools)).items() if key != "JAVA_HOME"}
    done = subprocess.run(
        command(export, practice, "--scratch", tmp_path),
        env=paths,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (COULD_NOT_RUN, "")
    assert done.stderr == (
        "Spark takes Java 17 or newer and did not find it: install it, or say where it is with "
        "JAVA_HOME.\n"
    )
    assert logs(tmp_path) == []


def test_csv_files_are_told_apart_and_no_log_is_left_where_we_say_what_is_wrong(
    tmp_path: Path, practice: Path
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "mapping.yaml").write_text("")
    asked = command(tables, practice, "--scratch", tmp_path, "--processes", 1)
    done = subprocess.run(asked, env=ours(), capture_output=True, text=True, check=False)
    assert done.returncode == COULD_NOT_RUN
    assert done.stderr == (
        f"{tables} has CSV files, which Spark is not given: run goodday population import first, "
        "and name what it made.\n"
    )
    assert logs(tmp_path) == []


def test_somebody_at_a_terminal_sees_how_far_it_is(
    tmp_path: Path, export: Path, practice: Path
) -> None:
    with (export / "Condition.ndjson").open("a") as conditions:
        conditions.write("{\n")
    asked = command(export, practice, "--scratch", tmp_path, "--processes", 1)
    environment = ours(TERM="xterm", COLUMNS="120")
    with (
        terminal() as screen,
        subprocess.Popen(
            asked, stdin=screen.theirs, stdout=screen.theirs, stderr=screen.theirs, env=environment
        ) as process,
    ):
        text = screen.shown()
    assert process.returncode == PROBLEMS
    assert text.index("Spark starts") < text.index("Spark, step 1") < text.index("people")
    assert logs(tmp_path) == []


def test_the_job_of_the_readme_runs_as_it_is_written(
    tmp_path: Path, export: Path, practice: Path
) -> None:
    readme = (ROOT / "fhir_adapters/README.md").read_text("utf-8")
    found = re.search(r"^```python\n# job\.py\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    lake = tmp_path / "fhir"
    lake.mkdir()
    export.rename(lake / "export")
    # The lake is a folder here, and all else as it stands there.
    job = found[1].replace("abfss://lake@example", tmp_path.as_uri())
    assert job.count(tmp_path.as_uri()) == 3
    (tmp_path / "job.py").write_text(job, "utf-8")
    (tmp_path / "practice").symlink_to(practice)
    (tmp_path / "spark-defaults.conf").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env=ours(SPARK_CONF_DIR=str(tmp_path), PYSPARK_PYTHON=sys.executable),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    people, _ = embedded(lake / "export", load_library(practice).usable())
    assert done.stdout.startswith(f"Totals(people={len(people)}, came=Counter(")
    parquet: Any = import_module("pyarrow.parquet")  # Any: it has no types
    rows = parquet.read_table(tmp_path / "goodday" / "rows").to_pylist()
    told = [row for row in rows if row["person"] is not None]
    assert len(told) == len(people)
    assert {row["person"]: [tuple(one.values()) for one in row["came"]] for row in told} == people
