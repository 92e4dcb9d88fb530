"""A FHIR server on a free port, in the test's own event loop: honest unless it is told otherwise.

It searches as FHIR R4 has it (``fhir_search``), sends pages of as many as it is told, and notes
every connection and every request.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from urllib.parse import parse_qsl, unquote, urlencode

from fhir_adapters.allowed import Allowed
from fhir_adapters.needs import Query
from fhir_adapters.prefetch import Found
from fhir_adapters.server import Access, Resolve, Servers, by_name
from tests.builders import Resource, a_bundle
from tests.fhir_search import Json, search

JSON = "application/fhir+json; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    line: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def method(self) -> str:
        """GET, or what else it was."""
        return self.line.split(" ")[0]

    @property
    def path(self) -> str:
        """The address without its query, decoded."""
        return unquote(self.line.split(" ")[1].partition("?")[0])

    @property
    def parameters(self) -> dict[str, str]:
        """The query, decoded."""
        return dict(parse_qsl(self.line.split(" ")[1].partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """One answer: how it is sent, and what is wrong with it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    after: float = 0.0  # seconds
    cut: int | None = None  # the connection closes after so many bytes of the body
    hangs: bool = False  # nothing more comes, and it stays open


def answer(value: object, status: int = 200, **headers: str) -> Answer:
    """A value as FHIR's JSON, or bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(body, status, {"Content-Type": JSON, **told})


Fault = Callable[["FhirServer", Asked], Answer | None]


def always(told: Answer) -> Callable[["FhirServer", Asked], Answer]:
    """The same answer, whatever is asked."""
    return lambda _, __: told


class FhirServer:
    """Holds resources; ``fault`` may answer in its place."""

    def __init__(
        self, resources: Iterable[Resource] = (), *, pages_of: int = 200, fault: Fault | None = None
    ) -> None:
        self.resources = [
            {"id": f"entry-{number}", **resource} for number, resource in enumerate(resources)
        ]
        self.pages_of = pages_of
        self.fault = fault
        self.asked: list[Asked] = []
        self.connections = 0
        self.port = 0
        self.scheme = "http"
        self.host = "127.0.0.1"

    @property
    def base(self) -> str:
        """Its address."""
        return f"{self.scheme}://{self.host}:{self.port}/fhir"

    def honest(self, asked: Asked) -> Answer:
        """What a FHIR server answers that does as it is asked."""
        if asked.method == "POST" and asked.path == "/fhir":
            return answer(self._transaction(json.loads(asked.body)))
        kind, _, one = asked.path.removeprefix("/fhir/").partition("/")
        if one:
            found = [r for r in self.resources if (r["resourceType"], r["id"]) == (kind, one)]
            return answer(found[0]) if found else answer(_gone(), status=404)
        return answer(self.page(asked, self.matches(asked)))

    def _transaction(self, bundle: Json) -> Resource:
        """What is to be made under a name is made, unless there is one of that name."""
        told: list[object] = []
        for entry in bundle["entry"]:
            name = entry["request"]["ifNoneExist"].removeprefix("identifier=")
            there = any(name in _names(one) for one in self.resources)
            if not there:
                self.resources.append({**entry["resource"], "id": f"made-{len(self.resources)}"})
            told.append({"response": {"status": "200" if there else "201"}})
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": told}

    def matches(self, asked: Asked, *, ignored: Sequence[str] = ()) -> list[Resource]:
        """What a search finds, with parameters that are not looked at."""
        kind, told = asked.path.rpartition("/")[2], asked.parameters
        if "identifier" in told:
            names = told["identifier"].split(",")
            return [one for one in self.resources if not _names(one).isdisjoint(names)]
        rest = {n: v for n, v in told.items() if n not in ("page", "patient", *ignored)}
        found = search(f"{kind}?" + "&".join(f"{n}={v}" for n, v in rest.items()), self.resources)
        if "patient" in ignored or "patient" not in told:
            return found
        person = told["patient"].replace("\\", "")
        return [one for one in found if f"Patient/{person}/" in json.dumps(one).replace('"', "/")]

    def page(self, asked: Asked, found: list[Resource], *, ignored: Sequence[str] = ()) -> Resource:
        """One page of what was found, with its links."""
        told = {n: v for n, v in asked.parameters.items() if n not in ignored}
        number = int(told.pop("page", "0"))
        at = f"{self.base}/{asked.path.rpartition('/')[2]}"
        links = [{"relation": "self", "url": f"{at}?{urlencode(told)}"}]
        if len(found) > (number + 1) * self.pages_of:
            more = urlencode({**asked.parameters, "page": number + 1})
            links.append({"relation": "next", "url": f"{at}?{more}"})
        part = found[number * self.pages_of : (number + 1) * self.pages_of]
        return {**a_bundle(*part), "total": len(found), "link": links}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *rest = head.decode("latin-1").strip().split("\r\n")
                pairs = (one.partition(":") for one in rest)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(line, headers, body)
                self.asked.append(asked)
                told = (self.fault(self, asked) if self.fault else None) or self.honest(asked)
                await self._send(writer, told)
                if told.cut is not None:
                    break
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, told: Answer) -> None:
        await asyncio.sleep(told.after)
        headers = {"Content-Length": str(len(told.body)), **told.headers}
        lines = [f"HTTP/1.1 {told.status} So", *(f"{n}: {v}" for n, v in headers.items())]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + told.body[: told.cut])
        await writer.drain()
        if told.hangs:
            await asyncio.sleep(60)


def _names(resource: Json) -> set[str]:
    """What it is known by outside, each as a search has it."""
    return {f"{one['system']}|{one['value']}" for one in resource.get("identifier", [])}


def _gone() -> Resource:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "deleted"}]}


@asynccontextmanager
async def running(server: FhirServer, tls: SSLContext | None = None) -> AsyncGenerator[FhirServer]:
    """The server on a free port, until the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Asking:
    """Somebody who asks a server, again and again."""

    server: FhirServer
    servers: Servers
    queries: Sequence[Query]
    patient_id: str
    token: str

    async def fetch(self, within: float = 5.0) -> dict[str, Found]:
        """What each query finds. Raises NoRoute."""
        base = self.server.base
        allowed = [Allowed.parse(base, local=True)]
        return await self.servers.fetch(
            Access(base, self.token), allowed, self.queries, self.patient_id, within=within
        )


@asynccontextmanager
async def asking(
    server: FhirServer,
    queries: Sequence[Query],
    patient_id: str = "test-person",
    *,
    token: str = "a-token",
    monotonic: Callable[[], float] = time.monotonic,
    resolve: Resolve = by_name,
    tls: SSLContext | None = None,
    trusted: SSLContext | None = None,
) -> AsyncGenerator[Asking]:
    """A server that runs, and somebody who asks it."""
    async with running(server, tls):
        servers = Servers(monotonic=monotonic, resolve=resolve, tls=trusted)
        try:
            yield Asking(server, servers, queries, patient_id, token)
        finally:
            await servers.close()


def fetched(
    server: FhirServer,
    queries: Sequence[Query],
    patient_id: str = "test-person",
    *,
    within: float = 5.0,
) -> dict[str, Found]:
    """What one person is told who asks it once."""

    async def once() -> dict[str, Found]:
        async with asking(server, queries, patient_id) as asks:
            return await asks.fetch(within)

    return asyncio.run(once())


@contextmanager
def up(server: FhirServer) -> Generator[FhirServer]:
    """The server in a thread of its own, since the service has its own event loop."""
    started, ended = threading.Event(), threading.Event()

    async def serve() -> None:
        async with running(server):
            started.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait()
    try:
        yield server
    finally:
        ended.set()
        thread.join()
