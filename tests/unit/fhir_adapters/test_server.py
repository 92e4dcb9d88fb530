"""The fallback: everything that was not sent along is asked of the client's FHIR server."""

import asyncio
from collections.abc import Sequence

from fhir_adapters.allowed import Allowed
from fhir_adapters.needs import Query, needs_of
from fhir_adapters.prefetch import Found
from fhir_adapters.server import Access, Servers
from rules.record import Kind
from tests.builders import Resource, a_patient, a_resource, code
from tests.fhir_server import FhirServer, running

SAM = "test-person"
QUERIES = needs_of({Kind.CONDITION: [code("cough")], Kind.PROCEDURE: [code("tea-group")]}).queries
TOKEN = "a-token"


def coughs(number: int, of: str = SAM) -> list[Resource]:
    return [a_resource("Condition", "cough", of=of, id=f"{of}-cough-{n}") for n in range(number)]


def asked(
    server: FhirServer,
    queries: Sequence[Query] = QUERIES,
    *,
    patient_id: str = SAM,
    within: float = 5.0,
) -> dict[str, Found]:
    """What a server comes to, asked once."""

    async def once() -> dict[str, Found]:
        async with running(server):
            servers = Servers()
            try:
                allowed = [Allowed.parse(server.base, local=True)]
                access = Access(server.base, TOKEN)
                return await servers.fetch(access, allowed, queries, patient_id, within=within)
            finally:
                await servers.close()

    return asyncio.run(once())


def ids(found: Found) -> list[str | None]:
    return [one.id for one in found.resources]


def test_every_query_is_asked_and_what_it_finds_is_whole() -> None:
    server = FhirServer([a_patient(), *coughs(2), a_resource("Condition", "wheeze")])
    found = asked(server)
    assert [one.resourceType for one in found["patient"].resources] == ["Patient"]
    assert ids(found["conditions"]) == ["test-person-cough-0", "test-person-cough-1"]
    assert found["procedures"] == Found()
    assert {one.doubt for one in found.values()} == {""}


def test_every_page_is_followed() -> None:
    server = FhirServer([a_patient(), *coughs(10)], pages_of=3)
    found = asked(server)["conditions"]
    assert ids(found) == [f"test-person-cough-{n}" for n in range(10)]
    assert found.doubt == ""
    assert sum(one.path == "/fhir/Condition" for one in server.asked) == 4
