"""One FHIR server that reminders are written to: requests, one after the other, and what came.

An answer is only taken for one where all of it is there. Where none came, the server may have done
what it was asked all the same: whoever asks has to look. The token goes into one header and
nowhere else; a connection goes to an address that was looked at, and no redirect is followed.
"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from fhir_adapters.allowed import Allowed, Place
from fhir_adapters.server import Checked, Resolve, by_name, seconds_to_wait

_MOST_OCTETS = 16_000_000  # of one answer
_FHIR = "application/fhir+json"
# What is printable and not a space; anything else would not stay in its header.
_TOKEN = frozenset(map(chr, range(0x21, 0x7F)))

Token = Callable[[], Awaitable[str]]


class NoAnswer(Exception):
    """No whole answer came; ``begun`` says whether the request may have reached the server."""

    def __init__(self, says: str, *, begun: bool) -> None:
        super().__init__(says)
        self.begun = begun


class NoSignIn(Exception):
    """There is no token to send; says why in one sentence, without the token."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status, its words, and for how long it asks to be left alone."""

    status: int
    body: bytes = field(repr=False)
    wait: float | None = None  # seconds; None where it does not say


async def no_token() -> str:
    """For a server that asks for none."""
    return ""


class Line:
    """A line to one server. ``within`` is how many seconds an answer may take.

    ``resolve`` gives the numbers of a name, ``tls`` whose certificates are trusted (those of this
    machine, if it is None).
    """

    def __init__(
        self,
        server: Allowed,
        token: Token,
        within: float,
        *,
        resolve: Resolve = by_name,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.base = Place(server.scheme, server.host, server.port, server.path)
        self._local = server.local
        self._token = token
        self.within = within
        self._resolve = resolve
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=Checked(self._resolve, local=self._local),
            limit=1,
            # A connection that the server lets go of just now would leave a request in doubt.
            force_close=True,
            ssl=self._tls or True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "goodday", "Accept-Encoding": "identity", "Accept": _FHIR},
            auto_decompress=False,
            trust_env=False,  # no proxy, and no password from a file
            timeout=aiohttp.ClientTimeout(total=self.within),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, address: str) -> Answer:
        """What is at an address, which has to be under the base. Raises NoAnswer and NoSignIn."""
        return await self._ask("GET", address, None)

    async def post(self, body: bytes) -> Answer:
        """What the server says to a bundle at its base. Raises NoAnswer and NoSignIn."""
        return await self._ask("POST", self.base.text, body)

    async def _ask(self, method: str, address: str, body: bytes | None) -> Answer:
        assert self._session is not None  # asked for inside "async with"
        token = await self._token()
        if not _TOKEN.issuperset(token):
            raise NoSignIn("The access token is not one that can be sent.")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is None:
            headers |= {"Cache-Control": "no-cache"}  # what the server has at this moment
        else:
            headers |= {"Content-Type": _FHIR, "Prefer": "return=minimal"}
        # Raised further down: what the library raises may hold the address or the token.
        says, begun = "", True
        try:
            async with self._session.request(
                method,
                URL(address, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
            ) as response:
                came = await _whole(response)
                if came is not None:
                    asks = response.headers
                    wait = seconds_to_wait(asks) if "Retry-After" in asks else None
                    return Answer(response.status, came, wait)
                says = "its answer is too long"
        except aiohttp.ClientConnectorError:
            says, begun = "it cannot be reached", False
        except TimeoutError:
            says = "no answer came in time"
        except (aiohttp.ClientError, OSError):
            says = "its answer broke off"
        raise NoAnswer(says, begun=begun)


async def _whole(response: aiohttp.ClientResponse) -> bytes | None:
    """All of an answer, or None where it is longer than any that we ask for."""
    read = bytearray()
    async for part in response.content.iter_any():
        read += part
        if len(read) > _MOST_OCTETS:
            return None
    return bytes(read)
