"""What it costs to know who calls, and whether a no takes longer for one reason than for another.

The same 300-resource call, answered with nothing to say, by an open service and by one that asks
for tokens: CPU of the process, and its ratio to the floor. Then the medians of how long a no takes,
reason by reason: where they are alike, nobody learns who is registered by asking. Nothing is
asserted.
"""

import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cds_hooks.clock import now
from tests.benchmarks.__main__ import RESOURCES, Server, served
from tests.benchmarks.bodies import for_person, request
from tests.callers import Caller, a_pair, registered
from tests.served import VIEW

REQUESTS, ROUNDS, NOES = 200, 3, 300
URL = "https://good-day.example"
CALL = f"/cds-services/good-day-{VIEW}"
US = Caller("es", "https://es.example", a_pair("es"))
RSA = Caller("rs", "https://rs.example", a_pair("rs", "RS384"))
VENDOR = Caller("vendor", "https://vendor.example", a_pair("vendor"))


def call_of(server: Server) -> bytes:
    """A call of 300 resources about somebody who was offered support lately."""
    token = US.token(f"{URL}/cds-services", now())
    found = json.loads(_get(server.port, "/cds-services", token)[1])["services"]
    (view,) = (one for one in found if one["hook"] == VIEW)
    return request(view["prefetch"], VIEW, RESOURCES, offered=True)


def _get(port: int, path: str, token: str) -> tuple[float, bytes]:
    """How long an answer to one GET takes, in ms, and what it says."""
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}"
    with socket.create_connection(("127.0.0.1", port)) as wire:
        began = time.perf_counter()
        wire.sendall(f"{head}\r\n\r\n".encode())
        received = b""
        while part := wire.recv(65_536):
            received += part
        return (time.perf_counter() - began) * 1000, received.partition(b"\r\n\r\n")[2]


def cpu(server: Server, path: str, body: bytes, token: Callable[[], str] | None) -> float:
    """CPU milliseconds a request; tokens are signed before."""
    bodies = [for_person(body, number) for number in range(REQUESTS)]
    tokens = [token() for _ in bodies] if token else []
    before = server.cpu()
    server.post_all(path, bodies, tokens)
    return (server.cpu() - before) / len(bodies) * 1000


def noes(port: int) -> None:
    """Print the medians of a no, one reason in turn with the others."""
    aud = f"{URL}/cds-services"
    forged = replace(US, pair=replace(US.pair, private=a_pair("x").private | _kid(US)))
    ways: dict[str, Callable[[], str]] = {
        "issuer unknown": lambda: replace(US, issuer="https://no.example").token(aud, now()),
        "key unknown": lambda: replace(US, pair=a_pair("x")).token(aud, now()),
        "signature of another": lambda: forged.token(aud, now()),
        "tenant unknown": lambda: VENDOR.token(aud, now(), tenant="no"),
        "audience another": lambda: US.token(URL, now()),
        "expired": lambda: US.token(aud, now(), exp=1, iat=0),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(NOES):
        for name, way in ways.items():
            took[name].append(_get(port, "/cds-services", way())[0])
    middle = statistics.median([ms for each in took.values() for ms in each])
    for name, each in took.items():
        median = statistics.median(each)
        print(f"  no, {name:22} {median:.3f} ms ({(median / middle - 1) * 100:+.1f} %)")


def _kid(caller: Caller) -> dict[str, object]:
    return {"kid": caller.pair.private["kid"]}


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        practice = Path(folder, "practice")
        practice.mkdir()
        (practice / "practice.yaml").write_text(
            "name: Benchmark\ninvented: yes\npilots: [copd-self-management, results-ahead]\n"
        )
        rate = {"most_per_minute": 1_000_000}
        tables = US.table(**rate), RSA.table(**rate), VENDOR.table(tenants=["A81001"], **rate)
        path = registered(practice, *tables, public_url=URL)
        goodday = [
            str(Path(sys.executable).parent / "goodday"),
            "serve",
            "--practice",
            str(practice),
        ]
        first = [*goodday, "--port", "8473", "--data", f"{folder}/1", "--clients", str(path)]
        second = [*goodday, "--port", "8474", "--data", f"{folder}/2", "--open"]
        floor = [sys.executable, "-m", "tests.benchmarks.floor", "8475", f"{folder}/floor.sqlite"]
        with (
            served(first, 8473, "/cds-services") as guarded,
            served(second, 8474, "/cds-services") as opened,
            served(floor, 8475, "/") as bare,
        ):
            body = call_of(guarded)
            rounds = {name: [0.0] * ROUNDS for name in ("floor", "open", "ES384", "RS384")}
            for number in range(ROUNDS):
                rounds["floor"][number] = cpu(bare, CALL, body, None)
                rounds["open"][number] = cpu(opened, CALL, body, None)
                for name, caller in (("ES384", US), ("RS384", RSA)):
                    rounds[name][number] = cpu(
                        guarded, CALL, body, lambda of=caller: of.token(URL + CALL, now())
                    )
            for name, mine in rounds.items():
                ratios = [ours / theirs for ours, theirs in zip(mine, rounds["floor"], strict=True)]
                print(
                    f"{name:6} {statistics.median(mine):.2f} ms CPU, at least {min(mine):.2f};"
                    f" to the floor {statistics.median(ratios):.2f}"
                    f" (undisturbed {min(mine) / min(rounds['floor']):.2f})"
                )
            noes(guarded.port)


if __name__ == "__main__":
    main()
