"""Calls that come at a steady rate, whatever becomes of those before them, for as long as told.

Each counts from the moment at which it was meant to be sent: a service that stands still for a
second makes fifty people wait, and not one. Twenty rules, 300 resources, a token for every call;
every tenth brings a card. Nothing is asserted.
"""

import argparse
import os
import queue
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from cds_hooks.clock import now
from tests.benchmarks.bodies import for_person, request
from tests.benchmarks.calls import CALL, URL, templates
from tests.benchmarks.forty import HELPS
from tests.benchmarks.piloted import write_practice
from tests.benchmarks.servers import Server, goodday, message, read_answer, served
from tests.callers import Caller, registered, signer
from tests.served import VIEW

RULES, RESOURCES, RATE, TENTHS = 20, 300, 50.0, 10
MEANT_P95, MEANT_P99, MEANT_SLOPE = 150, 300, 1.0  # ms, ms, MB an hour
# Connections of one client: more calls than that at once wait, and it is counted. At a slow rate
# there are fewer, or they would be closed before they are used again.
_FEWEST, _MOST = 4, 24
_LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Came:
    """One call: its status, and milliseconds from when it was meant to be sent to its answer."""

    status: int
    ms: float


def steady(
    server: Server, made: Callable[[int], bytes], rate: float, seconds: float
) -> Iterator[Came]:
    """Send so many calls a second, and give what came of each as it comes.

    ``made`` makes the message of one call, before its time has come.
    """
    total = int(rate * seconds)
    numbers, done = count(), queue.SimpleQueue[Came | BaseException]()
    begins = time.perf_counter() + 0.5

    def one_line() -> None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), _LONGEST) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                answers = connection.makefile("rb")
                while (number := next(numbers)) < total:
                    meant = begins + number / rate
                    sent = made(number)
                    time.sleep(max(0.0, meant - time.perf_counter()))
                    connection.sendall(sent)
                    status, _ = read_answer(answers)
                    done.put(Came(status, (time.perf_counter() - meant) * 1000))
        except BaseException as error:  # whatever it is, whoever waits has to hear of it
            done.put(error)

    for _ in range(min(_MOST, max(_FEWEST, int(rate)))):
        Thread(target=one_line, daemon=True).start()
    for _ in range(total):
        came = done.get(timeout=_LONGEST)
        if isinstance(came, BaseException):
            raise came
        yield came


def calls_of(caller: Caller, silent: bytes, card: bytes, first: int = 0) -> Callable[[int], bytes]:
    """Makes the calls of a client: each about somebody else, with a token of its own."""
    sign = partial(signer(caller), URL + CALL)

    def made(number: int) -> bytes:
        body = for_person(card if number % 10 == 9 else silent, first + number)
        return message(CALL, body, sign(now()))

    return made


@contextmanager
def practice_served(*callers: tuple[Caller, int]) -> Generator[tuple[Server, bytes, bytes]]:
    """A practice of twenty rules for these clients, each with its rate a minute; and two bodies.

    The first has nothing to say, of the second comes a card.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_practice(folder / "practice", RULES)
        tables = [caller.table(most_per_minute=most) for caller, most in callers]
        listed = str(registered(folder, *tables, public_url=URL))
        command = goodday(folder / "practice", folder / "data", "--clients", listed)
        with served(command, "/cds-services") as server:
            asked = templates(server, signer(callers[0][0])(f"{URL}/cds-services", now()))
            bodies = (
                request(asked, VIEW, RESOURCES, offered=offered, others=HELPS)
                for offered in (True, False)
            )
            silent, card = bodies
            yield server, silent, card


def percentile(waits: Sequence[float], of: int) -> float:
    """What so many of a hundred waits do not exceed."""
    return statistics.quantiles(waits, n=100)[of - 1]


def slope(megabytes: Sequence[tuple[float, float]]) -> float:
    """MB an hour, of pairs of seconds and MB, by least squares."""
    found = statistics.linear_regression(*zip(*megabytes, strict=True))
    return found.slope * 3600


def main() -> None:
    """Print p50, p95, p99, the memory after each tenth, and how it goes up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=0.5, help="default: %(default)s")
    parser.add_argument("--rate", type=float, default=RATE, help="calls a second (%(default)s)")
    told = parser.parse_args()
    caller = Caller("benchmark", "https://benchmark.example")
    with practice_served((caller, 1_000_000)) as (server, silent, card):
        made = calls_of(caller, silent, card)
        list(steady(server, lambda number: made(10_000_000 + number), told.rate, 5))  # warm
        seconds = told.minutes * 60
        total = int(told.rate * seconds)
        came: list[Came] = []
        began, cpu = time.perf_counter(), server.cpu()
        memory = [(0.0, server.memory())]
        for one in steady(server, made, told.rate, seconds):
            came.append(one)
            if len(came) * TENTHS // total >= len(memory):
                memory.append((time.perf_counter() - began, server.memory()))
        used = (server.cpu() - cpu) / (time.perf_counter() - began)
    waits = [one.ms for one in came]
    print(
        f"{told.rate:.0f} calls a second for {told.minutes:g} minutes, {RULES} rules, {RESOURCES}"
        f" resources, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} in the end):"
        f" p50 {percentile(waits, 50):.1f} ms, p95 {percentile(waits, 95):.1f} (meant {MEANT_P95}),"
        f" p99 {percentile(waits, 99):.1f} (meant {MEANT_P99}), most {max(waits):.1f};"
        f" {used:.2f} of a core; answers {dict(Counter(one.status for one in came))}"
    )
    # The first half is left out of the slope: what is kept for speed is filled in it.
    later = memory[len(memory) // 2 :]
    print(
        f"  memory in MB, at the start and after each tenth:"
        f" {' '.join(f'{mb:.1f}' for _, mb in memory)}; in the second half"
        f" {slope(later):+.2f} MB an hour (meant: under {MEANT_SLOPE:g}; says little under an hour)"
    )


if __name__ == "__main__":
    main()
