"""Everything about a whole list: what it costs, beside decoding the same bytes in the same run.

CPU time is of all processes together, so it holds on a busy machine as well; the gain of a second
process is by the clock, and holds on a quiet one. ``--people 10000 --also 100000`` is the whole
table: half an hour, and 4 GB of disk for as long as it runs.
"""

import argparse
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.lists import SHARED, crowd, synthea
from tests.benchmarks.on_spark import FEW, MANY, on_spark
from tests.benchmarks.on_spark import why_not as why_not_spark
from tests.benchmarks.one_run import Cost, once
from tests.benchmarks.peer import peer
from tests.benchmarks.row import Row

MOST_TO_FLOOR, LEAST_GAIN, MOST_MB, LEAST_KEPT, LINEAR = 2.0, 1.7, 300.0, 7500.0, 0.10


def beside(what: str, source: Path, rounds: int, *, limit: bool) -> Iterator[Row]:
    """A run beside the decode of the same bytes, round by round, and on two processes."""
    ratios: list[float] = []
    gains: list[float] = []
    runs: list[Cost] = []
    both: list[Cost] = []
    read = 0
    for _ in range(rounds):
        decoded, one = once("floor", source), once("run", source)
        two = once("run", source, "--processes", "2")
        read = decoded.read
        ratios.append(one.cpu / decoded.cpu)
        gains.append(one.wall / two.wall)
        runs.append(one)
        both.append(two)
    cpu = statistics.median(one.cpu for one in runs)
    ratio, gain = statistics.median(ratios), statistics.median(gains)
    speed = f"{runs[0].people / cpu:,.0f} people/s, {read / cpu / 1e6:,.0f} MB/s a core"
    yield Row(f"{what}: from NDJSON ({read / 1e6:,.0f} MB)", speed)
    if limit:
        says = f"{ratio:.2f} (limit {MOST_TO_FLOOR})"
        yield Row("  to decoding the same bytes", says, ratio <= MOST_TO_FLOOR)
    else:
        yield Row("  to decoding the same bytes", f"{ratio:.1f} (few resources; no limit)")
    walls = f"{statistics.median(c.wall for c in runs):.1f} s, {both[0].wall:.1f} s"
    says = f"{gain:.2f} (at least {LEAST_GAIN}; {walls}; load {os.getloadavg()[0]:.1f})"
    quiet = os.getloadavg()[0] < _QUIET or gain >= LEAST_GAIN
    yield Row("  as fast on two processes", says, gain >= LEAST_GAIN if quiet and limit else None)
    peak = max(one.peak for one in (*runs, *both))
    says = f"{peak:.0f} MB (limit {MOST_MB:.0f})"
    yield Row("  most memory of a process", says, peak <= MOST_MB)


_QUIET = 3.0  # of a machine with two processors, ours among it


def from_kept(what: str, source: Path, scratch: Path, rounds: int, *, limit: bool) -> Iterator[Row]:
    """The same list imported, and asked about from Parquet with every rule of the library."""
    to = scratch / "kept"
    made = once("import", source, "--to", str(to))
    runs = [once("kept", to) for _ in range(rounds)]
    speed = statistics.median(one.people / one.cpu for one in runs)
    peak = max(made.peak, *(one.peak for one in runs))
    shutil.rmtree(to)
    says = f"{speed:,.0f} people/s a core" + (f" (at least {LEAST_KEPT:,.0f})" if limit else "")
    yield Row(f"{what}: from Parquet, 40 rules", says, speed >= LEAST_KEPT if limit else None)
    says = f"{peak:.0f} MB (limit {MOST_MB:.0f}), the import among it"
    yield Row("  most memory of a process", says, peak <= MOST_MB)


def linear(few: Path, many: Path, rounds: int) -> Iterator[Row]:
    """What one person costs on a short list and on a long one."""
    short, long = (
        statistics.median(one.cpu / one.people for one in (once("run", x) for _ in range(rounds)))
        for x in (few, many)
    )
    more = long / short - 1
    says = f"{more:+.0%} CPU a person (limit {LINEAR:.0%})"
    yield Row("  the long list to the short one", says, more <= LINEAR)


def main() -> int:
    """Print the table; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000, help="default: %(default)s")
    parser.add_argument("--also", type=int, default=0, help="a longer list, of the invented")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--scratch", type=Path, help="where to make the lists (a new folder)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="where the shared data is")
    told = parser.parse_args()
    rows: list[Row] = []

    def show(found: Iterator[Row]) -> None:
        for row in found:
            print(row, flush=True)
            rows.append(row)

    with TemporaryDirectory(prefix="goodday-", dir=told.scratch) as name:
        found = synthea(Path(name, "synthea"), told.people, told.shared)
        _everything(Path(name), found, told.people, told.also, told.rounds, show)
        show(_spark(Path(name), told.shared, told.rounds))
    return int(any(row.holds is False for row in rows))


def _everything(
    scratch: Path,
    found: Path | None,
    people: int,
    also: int,
    rounds: int,
    show: Callable[[Iterator[Row]], None],
) -> None:
    if found is None:
        print("Synthea's people are left out: the shared data folder is not here.")
    else:
        show(beside(f"{people:,} of Synthea's people", found, rounds, limit=True))
        show(from_kept(f"{people:,} of Synthea's people", found, scratch, rounds, limit=False))
        shutil.rmtree(found)
    few = crowd(scratch / "few", people)
    show(beside(f"{people:,} invented people", few, rounds, limit=False))
    show(from_kept(f"{people:,} invented people", few, scratch, rounds, limit=True))
    if also:
        many = crowd(scratch / "many", also)
        show(beside(f"{also:,} invented people", many, 1, limit=False))
        show(linear(few, many, rounds))
        show(from_kept(f"{also:,} invented people", many, scratch, 1, limit=True))
    show(peer(scratch, rounds))


def _spark(scratch: Path, shared: Path, rounds: int) -> Iterator[Row]:
    """Of Synthea's people, where they are; the invented have too little for a limit."""
    if why := why_not_spark():
        yield Row("Spark", f"left out: {why}")
        return
    few = synthea(scratch / "spark-few", FEW, shared)
    many = synthea(scratch / "spark-many", MANY, shared)
    if few is not None and many is not None:
        yield from on_spark(few, many, "Synthea's", rounds, limit=True)
    else:
        few, many = crowd(scratch / "spark-few", FEW), crowd(scratch / "spark-many", MANY)
        yield from on_spark(few, many, "the invented", rounds, limit=False)


if __name__ == "__main__":
    sys.exit(main())
