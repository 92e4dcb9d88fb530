"""Medplum's client discovers, fills the prefetch from a FHIR server, calls, and reads the card."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date

import pytest

from tests.builders import Resource, a_patient, a_resource
from tests.conformance.standard import check_answer, check_discovery
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.fhir_servers.servers import MEDPLUM, FhirServer, medplum
from tests.served import VIEW, Json, Running, piloting, serving

pytestmark = pytest.mark.long

CALLER = MEDPLUM / "caller.mjs"


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with medplum() as started:
        yield started


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE, RESULTS_RULE)
    with serving(tmp_path_factory.mktemp("store"), folder) as running:
        yield running


def visit(service: Running, server: FhirServer, of: str, *resources: Resource) -> Json:
    """What the client was offered, what it asked, and what it was told, about somebody."""
    server.put(resources)
    told = {
        "service": f"http://127.0.0.1:{service.port}/",
        "fhir": f"http://127.0.0.1:{server.port}/fhir/",
        "user": {"resourceType": "Practitioner", "id": "gp"},
        "context": {"userId": "Practitioner/gp", "patientId": of},
        "hook": VIEW,
    }
    done = subprocess.run(
        ["node", str(CALLER)], input=json.dumps(told), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: Json = json.loads(done.stdout)
    return found


def cards(found: Json) -> Iterable[Json]:
    """The cards of an answer."""
    given: list[Json] = found["answer"]["cards"]
    return given


def test_a_person_whom_a_rule_is_for_gets_the_card(service: Running, server: FhirServer) -> None:
    found = visit(service, server, "margaret", *margaret("margaret"))
    check_discovery({"services": found["services"]})
    (card,) = cards(found)
    today = date.fromisoformat(card["suggestions"][0]["actions"][0]["resource"]["authoredOn"])
    check_answer(found["answer"], today)
    assert card["summary"].startswith("No self-management offer is recorded")


def test_every_template_was_answered_by_its_engine(service: Running, server: FhirServer) -> None:
    found = visit(service, server, "templates", a_patient("templates"))
    (offered,) = (one for one in found["services"] if one["hook"] == VIEW)
    prefetch = found["asked"]["prefetch"]
    assert prefetch.keys() == offered["prefetch"].keys()
    assert prefetch.pop("patient")["id"] == "templates"
    assert {one["resourceType"] for one in prefetch.values()} == {"Bundle"}
    assert {one["total"] for one in prefetch.values()} == {0}


def test_a_person_whom_no_rule_is_for_gets_none(service: Running, server: FhirServer) -> None:
    found = visit(service, server, "sam", a_patient("sam"))
    assert found["answer"] == {"cards": []}


def test_a_list_of_more_than_one_page_is_not_taken_for_the_whole(
    service: Running, server: FhirServer
) -> None:
    plans = [
        a_resource("CarePlan", "something-else", of="pages", id=f"pages-{number}")
        for number in range(30)
    ]
    found = visit(service, server, "pages", *margaret("pages"), *plans)
    assert found["answer"]["cards"] == []
    assert "extension" in found["answer"]
