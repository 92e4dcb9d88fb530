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
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.row import Row
from tests.crowd.page import TODAY

FEW, MANY, MOST = 1_000, 3_000, 2.0
Runs = Sequence[Sequence[float]]  # of the short list, and of the long one: seconds

_EMBEDDED = ("--processes", "1")
_SPARK = ("--engine", "spark", "--processes", "2")


def why_not() -> str:
    """Why Spark cannot be measured here; "" where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (the extra spark)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "there is no Java"
    return "" if sys.platform == "linux" else "all its processes can be counted on Linux only"


def on_spark(few: Path, many: Path, what: str, rounds: int, *, limit: bool) -> Iterator[Row]:
    """The rows about it, of a list of ``FEW`` people and one of ``MANY``."""
    here = [_each(source, rounds, _EMBEDDED) for source in (few, many)]
    there = [_each(source, rounds, _SPARK) for source in (few, many)]
    yield _beyond(f"Spark to embedded, {MANY - FEW:,} of {what} more", here, there, limit=limit)
    for people, mine, yours in zip((FEW, MANY), here, there, strict=True):
        one, other = statistics.median(mine), statistics.median(yours)
        says = f"{other / one:.1f} ({other:.1f} s, {one:.1f} s; no limit)"
        yield Row(f"  {people:,} in whole, with its start", says)


def _beyond(what: str, here: Runs, there: Runs, *, limit: bool) -> Row:
    """What more people take. Nothing is told where like runs differ as much as that.

    Starting Spark took 28 to 33 s: beside that, few people more may seem to cost nothing.
    """
    mine, yours = _more(here), _more(there)
    if mine is None or yours is None:
        apart = max(max(runs) - min(runs) for runs in (*here, *there))
        why = f"like runs are {apart:.1f} s apart" if len(here[0]) > 1 else "one round is too few"
        return Row(what, f"not told: {why}")
    says = f"{yours / mine:.2f} ({yours:.1f} s, {mine:.1f} s)"
    if not limit:
        return Row(what, f"{says} (few resources; no limit)")
    return Row(what, f"{says} (limit {MOST})", yours / mine <= MOST)


def _more(runs: Runs) -> float | None:
    """What the long list takes more than the short one; None where that may be chance."""
    few, many = runs
    more = statistics.median(many) - statistics.median(few)
    apart = max(max(few) - min(few), max(many) - min(many))
    return more if len(few) > 1 and more > 2 * apart else None


def _each(source: Path, rounds: int, told: tuple[str, ...]) -> list[float]:
    """Seconds of processor time, of everything that the command begins, run by run."""
    asked = ["population", "run", str(source), "--today", TODAY.isoformat(), *told]
    counted = [sys.executable, "-m", "tests.benchmarks.all_of"]
    command = [*counted, sys.executable, "-m", "cds_hooks", *asked]
    return [_seconds(command) for _ in range(rounds)]


def _seconds(command: list[str]) -> float:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    return float(done.stdout)
