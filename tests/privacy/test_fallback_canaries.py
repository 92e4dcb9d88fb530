"""A token is sent in one header and is nowhere else: not raised, logged, shown or kept."""

import asyncio
import gc
import traceback
from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType, ModuleType

import pytest

from fhir_adapters.allowed import Allowed
from fhir_adapters.needs import needs_of
from fhir_adapters.server import Access, NoRoute, Servers
from rules.record import Kind
from tests.builders import a_patient, code
from tests.fhir_builders import an_operation_outcome
from tests.fhir_server import Answer, Fault, FhirServer, always, answer, asking
from tests.generative.test_fallback_law import FAULTS
from tests.privacy.canaries import ID, TOKEN

QUERIES = needs_of({Kind.CONDITION: [code("cough")]}).queries
SECRETS = ("tokencanary", ID)


def echoing(status: int) -> Fault:
    """A server that sends back what it was sent."""

    def told(_: FhirServer, asked: object) -> Answer:
        return answer({**an_operation_outcome(), "x": repr(asked)}, status)

    return told


WAYS: dict[str, Fault] = {
    **FAULTS,
    **{f"it says {status} and all it knows": echoing(status) for status in (200, 400, 401, 500)},
}
# The library holds the last headers of an idle connection until it is used again or, after 15
# seconds, closed: a server may keep in them what it likes.
IN_HEADERS: dict[str, Fault] = {
    "success": always(answer(an_operation_outcome(), 200, X_Told=TOKEN)),
    "no HTTP": always(answer(b"", X=f"\x00{TOKEN}\r\n: ,\r\n")),
    "its headers have no end": always(answer(b"", X=TOKEN * 2_000)),
    "a cookie": always(answer(b"", Set_Cookie=TOKEN)),
    "too many": always(replace(answer(b"", 429), headers={"Retry-After": TOKEN})),
    "elsewhere with it": always(answer(b"", 302, Location=f"http://127.0.0.1:1/{TOKEN}")),
}


_SHARED = (type, ModuleType, FunctionType, asyncio.AbstractEventLoop)


def reachable(thing: object) -> Iterator[object]:
    """Everything that something holds, by any way but through the event loop they all share."""
    seen, open_ = {id(thing)}, [thing]
    while open_:
        one = open_.pop()
        yield one
        if isinstance(one, _SHARED):
            continue
        for held in gc.get_referents(one):
            if id(held) not in seen:
                seen.add(id(held))
                open_.append(held)


def holds_it(thing: object) -> bool:
    """Whether a text or bytes with the token is to be reached."""
    return any(
        ("tokencanary" in one) if isinstance(one, str) else (b"tokencanary" in one)
        for one in reachable(thing)
        if isinstance(one, (str, bytes, bytearray))
    )


def said_and_kept(server: FhirServer) -> tuple[str, bool]:
    """What is said after two calls with the token, and whether anybody holds it then."""
    said: list[str] = []

    async def course() -> bool:
        asyncio.get_running_loop().set_debug(True)
        async with asking(server, QUERIES, ID, token=TOKEN) as asks:
            for _ in range(2):
                try:
                    found = await asks.fetch(within=0.1)
                    said.extend(one.doubt for one in found.values())
                except NoRoute as none:
                    said.append("".join(traceback.format_exception(none)))
                    said.append(repr(none.__context__))
            said.append(f"{asks.servers!r} {asks.servers}")
            return holds_it(vars(asks.servers))

    kept = asyncio.run(course())
    assert any("tokencanary" in str(one.headers) for one in server.asked)  # it was sent
    return "\n".join(said), kept


@pytest.mark.parametrize("fault", [*WAYS.values(), *IN_HEADERS.values()], ids=[*WAYS, *IN_HEADERS])
def test_whatever_goes_wrong_a_token_is_not_told(
    fault: Fault, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    said, _ = said_and_kept(FhirServer([a_patient(ID)], fault=fault))
    out, err = capfd.readouterr()
    everything = "\n".join([said, *(one.getMessage() for one in caplog.records), out, err])
    assert [secret for secret in SECRETS if secret in everything] == []


@pytest.mark.parametrize("fault", WAYS.values(), ids=WAYS)
def test_whatever_goes_wrong_a_token_is_not_kept(fault: Fault) -> None:
    _, kept = said_and_kept(FhirServer([a_patient(ID)], fault=fault))
    assert not kept


@pytest.mark.parametrize("spoilt", ["{}\r\nX-Other: 1", "{} {}", "{}\n", "{}é", "{}\x00", "{}\x7f"])
def test_a_token_that_is_none_is_not_sent_and_not_told(spoilt: str) -> None:
    server = FhirServer([a_patient(ID)])

    async def course() -> None:
        async with asking(server, QUERIES, ID, token=spoilt.replace("{}", TOKEN)) as asks:
            with pytest.raises(NoRoute) as told:
                await asks.fetch()
            assert "tokencanary" not in "".join(traceback.format_exception(told.value))

    asyncio.run(course())
    assert server.connections == 0


def test_nothing_shows_an_access() -> None:
    access = Access(f"https://ehr.example/{TOKEN}", TOKEN)
    assert f"{access!r} {access}" == "Access() Access()"


def test_a_token_is_not_sent_to_a_server_that_is_not_registered() -> None:
    server = FhirServer([a_patient(ID)])

    async def course() -> None:
        async with asking(server, QUERIES, ID, token=TOKEN):
            servers = Servers()
            elsewhere = [Allowed.parse("https://ehr.example/fhir")]
            with pytest.raises(NoRoute) as told:
                await servers.fetch(Access(server.base, TOKEN), elsewhere, QUERIES, ID)
            assert "tokencanary" not in "".join(traceback.format_exception(told.value))
            await servers.close()

    asyncio.run(course())
    assert server.connections == 0
