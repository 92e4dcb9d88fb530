"""``goodday serve``: the service for a practice, for the clients it lists or openly."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cds_hooks import clock, logs
from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.clients.callers import Clients
from cds_hooks.clients.listed import ClientsError
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.place import place_of
from cds_hooks.connections import connections_within
from cds_hooks.live import Live
from cds_hooks.looking import Looking
from cds_hooks.pausing import Pausing
from cds_hooks.reloading import NotTaken, Reloading, fingerprint, proven
from cds_hooks.settings import Settings, SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.supporting import Supporting
from cds_hooks.tally import Tally
from cds_hooks.traffic import Traffic
from cds_hooks.watching import Watching
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
    found = fingerprint(settings.practice) if settings.practice is not None else ""
    loaded = load_library(settings.practice)
    if say.stopped(loaded):
        return PROBLEMS
    try:
        live = Live(proven(loaded, clock.now(), found))
    except NotTaken as error:
        for sentence in error.wrong:
            say.sorry(sentence)
        return PROBLEMS
    listening = _inherited(settings.fd) if settings.fd else listen(settings.host, settings.port)
    if listening is None:
        return COULD_NOT_RUN
    try:
        place = place_of(settings)
        answers = Answers(place)
        clients = Clients.read(settings.clients, place) if settings.clients else None
        address = clients.public_url if clients is not None else settings.public_url
        looking = looking_at(settings, answers, address)
        supporting = _supporting(settings, place, live)
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
    traffic = Traffic()
    close_tracing = _tracing(live, traffic) if settings.tracing else None
    if settings.tracing and close_tracing is None:
        return COULD_NOT_RUN
    reloading = _reloading(settings, live)
    pausing = Pausing(answers, live)
    pausing.start()
    tally = Tally()
    watching = Watching(answers, live, tally, clock.now, pausing.look)
    watching.start()
    if supporting is not None:
        supporting.start()

    def stop() -> None:
        if supporting is not None:
            supporting.stop()
        watching.stop()
        pausing.stop()

    app = create_app(
        settings,
        live,
        answers,
        clients,
        traffic=traffic,
        looking=looking,
        tally=tally,
        stop=stop,
        supporting=supporting,
    )
    run(app, listening, address, traffic, settings.settle, settings.arrive_within)
    stop()  # where the app was not let end by itself
    if reloading is not None:
        reloading.stop()
    if close_tracing is not None:
        close_tracing()
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


def looking_at(settings: Settings, answers: Answers, address: str) -> Looking | None:
    """The pages that say why, where browsers can reach this service. Raises StoreError."""
    if not address:
        return None
    audit = Audit(settings.data, answers.key.bytes_for("audit"))
    return Looking(Access(settings, answers.key), audit, address)


def _supporting(settings: Settings, place: Place, live: Live) -> Supporting | None:
    """Local support, where there is a directory or one is asked for. Raises StoreError."""
    if settings.directory == "no":
        return None
    wanted = settings.directory == "yes"
    directory = Directory(place) if wanted else Directory.if_there(place)
    return Supporting(directory, live) if directory is not None else None


def _tracing(live: Live, traffic: Traffic) -> Callable[[], None] | None:
    """Spans from here on, and how to end them; None after one sentence where it cannot be."""
    try:
        from cds_hooks.tracing import Tracing  # noqa: PLC0415 - only where it is switched on
    except ImportError:
        say.sorry('Tracing needs further packages: install "goodday[tracing]", or switch it off.')
        return None
    return Tracing(live, traffic, clock.now).close


def _reloading(settings: Settings, live: Live) -> Reloading | None:
    """Changed rule files are taken from here on, where a practice has a folder of them."""
    if settings.practice is None:
        return None
    reloading = Reloading(Path(settings.practice), live, clock.now, settings.reload)
    reloading.start()
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, lambda _signal, _frame: reloading.wake())
    return reloading


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


def _inherited(number: int) -> socket.socket | None:
    """A socket that somebody else opened and keeps: what comes while we restart waits in it."""
    try:
        return socket.socket(fileno=number)
    except OSError:
        say.sorry(f"There is no open socket of the number {number}. Leave out GOODDAY_FD.")
        return None


def run(
    app: FastAPI,
    listening: socket.socket,
    address: str,
    traffic: Traffic | None = None,
    settle: float = 0,
    arrive_within: float = 5,
) -> None:
    """Serve on a socket, print the one address, and stop cleanly at Ctrl-C or when told to.

    Every call that was accepted is answered. Told to stop by another program, it says for
    ``settle`` seconds that it is not ready and goes on answering. A head that is not whole within
    ``arrive_within`` seconds closes its connection.
    """
    # What was made at start-up lives until the end: the collector need not look at it again. Nor
    # need it run in the middle of a request, which makes a thousand lists and drops them all.
    gc.collect()
    gc.freeze()
    gc.enable()  # it was off while we started
    gc.set_threshold(50_000, 20, 20)
    config = uvicorn.Config(
        app,
        http=connections_within(arrive_within),
        log_config=None,
        access_log=False,
        # Who is connected is who is connected: a header that says otherwise is looked at where a
        # proxy is trusted, and nowhere else.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN,
    )
    server = _Announcing(config, address, traffic or Traffic(), settle)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    logs.event("stopped")
    say.line("Stopped.")


_DRAIN = 8  # seconds; with what comes before it, never more than ten
_READ_ON = 0.2  # seconds in which what was connected to us before the door closed is read


class _Announcing(uvicorn.Server):
    """A server that says where it is once it can be reached, and stops in the order that it has to.

    First it is not ready any more, then it takes no more connections, then it reads and answers
    what came in by then, and only then is it gone.
    """

    def __init__(
        self, config: uvicorn.Config, address: str, traffic: Traffic, settle: float
    ) -> None:
        super().__init__(config)
        self._address, self._traffic, self._settle = address, traffic, settle

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            logs.event("started", port=sockets[0].getsockname()[1] if sockets else 0)
            say.line(f"Good Day is at {self._address}", "bold")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop; a second Ctrl-C does not wait for anything."""
        del frame
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        if sig == signal.SIGINT:
            self._settle = 0  # somebody sits there and waits
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._traffic.stopping = True
        logs.event("stopping", count=self._traffic.at_work)
        if not self.force_exit:
            await asyncio.sleep(self._settle)
            for server in self.servers:
                server.close()
            await asyncio.sleep(_READ_ON)
        await super().shutdown(sockets)
