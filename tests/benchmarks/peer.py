"""Five questions put to cql-execution and to us, about the same people, in the same run.

Each engine runs in a process of its own, on one processor. What it takes to start (a process, its
code, what it knows of FHIR, the questions) is told apart: it is shown and does not count. The
answers have to be the same for everybody.

A third of the time of cql-execution goes into keeping what cannot be told, which CQL drops unless
it is told otherwise (``questions.cql``): without it, it took 3.6 s in place of 5.7, and answered
otherwise 20 times. Its ELM is leaner than a translator's, with no conversions of FHIR's types.
"""

import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.lists import crowd
from tests.benchmarks.one_run import once
from tests.benchmarks.row import Row
from tests.crowd.page import TODAY
from tests.peers.asking import PRACTICE, differences, ours, theirs, why_not

PEOPLE = 1_000


def peer(scratch: Path, rounds: int) -> Iterator[Row]:
    """The rows about it; one that says why there are none, where it cannot be asked."""
    if why := why_not():
        yield Row("cql-execution", f"left out: {why}")
        return
    source = crowd(scratch / "peer", PEOPLE)
    costs: list[float] = []
    for _ in range(rounds):
        cost = once("run", source, "--rules", str(PRACTICE))
        assert cost.people == PEOPLE
        costs.append(cost.cpu)
    mine = [ours(source, TODAY) for _ in range(rounds)]
    yours = [theirs(source, TODAY) for _ in range(rounds)]
    here, there = statistics.median(costs), statistics.median(one.asking for one in yours)
    whole = statistics.median(one.cpu for one in mine)
    yield Row(f"{PEOPLE:,} invented people, five questions", _says(here, whole))
    whole = statistics.median(one.cpu for one in yours)
    yield Row("  cql-execution, the same", _says(there, whole))
    yield Row("  its processor time to ours", f"{there / here:.0f} (no limit)")
    found = differences(mine[0].answers, yours[0].answers)
    says = "none" if not found else f"{len(found)}, the first: {found[0]}"
    yield Row("  answers that differ", says, not found)


def _says(asking: float, whole: float) -> str:
    start = whole - asking
    return f"{PEOPLE / asking:,.0f} people/s, {asking:.2f} s of CPU after {start:.2f} s to start"
