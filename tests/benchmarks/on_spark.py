"""The run on Spark beside the embedded one: the same command, the same people, two lengths of list.

Processor time is of the driver, the JVM and the workers together. What it takes to start, and what
a run takes whatever its length, is in both lists alike: what they differ by is what the people
cost. The whole of it is shown as well.
"""

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.row import Row
from tests.crowd.page import TODAY

FEW, MANY, MOST = 1_000, 3_000, 2.0
_EMBEDDED = ("--processes", "1")
_SPARK = ("--engine", "spark", "--processes", "2")


def why_not() -> str:
    """Why Spark cannot be measured here; "" where it can."""
    if find_spec("fhir_adapters.bulk.spark") is None:
        return "goodday population run has no --engine here yet"
    if find_spec("pyspark") is None:
        return "pyspark is not installed (the extra spark)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "there is no Java"
    return "" if sys.platform == "linux" else "all its processes can be counted on Linux only"


def on_spark(few: Path, many: Path, what: str, rounds: int, *, limit: bool) -> Iterator[Row]:
    """The rows about it, of a list of ``FEW`` people and one of ``MANY``."""
    here_few, here_many = _each(few, rounds, _EMBEDDED), _each(many, rounds, _EMBEDDED)
    there_few, there_many = _each(few, rounds, _SPARK), _each(many, rounds, _SPARK)
    more = f"{MANY - FEW:,} of {what} more"
    here, there = here_many - here_few, there_many - there_few
    ratio = there / here
    says = f"{ratio:.2f} (limit {MOST}; {there:.1f} s, {here:.1f} s)" if limit else f"{ratio:.1f}"
    yield Row(f"Spark to embedded, {more}", says, ratio <= MOST if limit else None)
    for people, mine, yours in ((FEW, here_few, there_few), (MANY, here_many, there_many)):
        says = f"{yours / mine:.1f} ({yours:.1f} s, {mine:.1f} s; no limit)"
        yield Row(f"  {people:,} in whole, with its start", says)


def _each(source: Path, rounds: int, told: tuple[str, ...]) -> float:
    """Seconds of processor time, of everything that the command begins."""
    asked = ["population", "run", str(source), "--today", TODAY.isoformat(), *told]
    counted = [sys.executable, "-m", "tests.benchmarks.all_of"]
    command = [*counted, sys.executable, "-m", "cds_hooks", *asked]
    return statistics.median(_seconds(command) for _ in range(rounds))


def _seconds(command: list[str]) -> float:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    return float(done.stdout)
