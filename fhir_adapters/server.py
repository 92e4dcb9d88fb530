"""The fallback: what was not sent along is asked of the client's FHIR server, all at once.

The token goes into one header and nowhere else. A connection goes to an address that was looked at,
at a server that the client is registered with. What does not come in time is in doubt.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from fhirpy import AsyncFHIRClient
from yarl import URL

from fhir_adapters import pages
from fhir_adapters.allowed import Allowed, Place, is_fit, may_be_asked
from fhir_adapters.breaker import Breaker
from fhir_adapters.decode import NotFhir, read_value
from fhir_adapters.needs import Query
from fhir_adapters.pages import Limits, NoPage, Page, Parameters, Reading
from fhir_adapters.prefetch import Found

WITHIN = 0.35  # seconds, of the 0.5 that a call has
_CONNECTIONS = 64  # at once, to one server
_WAIT = 5.0  # seconds, where a server asks to wait and does not say how long
# What is printable and not a space; anything else would not stay in its header.
_TOKEN = frozenset(map(chr, range(0x21, 0x7F)))

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class NoRoute(Exception):
    """Nobody could be asked at all; says why in one sentence, without an address or a token."""


@dataclass(frozen=True, slots=True)
class Access:
    """The server that a call names and the token it came with: never kept, and never shown."""

    base: str = field(repr=False)
    token: str = field(repr=False)  # "" only where a registration allows to ask without one


async def by_name(host: str, port: int) -> list[str]:
    """The numbers that a name stands for, as this machine looks them up. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Checked(AbstractResolver):
    """Gives a connection only addresses that were looked at. If one is not fit, none is."""

    def __init__(self, by: Resolve, *, local: bool) -> None:
        self._by = by
        self._local = local

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError."""
        numbers = list(dict.fromkeys(await self._by(host, port)))
        if not numbers or not all(is_fit(number, local=self._local) for number in numbers):
            raise OSError("not an address that may be asked")
        return [
            ResolveResult(
                hostname=host,
                host=number,
                port=port,
                family=socket.AF_INET6 if ":" in number else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for number in numbers
        ]

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class _Server:
    """What is kept of one server between calls: connections, and how it behaves."""

    session: aiohttp.ClientSession
    breaker: Breaker
    # Types with the search parameter that this server does not know for them.
    broad: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


class _Client(AsyncFHIRClient):
    """fhirpy's client for one call: it shares our session, and decodes with our decoder."""

    def __init__(self, server: _Server, base: Place, token: str, reading: Reading) -> None:
        bearer = f"Bearer {token}" if token else None
        super().__init__(base.text, bearer)  # pyright: ignore[reportUnknownMemberType] - untyped
        self._server = server
        self._reading = reading

    def __str__(self) -> str:
        return "<a client of a FHIR server>"

    async def _do_request(
        self,
        method: str,
        path: str,
        data: object = None,
        params: dict[Any, Any] | None = None,  # Any: as fhirpy has it
        extra_headers: object = None,
        *,
        returning_status: bool = False,
    ) -> Any:  # as fhirpy has it; here it is a Page
        """One page. Raises NoPage."""
        if self._server.breaker.waits():
            raise NoPage(pages.ASK_LATER)
        page: Page | NoPage
        fhirpy: Any = self  # Any: how it makes a request is not typed
        # Raised further down: what the library raises may hold the address or the token.
        try:
            async with self._server.session.request(
                method,
                URL(fhirpy._build_request_url(path, params).removesuffix("?"), encoded=True),
                headers=fhirpy._build_request_headers(),
                allow_redirects=False,
                trace_request_ctx=self._reading,
            ) as response:
                page = await self._page(response)
                if isinstance(page, NoPage):
                    await _let_go(response)
        except aiohttp.ClientConnectorError:
            page = NoPage(pages.NO_CONNECTION, down=True)
        except (aiohttp.ClientError, OSError):
            page = NoPage(pages.CUT, down=True)
        if isinstance(page, NoPage):
            raise page
        return page

    async def _page(self, response: aiohttp.ClientResponse) -> Page | NoPage:
        if response.status != 200:
            return self._said(response.status, response.headers)
        sort = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        packed = response.headers.get("Content-Encoding", "identity").strip().lower()
        if not sort.endswith("json") or packed != "identity":
            return NoPage(pages.NOT_FHIR)
        parts: list[bytes] = []
        async for part in response.content.iter_any():
            if not self._reading.may_hold(len(part)):
                return NoPage(pages.TOO_MUCH)
            parts.append(part)
        try:
            body = b"".join(parts)
            return Page(*read_value(body), body)
        except NotFhir:
            return NoPage(pages.NOT_FHIR)

    def _said(self, status: int, headers: Mapping[str, str]) -> NoPage:
        if status == 429 or (status == 503 and "Retry-After" in headers):
            self._server.breaker.wait(seconds_to_wait(headers))
        if status >= 500:
            return NoPage(pages.UNABLE, down=True)
        doubt = _SAID.get(status, pages.MOVED if 300 <= status < 400 else pages.NOT_TAKEN)
        return NoPage(doubt, too_narrow=status in (400, 414))  # 414: its address is too long


_SAID = {
    401: pages.NO_TOKEN,
    403: pages.NOT_ITS_SCOPE,
    404: pages.NOT_THERE,
    410: pages.NOT_THERE,
    429: pages.ASK_LATER,
}


async def _let_go(response: aiohttp.ClientResponse) -> None:
    """What nobody has read is not to stay with its connection."""
    if response.content.is_eof():
        await response.content.read()  # all of it is here, so this takes no time
    else:
        response.close()


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """How long a server asks to be left alone, by its own clock where it names a time."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until, now = (_time(headers[name]) for name in ("Retry-After", "Date"))
    except (KeyError, ValueError, IndexError, OverflowError):
        return _WAIT
    return max((until - now).total_seconds(), 0.0)


def _time(text: str) -> datetime:
    told = parsedate_to_datetime(text)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


async def _went_out(
    _: aiohttp.ClientSession, trace: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams
) -> None:
    reading: Reading = trace.trace_request_ctx
    reading.asked = True


class Servers:
    """Every FHIR server that was asked, in one event loop: its connections and its breaker.

    ``monotonic`` gives seconds, ``resolve`` the numbers of a name, ``tls`` whose certificates are
    trusted (those of this machine, if it is None).
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        resolve: Resolve = by_name,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._resolve = resolve
        self._tls = tls
        self._servers: dict[Allowed, _Server] = {}
        self._closed = False

    async def fetch(
        self,
        access: Access,
        allowed: Sequence[Allowed],
        queries: Sequence[Query],
        patient_id: str,
        *,
        within: float = WITHIN,
    ) -> dict[str, Found]:
        """What each query found in so many seconds, by its key; what is not whole says why.

        Raises NoRoute where nothing could be asked at all.
        """
        known, base = _registered(access, allowed)
        if not queries:
            return {}
        server = self._at(known)
        number = server.breaker.let_in()
        if number is None:
            raise NoRoute("The FHIR server is being left alone for a while.")
        limits = Limits()
        readings = [
            Reading(
                query, patient_id, base, limits, (query.resource_type, query.by) in server.broad
            )
            for query in queries
        ]
        well: bool | None = None
        try:
            await _all_at_once(readings, server, base, access.token, within)
            well = sum(reading.down for reading in readings) * 2 < len(readings)
        finally:
            server.breaker.came_out(number, well=well)
        if not any(reading.asked for reading in readings):
            raise NoRoute("The FHIR server could not be reached.")
        server.broad |= {
            (reading.query.resource_type, reading.query.by)
            for reading in readings
            if reading.query.by and reading.is_whole and (reading.broad or reading.codes_ignored)
        }
        return {reading.query.key: reading.found for reading in readings}

    async def close(self) -> None:
        """Let go of every connection; nothing is asked afterwards."""
        self._closed = True
        for server in self._servers.values():
            await server.session.close()

    def _at(self, known: Allowed) -> _Server:
        if self._closed:
            raise NoRoute("The service is shutting down.")
        if known not in self._servers:
            self._servers[known] = _Server(self._session(known), Breaker(self._monotonic))
        return self._servers[known]

    def _session(self, known: Allowed) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_went_out)
        connector = aiohttp.TCPConnector(
            resolver=Checked(self._resolve, local=known.local),
            ttl_dns_cache=30,
            limit=_CONNECTIONS,
            happy_eyeballs_delay=0.05,
            ssl=self._tls or True,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),  # nothing of one call reaches the next
            headers={"User-Agent": "goodday", "Accept-Encoding": "identity"},
            auto_decompress=False,
            trust_env=False,  # no proxy, and no password from a file
            timeout=aiohttp.ClientTimeout(total=5.0),  # the deadline is ours, and shorter
            trace_configs=[trace],
        )


def _registered(access: Access, allowed: Sequence[Allowed]) -> tuple[Allowed, Place]:
    """The server, and its address as we spell it. Raises NoRoute."""
    for known in allowed:
        base = known.allows(access.base)
        if base is not None:
            if not _TOKEN.issuperset(access.token):
                raise NoRoute("The access token is not one that can be sent.")
            return known, base
    raise NoRoute("The FHIR server is not one that this client is registered with.")


async def _all_at_once(
    readings: Sequence[Reading], server: _Server, base: Place, token: str, within: float
) -> None:
    """Every search as far as it comes in so many seconds."""

    # Two searches that a server cannot tell apart by codes are one question, asked once.
    pages_asked: dict[tuple[str, Parameters], asyncio.Task[Page]] = {}

    async def ask(reading: Reading, path: str, parameters: Parameters) -> Page:
        client: Any = _Client(server, base, token, reading)  # Any: as fhirpy has it
        page: Page = await client.execute(path, "get", params=dict(parameters))
        return page

    async def get(reading: Reading, path: str, parameters: Parameters) -> Page:
        question = (path, parameters)
        if question not in pages_asked:
            pages_asked[question] = asyncio.ensure_future(ask(reading, path, parameters))
        return await pages_asked[question]

    tasks = [asyncio.ensure_future(reading.read(get)) for reading in readings]
    try:
        done, _ = await asyncio.wait(tasks, timeout=within)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def document(
    address: str, *, local: bool, within: float, most: int, resolve: Resolve = by_name
) -> bytes:
    """What is at an address that was registered, in so many seconds and bytes for everything.

    No redirect is followed and no proxy asked. Raises NoRoute.
    """
    if not may_be_asked(address, local=local):
        raise NoRoute("The address is not one that may be asked.")
    connector = aiohttp.TCPConnector(resolver=Checked(resolve, local=local))
    read = b""
    try:
        async with (
            asyncio.timeout(within),
            aiohttp.ClientSession(connector=connector, trust_env=False) as session,
            session.get(
                URL(address, encoded=True),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                allow_redirects=False,
            ) as response,
        ):
            if response.status != 200:
                raise NoRoute("The address was not answered with 200.")
            async for part in response.content.iter_any():
                read += part
                if len(read) > most:
                    raise NoRoute("What is at the address is too long.")
    except (aiohttp.ClientError, OSError, ValueError):  # a time that is over is an OSError too
        raise NoRoute("The address cannot be reached.") from None
    return read
