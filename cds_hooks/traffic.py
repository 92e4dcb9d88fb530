"""Calls at work: how many there may be at once, how long each took, and what happens at the end.

Where there are too many the answer is 503 with Retry-After, and never an empty list of cards.
"""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cds_hooks import logs
from cds_hooks.refusals import Busy

MOST_AT_WORK = 128
# Bytes of bodies that are not whole yet: as much as so many bodies of the largest size.
MOST_ARRIVING = 256 * 1024 * 1024
SLOW = 0.5  # seconds: what CDS Hooks gives a call
ASKED = "goodday.asked"  # in the scope of a call: how many rules were asked, and the cards
_CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Call:
    """One call, at its end. ``kind``: discovery, call, feedback or other; ``seconds`` it took."""

    service: str  # as the address has it: of ours, or whatever somebody sent
    kind: str
    status: int
    seconds: float
    rules: int = 0  # how many were asked
    cards: int = 0  # and what they came to


@dataclass(slots=True)
class Traffic:
    """What is at work in one process, and whether it is about to stop.

    A call is at work once its token is good and its body is here, so that whoever sends slowly
    takes no place. ``shared``: no client has more than half of the places, or of the bytes that
    may be arriving.
    """

    most: int = MOST_AT_WORK
    most_arriving: int = MOST_ARRIVING
    shared: bool = False
    at_work: int = 0
    arriving: int = 0  # bytes of bodies that are not whole yet
    too_many: int = 0
    stopping: bool = False
    told: list[Callable[[Call], None]] = field(default_factory=list[Callable[[Call], None]])
    _at_work_of: Counter[str] = field(default_factory=Counter[str])
    _arriving_of: Counter[str] = field(default_factory=Counter[str])

    @contextmanager
    def place(self, client: str) -> Generator[None]:
        """A place for one call of a client. Raises Busy where there is none."""
        if self.at_work >= self.most or self._at_work_of[client] >= self._share(self.most):
            raise self.busy()
        self.at_work += 1
        self._at_work_of[client] += 1
        try:
            yield
        finally:
            self.at_work -= 1
            self._at_work_of[client] -= 1

    def arrived(self, client: str, size: int) -> None:
        """So many more bytes of a body are here; taken back with ``whole``. Raises Busy."""
        if self.arriving + size > self.most_arriving or self._arriving_of[
            client
        ] + size > self._share(self.most_arriving):
            raise self.busy()
        self.arriving += size
        self._arriving_of[client] += size

    def whole(self, client: str, size: int) -> None:
        """A body of so many bytes is whole, or given up."""
        self.arriving -= size
        self._arriving_of[client] -= size

    def busy(self) -> Busy:
        """What a call is told that is one too many; it is counted."""
        self.too_many += 1
        return Busy()

    def _share(self, of: int) -> int:
        return max(1, of // 2) if self.shared else of


class Counting:
    """Tells of each call when it has been answered.

    Once the service is stopping each answer asks the client to close the connection, so that none
    is cut off between two calls.
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        if scope["type"] != "http" or not scope["path"].startswith("/cds-services"):
            await self._app(scope, receive, send)
            return
        traffic = self._traffic
        status = 500
        began = perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if traffic.stopping:
                    message["headers"] = [*message.get("headers", ()), _CLOSE]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._tell(scope, status, perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        service = scope.get("path_params", {}).get("service_id", "")
        feedback = scope["path"].endswith("/feedback")
        kind = ("feedback" if feedback else "call") if service else "discovery"
        rules, cards = scope.get(ASKED, (0, 0))
        call = Call(service, kind, status, seconds, rules, cards)
        for tell in self._traffic.told:
            tell(call)
        if seconds > SLOW:
            own = service if service and logs.is_own_word(service) else "none"
            logs.event("slow", service=own, status=status, ms=round(seconds * 1000))
