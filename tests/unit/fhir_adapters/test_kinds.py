"""Medicines, meetings, forms, goals and consents: what each says, and what it leaves open."""

import json
from collections.abc import Mapping

import msgspec
import pytest

from fhir_adapters.bundle import BundleError, record_from_bundle
from fhir_adapters.decode import read_value
from fhir_adapters.needs import SEARCHES, needs_of
from fhir_adapters.prefetch import record_from_prefetch, sent_along
from fhir_adapters.read import TYPES
from fhir_adapters.systems import ADDRESS
from fhir_adapters.whose import AnotherPerson
from rules.codes import Code
from rules.facts.statuses import STATUSES
from rules.record import Kind, PatientRecord
from tests.builders import Resource, a_bundle, a_patient, a_resource, code, concept
from tests.fhir_builders import entries, one, read

NEW: Mapping[str, Kind] = {
    "MedicationRequest": Kind.MEDICATION,
    "MedicationStatement": Kind.STATEMENT,
    "Encounter": Kind.ENCOUNTER,
    "QuestionnaireResponse": Kind.QUESTIONNAIRE,
    "Goal": Kind.GOAL,
    "Consent": Kind.CONSENT,
}


def from_prefetch(kind: Kind, *resources: Resource) -> PatientRecord:
    """The record of Sam where only this list was asked for."""
    bodies = {"patient": a_patient(), SEARCHES[kind][0][0]: a_bundle(*resources)}
    values = {key: read_value(json.dumps(body).encode())[0] for key, body in bodies.items()}
    needs = needs_of({kind: [code("cough")]})
    return record_from_prefetch(sent_along(values, needs, "test-person"), "test-person", needs)


@pytest.mark.parametrize(("resource_type", "kind"), NEW.items())
def test_each_has_a_list_a_key_and_a_query(resource_type: str, kind: Kind) -> None:
    assert TYPES[kind] == resource_type
    query = needs_of({kind: []}).templates[SEARCHES[kind][0][0]]
    assert query.startswith(f"{resource_type}?patient={{{{context.patientId}}}}&_sort=")


@pytest.mark.parametrize(("resource_type", "kind"), NEW.items())
def test_each_keeps_its_status_as_fhir_has_it(resource_type: str, kind: Kind) -> None:
    element = "lifecycleStatus" if kind is Kind.GOAL else "status"
    for status in (*STATUSES[kind][0], *STATUSES[kind][1], "unknown"):
        assert one(a_resource(resource_type, "cough", **{element: status})).status == status


# ---- whose they are -------------------------------------------------------------------------


@pytest.mark.parametrize(("resource_type", "kind"), NEW.items())
@pytest.mark.parametrize("coded", ["cough", "nothing-that-is-asked"])
def test_somebody_elses_is_refused_whatever_it_is(
    resource_type: str, kind: Kind, coded: str
) -> None:
    theirs = a_resource(resource_type, coded, of="another-canary")
    with pytest.raises(AnotherPerson):
        from_prefetch(kind, theirs)
    with pytest.raises(BundleError, match=f"{resource_type}. is about somebody else") as refused:
        read(theirs)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(("resource_type", "kind"), NEW.items())
def test_where_one_does_not_say_whom_it_is_about_the_list_is_unknown(
    resource_type: str, kind: Kind
) -> None:
    nobodys = a_resource(resource_type, "cough")
    del nobodys["patient" if resource_type == "Consent" else "subject"]
    for record in (read(nobodys), from_prefetch(kind, nobodys)):
        assert kind in record.unread
        assert entries(record) == ()


@pytest.mark.parametrize(("resource_type", "kind"), NEW.items())
def test_one_that_cannot_be_read_makes_only_its_own_list_unknown(
    resource_type: str, kind: Kind
) -> None:
    damaged = a_resource(resource_type, "cough", status={"not": "text"})
    assert set(read(a_resource("Condition", "cough"), damaged).unread) == {kind}


# ---- medicines ------------------------------------------------------------------------------

MEDICINES = ("MedicationRequest", "MedicationStatement")


def unnamed(kind: str, **more: object) -> Resource:
    """A medicine of which the name stands in another resource."""
    made = {**a_resource(kind, "cough"), **more}
    del made["medicationCodeableConcept"]
    return made


@pytest.mark.parametrize("kind", MEDICINES)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"medicationReference": {"reference": "Medication/1"}}, id="referenced"),
        pytest.param(
            {
                "medicationReference": {"reference": "#1"},
                "contained": [{"resourceType": "Medication", "id": "1", "code": concept("cough")}],
            },
            id="contained",
        ),
        pytest.param({}, id="not named at all"),
    ],
)
def test_a_medicine_named_elsewhere_may_be_any_so_the_list_is_in_doubt(
    kind: str, said: Resource
) -> None:
    resource = unnamed(kind, **said)
    for record in (read(resource), from_prefetch(NEW[kind], resource)):
        assert record.unread[NEW[kind]] == "a medicine in it is named in another resource"
        assert entries(record) == ()


@pytest.mark.parametrize("kind", MEDICINES)
def test_a_medicine_named_elsewhere_and_entered_in_error_raises_no_doubt(kind: str) -> None:
    assert read(unnamed(kind, status="entered-in-error")).unread == {}


@pytest.mark.parametrize("kind", MEDICINES)
def test_beside_a_medicine_named_elsewhere_those_with_codes_still_count(kind: str) -> None:
    record = read(unnamed(kind), a_resource(kind, "cough", status="active"))
    assert len(entries(record)) == 1


@pytest.mark.parametrize("intent", ["proposal", "option"])
def test_a_medicine_that_is_only_an_idea_is_not_sure(intent: str) -> None:
    assert not one(a_resource("MedicationRequest", "cough", intent=intent)).sure
    for real in ("order", "plan", "instance-order"):
        assert one(a_resource("MedicationRequest", "cough", intent=real)).sure


@pytest.mark.parametrize("kind", ["MedicationRequest", "ServiceRequest", "CommunicationRequest"])
def test_a_request_not_to_do_something_is_not_sure_to_be_one(kind: str) -> None:
    assert not one(a_resource(kind, "cough", doNotPerform=True)).sure
    assert one(a_resource(kind, "cough", doNotPerform=False)).sure


# ---- forms ----------------------------------------------------------------------------------

FORM = "https://forms.example/Questionnaire/good-day"


def test_a_form_is_known_by_its_address_with_and_without_a_version() -> None:
    record = read(a_resource("QuestionnaireResponse", "cough", questionnaire=f"{FORM}|2"))
    (entry,) = record.by_code[Code(ADDRESS, FORM)]
    assert (entry,) == record.by_code[Code(ADDRESS, f"{FORM}|2")]
    assert (entry.kind, entry.words) == (Kind.QUESTIONNAIRE, FORM)
    assert code("cough") in entry.codes


def test_a_form_without_a_version_has_one_address() -> None:
    record = read(a_resource("QuestionnaireResponse", questionnaire=FORM))
    (entry,) = record.by_code[Code(ADDRESS, FORM)]
    assert entry.codes == (Code(ADDRESS, FORM),)


def nested(depth: int) -> bytes:
    """A form with groups of questions inside groups, and one answer at the bottom."""
    made = a_resource("QuestionnaireResponse", "cough")
    bottom = json.dumps(made["item"])
    body = json.dumps(a_bundle(a_patient(), {**made, "item": ["?"]}))
    return body.replace('["?"]', '[{"item": ' * depth + bottom + "}]" * depth).encode()


def test_groups_of_questions_may_be_nested() -> None:
    (found,) = entries(record_from_bundle(nested(100)))
    assert found.kind is Kind.QUESTIONNAIRE


def test_a_form_nested_deeper_than_anybody_nests_gets_one_sentence() -> None:
    with pytest.raises(BundleError, match="can be read as JSON"):
        record_from_bundle(nested(5000))


# ---- consents -------------------------------------------------------------------------------


def consent(provision: object = None, rule: str = "", status: str = "active") -> Resource:
    made = a_resource("Consent", "cough", status=status)
    if provision is not None:
        made["provision"] = provision
    if rule:
        made["policyRule"] = {"coding": [{"code": rule}]}
    return made


CONSENTS: dict[str, tuple[Resource, str, bool]] = {
    "to something": (consent(), "active", True),
    "that permits": (consent({"type": "permit"}), "active", True),
    "that says nothing of it": (consent({"purpose": [{"code": "GOV"}]}), "active", True),
    "that denies": (consent({"type": "deny"}), "rejected", True),
    "by opting in": (consent(rule="OPTIN"), "active", True),
    "by opting out": (consent(rule="OPTOUT"), "rejected", True),
    "that denied, and is over": (consent({"type": "deny"}, status="inactive"), "inactive", True),
    "with an exception": (
        consent({"type": "permit", "provision": [{"type": "deny", "code": [concept("x")]}]}),
        "active",
        False,
    ),
    "with another word": (consent({"type": "perhaps"}), "active", False),
    "by opting out with exceptions": (consent(rule="OPTOUTE"), "active", False),
}


@pytest.mark.parametrize(("resource", "status", "sure"), CONSENTS.values(), ids=CONSENTS)
def test_a_consent_that_denies_is_no_consent_and_one_with_exceptions_is_unclear(
    resource: Resource, status: str, sure: bool
) -> None:
    found = one(resource)
    assert (found.status, found.sure) == (status, sure)


def test_what_an_exception_names_is_found_and_not_sure() -> None:
    exception = {"type": "deny", "code": [concept("wheeze")]}
    found = one(consent({"type": "permit", "provision": [exception]}), name="wheeze")
    assert not found.sure


# ---- neighbours -----------------------------------------------------------------------------

NEIGHBOURS: dict[str, Resource] = {
    "a coverage with several classes": {"class": [{"type": {"text": "group"}, "value": "1"}]},
    "a practitioner with languages": {"communication": [concept("en")]},
    "a claim with items": {"item": [{"sequence": 1, "productOrService": concept("x")}]},
    "a task with a description": {"description": "Words"},
}


@pytest.mark.parametrize("said", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_other_types_that_use_the_same_words_are_read_without_the_slow_way(said: Resource) -> None:
    body = json.dumps(a_bundle({"resourceType": "Basic", **said})).encode()
    value, damaged = read_value(body)
    assert damaged == frozenset()
    assert isinstance(value, msgspec.Struct)
