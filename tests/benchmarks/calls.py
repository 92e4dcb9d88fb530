"""A call of 150 and of 300 resources, from 1, 8 and 32 clients at once, against a floor.

Ours asks forty rules, and every call brings a token of its own. The floor reads the body, decodes
it into the same types and answers with a constant. Another verifies the token first, to tell what
that alone takes. A card is kept on disk before it leaves, so its ratio is to a floor that keeps as
much. HealthChain answers the one question about COPD in its two ways, where ``make callers`` was
run.

What is compared is CPU, in the same rounds. Calls a second and how long an answer takes are only
told: the clients take their share of the machine. Of a ratio there are two, of the middle round and
between the least disturbed ones; the second is held against the limit, as what else runs only adds.

On a quiet machine, or the figures say little. With 20 illnesses every rule has its people, which is
the most that forty rules can cost.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import count, islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from cds_hooks.clock import now
from tests.benchmarks.bodies import for_person, request
from tests.benchmarks.forty import HELPS, RULES
from tests.benchmarks.piloted import write_practice
from tests.benchmarks.servers import Server, Took, ask, floor, goodday, message, ratio, served
from tests.callers import Caller, a_pair, registered, signer
from tests.served import VIEW

SIZES, AT_ONCE = (150, 300), (1, 8, 32)
ROUNDS, REQUESTS = 7, 64
ILL = 4  # illnesses, of the twenty that rules ask about
# HealthChain takes so long that it is asked in every third round, and not so often.
EVERY, FEWER = 3, 8
ENOUGH = 170  # seconds after which no other round is begun, on a machine that is not quiet
MOST = 1.5
MOST_PER_MINUTE = 1_000_000

URL = "https://good-day.example"
CALL = f"/cds-services/good-day-{VIEW}"
PYTHON = Path(__file__).parents[1] / "other_clients/healthchain/.venv/bin/python"
OURS, FLOOR, KEEPING = "ours", "the floor", "a floor that keeps one"
VERIFYING = "a floor that verifies"
FLOORS = frozenset({FLOOR, KEEPING, VERIFYING})
DICTS, OBJECTS = "HealthChain with plain dicts", "HealthChain with its objects"
_WAYS = {DICTS: "dicts", OBJECTS: "objects"}
_PATHS = {FLOOR: CALL, KEEPING: f"/kept{CALL}", VERIFYING: f"/verified{CALL}"} | dict.fromkeys(
    _WAYS, "/cds/cds-services/copd"
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, by how many, and whether a card comes of it."""

    resources: int
    clients: int
    card: bool

    def __str__(self) -> str:
        return "a card" if self.card else "nothing to say"


CASES = tuple(Case(*each) for each in product(SIZES, AT_ONCE, (False, True)))


@dataclass(frozen=True, slots=True)
class Bench:
    """The servers by their names, what they are sent, and what each of them took, in rounds."""

    servers: Mapping[str, Server]
    bodies: Mapping[tuple[int, bool], bytes]  # by how many resources, and whether a card comes
    people: Iterator[int]  # nobody twice: who has had a card is left alone for a while
    caller: Caller
    took: dict[tuple[str, Case], list[Took]] = field(
        default_factory=dict[tuple[str, Case], list[Took]]
    )

    def one_round(self, number: int) -> None:
        """Every case once: the floors, ours, and now and then HealthChain."""
        for case in CASES:
            bodies = self._bodies(case, REQUESTS)
            self._ask(FLOOR, case, bodies)
            self._ask(KEEPING if case.card else VERIFYING, case, bodies)
            self._ask(OURS, case, bodies)
            if number % EVERY == 0 and not case.card:
                fewer = bodies[: max(FEWER, case.clients)]
                for name in _WAYS.keys() & self.servers.keys():
                    self._ask(name, case, fewer)

    def prove(self) -> None:
        """Everybody answers as the case says, or the figures would compare what is not alike."""
        for name, card in product(self.servers.keys() - FLOORS, (False, True)):
            case = Case(SIZES[0], 1, card)
            took = ask(self.servers[name], self._messages(name, self._bodies(case, 1)))
            if [bool(json.loads(each)["cards"]) for each in took.answers] != [card]:
                raise SystemExit(f"{name}, {case}: answered with {took.answers[0]!r}")

    def rounds(self, name: str, case: Case) -> list[Took]:
        """What one server took in one case."""
        return self.took.get((name, case), [])

    def _bodies(self, case: Case, number: int) -> list[bytes]:
        body = self.bodies[case.resources, case.card]
        return [for_person(body, person) for person in islice(self.people, number)]

    def _ask(self, name: str, case: Case, bodies: Sequence[bytes]) -> None:
        took = ask(self.servers[name], self._messages(name, bodies), case.clients)
        cards = {bool(json.loads(each)["cards"]) for each in took.answers}
        if cards != {case.card and name not in FLOORS}:
            raise SystemExit(f"{name}, {case}: not every answer was that")
        self.took.setdefault((name, case), []).append(took)

    def _messages(self, name: str, bodies: Sequence[bytes]) -> list[bytes]:
        if name not in (OURS, VERIFYING):
            return [message(_PATHS[name], body) for body in bodies]
        sign = partial(signer(self.caller), URL + CALL)
        return [message(_PATHS.get(name, CALL), body, sign(now())) for body in bodies]


def templates(server: Server, token: str) -> dict[str, str]:
    """What a guarded service of ours wants to be sent with a call."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/cds-services", headers={"Authorization": f"Bearer {token}"})
    services = json.loads(connection.getresponse().read())["services"]
    return next(one["prefetch"] for one in services if one["hook"] == VIEW)


def start(stack: ExitStack, folder: Path, caller: Caller) -> dict[str, Server]:
    """All servers that there are; they stop with the stack."""
    practice = folder / "practice"
    write_practice(practice)
    table = caller.table(most_per_minute=MOST_PER_MINUTE)
    clients = registered(folder, table, public_url=URL)
    keys = folder / "keys.json"
    keys.write_text(json.dumps(caller.pair.public_set), encoding="utf-8")
    ours = goodday(practice, folder / "data", "--clients", str(clients))
    servers = {
        OURS: stack.enter_context(served(ours, "/cds-services")),
        FLOOR: stack.enter_context(served(floor(folder / "rows.sqlite", keys))),
    }
    servers[KEEPING] = servers[VERIFYING] = servers[FLOOR]
    if not PYTHON.parents[1].joinpath("made").exists():
        print("Without HealthChain, which make callers fetches.")
        return servers
    script = str(Path(__file__).with_name("healthchain_server.py"))
    for name, way in _WAYS.items():
        # -P: beside the script lie our own modules, and HealthChain's has the names of its own.
        servers[name] = stack.enter_context(served([str(PYTHON), "-P", script, way, "{port}"]))
    return servers


def report(bench: Bench) -> bool:
    """Print the figures, and which are over the limit; whether any is."""
    over = False
    for resources, clients in product(SIZES, AT_ONCE):
        size = len(bench.bodies[resources, False]) / 1000
        what = f"{resources} resources, {size:.0f} kB, {_some(clients, 'client')} at once"
        print(f"{what:41} CPU ms  calls/s  p50 ms  p99 ms   in the middle round (undisturbed)")
        silent, card = (Case(resources, clients, each) for each in (False, True))
        over |= _ours(bench, silent, FLOOR)
        over |= _ours(bench, card, KEEPING)
        for name in _WAYS:
            if theirs := bench.rounds(name, silent):
                ours = bench.rounds(OURS, silent)[::EVERY]
                _line(name, theirs, f"{_times(theirs, ours)} as much as ours")
    return over


def _ours(bench: Bench, case: Case, limit: str) -> bool:
    """One case of ours, under the floor that it is held against; whether it is over the limit."""
    ours, floors = bench.rounds(OURS, case), bench.rounds(limit, case)
    _line(f"{case}, {limit}", floors)
    if limit == FLOOR:
        _line(f"{case}, {VERIFYING}", bench.rounds(VERIFYING, case))
    over = ratio(ours, floors)[1] > MOST
    said = f"{_times(ours, floors)} the floor{f', over {MOST}' if over else ''}"
    if limit != FLOOR:
        said += f"; {_times(ours, bench.rounds(FLOOR, case))} a bare one"
    else:
        said += f"; {_times(ours, bench.rounds(VERIFYING, case))} one that verifies"
    _line(f"{case}, {OURS}", ours, said)
    return over


def _times(mine: Sequence[Took], others: Sequence[Took]) -> str:
    middle, undisturbed = ratio(mine, others)
    return f"{middle:.2f} ({undisturbed:.2f}) x"


def _line(what: str, rounds: Sequence[Took], more: str = "") -> None:
    cpu = statistics.median(took.cpu for took in rounds)
    a_second = sum(len(took.waits) for took in rounds) / sum(took.seconds for took in rounds)
    waits = statistics.quantiles([wait for took in rounds for wait in took.waits], n=100)
    figures = f"{cpu:8.2f} {a_second:8.0f} {waits[49]:7.1f} {waits[98]:7.1f}"
    print(f"  {what:37} {figures}   {more}".rstrip())


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def main() -> int:
    """Print the figures; 1 where any is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS, help="default: %(default)s")
    parser.add_argument(
        "--ill", type=int, default=ILL, help="with how many of 20 illnesses (%(default)s)"
    )
    parser.add_argument(
        "--algorithm", choices=("ES384", "RS384"), default="ES384", help="default: %(default)s"
    )
    told = parser.parse_args()
    rounds: int = told.rounds
    ill: int = told.ill
    pair = a_pair("benchmark", told.algorithm)
    caller = Caller("benchmark", "https://benchmark.example", pair)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        servers = start(stack, folder, caller)
        asked = templates(servers[OURS], signer(caller)(f"{URL}/cds-services", now()))
        bodies = {
            (size, card): request(asked, VIEW, size, offered=not card, others=HELPS, ill=ill)
            for size, card in product(SIZES, (False, True))
        }
        bench = Bench(servers, bodies, count(), caller)
        bench.prove()
        began, done = monotonic(), 0
        while done < rounds and monotonic() - began < ENOUGH:
            bench.one_round(done)
            done += 1
        print(
            f"{_some(done, 'round')} of {REQUESTS} calls about people who have {ill} of the 20"
            f" illnesses asked about. Ours: {RULES} rules, a token ({told.algorithm}) for every"
            " call. HealthChain, where it is here: one question, no tokens."
        )
        over = report(bench)
        for name, server in servers.items():
            if name in (KEEPING, VERIFYING):  # the floor again
                continue
            print(
                f"{name}: {server.ready_after:.2f} s from the start to the first answer,"
                f" {server.memory():.0f} MB in the end"
            )
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
