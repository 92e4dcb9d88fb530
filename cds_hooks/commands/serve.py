"""``goodday serve``: the service for a practice, for the clients it lists or openly."""

import gc
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from cds_hooks import logs
from cds_hooks.app import create_app
from cds_hooks.clients.callers import Clients
from cds_hooks.clients.listed import ClientsError
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.settings import Settings, SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError
from rules.load import load_library


def serve(**given: object) -> int:
    """Serve until Ctrl-C. Whatever keeps it from starting gets one plain sentence."""
    try:
        settings = from_environment(**given)
    except SettingsError as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    if says := _who_may_call(settings):
        say.sorry(says)
        return COULD_NOT_RUN
    if settings.practice is not None and not settings.practice.is_dir():
        say.sorry(
            f"There is no folder called {settings.practice}."
            " Name the practice's folder with --practice."
        )
        return COULD_NOT_RUN
    loaded = load_library(settings.practice)
    if say.stopped(loaded):
        return PROBLEMS
    listening = listen(settings.host, settings.port)
    if listening is None:
        return COULD_NOT_RUN
    try:
        answers = Answers(settings.data)
        clients = Clients.read(settings.clients, settings.data) if settings.clients else None
    except StoreError as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    except ClientsError as error:
        for sentence in error.sentences:
            say.sorry(sentence)
        return COULD_NOT_RUN
    if not loaded.library.shown().rules:
        say.sorry(
            "No rule is in pilot, so nothing will be shown."
            " A practice names its pilots in practice.yaml."
        )
    logs.to_stderr()
    if clients is None:
        say.sorry(
            "The service is open: whoever can reach this address can call it. Keep it on this"
            " machine."
        )
        logs.event("open", reason="no-sign-in")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listening.getsockname()[1]}/cds-services"
    run(create_app(settings, loaded.library, answers, clients), listening, address)
    return FINE


def _who_may_call(settings: Settings) -> str:
    """What keeps it from being known who may call, in one sentence; "" where it is known."""
    if settings.clients is None and not settings.open:
        return (
            "Nobody is listed who may call. Name the list with --clients FILE (goodday client"
            " keygen writes the lines for it), or say --open to let whoever reaches the address"
            " call."
        )
    if settings.clients is not None and settings.open:
        return "It is either --clients FILE or --open: leave one of them out."
    if settings.clients is not None and (settings.origins or settings.null_means != "unknown"):
        return (
            "With --clients, origins and null_means stand in the file, for each client: leave"
            " --origin and --null-means out."
        )
    return ""


def listen(host: str, port: int) -> socket.socket | None:
    """A socket at the address, or None after one sentence that says why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or the event loop would not turn Nagle's algorithm off and every
    # answer would wait 40 ms for the other side's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        taken = error.errno in (48, 98)
        why = "is taken by another program" if taken else "cannot be used on this machine"
        say.sorry(f"Port {port} on {host} {why}. Choose another with --port.")
        return None
    return listening


def run(app: FastAPI, listening: socket.socket, address: str) -> None:
    """Serve on a socket, print the one address, and stop cleanly at Ctrl-C."""
    # What was made at start-up lives until the end: the collector need not look at it again. Nor
    # need it run in the middle of a request, which makes a thousand lists and drops them all.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    server = _Announcing(config, address)
    with suppress(KeyboardInterrupt):  # uvicorn has shut down by then and raises it again
        server.run(sockets=[listening])
    say.line("Stopped.")


class _Announcing(uvicorn.Server):
    """A server that says where it is once it can be reached, and not before."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say.line(f"Good Day is at {self._address}", "bold")
