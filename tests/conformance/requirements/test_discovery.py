"""J, D and P: what the service says of itself."""

import re
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import shipped
from tests.callers import Caller, guarded
from tests.conformance.standard import SERVICE, check_no_empties, parts
from tests.conformance.test_hooks import OWN
from tests.fhir_builders import a_booking, leroy, margaret
from tests.served import BOOK, Json, Reply, Surgery, surgery

README = Path(__file__).parents[3] / "cds_hooks" / "README.md"
# The versions of the hook library (CDS_HOOKS 1.16); of order-sign it says two, and we none.
HOOK_VERSIONS = {
    "patient-view": "1.0",
    "appointment-book": "1.0",
    "encounter-start": "1.0",
    "encounter-discharge": "1.0",
    "order-select": "1.0",
    "order-sign": None,
    "order-dispatch": "1.1",
    "problem-list-item-create": "0.1.0",
    "allergyintolerance-create": "0.1.0",
    "medication-refill": "0.1.0",
    "medication-verify": "0.1.0",
}
CONTEXT_TOKENS = {"context.patientId"}
TYPES = {
    "Appointment", "CarePlan", "Communication", "CommunicationRequest", "Condition", "Consent",
    "DiagnosticReport", "DocumentReference", "Encounter", "Flag", "Goal", "MedicationRequest",
    "MedicationStatement", "Observation", "Patient", "Procedure", "QuestionnaireResponse",
    "ServiceRequest", "Task",
}  # fmt: skip


def templates(service: Surgery) -> list[str]:
    return [each for one in service.discovery() for each in one["prefetch"].values()]


@pytest.fixture
def answers(service: Surgery) -> list[Reply]:
    """One of each sort: a card, a letter, nothing to say, and discovery."""
    booking = service.a_call(leroy(), hook=BOOK)
    booking["context"]["appointments"] = a_booking()
    nobody = service.a_call([leroy()[0]])
    return [
        service.ask(service.a_call(margaret())),
        service.ask(booking),
        service.ask(nobody),
        Reply(service.client.get("/cds-services")),
    ]


def test_j1_what_is_sent_is_json(answers: list[Reply]) -> None:
    assert {one.headers["content-type"] for one in answers} == {"application/json"}


def test_j2_nothing_is_null(answers: list[Reply]) -> None:
    for one in answers:
        assert not [path for path, value in parts(one.body) if value is None]


def test_j3_nothing_is_empty_besides_cards_and_services(answers: list[Reply]) -> None:
    for one in answers:
        check_no_empties(one.body, "cards" if "cards" in one.body else "services")


def test_j4_what_has_no_value_is_left_out(answers: list[Reply]) -> None:
    assert "extension" not in answers[2].body
    assert "systemActions" not in answers[0].body
    assert "links" not in answers[0].card


def test_j5_resources_are_fhir_json(answers: list[Reply]) -> None:
    for one in answers[:2]:
        for suggestion in one.card["suggestions"]:
            for action in suggestion["actions"]:
                assert re.fullmatch(r"[A-Z][A-Za-z]+", action["resource"]["resourceType"])


def test_d1_discovery_is_at_its_address(service: Surgery) -> None:
    assert service.client.get("/cds-services").status_code == 200
    assert service.client.get("/cds-services/").status_code == 404


def test_d2_services_may_be_an_empty_list(tmp_path: Path) -> None:
    with surgery(tmp_path, shipped().usable()) as drafts_only:
        reply = Reply(drafts_only.client.get("/cds-services"))
    assert (reply.status, reply.body) == (200, {"services": []})


def test_d3_discovery_is_for_those_who_are_registered_where_anybody_is(
    tmp_path: Path, library: Library
) -> None:
    with guarded(tmp_path, library, Caller().table()) as service:
        reply = service.client.get("/cds-services")
    assert (reply.status_code, reply.content) == (401, b"")


@pytest.mark.parametrize("name", ["hook", "id", "description", "title", "usageRequirements"])
def test_every_service_has_its_texts(service: Surgery, name: str) -> None:
    assert all(isinstance(one[name], str) and one[name] for one in service.discovery())


def test_d4_hook_is_a_text(everywhere: Surgery) -> None:
    listed = [one["hook"] for one in everywhere.discovery()]
    assert sorted(listed) == sorted([*HOOK_VERSIONS, OWN])
    assert all(type(hook) is str for hook in listed)


def test_d5_the_id_is_where_the_service_is_called(service: Surgery) -> None:
    for one in service.discovery():
        assert service.client.post(f"/cds-services/{one['id']}", json={}).status_code == 400


def test_d6_the_description_says_what_is_asked_and_by_whom(service: Surgery) -> None:
    for one in service.discovery():
        assert "Two Rivers Surgery" in one["description"]
        assert "Not reviewed by a clinical safety officer" in one["description"]


def test_d7_there_is_a_title(service: Surgery) -> None:
    assert all(one["title"] for one in service.discovery())


def test_d8_prefetch_is_keys_and_queries(service: Surgery) -> None:
    for one in service.discovery():
        assert one["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert len(one["prefetch"]) > 3


def test_d9_what_to_send_is_said(service: Surgery) -> None:
    for one in service.discovery():
        assert "412" in one["usageRequirements"]
        assert "asked of fhirServer" in one["usageRequirements"]


def test_d10_the_version_of_the_specification_is_said(service: Surgery) -> None:
    assert {one["version"] for one in service.discovery()} == {"2.0.1"}


def test_d11_the_version_of_the_hook_is_said(everywhere: Surgery) -> None:
    versions = {one["hook"]: one.get("hookVersion") for one in everywhere.discovery()}
    assert versions == {**HOOK_VERSIONS, OWN: None}
    assert not [one for one in everywhere.discovery() if one.get("hookVersion", "") is None]


def test_d12_there_is_no_extension_in_discovery_and_no_other_member(service: Surgery) -> None:
    for one in service.discovery():
        assert set(one) <= SERVICE
        assert "extension" not in one


def test_d13_every_service_has_an_id_of_its_own(everywhere: Surgery) -> None:
    ids = {one["id"]: one["hook"] for one in everywhere.discovery()}
    assert ids == {f"good-day-{hook}": hook for hook in (*HOOK_VERSIONS, OWN)}
    assert len(everywhere.discovery()) == len(ids)


def test_d14_people_can_read_what_the_service_does() -> None:
    text = README.read_text("utf-8")
    for route in ("GET /cds-services", "POST /cds-services/{id}/feedback"):
        assert f"`{route}`" in text
    assert not [hook for hook in HOOK_VERSIONS if f"`{hook}`" not in text]


def test_p1_tokens_stand_in_double_braces(everywhere: Surgery) -> None:
    for template in templates(everywhere):
        assert len(re.findall(r"\{\{[^{}]+\}\}", template)) == 1
        assert not re.search(r"[{}]", re.sub(r"\{\{[^{}]+\}\}", "", template))


def test_p2_a_token_is_a_field_of_the_context(everywhere: Surgery) -> None:
    found = {
        token for each in templates(everywhere) for token in re.findall(r"\{\{(.+?)\}\}", each)
    }
    assert all(token.startswith("context.") for token in found)


def test_p3_only_of_fields_that_may_be_tokens(everywhere: Surgery) -> None:
    found = {
        token for each in templates(everywhere) for token in re.findall(r"\{\{(.+?)\}\}", each)
    }
    assert found <= CONTEXT_TOKENS


def test_p4_no_token_needs_a_newer_client(everywhere: Surgery) -> None:
    for template in templates(everywhere):
        assert not re.search(r"today\(\)|ofType|resolve|%", template)


def test_p5_searches_are_by_reference_and_tokens_alone(everywhere: Surgery) -> None:
    for template in templates(everywhere):
        kind, _, query = template.partition("?")
        assert kind.partition("/")[0] in TYPES
        names = [part.partition("=")[0] for part in query.split("&") if part]
        assert set(names) <= {
            "patient", "code", "combo-code", "combo-value-concept", "type", "category", "_sort",
            "_count",
        }  # fmt: skip
        assert len(set(names)) == len(names)
        assert not [name for name in names if ":" in name or "." in name]


def test_p6_each_is_a_relative_address(everywhere: Surgery) -> None:
    for template in templates(everywhere):
        assert isinstance(template, str)
        assert not re.match(r"/|[a-z]+:", template)


def test_the_services_that_p1_to_p6_look_at_read_every_list(everywhere: Surgery) -> None:
    for one in everywhere.discovery():
        kinds = {re.split(r"[?/]", query)[0] for query in one["prefetch"].values()}
        assert kinds == TYPES


def test_every_search_is_for_one_patient(everywhere: Surgery) -> None:
    asked: Json = everywhere.templates()
    for key, template in asked.items():
        assert "{{context.patientId}}" in template, key
