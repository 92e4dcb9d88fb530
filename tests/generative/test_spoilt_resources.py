"""Any JSON value in place of any member of a resource: read, or its list in doubt; never a crash.

Through the bundle and the prefetch, with resources that say everything we read of their type.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bundle import BundleError, record_from_bundle
from fhir_adapters.decode import read_value
from fhir_adapters.needs import PATIENT, needs_of
from fhir_adapters.prefetch import record_from_prefetch, sent_along
from fhir_adapters.read import KINDS
from fhir_adapters.systems import INTERPRETER_REQUIRED, UK_CORE_COMMUNICATION
from fhir_adapters.whose import AnotherPerson
from rules.record import Kind, PatientRecord
from tests.builders import Resource, a_bundle, a_patient, a_resource, code, concept
from tests.conformance.standard import members
from tests.strategies import JSON

_QUANTITY = {"value": 7.1, "unit": "percent", "code": "%", "comparator": "<"}
_PART = {"code": concept("x"), "valueQuantity": _QUANTITY, "dataAbsentReason": concept("x")}
_PERIOD = {"start": "2020", "end": "2021-02"}
WHOLE: tuple[Resource, ...] = (
    a_resource(
        "Observation", "cough", status="final", valueQuantity=_QUANTITY, component=[_PART],
        effectivePeriod=_PERIOD,
    ),
    a_resource("Observation", "cough", status="final", valueInteger=3),
    a_resource("MedicationRequest", "cough", status="active", intent="order", authoredOn="2020",
               doNotPerform=False),
    a_resource("MedicationStatement", "cough", status="active", effectivePeriod=_PERIOD,
               medicationReference={"reference": "#1"}),
    {**a_resource("Encounter", "cough", status="finished", period=_PERIOD,
                  serviceType=concept("x"), reasonCode=[concept("x")],
                  participant=[{"individual": {"reference": "Practitioner/1"}}]),
     "class": {"system": "http://example.org", "code": "AMB"}},
    a_resource("QuestionnaireResponse", "cough", status="completed", authored="2020",
               questionnaire="http://example.org/form|2"),
    a_resource("Goal", "cough", lifecycleStatus="active", startDate="2020",
               category=[concept("x")]),
    a_resource("Consent", "cough", status="active", dateTime="2020", scope=concept("x"),
               policyRule={"coding": [{"code": "OPTIN"}]},
               provision={"type": "permit", "period": _PERIOD, "code": [concept("x")],
                          "provision": [{"type": "deny"}]}),
)  # fmt: skip
PATIENT_WHOLE: Resource = {
    **a_patient(),
    "gender": "female",
    "active": True,
    "managingOrganization": {"identifier": {"system": "http://example.org", "value": "1"}},
    "generalPractitioner": [{"identifier": {"system": "http://example.org", "value": "1"}}],
    "communication": [{"language": concept("x"), "preferred": True}],
    "extension": [
        {"url": INTERPRETER_REQUIRED, "valueBoolean": True},
        {
            "url": UK_CORE_COMMUNICATION,
            "extension": [{"url": "language", "valueCodeableConcept": concept("x")}],
        },
    ],
}

Path = tuple[str | int, ...]
_NEARLY = st.sampled_from(["[{}]", '{"coding": [{}]}', '{"reference": "Patient/x"}']).map(
    json.loads
)


def _paths(value: object) -> Iterator[Path]:
    for name, inner in members(value):
        yield (name,)
        yield from ((name, *below) for below in _paths(inner))


@st.composite
def spoilt(draw: st.DrawFn, whole: Resource) -> Resource:
    """The same with any value in the place of one or two of its members; its type is left."""
    body: Any = deepcopy(whole)  # any JSON value, by its path
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([p for p in _paths(body) if p != ("resourceType",)]))
        holder = body
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = draw(JSON | _NEARLY)
    made: Resource = body
    return made


def through_prefetch(patient: Resource, kind: Kind, resource: Resource) -> PatientRecord:
    needs = needs_of({kind: [code("cough")]})
    keys = [query.key for query in needs.queries if query.kind is kind]
    bodies = {PATIENT: patient, **dict.fromkeys(keys, a_bundle(resource))}
    sent: dict[str, Any] = {}  # as the door of the service has it: decoded, or left as it came
    for key, body in bodies.items():
        value, damaged = read_value(json.dumps(body).encode())
        sent[key] = msgspec.Raw(json.dumps(body).encode()) if damaged else value
    return record_from_prefetch(sent_along(sent, needs, "test-person"), "test-person", needs)


@given(data=st.data())
def test_any_value_in_any_member_of_a_resource_is_read_or_puts_its_list_in_doubt(
    data: st.DataObject,
) -> None:
    whole = data.draw(st.sampled_from(WHOLE))
    kind = KINDS[str(whole["resourceType"])]
    resource = data.draw(spoilt(whole))
    outcomes: list[object] = []
    for door in ("bundle", "prefetch"):
        try:
            if door == "bundle":
                body = json.dumps(a_bundle(a_patient(), resource)).encode()
                record = record_from_bundle(body)
            else:
                record = through_prefetch(a_patient(), kind, resource)
        except (AnotherPerson, BundleError):
            outcomes.append("refused")
            continue
        found = record.by_code.get(code("cough"), ())
        assert all(entry.kind is kind for entry in found)
        values = [[str(value) for _, value in entry.values] for entry in found]
        doubts = {one for one in record.unread if one is kind}
        outcomes.append((len(found), values, doubts))
    assert outcomes[0] == outcomes[1], "the doors agree about hostile data too"


@given(patient=spoilt(PATIENT_WHOLE))
def test_any_value_in_any_member_of_a_patient_says_only_what_it_may(patient: Resource) -> None:
    try:
        record = through_prefetch(patient, Kind.GOAL, a_resource("Goal", "cough"))
    except AnotherPerson:
        return
    person = record.person
    assert person.sex in ("female", "male", "other", "unknown", "")
    assert person.language == person.language.lower()
    assert len(person.language) < 40
