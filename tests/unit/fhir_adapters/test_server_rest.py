"""When nobody can be asked, or is to be left alone: waiting, rest, narrow searches, no route."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fhir_adapters import pages
from fhir_adapters.needs import needs_of
from fhir_adapters.prefetch import Found
from fhir_adapters.server import NoRoute, Resolve
from rules.record import Kind
from tests.builders import a_bundle, a_condition, a_patient, a_resource, code
from tests.fhir_server import Answer, Asked, Fault, FhirServer, answer, asking
from tests.unit.fhir_adapters.test_breaker import Time

QUERIES = needs_of({Kind.CONDITION: [code("cough")], Kind.PROCEDURE: [code("tea-group")]}).queries
BAD = answer({"resourceType": "OperationOutcome"}, 400)
BUSY = answer({"resourceType": "OperationOutcome"}, 429)


class Fickle:
    """A fault that can be put right, and comes again."""

    def __init__(self, told: Answer | None = None) -> None:
        self.told = told

    def __call__(self, server: FhirServer, asked: Asked) -> Answer | None:
        return self.told


def a_server(fault: Fault | None = None) -> FhirServer:
    return FhirServer([a_patient(), a_condition("cough")], fault=fault)


def doubts(found: dict[str, Found]) -> set[str]:
    return {one.doubt for one in found.values()}


# ---- asked to wait ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, 5, id="for a while"),
        pytest.param({"Retry-After": "20"}, 20, id="seconds"),
        pytest.param({"Retry-After": "99999999999999999999"}, 300, id="for ever"),
        pytest.param(
            {
                "Retry-After": "Sat, 21 Nov 2026 10:00:40 GMT",
                "Date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            40,
            id="until a time, by its own clock",
        ),
        pytest.param(
            {"Retry-After": "Sat, 21 Nov 2026 10:00:40 GMT", "Date": "Sat, 21 Nov 2026 10:00:00"},
            40,
            id="a time without its zone",
        ),
        pytest.param({"Retry-After": "Sat, 21 Nov 2026 10:00:40 GMT"}, 5, id="no clock"),
        pytest.param({"Retry-After": "soon", "Date": "x"}, 5, id="in no words of HTTP"),
        pytest.param({"Retry-After": "-5"}, 5, id="less than nothing"),
        pytest.param({"Retry-After": "\u0663"}, 5, id="a figure of another script"),
    ],
)
def test_a_server_that_asks_to_wait_is_left_alone_until_then(
    headers: dict[str, str], seconds: float
) -> None:
    if not all(value.isascii() for value in headers.values()):
        headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    told = replace(BUSY, headers={**BUSY.headers, **headers})
    fickle, time = Fickle(told), Time()
    server = a_server(fickle)

    async def course() -> None:
        async with asking(server, QUERIES, monotonic=time) as asks:
            assert doubts(await asks.fetch()) == {pages.ASK_LATER}
            before, fickle.told = len(server.asked), None
            time.now += seconds - 0.5
            with pytest.raises(NoRoute):
                await asks.fetch()
            assert len(server.asked) == before
            time.now += 0.5
            assert doubts(await asks.fetch()) == {""}

    asyncio.run(course())


def test_a_server_that_is_away_for_a_while_says_how_long() -> None:
    away = replace(BUSY, status=503, headers={**BUSY.headers, "Retry-After": "30"})
    fickle, time = Fickle(away), Time()

    async def course() -> None:
        async with asking(a_server(fickle), QUERIES, monotonic=time) as asks:
            assert pages.UNABLE in doubts(await asks.fetch())
            with pytest.raises(NoRoute):
                await asks.fetch()

    asyncio.run(course())


def test_no_further_page_is_asked_for_once_a_server_asked_to_wait() -> None:
    def busy(server: FhirServer, asked: Asked) -> Answer | None:
        if "Procedure" in asked.path:
            return BUSY
        return replace(server.honest(asked), after=0.2)

    server = FhirServer(
        [a_patient(), *[a_condition("cough") for _ in range(3)]], pages_of=1, fault=busy
    )

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            found = await asks.fetch()
            assert (found["conditions"].doubt, len(found["conditions"].resources)) == (
                pages.ASK_LATER,
                1,
            )
            assert found["patient"].doubt == ""

    asyncio.run(course())
    assert len(server.asked) == 3


# ---- rest -------------------------------------------------------------------------------------

DOWN: dict[str, Answer] = {
    "errors": answer({"resourceType": "OperationOutcome"}, 500),
    "cut": replace(answer(a_bundle()), cut=10),
    "late": replace(answer(a_bundle()), after=20.0),
}


@pytest.mark.parametrize("told", DOWN.values(), ids=DOWN)
def test_a_server_that_does_not_answer_is_left_alone_and_tried_once(told: Answer) -> None:
    fickle, time = Fickle(told), Time()
    server = a_server(fickle)

    async def course() -> None:
        async with asking(server, QUERIES, monotonic=time) as asks:
            for _ in range(5):
                assert "" not in doubts(await asks.fetch(within=0.1))
            before = len(server.asked)
            for _ in range(20):
                with pytest.raises(NoRoute):
                    await asks.fetch()
            assert len(server.asked) == before
            time.now += 15
            fickle.told = replace(server.honest(server.asked[0]), after=0.1)
            many = await asyncio.gather(*(asks.fetch() for _ in range(50)), return_exceptions=True)
            assert sum(isinstance(one, NoRoute) for one in many) == 49
            assert len(server.asked) == before + len(QUERIES)
            fickle.told = None
            assert doubts(await asks.fetch()) == {""}

    asyncio.run(course())


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_server_that_says_no_is_not_down(status: int) -> None:
    server = a_server(Fickle(answer({"resourceType": "OperationOutcome"}, status)))

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            for _ in range(30):
                assert "" not in doubts(await asks.fetch())

    asyncio.run(course())


def test_one_slow_list_does_not_make_a_server_down() -> None:
    def slow(server: FhirServer, asked: Asked) -> Answer | None:
        return replace(BUSY, after=20.0) if "Condition" in asked.path else None

    async def course() -> None:
        async with asking(a_server(slow), QUERIES) as asks:
            for _ in range(10):
                assert doubts(await asks.fetch(within=0.1)) == {"", pages.LATE}

    asyncio.run(course())


def test_a_call_that_is_given_up_while_it_tries_leaves_its_place() -> None:
    fickle, time = Fickle(DOWN["errors"]), Time()

    async def course() -> None:
        async with asking(a_server(fickle), QUERIES, monotonic=time) as asks:
            for _ in range(5):
                await asks.fetch()
            time.now += 15
            fickle.told = DOWN["late"]
            trial = asyncio.ensure_future(asks.fetch())
            await asyncio.sleep(0.05)
            trial.cancel()
            with pytest.raises(asyncio.CancelledError):
                await trial
            fickle.told = None
            assert doubts(await asks.fetch()) == {""}

    asyncio.run(course())


# ---- searches that a server does not know -----------------------------------------------------


def narrow(asked: Asked) -> bool:
    return "code" in asked.parameters


def unknown_parameter(_: FhirServer, asked: Asked) -> Answer | None:
    return answer({"resourceType": "OperationOutcome"}, 400) if narrow(asked) else None


def ignored_parameter(server: FhirServer, asked: Asked) -> Answer | None:
    if not narrow(asked):
        return None
    return answer(server.page(asked, server.matches(asked, ignored=["code"]), ignored=["code"]))


@pytest.mark.parametrize(("fault", "asked_first"), [(unknown_parameter, 5), (ignored_parameter, 3)])
def test_without_a_search_by_codes_all_are_asked_for_and_that_is_remembered(
    fault: Fault, asked_first: int
) -> None:
    server = FhirServer([a_patient(), a_condition("cough"), a_condition("wheeze")], fault=fault)

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            found = await asks.fetch()
            assert len(server.asked) == asked_first
            assert doubts(found) == {""}
            assert len(found["conditions"].resources) == 2
            server.asked.clear()
            assert await asks.fetch() == found
            assert len(server.asked) == 3
            assert not any(narrow(one) for one in server.asked)

    asyncio.run(course())


def test_two_searches_that_became_one_question_are_asked_once() -> None:
    queries = needs_of({Kind.OBSERVATION: [code("cough")]}).queries
    server = FhirServer(
        [a_patient(), *[a_resource("Observation", "wheeze") for _ in range(3)]],
        pages_of=2,
        fault=lambda _, one: BAD if "combo-" in one.line else None,
    )

    async def course() -> None:
        async with asking(server, queries) as asks:
            for number in (2 + 3, 3):  # the Patient, two pages; at first two that are not taken
                server.asked.clear()
                found = await asks.fetch()
                assert found["observations"] == found["observationValues"]
                assert len(found["observations"].resources) == 3
                assert doubts(found) == {""}
                assert len(server.asked) == number

    asyncio.run(course())


def test_a_question_that_is_not_taken_either_way_is_asked_twice_and_not_remembered() -> None:
    fickle = Fickle(answer({"resourceType": "OperationOutcome"}, 400))
    server = a_server(fickle)

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            assert doubts(await asks.fetch()) == {pages.NOT_TAKEN}
            assert len(server.asked) == 5
            fickle.told = None
            server.asked.clear()
            assert doubts(await asks.fetch()) == {""}
            assert sum(narrow(one) for one in server.asked) == 2

    asyncio.run(course())


# ---- no route ---------------------------------------------------------------------------------


async def nowhere(host: str, port: int) -> Sequence[str]:
    raise OSError(f"no such name: {host}")


async def never(host: str, port: int) -> Sequence[str]:
    await asyncio.sleep(30)
    return []


async def no_numbers(host: str, port: int) -> Sequence[str]:
    return []


@pytest.mark.parametrize("resolve", [nowhere, never, no_numbers])
def test_a_name_that_leads_nowhere_is_no_route(resolve: Resolve) -> None:
    server = a_server()
    server.host = "ehr.example"

    async def course() -> None:
        async with asking(server, QUERIES, resolve=resolve) as asks:
            with pytest.raises(NoRoute) as told:
                await asks.fetch(within=0.2)
            assert "ehr" not in str(told.value)
            assert told.value.__context__ is None

    asyncio.run(course())
    assert server.connections == 0


def test_a_server_that_is_not_there_is_no_route() -> None:
    server = a_server()

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            server.port = 1  # where nobody listens
            with pytest.raises(NoRoute):
                await asks.fetch()

    asyncio.run(course())


def test_after_closing_nothing_is_asked() -> None:
    server = a_server()

    async def course() -> None:
        async with asking(server, QUERIES) as asks:
            await asks.fetch()
            before = len(server.asked)
            await asks.servers.close()
            with pytest.raises(NoRoute):
                await asks.fetch()
            assert len(server.asked) == before

    asyncio.run(course())


def test_no_proxy_and_no_password_of_this_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")

    async def course() -> None:
        async with asking(a_server(), QUERIES) as asks:
            assert doubts(await asks.fetch()) == {""}

    asyncio.run(course())
