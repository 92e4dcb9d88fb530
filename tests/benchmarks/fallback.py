"""How long the fallback takes, whatever a FHIR server does: 20,000 calls, or as many as told.

The server is a process of its own. Eight callers ask without a pause, each with a breaker of its
own: more than there are processors, so that they wait for each other too. ``--tireless`` lets 20
seconds pass for the breakers before every call, so that each call goes out however the last one
ended: the slowest case, for which fewer calls say enough. Nothing is asserted.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import time
from collections import Counter
from dataclasses import replace
from multiprocessing.connection import Connection

from fhir_adapters.allowed import Allowed
from fhir_adapters.needs import needs_of
from fhir_adapters.server import Access, NoRoute, Servers
from rules.record import Kind
from tests.builders import a_patient, a_resource, code
from tests.fhir_builders import an_operation_outcome
from tests.fhir_server import Answer, Asked, Fault, FhirServer, answer, running

KINDS = (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.TAG, Kind.MEDICATION)
QUERIES = needs_of({kind: (code("cough"),) for kind in KINDS}).queries
SAM = "test-person"
TYPES = ("Condition", "Observation", "Procedure", "Flag", "MedicationRequest")
RECORD = [
    a_resource(kind, "cough", of=of, id=f"{kind}-{of}-{n}")
    for kind in TYPES
    for of in (SAM, "other")
    for n in range(20)
]
CALLERS = 8
MOST_MS = 500


class _Quick(FhirServer):
    """Works out each answer once, so that it is the callers who are measured."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__([a_patient(), *RECORD], pages_of=10, fault=fault)
        self._known: dict[str, Answer] = {}

    def honest(self, asked: Asked) -> Answer:
        """As any server's."""
        if asked.line not in self._known:
            self._known[asked.line] = super().honest(asked)
        return self._known[asked.line]


_LIES: dict[str, Answer] = {}


def _everybodys(server: FhirServer, asked: Asked) -> Answer | None:
    if "patient" not in asked.parameters:
        return None
    if asked.line not in _LIES:
        page = server.page(asked, server.matches(asked, ignored=["patient"]))
        _LIES[asked.line] = answer(page)
    return _LIES[asked.line]


def _now_and_then(how: Fault, every: int) -> Fault:
    def told(server: FhirServer, asked: Asked) -> Answer | None:
        return how(server, asked) if len(server.asked) % every == 0 else None

    return told


FAULTS: dict[str, Fault | None] = {
    "well": None,
    "slow": lambda server, asked: replace(server.honest(asked), after=5.0),
    "slow now and then": _now_and_then(lambda s, a: replace(s.honest(a), after=5.0), 20),
    "cut": lambda server, asked: replace(server.honest(asked), cut=200),
    "cut now and then": _now_and_then(lambda s, a: replace(s.honest(a), cut=200), 20),
    "429": lambda _, __: answer(an_operation_outcome(), 429, Retry_After="1"),
    "errors": lambda _, __: answer(an_operation_outcome(), 500),
    "lying": _everybodys,
    "garbage": lambda _, __: answer(b"\x00" * 100_000),
    "without end": lambda _, __: answer(b"[" * 3_000_000),
}


def _serve(name: str, tell: Connection) -> None:
    """A server in a process of its own, until that is stopped."""

    async def stay() -> None:
        server = _Quick(FAULTS[name])
        async with running(server):
            tell.send(server.port)
            while True:
                server.asked.clear() if len(server.asked) > 10_000 else None
                await asyncio.sleep(1)

    asyncio.run(stay())


class _Jumping:
    """Seconds that go on by themselves, and by 20 more when they are told to."""

    def __init__(self, *, tireless: bool) -> None:
        self._added = 0.0
        self._tireless = tireless

    def __call__(self) -> float:
        return time.monotonic() + self._added

    def jump(self) -> None:
        self._added += 20.0 if self._tireless else 0.0


async def _ask(
    base: str, calls: int, callers: int, *, tireless: bool
) -> tuple[list[float], Counter[str]]:
    """Milliseconds of each call, and what they came to."""
    took: list[float] = []
    came: Counter[str] = Counter()
    allowed = [Allowed.parse(base, local=True)]

    async def one_caller(number: int) -> None:
        clock = _Jumping(tireless=tireless)
        servers = Servers(monotonic=clock)
        for _ in range(number):
            clock.jump()
            began = time.perf_counter()
            try:
                found = await servers.fetch(Access(base, "t"), allowed, QUERIES, SAM)
            except NoRoute:
                came["no route"] += 1
            else:
                doubtful = sum(bool(one.doubt) for one in found.values())
                came["whole" if not doubtful else "in doubt"] += 1
                for key, one in found.items():
                    wrong = len(one.resources) != (1 if key == "patient" else 20)
                    came["WRONG"] += not one.doubt and wrong and "Values" not in key
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        await servers.close()

    await asyncio.gather(*(one_caller(calls // callers) for _ in range(callers)))
    return took, came


def _measure(name: str, calls: int, callers: int, *, tireless: bool) -> bool:
    """Print the figures of one sort of server; whether they are as they need to be."""
    base, process = "http://127.0.0.1:1/fhir", None  # where nobody listens
    if name != "dead":
        hears, tells = multiprocessing.Pipe()
        process = multiprocessing.Process(target=_serve, args=(name, tells), daemon=True)
        process.start()
        base = f"http://127.0.0.1:{hears.recv()}/fhir"
    try:
        took, came = asyncio.run(_ask(base, calls, callers, tireless=tireless))
    finally:
        if process is not None:
            process.terminate()
            process.join()
    p99 = statistics.quantiles(took, n=100)[98]
    print(
        f"{name:18} {len(took):6} calls   p50 {statistics.median(took):6.1f} ms"
        f"   p99 {p99:6.1f} ms   most {max(took):6.1f} ms   "
        + ", ".join(f"{what} {number}" for what, number in sorted(came.items()) if number)
    )
    return p99 <= MOST_MS and not came["WRONG"]


def main() -> None:
    """Print the figures of each sort of server; 1 where any is not good."""
    every = ["dead", *FAULTS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.fallback", description=__doc__
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"default all: {', '.join(every)}")
    parser.add_argument("--calls", type=int, default=20_000, help="of each (%(default)s)")
    parser.add_argument("--callers", type=int, default=CALLERS, help="at once (%(default)s)")
    parser.add_argument("--tireless", action="store_true", help="breakers are never open")
    told = parser.parse_args()
    if strange := [name for name in told.names if name not in every]:
        parser.error(f"there is no such server: {', '.join(strange)}")
    good = [
        _measure(name, told.calls, told.callers, tireless=told.tireless)
        for name in told.names or every
    ]
    print(f"p99 of at most {MOST_MS} ms and nothing wrong: {'yes' if all(good) else 'no'}")
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
