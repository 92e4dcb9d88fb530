"""Calls at work: how many there may be at once, how long each took, and what happens at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cds_hooks import logs
from cds_hooks.refusals import outcome

MOST_AT_WORK = 128
SLOW = 0.5  # seconds: what CDS Hooks gives a call
ASKED = "goodday.asked"  # in the scope of a call: how many rules were asked, and the cards
_BUSY = "Too many calls are at work. Nothing was decided; please try again in a second."
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
    """What is at work in one process, and whether it is about to stop."""

    most: int = MOST_AT_WORK
    at_work: int = 0
    too_many: int = 0
    stopping: bool = False
    told: list[Callable[[Call], None]] = field(default_factory=list[Callable[[Call], None]])


class Counting:
    """Lets so many calls in at once, and tells of each when it has been answered.

    Where too many are at work the answer is 503 with Retry-After, before anything is read, and
    never an empty list of cards. Once the service is stopping each answer asks the client to
    close the connection, so that none is cut off between two calls.
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or answer that there are too many."""
        if scope["type"] != "http" or not scope["path"].startswith("/cds-services"):
            await self._app(scope, receive, send)
            return
        traffic = self._traffic
        if traffic.at_work >= traffic.most:
            traffic.too_many += 1
            logs.event("refused", status=503, reason="Busy")
            busy = outcome(503, "throttled", _BUSY)
            busy.headers["Retry-After"] = "1"
            await busy(scope, receive, send)
            return
        status = 500
        began = perf_counter()
        traffic.at_work += 1

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
            traffic.at_work -= 1
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
