"""Many rules about one person with 300 resources: what asking costs, and what one more rule adds.

The rules are forty that are not alike (``forty.py``). The floor is decoding the call that the
record came in, in the same process and the same rounds.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cds_hooks.discovery import HookService, hook_services
from cds_hooks.invoke import read_call
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision
from rules.record import PatientRecord
from rules.rule import Rule
from tests.benchmarks.bodies import TODAY, request
from tests.benchmarks.forty import FIRST_WITH_ALL, RULES, write_forty
from tests.served import sent_record

RESOURCES = 300
MOST_MS, MOST_EACH_US = 1.0, 20.0
_ROUNDS, _TIMES = 25, 40


def service_of(number: int = RULES, *, sharing: bool = False) -> HookService:
    """The one service that asks all of them."""
    with TemporaryDirectory() as name:
        write_forty(Path(name), number, sharing=sharing)
        library = load_library(Path(name)).usable()
    assert len(library.rules) == number
    (service,) = hook_services(library).values()
    return service


def body_for(service: HookService) -> bytes:
    """A call about somebody with 300 resources, whom every one of the rules is about."""
    return request(service.needs.templates, service.hook, RESOURCES, offered=False)


def record_for(service: HookService) -> PatientRecord:
    """The record in that call."""
    return sent_record(body_for(service), service)


def _ask(rules: tuple[Rule, ...], record: PatientRecord) -> None:
    evaluate(rules, record, (), TODAY)


def _cpu(ask: Callable[[], object]) -> float:
    """CPU microseconds of one call."""
    began = time.process_time_ns()
    for _ in range(_TIMES):
        ask()
    return (time.process_time_ns() - began) / _TIMES / 1000


def main() -> int:
    """Print the figures, and which of them are over the limits; 1 if any is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=_ROUNDS, help="default: %(default)s")
    many: int = parser.parse_args().rounds
    apart, sharing = service_of(), service_of(sharing=True)
    record, body = record_for(apart), body_for(apart)
    rounds: list[tuple[float, ...]] = []
    for _ in range(many):
        floor = _cpu(partial(read_call, body))
        every = _cpu(partial(_ask, apart.rules, record))
        first = _cpu(partial(_ask, sharing.rules[:FIRST_WITH_ALL], record))
        shared = _cpu(partial(_ask, sharing.rules, record))
        rounds.append((floor, every, first, shared))
    floors, everys, firsts, shareds = zip(*rounds, strict=True)
    middle = statistics.median
    more, least = (
        (among(shareds) - among(firsts)) / (RULES - FIRST_WITH_ALL) for among in (middle, min)
    )  # what else runs only ever adds, so the least of both is compared
    prompts = sum(o.decision is Decision.PROMPT for o in evaluate(apart.rules, record, (), TODAY))
    print(
        f"{RULES} rules over {RESOURCES} resources, {prompts} of them prompt:"
        f" {middle(everys) / 1000:.2f} ms CPU, at least {min(everys) / 1000:.2f}"
        f" (limit {MOST_MS:.0f} ms{_over(min(everys) / 1000, MOST_MS)})"
        f"\n{'':10}to decoding the call ({middle(floors) / 1000:.2f} ms):"
        f" {middle(e / f for e, f in zip(everys, floors, strict=True)):.1f}"
    )
    print(
        f"one more rule that shares its facts: {more:.1f} us CPU, undisturbed"
        f" {least:.1f} (limit {MOST_EACH_US:.0f} us{_over(least, MOST_EACH_US)})"
    )
    return int(min(everys) / 1000 > MOST_MS or least > MOST_EACH_US)


def _over(figure: float, limit: float) -> str:
    return ", over it" if figure > limit else ""


if __name__ == "__main__":
    sys.exit(main())
