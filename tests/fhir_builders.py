"""The people of the starter rules as FHIR, as a practice's record system would send them.

``builders`` has the smallest pieces; here are whole records: Margaret, for whom the COPD rule makes
a card, and Leroy, who is booking a visit and has filed results.
"""

import json
from collections.abc import Iterable, Mapping

from fhir_adapters.bundle import record_from_bundle
from rules.record import Entry, Kind, PatientRecord
from tests.builders import Resource, a_bundle, a_patient, a_resource, code, concept

COPD = "13645005"
COPD_RULE, RESULTS_RULE = "copd-self-management", "results-ahead"
FEV1 = "313223002"
SPIROMETRY_DAY, VISIT_DAY = "2026-11-14", "2026-12-01"

# Which list each of FHIR's types is, as CONTENT 3.2 and RULES 4.4 have it.
KIND = {
    "Condition": Kind.CONDITION,
    "Observation": Kind.OBSERVATION,
    "Procedure": Kind.PROCEDURE,
    "ServiceRequest": Kind.REFERRAL,
    "Flag": Kind.TAG,
    "Task": Kind.TASK,
    "CarePlan": Kind.CARE_PLAN,
    "Communication": Kind.MESSAGE,
    "CommunicationRequest": Kind.DRAFT_MESSAGE,
    "DocumentReference": Kind.DOCUMENT,
    "DiagnosticReport": Kind.REPORT,
    "Appointment": Kind.APPOINTMENT,
    "MedicationRequest": Kind.MEDICATION,
    "MedicationStatement": Kind.STATEMENT,
    "Encounter": Kind.ENCOUNTER,
    "QuestionnaireResponse": Kind.QUESTIONNAIRE,
    "Goal": Kind.GOAL,
    "Consent": Kind.CONSENT,
}


def copd(of: str = "test-person", **more: object) -> Resource:
    """COPD, active, since 2020."""
    active = {"coding": [{"code": "active"}]}
    made = a_resource("Condition", COPD, of=of, id="copd-1", clinicalStatus=active)
    return {**made, "onsetDateTime": "2020-03-01", **more}


def margaret(of: str = "test-person", name: str = "Margaret") -> list[Resource]:
    """60, COPD since 2020, and nothing else on the record."""
    return [a_patient(of, name=name), copd(of)]


def leroy(of: str = "test-person", name: str = "Leroy") -> list[Resource]:
    """60, a breathing test a week ago, final and filed, and somebody knows where letters go."""
    return [
        a_patient(of, name=name),
        a_resource(
            "Observation",
            FEV1,
            of=of,
            id="fev1-1",
            status="final",
            effectiveDateTime=SPIROMETRY_DAY,
            valueQuantity={"value": 71, "unit": "%"},
        ),
        a_report("Observation/fev1-1", of=of),
        a_resource(
            "Procedure",
            "contact-details-confirmed",
            of=of,
            id="confirmed-1",
            status="completed",
            performedDateTime="2026-08-21",
        ),
    ]


def a_report(result: str, of: str = "test-person", **more: object) -> Resource:
    """A report that says somebody has interpreted a result: R4's sign that it was filed."""
    return a_resource(
        "DiagnosticReport",
        "spirometry",
        of=of,
        id="report-1",
        status="final",
        effectiveDateTime=SPIROMETRY_DAY,
        result=[{"reference": result}],
        resultsInterpreter=[{"reference": "Practitioner/gp"}],
        **more,
    )


def a_booking(of: str = "test-person", start: str = f"{VISIT_DAY}T09:00:00Z") -> Resource:
    """A Bundle with one proposed follow-up, as appointment-book sends it."""
    reason = "http://terminology.hl7.org/CodeSystem/v2-0276"
    return a_bundle(
        {
            "resourceType": "Appointment",
            "id": "visit-1",
            "status": "proposed",
            "start": start,
            "appointmentType": {"coding": [{"system": reason, "code": "FOLLOWUP"}]},
            "participant": [
                {"actor": {"reference": f"Patient/{of}"}, "status": "accepted"},
                {"actor": {"reference": "Practitioner/gp"}, "status": "accepted"},
            ],
        }
    )


def an_operation_outcome(code: str = "exception") -> Resource:
    """What a server sends in the place of data that it could not read."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": "It did not work."}],
    }


def a_page(resources: Iterable[Resource], **more: object) -> Resource:
    """A searchset Bundle with further members: total, link."""
    return {**a_bundle(*resources), **more}


# ---- records ----------------------------------------------------------------------------------


def read(*resources: Resource, patient: Resource | None = None) -> PatientRecord:
    """The record of Sam with these resources on it, through the bundle door."""
    return record_from_bundle(json.dumps(a_bundle(patient or a_patient(), *resources)).encode())


def entries(record: PatientRecord, name: str = "cough") -> tuple[Entry, ...]:
    """The entries with this code."""
    return record.by_code.get(code(name), ())


def one(*resources: Resource, name: str = "cough") -> Entry:
    """The one entry with this code."""
    (found,) = entries(read(*resources), name)
    return found


# What else one may say that changes what it means.
MORE: Mapping[str, tuple[Resource, ...]] = {
    "Observation": (
        {},
        {"component": [{"code": concept("wheeze"), "valueQuantity": {"value": 7.1}}]},
        {"component": [{"code": concept("wheeze"), "valueInteger": 3}], "valueInteger": 1},
        {"dataAbsentReason": concept("unknown")},
    ),
    "MedicationRequest": (
        {},
        {"intent": "order"},
        {"intent": "proposal"},
        {"doNotPerform": True},
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "#1"}},
    ),
    "MedicationStatement": ({}, {}, {"medicationCodeableConcept": None}),
    "Encounter": (
        {},
        {"class": {"system": "http://example.org", "code": "AMB"}},
        {"serviceType": concept("visit"), "reasonCode": [concept("cough")]},
    ),
    "QuestionnaireResponse": ({}, {"questionnaire": "http://example.org/form|1"}),
    "Goal": ({}, {"category": [concept("cough")]}, {"lifecycleStatus": "entered-in-error"}),
    "Consent": (
        {},
        {"provision": {"type": "deny", "period": {"end": "2027"}}},
        {"provision": {"provision": [{"type": "deny", "code": [concept("wheeze")]}]}},
    ),
}
