"""The deliberately wrong service on a real socket, and how it is examined."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec

from cds_hooks import clock
from cds_hooks.commands.serve import listen
from cds_hooks.conformance.examine import Examined, Wanted, examine
from cds_hooks.conformance.notes import Status
from cds_hooks.conformance.signing import Signer
from tests.conformance_kit.doorkeeper import ISSUER
from tests.conformance_kit.doors import wrong_app
from tests.conformance_kit.faults import EVERY_CARD, FAULTS
from tests.conformance_kit.wrong import ORIGIN, RIGHT, Fault

KID = "conformance-key"
SIGNED = Fault(frozenset(), asks="", signed=True)
# Ways to be that are as right as any other.
AS_RIGHT = {
    "right": RIGHT,
    "right with tokens": SIGNED,
    "busy": Fault(frozenset(), does="is busy"),
    "busy with tokens": replace(SIGNED, does="is busy", asks="orders"),
    "discovery in the open": replace(SIGNED, does="lists in the open", asks="orders"),
    "feedback at the address": replace(
        SIGNED, does="hears feedback at its own address", asks="orders"
    ),
    "a FHIR server needed": Fault(frozenset(), does="wants a server"),
}
ALL = FAULTS | AS_RIGHT | {"every card": EVERY_CARD}
# Slow answers of it take 30 ms.
BRISK = 0.025


@cache
def key() -> ec.EllipticCurvePrivateKey:
    """The key of the client that the service knows."""
    return ec.generate_private_key(ec.SECP384R1())


def signer() -> Signer:
    """The client that the service knows. Its library looks at the real clock, and so does this."""
    return Signer(key(), ISSUER, KID, clock.now)


@contextmanager
def serving() -> Generator[str]:
    """The address of the service, below which each fault has its own."""
    listening = listen("127.0.0.1", 0)
    assert listening is not None
    app = wrong_app({_slug(name): fault for name, fault in ALL.items()}, {KID: key().public_key()})
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def wanted(address: str, name: str) -> Wanted:
    """What it takes to examine the service under a fault."""
    signed = signer() if ALL[name].signed else None
    made = Wanted(f"{address}/{_slug(name)}", clock.now, signed, ORIGIN, only=ALL[name].asks)
    return replace(made, within=BRISK) if ALL[name].does == "is slow" else made


def found(examined: Examined) -> dict[str, list[str]]:
    """Every requirement that is not met, with what is said of it."""
    return {
        one.requirement.id: [f"{f.where}: {f.says}" for f in one.findings]
        for one in examined.of(Status.FOUND)
    }


def under(address: str, name: str) -> dict[str, list[str]]:
    """What is found under a fault."""
    return found(examine(wanted(address, name)))


def _slug(name: str) -> str:
    return name.replace(" ", "-")
