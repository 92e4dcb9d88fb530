"""Everything about a whole list: what it costs, beside decoding the same bytes in the same run.

CPU time is of all processes together, so it holds on a busy machine as well; the gain of a second
process is by the clock, and holds on a quiet one. ``--people 10000 --also 100000`` is the whole
table: an hour, and 30 GB of disk for as long as it runs; where there is less, the long list of
Synthea's people is left out.
"""

import argparse
import shutil
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.lists import SHARED, crowd, synthea
from tests.benchmarks.on_spark import FEW, MANY, on_spark
from tests.benchmarks.on_spark import why_not as why_not_spark
from tests.benchmarks.one_run import Cost, at_once, let_go, once
from tests.benchmarks.peer import peer
from tests.benchmarks.row import Row

MOST_TO_FLOOR, LEAST_GAIN, MOST_MB, LEAST_KEPT, LINEAR = 2.0, 1.7, 300.0, 7500.0, 0.10


def beside(what: str, source: Path, rounds: int, *, limit: bool) -> Iterator[Row]:
    """A run beside the decode of the same bytes, piece by piece, and on two processes.

    What a machine gains by its second processor differs with what else is on it; so the decode is
    run twice at once too.
    """
    ratios: list[float] = []
    gains: list[float] = []
    theirs: list[float] = []
    runs: list[Cost] = []
    both: list[Cost] = []
    read = 0
    for _ in range(rounds):
        by_turns, one = once("beside", source), once("run", source)
        two = once("run", source, "--processes", "2")
        decoded, two_decoded = once("floor", source), at_once(2, "floor", source)
        read = by_turns.read
        ratios.append(by_turns.cpu / by_turns.floor)
        gains.append(one.wall / two.wall)
        theirs.append(2 * decoded.wall / max(each.wall for each in two_decoded))
        runs.append(one)
        both.append(two)
    if len({one.came for one in (*runs, *both)}) != 1:
        raise ValueError(f"One process and two did not ask the same of {what}.")
    cpu = statistics.median(one.cpu for one in runs)
    ratio, gain = statistics.median(ratios), statistics.median(gains)
    speed = f"{runs[0].people / cpu:,.0f} people/s, {read / cpu / 1e6:,.0f} MB/s a core"
    yield Row(f"{what}: from NDJSON ({read / 1e6:,.0f} MB)", speed)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    if limit:
        says = f"{ratio:.2f} ({spread}; limit {MOST_TO_FLOOR})"
        yield Row("  to decoding the same bytes", says, ratio <= MOST_TO_FLOOR)
    else:
        yield Row("  to decoding the same bytes", f"{ratio:.1f} (few resources; no limit)")
    one_wall, two_wall = (statistics.median(each.wall for each in some) for some in (runs, both))
    spread = f"{min(gains):.2f} to {max(gains):.2f}"
    told = f"{spread}; {one_wall:.1f} s, {two_wall:.1f} s"
    if limit:
        says = f"{gain:.2f} (at least {LEAST_GAIN}; {told})"
        yield Row("  as fast on two processes", says, gain >= LEAST_GAIN)
    else:
        yield Row("  as fast on two processes", f"{gain:.2f} ({told}; no limit)")
    spread = f"{min(theirs):.2f} to {max(theirs):.2f}"
    says = f"{statistics.median(theirs):.2f} ({spread})"
    yield Row("  two decodes at once, to one after the other", says)
    peak = max(one.peak for one in (*runs, *both))
    says = f"{peak:.0f} MB (limit {MOST_MB:.0f})"
    yield Row("  most memory of a process", says, peak <= MOST_MB)


def from_kept(what: str, source: Path, scratch: Path, rounds: int) -> Iterator[Row]:
    """The same list imported, and asked about from Parquet with every rule of the library."""
    to = scratch / "kept"
    made = once("import", source, "--to", str(to))
    runs = [once("kept", to) for _ in range(rounds)]
    speed = statistics.median(one.people / one.cpu for one in runs)
    peak = max(made.peak, *(one.peak for one in runs))
    shutil.rmtree(to)
    says = f"{speed:,.0f} people/s a core (at least {LEAST_KEPT:,.0f})"
    yield Row(f"{what}: from Parquet, 40 rules", says, speed >= LEAST_KEPT)
    says = f"{peak:.0f} MB (limit {MOST_MB:.0f}), the import among it"
    yield Row("  most memory of a process", says, peak <= MOST_MB)


class _Synthea:
    """Synthea's people, as the shared data has them: with as much on record as people have."""

    called, limit, size = "of Synthea's people", True, 300_000  # bytes a person, with the sorting

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    def __call__(self, folder: Path, people: int) -> Path | None:
        """So many of them, if the shared data is here."""
        return synthea(folder, people, self._shared)


class _Invented:
    """The invented practice of the crowd, who have little on record: asking is most of it."""

    called, limit, size = "invented people", False, 20_000

    def __call__(self, folder: Path, people: int) -> Path | None:
        """So many of them."""
        return crowd(folder, people)


def _of_two_lengths(
    scratch: Path, who: _Synthea | _Invented, few: int, many: int, rounds: int
) -> Iterator[Row]:
    """A short list and, if one is wanted and there is room for it, a long one."""
    made: list[Path] = []
    for people, times in ((few, rounds), (many, 1)) if many else ((few, rounds),):
        what = f"{people:,} {who.called}"
        if shutil.disk_usage(scratch).free < people * who.size:
            yield Row(what, f"left out: they take {people * who.size / 1e9:,.0f} GB of disk")
            break
        found = who(scratch / f"{people}", people)
        if found is None:
            yield Row(what, "left out: the shared data folder is not here")
            break
        made.append(found)
        yield from beside(what, found, times, limit=who.limit)
        yield from from_kept(what, found, scratch, times)
    if len(made) > 1:
        yield linear(made[0], made[1])
    for one in made:
        shutil.rmtree(one)


def linear(short: Path, long: Path) -> Row:
    """What a person of a long list costs to one of a short one, which are asked about by turns."""
    let_go(long)  # each time anew the short one comes from the disk, too
    both = once("turns", long, "--short", str(short))
    more = both.cpu / both.people / both.short - 1
    says = f"{more:+.0%} CPU a person (limit {LINEAR:.0%})"
    return Row("  the long list to the short one", says, more <= LINEAR)


def main() -> int:
    """Print the table; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000, help="default: %(default)s")
    parser.add_argument("--also", type=int, default=0, help="a longer list, of the invented")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--scratch", type=Path, help="where to make the lists (a new folder)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="where the shared data is")
    told = parser.parse_args()
    rows: list[Row] = []

    def show(found: Iterator[Row]) -> None:
        for row in found:
            print(row, flush=True)
            rows.append(row)

    with TemporaryDirectory(prefix="goodday-", dir=told.scratch) as name:
        scratch = Path(name)
        for who in (_Synthea(told.shared), _Invented()):
            show(_of_two_lengths(scratch, who, told.people, told.also, told.rounds))
        show(peer(scratch, told.rounds))
        show(_spark(scratch, told.shared, told.rounds))
    return int(any(row.holds is False for row in rows))


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
