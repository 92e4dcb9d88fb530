"""What it costs to know who calls, and whether a no takes longer for one reason than for another.

The same 300-resource call, answered with nothing to say, by an open service and by one that asks
for tokens: CPU of the process, and its ratio to the floor. Then the medians of how long a no takes,
reason by reason: where they are alike, nobody learns who is registered by asking. Nothing is
asserted.
"""

import argparse
import json
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import shuffle

from cds_hooks.clock import now
from tests.benchmarks.bodies import for_person, request
from tests.benchmarks.calls import CALL, MOST_PER_MINUTE, URL, templates
from tests.benchmarks.servers import Took, ask, floor, goodday, least, message, ratio, served
from tests.callers import Caller, a_pair, registered, signer
from tests.served import VIEW

RESOURCES, REQUESTS, ROUNDS, NOES = 300, 64, 5, 300
MEANT = 5  # per cent, between the medians of any two reasons, of 10,000 each
US = Caller("es", "https://es.example", a_pair("es"))
RSA = Caller("rs", "https://rs.example", a_pair("rs", "RS384"))
VENDOR = Caller("vendor", "https://vendor.example", a_pair("vendor"))


def _get(port: int, path: str, token: str) -> float:
    """How long an answer to one GET takes, in ms."""
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}"
    with socket.create_connection(("127.0.0.1", port)) as wire:
        began = time.perf_counter()
        wire.sendall(f"{head}\r\n\r\n".encode())
        while wire.recv(65_536):
            pass
        return (time.perf_counter() - began) * 1000


def noes(port: int, number: int) -> None:
    """Print the medians of so many noes for each reason, one reason in turn with the others."""
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
    in_turn = list(ways)
    for _ in range(number):
        shuffle(in_turn)  # or each would always come behind the same other
        for name in in_turn:
            took[name].append(_get(port, "/cds-services", ways[name]()))
    middle = statistics.median([ms for each in took.values() for ms in each])
    medians = {name: statistics.median(each) for name, each in took.items()}
    for name, median in medians.items():
        print(f"  no, {name:22} {median:.3f} ms ({(median / middle - 1) * 100:+.1f} %)")
    apart = (max(medians.values()) / min(medians.values()) - 1) * 100
    print(
        f"  {number:,} each: the slowest median is {apart:.1f} % over the quickest"
        f" (meant: at most {MEANT})"
    )


def _kid(caller: Caller) -> dict[str, object]:
    return {"kid": caller.pair.private["kid"]}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noes", nargs="?", type=int, default=NOES, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s; 0: none")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        practice = folder / "practice"
        practice.mkdir()
        (practice / "practice.yaml").write_text(
            "name: Benchmark\ninvented: yes\npilots: [copd-self-management, results-ahead]\n"
        )
        rate = {"most_per_minute": MOST_PER_MINUTE}
        tables = US.table(**rate), RSA.table(**rate), VENDOR.table(tenants=["A81001"], **rate)
        listed = str(registered(practice, *tables, public_url=URL))
        keys = folder / "keys.json"
        keys.write_text(json.dumps(US.pair.public_set), encoding="utf-8")
        first = goodday(practice, folder / "1", "--clients", listed)
        second = goodday(practice, folder / "2", "--open")
        with (
            served(first, "/cds-services") as guarded,
            served(second, "/cds-services") as opened,
            served(floor(folder / "floor.sqlite", keys)) as bare,
        ):
            asked = templates(guarded, US.token(f"{URL}/cds-services", now()))
            body = request(asked, VIEW, RESOURCES, offered=True)
            bodies = [for_person(body, number) for number in range(REQUESTS)]
            without = [message(CALL, each) for each in bodies]
            rounds: dict[str, list[Took]] = {}
            for _ in range(told.rounds):
                rounds.setdefault("floor", []).append(ask(bare, without))
                rounds.setdefault("open", []).append(ask(opened, without))
                for algorithm, caller in (("ES384", US), ("RS384", RSA)):
                    sign = partial(signer(caller), URL + CALL)
                    signed = [message(CALL, each, sign(now())) for each in bodies]
                    rounds.setdefault(algorithm, []).append(ask(guarded, signed))
            for way, mine in rounds.items():
                middle, undisturbed = ratio(mine, rounds["floor"])
                print(
                    f"{way:6} {statistics.median(took.cpu for took in mine):.2f} ms CPU,"
                    f" at least {least(mine):.2f};"
                    f" to the floor {middle:.2f} (undisturbed {undisturbed:.2f})"
                )
            noes(guarded.port, told.noes)


if __name__ == "__main__":
    main()
