"""Requests of a known size about invented people."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cds_hooks.clock import now, practice_day
from rules.codes import OWN, SNOMED, check_digit_for

# FHIR JSON.
Json = dict[str, Any]

PATIENT = "patient-000000"
TODAY = practice_day(now())  # the served clock is the real one


# What the codes of the record's entries begin with.
CONDITION, PROCEDURE, OBSERVATION = "44", "71", "27"


def concept(sort: str, number: int) -> str:
    """The identifier of an invented concept, with the check digit that it has to have."""
    digits = f"{sort}{number:03}00"
    return digits + check_digit_for(digits)


def request(
    prefetch: dict[str, str],
    hook: str,
    resources: int,
    *,
    offered: bool,
    others: Sequence[str] = (),
    ill: int = 1000,
) -> bytes:
    """One call with so many resources: a person with COPD, offered support lately or not.

    ``others`` are codes of other help that was offered lately. ``ill``: of so many of the listed
    illnesses, the rest being conditions that no rule asks about.
    """
    filled: dict[str, Json] = {key: _bundle([]) for key in prefetch}
    filled["patient"] = {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"given": ["Moira"]}],
        "birthDate": "1950-02-03",
    }
    conditions = [_condition("13645005", 2000)]
    observations = _results() if "diagnosticReports" in prefetch else []
    procedures = [_procedure(code, 60) for code in (*(["391131001"] if offered else []), *others)]
    if "diagnosticReports" in prefetch:
        filled["diagnosticReports"] = _bundle([_report(observations)])
    rest = resources - len(conditions) - len(observations) - len(procedures) - 1
    conditions += [
        _condition(concept(CONDITION, n if n < ill else 300 + n), 900 + n) for n in range(rest // 6)
    ]
    procedures += [_procedure(concept(PROCEDURE, n), 400 + n) for n in range(rest // 6)]
    observations += [_observation(n) for n in range(rest - 2 * (rest // 6))]
    filled |= {
        "conditions": _bundle(conditions),
        "observations": _bundle(observations),
        "procedures": _bundle(procedures),
    }
    context: Json = {"patientId": PATIENT, "userId": "Practitioner/1"}
    if hook == "appointment-book":
        context["appointments"] = _bundle([_visit()])
        if offered:  # here it means: already sent
            filled["communications"] = _bundle([_sent()])
    call = {
        "hook": hook,
        "hookInstance": "2f1f0b6e-6a5e-4c0e-9d6b-0f6a7f3f6f11",
        "context": context,
        "prefetch": filled,
    }
    return json.dumps(call).encode()


def for_person(body: bytes, number: int) -> bytes:
    """The same request about somebody else, so that nobody is in a quiet period.

    Whoever looks sees eight people, so that no session is full.
    """
    by_whom = body.replace(
        b'"userId": "Practitioner/1"', b'"userId": "Practitioner/%d"' % (number // 8)
    )
    return by_whom.replace(PATIENT.encode(), f"patient-{number:06}".encode())


def _bundle(resources: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [
            {"fullUrl": f"https://ehr.example/fhir/{r['resourceType']}/{r['id']}", "resource": r}
            for r in resources
        ],
    }


def _ago(days: int) -> str:
    return f"{TODAY - timedelta(days=days)}T09:30:00Z"


def _common(kind: str, id: str) -> Json:
    return {
        "resourceType": kind,
        "id": id,
        "meta": {"versionId": "1", "lastUpdated": _ago(3)},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "encounter": {"reference": f"Encounter/{id}"},
    }


def _concept(code: str, system: str = SNOMED) -> Json:
    return {
        "coding": [{"system": system, "code": code, "display": f"Entry {code}"}],
        "text": f"Entry {code}",
    }


def _condition(code: str, days: int) -> Json:
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return _common("Condition", f"c{code}") | {
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        "code": _concept(code),
        "onsetDateTime": _ago(days),
        "recordedDate": _ago(days),
    }


def _procedure(code: str, days: int) -> Json:
    period = {"start": _ago(days), "end": _ago(days)}
    return _common("Procedure", f"p{code}") | {
        "status": "completed",
        "code": _concept(code),
        "performedPeriod": period,
    }


def _observation(number: int, code: str = "", value: float = 120.5) -> Json:
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return _common("Observation", f"o{number}") | {
        "status": "final",
        "category": [{"coding": [{"system": category, "code": "vital-signs"}]}],
        "code": _concept(code or concept(OBSERVATION, number % 40)),
        "effectiveDateTime": _ago(10 if code else 30 + number),
        "issued": _ago(10 if code else 30 + number),
        "valueQuantity": {
            "value": value,
            "unit": "%",
            "system": "http://unitsofmeasure.org",
            "code": "%",
        },
    }


def _results() -> list[Json]:
    return [_observation(9001, "313223002", 62), _observation(9002, "313222007", 58)]


def _report(results: list[Json]) -> Json:
    return _common("DiagnosticReport", "r1") | {
        "status": "final",
        "code": _concept("1"),
        "result": [{"reference": f"Observation/{r['id']}"} for r in results],
        "resultsInterpreter": [{"reference": "Practitioner/1"}],
    }


def _visit() -> Json:
    reasons = "http://terminology.hl7.org/CodeSystem/v2-0276"
    return {
        "resourceType": "Appointment",
        "id": "visit",
        "status": "proposed",
        "appointmentType": {"coding": [{"system": reasons, "code": "CHECKUP"}]},
        "start": f"{TODAY + timedelta(days=9)}T09:30:00Z",
        "participant": [{"actor": {"reference": f"Patient/{PATIENT}"}, "status": "accepted"}],
    }


def _sent() -> Json:
    return _common("Communication", "m1") | {
        "status": "completed",
        "topic": _concept("results-ahead", OWN),
        "sent": _ago(2),
    }
