"""Requests to one FHIR server over hours: it waits where it is asked to, and tries again.

Nobody but that server, and the places that were named with it, is asked; the token goes to the
server alone. What the server says in words is never repeated.
"""

import asyncio
import ssl
import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, Self

import aiohttp
from yarl import URL

from fhir_adapters.allowed import Place, place
from fhir_adapters.breaker import LONGEST_WAIT, Breaker
from fhir_adapters.server import Checked, Resolve, asks_to_wait, by_name, seconds_to_wait

FHIR = "application/fhir+json"
MOST_OCTETS = 64 * 1024 * 1024  # of an answer that is held in memory
AT_ONCE = 8  # requests
# How often in a row a request is tried that nobody answers, and one that is asked to wait.
TRIES, WAITS = 6, 60
_SILENT = 120.0  # seconds in which a connection has to bring something
_UNANSWERED = 0.5  # seconds, before a request is tried again; twice as long each time


class NotFetched(Exception):
    """Something that was asked for did not come: why, in one sentence, without an address.

    ``later`` where the same may come another time.
    """

    def __init__(self, why: str, *, status: int = 0, later: bool = False) -> None:
        self.status = status
        self.later = later
        super().__init__(why)


UNREACHABLE = "The server could not be reached, or its answer broke off, again and again."
BUSY = "The server asked to be asked later, again and again."
UNABLE = "The server was not able to answer, again and again."
WRONG_PLACE = "The server points to another place, which was not named (--files-at)."
TOO_MUCH = "The server sent more than is read."


@dataclass(frozen=True, slots=True)
class Timing:
    """How time passes: ``monotonic`` in seconds, and how to let some of them pass."""

    monotonic: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body piece by piece; the body can be read once."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncGenerator[bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Tokens(Protocol):
    """Where access tokens come from. Never shown, logged or kept on disk."""

    async def current(self) -> str:
        """One that is good for a while. Raises NotFetched."""
        ...

    def was_not_taken(self, token: str) -> None:
        """The server does not take this one any more."""
        ...


class Calls:
    """Everything that is asked of one server.

    ``also`` are places that files may be at; ``local`` allows http and near addresses.
    """

    def __init__(
        self,
        base: Place,
        *,
        local: bool = False,
        also: Sequence[Place] = (),
        timing: Timing | None = None,
        resolve: Resolve = by_name,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.base = base
        self.timing = timing or Timing()
        self.tokens: Tokens | None = None
        self._also = tuple(also)
        self._local = local
        self._resolve = resolve
        self._tls = tls
        self._breaker = Breaker(self.timing.monotonic)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Itself, with connections."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=Checked(self._resolve, local=self._local), ssl=self._tls or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "goodday"},
            auto_decompress=False,
            trust_env=False,  # no proxy, and no password from a file
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=_SILENT),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()

    def is_own(self, address: str) -> bool:
        """Whether an address is at the server itself, which alone is sent the token."""
        found = place(address)
        own = (self.base.scheme, self.base.host, self.base.port)
        return found is not None and (found.scheme, found.host, found.port) == own

    def may_ask(self, address: str) -> bool:
        """Whether an address is at the server, or at a place that was named with it."""
        found = place(address)
        if found is None:
            return False
        return self.is_own(address) or any(found.is_under(one) for one in self._also)

    @asynccontextmanager
    async def once(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> AsyncGenerator[Answer]:
        """One request, as soon as the server may be asked. Raises NotFetched, ``later`` all of it.

        What comes out of the block as NotFetched counts against the server where it is ``later``.
        """
        assert self._session is not None, "inside its block"
        async with self._room:
            number = await self._turn()
            well: bool | None = None
            try:
                response = await self._begun(self._session, method, address, headers, body)
                try:
                    if asks_to_wait(response.status, response.headers):
                        self._breaker.wait(seconds_to_wait(response.headers))
                    yield Answer(response.status, response.headers, _pieces(response))
                    well = response.status < 500 or response.status == 503
                finally:
                    response.close()
            except NotFetched as error:
                well = False if error.later else None
                raise
            finally:
                self._breaker.came_out(number, well=well)

    async def _begun(
        self,
        session: aiohttp.ClientSession,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> aiohttp.ClientResponse:
        try:
            return await session.request(
                method,
                URL(address, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError):
            pass
        # Raised here and not there: the library's error may hold the address.
        raise NotFetched(UNREACHABLE, later=True)

    async def _turn(self) -> int:
        while (number := self._breaker.let_in()) is None:
            await self.timing.pause(1.0)
        return number

    async def ask(
        self,
        method: str,
        address: str,
        *,
        accept: str = FHIR,
        more: Mapping[str, str] | None = None,
        form: bytes | None = None,
        openly: bool = False,
        tries: int = TRIES,
    ) -> Reply:
        """What a request is answered with in the end, whatever its status below 500.

        ``openly`` without a token, as a ``form`` is always sent, wherever it is to go.
        Raises NotFetched.
        """
        headers = {"Accept": accept, "Accept-Encoding": "identity", **(more or {})}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif not self.is_own(address):
            raise NotFetched(WRONG_PLACE)
        trying = Trying(self, tries)
        while True:
            token = "" if openly or form is not None else await self.current_token()
            try:
                async with self.once(method, address, _with(headers, token), form) as answer:
                    if await trying.is_over(answer, token):
                        return Reply(answer.status, answer.headers, await _whole(answer))
            except NotFetched as error:
                if not error.later:
                    raise
                trying.broke_off()
            await trying.rest()

    async def current_token(self) -> str:
        """The token for the next request, "" where none is needed. Raises NotFetched."""
        return await self.tokens.current() if self.tokens is not None else ""


class Trying:
    """How often one thing has been asked for, until it came or will not."""

    def __init__(self, calls: Calls, tries: int = TRIES) -> None:
        self._calls = calls
        self._tries = tries
        self._broke = self._waited = 0
        self._renewed = False
        self._rest = 0.0

    async def is_over(self, answer: Answer, token: str) -> bool:
        """Whether an answer is one to go by, or it is asked for again. Raises NotFetched."""
        self._rest = 0.0
        if asks_to_wait(answer.status, answer.headers):
            self._waited += 1
            if self._waited > WAITS:
                raise NotFetched(BUSY, status=answer.status)
            # At least for a moment, also where a server says that it takes none.
            self._rest = min(max(seconds_to_wait(answer.headers), 0.1), LONGEST_WAIT)
            return False
        if answer.status == 401 and token and not self._renewed:
            self._renewed = True
            assert self._calls.tokens is not None, "it gave this one"
            self._calls.tokens.was_not_taken(token)
            return False
        if answer.status >= 500 and answer.status != 501:
            self._again(UNABLE, answer.status)
            return False
        return True

    def broke_off(self) -> None:
        """Nothing came, or not to its end. Raises NotFetched where that was often enough."""
        self._again(UNREACHABLE, 0)

    def went_on(self) -> None:
        """Some of it came: that counts as a beginning."""
        self._broke = 0

    def _again(self, why: str, status: int) -> None:
        self._broke += 1
        if self._broke >= self._tries:
            raise NotFetched(why, status=status)
        self._rest = _UNANSWERED * 2**self._broke

    async def rest(self) -> None:
        """Leave the server alone until the next try."""
        if self._rest:
            await self._calls.timing.pause(self._rest)


async def together(all_of: Iterable[Coroutine[None, None, None]]) -> None:
    """All at once; the first that goes wrong ends the others, which are waited for."""
    tasks = [asyncio.ensure_future(one) for one in all_of]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _with(headers: Mapping[str, str], token: str) -> dict[str, str]:
    return {**headers, "Authorization": f"Bearer {token}"} if token else dict(headers)


async def _pieces(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    pieces = response.content.iter_any()
    while True:
        try:
            piece = await anext(pieces, b"")
        except (aiohttp.ClientError, OSError):
            piece = None
        if piece is None:
            raise NotFetched(UNREACHABLE, later=True)
        if not piece:
            return
        yield piece


async def _whole(answer: Answer) -> bytes:
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise NotFetched("The server sent something packed, though it was asked not to.")
    parts: list[bytes] = []
    size = 0
    async for piece in answer.pieces:
        size += len(piece)
        if size > MOST_OCTETS:
            raise NotFetched(TOO_MUCH)
        parts.append(piece)
    return b"".join(parts)
