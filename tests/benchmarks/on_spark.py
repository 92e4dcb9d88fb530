"""The run on Spark beside the embedded one: the same command, the same people, two lengths of list.

Processor time is of the driver, the JVM and the workers together. What it takes to start, and what
a run takes whatever its length, is in both lists alike: what they differ by is what the people
cost. Every round runs all four, one after the other, so that a busy machine is busy for each; what
is told is the round in the middle, and the least and the most of them. The whole is shown as well.
"""

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.row import Row
from tests.crowd.page import TODAY

# Java is still warming up after 6,000 people: with a longer list as short as that it was most of
# what the two differ by, and rounds came to anything from 1.0 to 2.9.
FEW, MANY, MOST = 1_000, 20_000, 2.0

_EMBEDDED = ("--processes", "1")
_SPARK = ("--engine", "spark", "--processes", "2")


def why_not() -> str:
    """Why Spark cannot be measured here; "" where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (the extra spark)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "there is no Java"
    return "" if sys.platform == "linux" else "all its processes can be counted on Linux only"


class Round(NamedTuple):
    """What each of the four took, in seconds of processor time."""

    here_few: float
    here_many: float
    there_few: float
    there_many: float

    @property
    def beyond(self) -> float:
        """How often what more people take here is in what they take there."""
        return (self.there_many - self.there_few) / (self.here_many - self.here_few)


def on_spark(few: Path, many: Path, what: str, rounds: int, *, limit: bool) -> Iterator[Row]:
    """The rows about it, of a list of ``FEW`` people and one of ``MANY``."""
    every = [_round(few, many) for _ in range(rounds)]
    more = f"Spark to embedded, {MANY - FEW:,} of {what} more"
    yield Row(more, *told(every, limit=limit))
    here_few, here_many, there_few, there_many = map(statistics.median, zip(*every, strict=True))
    for people, mine, yours in ((FEW, here_few, there_few), (MANY, here_many, there_many)):
        says = f"{yours / mine:.1f} ({yours:.1f} s, {mine:.1f} s; no limit)"
        yield Row(f"  {people:,} in whole, with its start", says)


def told(every: list[Round], *, limit: bool) -> tuple[str, bool | None]:
    """What rounds came to, and whether that is within the limit.

    None where there is no limit, or where like rounds are on both sides of it.
    """
    found = sorted(one.beyond for one in every)
    says = f"{statistics.median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f}"
    if not limit:
        return f"{says}; few resources, no limit)", None
    if found[0] <= MOST < found[-1]:
        return f"{says}: on both sides of the limit {MOST})", None
    return f"{says}; limit {MOST})", found[-1] <= MOST


def _round(few: Path, many: Path) -> Round:
    return Round(*(_run(one, how) for how in (_EMBEDDED, _SPARK) for one in (few, many)))


def _run(source: Path, how: tuple[str, ...]) -> float:
    """Seconds of processor time, of everything that the command begins."""
    asked = ["population", "run", str(source), "--today", TODAY.isoformat(), *how]
    counted = [sys.executable, "-m", "tests.benchmarks.all_of"]
    return _seconds([*counted, sys.executable, "-m", "cds_hooks", *asked])


def _seconds(command: list[str]) -> float:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    return float(done.stdout)
