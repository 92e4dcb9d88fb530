"""How long a call takes where twenty good rules stand beside so many that are hostile.

Each of these asks for about as much as one rule may, of the 300 resources that a call brings. Not
asserted: what holds is that good cards stay as they are (``tests/conformance``).
"""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.load import load_library
from rules.rule import Library
from tests.benchmarks.bodies import CONDITION, OBSERVATION, PROCEDURE, concept, for_person, request
from tests.benchmarks.forty import write_forty
from tests.builders import load_files
from tests.hostile_rules import SORTS, everything, hostile_rules
from tests.served import VIEW, in_pilot, surgery

RESOURCES, GOOD, MEANT_MS = 300, 20, 500


def libraries(number: int) -> tuple[Library, Library]:
    """The good rules by themselves, and behind so many that are hostile."""
    codes = [concept(sort, n) for sort in (CONDITION, PROCEDURE, OBSERVATION) for n in range(60)]
    with TemporaryDirectory() as name:
        write_forty(Path(name), GOOD)
        good = in_pilot(load_library(Path(name)).usable())
    hostile = in_pilot(load_files({**everything(codes), **hostile_rules(number)}).usable())
    return good, replace(good, rules=(*hostile.rules, *good.rules))


def main() -> None:
    """Print CPU and wall time of a call, alone and beside them."""
    parser = argparse.ArgumentParser(description=__doc__)
    sorts = len(SORTS)
    parser.add_argument(
        "--hostile", type=int, default=5 * sorts, help="rules (default: %(default)s)"
    )
    parser.add_argument("--calls", type=int, default=40, help="calls (default: %(default)s)")
    told = parser.parse_args()
    ways = ("alone", f"beside {told.hostile} hostile ones")
    for way, library in zip(ways, libraries(told.hostile), strict=True):
        with TemporaryDirectory() as name, surgery(Path(name), library) as here:
            body = request(here.templates(), VIEW, RESOURCES, offered=False)
            here.post(for_person(body, 999_999))
            took: list[tuple[float, float]] = []
            for number in range(told.calls):
                began, cpu = time.perf_counter(), time.process_time()
                assert here.post(for_person(body, number)).status == 200
                took.append((time.process_time() - cpu, time.perf_counter() - began))
        cpus, walls = ([ms * 1000 for ms in each] for each in zip(*took, strict=True))
        p95 = statistics.quantiles(walls, n=100)[94]
        print(
            f"{GOOD} good rules {way}: {statistics.median(cpus):.0f} ms CPU a call, at least"
            f" {min(cpus):.0f}; p50 {statistics.median(walls):.0f} ms, p95 {p95:.0f} ms"
            f" (meant beside 500: {MEANT_MS} ms)"
        )


if __name__ == "__main__":
    main()
