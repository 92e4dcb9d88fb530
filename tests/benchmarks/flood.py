"""Whether one client waits longer because another sends ten times what was agreed.

B calls at its agreed rate, by itself and then while A floods; what A sends above its rate is 429.
Nothing is asserted.
"""

import argparse
import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection

from tests.benchmarks.servers import Server
from tests.benchmarks.sustained import Came, calls_of, percentile, practice_served, steady
from tests.callers import Caller

RATE, TIMES = 5.0, 10  # calls a second that were agreed with each; and how much more A sends
MOST_MORE = 20  # per cent
A = Caller("a", "https://a.example")
B = Caller("b", "https://b.example")


def flood(server: Server, silent: bytes, rate: float, seconds: float, tell: Connection) -> None:
    """Send as A, in a process of its own: it is the service that is to take its time from B."""
    made = calls_of(A, silent, silent, first=500_000)
    tell.send(Counter(one.status for one in steady(server, made, rate, seconds)))


def figures(what: str, came: list[Came]) -> float:
    """Print how B was answered; its p95."""
    waits = [one.ms for one in came]
    p95 = percentile(waits, 95)
    answers = dict(Counter(one.status for one in came))
    print(f"B {what}: p50 {percentile(waits, 50):.1f} ms, p95 {p95:.1f}, answers {answers}")
    return p95


def main() -> None:
    """Print the p95 of B in both, and what A was told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=20, help="default: %(default)s")
    parser.add_argument("--rate", type=float, default=RATE, help="agreed calls a second")
    told = parser.parse_args()
    agreed = int(told.rate * 60)
    with practice_served((B, 2 * agreed), (A, agreed)) as (server, silent, card):
        made = calls_of(B, silent, card)
        list(steady(server, calls_of(B, silent, silent, first=900_000), told.rate, 3))  # warm
        alone = figures("alone", list(steady(server, made, told.rate, told.seconds)))
        # A minute's worth may come at once; only when that is used up is A told to wait.
        at_once = agreed / ((TIMES - 1) * told.rate)
        hears, tells = multiprocessing.Pipe(duplex=False)
        arguments = (server, silent, TIMES * told.rate, at_once + told.seconds + 3, tells)
        sending = multiprocessing.get_context("fork").Process(target=flood, args=arguments)
        sending.start()
        more = calls_of(B, silent, card, first=200_000)
        figures("while A sends what it may at once", list(steady(server, more, told.rate, at_once)))
        again = calls_of(B, silent, card, first=100_000)
        beside = figures(
            f"while A sends {TIMES} times its rate",
            list(steady(server, again, told.rate, told.seconds)),
        )
        came = hears.recv()
        sending.join()
    print(
        f"A was answered {dict(came)}; B waited {(beside / alone - 1) * 100:+.0f} % at p95"
        f" (meant: at most +{MOST_MORE} %)"
    )


if __name__ == "__main__":
    main()
