"""An invented person as FHIR R4: one Patient, then what is on the record, one resource a line."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from fhir_adapters.read import TYPES
from fhir_adapters.systems import ASK_AGAIN_AFTER, LANGUAGE, NHS_NUMBER, UK_CORE_COMMUNICATION
from rules.codes import OWN, SNOMED
from tests.crowd.person import Coded, Invented, Line

Resource = dict[str, object]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# What a line of each type usually has as its status.
_USUAL = {
    "Observation": "final",
    "Procedure": "completed",
    "ServiceRequest": "active",
    "Flag": "active",
    "Task": "requested",
    "Communication": "completed",
    "Encounter": "finished",
    "QuestionnaireResponse": "completed",
    "Goal": "active",
    "Consent": "active",
    "MedicationRequest": "active",
    "Appointment": "booked",
}
# Where each type says when.
_WHEN = {
    "Condition": "onsetDateTime",
    "Observation": "effectiveDateTime",
    "Procedure": "performedDateTime",
    "ServiceRequest": "authoredOn",
    "Task": "authoredOn",
    "MedicationRequest": "authoredOn",
    "Communication": "sent",
    "QuestionnaireResponse": "authored",
    "Goal": "startDate",
    "Consent": "dateTime",
}
UPPER, LOWER = ("271649006", "Systolic blood pressure"), ("271650006", "Diastolic blood pressure")


def resources(person: Invented) -> Iterator[Resource]:
    """Everything on the record, the Patient first."""
    yield _patient(person)
    left_out = set(person.unread.values())
    for place, line in enumerate(person.lines):
        resource = _resource(person, place, line)
        if place in left_out:
            tag = {"system": f"{_TERMINOLOGY}/v3-ObservationValue", "code": "SUBSETTED"}
            resource["meta"] = {"tag": [tag]}
        yield resource
        if place in person.filed:
            yield _report(person, place, line)


def bundle(person: Invented) -> bytes:
    """The whole record as one Bundle, as an export of one person has it."""
    entries = [
        {"fullUrl": f"https://crowd.example/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources(person)
    ]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})


def write_ndjson(folder: Path, people: Iterable[Invented]) -> None:
    """Everybody as a bulk export: a file for each type, a line for each resource.

    A type of which nobody has anything has an empty file, for it was exported. Where something was
    left out of somebody's list, a line of theirs has the mark of it, as in a bundle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        opened: dict[object, BinaryIO] = {
            kind: files.enter_context((folder / f"{kind}.ndjson").open("wb"))
            for kind in ("Patient", *TYPES.values())
        }
        for person in people:
            for resource in resources(person):
                opened[resource["resourceType"]].write(msgspec.json.encode(resource) + b"\n")


def _patient(person: Invented) -> Resource:
    days = {"day": 10, "month": 7, "year": 4}[person.born_told]
    made: Resource = {
        "resourceType": "Patient",
        "id": person.key,
        "identifier": [{"system": NHS_NUMBER, "value": person.nhs_number}],
        "active": True,
        "name": [{"use": "official", "given": [person.given], "family": person.family}],
        "gender": person.sex,
        "birthDate": person.born.isoformat()[:days],
    }
    if person.died is not None:
        made["deceasedDateTime"] = person.died.isoformat()
    if person.language != "en":
        made["communication"] = [
            {"language": _concept(Coded(LANGUAGE, person.language, "")), "preferred": True}
        ]
    if person.needs_interpreter:
        needed = {"url": "interpreterRequired", "valueBoolean": True}
        made["extension"] = [{"url": UK_CORE_COMMUNICATION, "extension": [needed]}]
    return made


def _concept(code: Coded) -> dict[str, object]:
    coding = {"system": code.system, "code": code.code}
    if not code.words:
        return {"coding": [coding]}
    return {"coding": [{**coding, "display": code.words}], "text": code.words}


def _resource(person: Invented, place: int, line: Line) -> Resource:
    about: object = {"reference": f"Patient/{person.key}"}
    made: Resource = {"resourceType": line.kind, "id": f"{person.key}-{place}"}
    name = {"Task": "for", "Consent": "patient"}.get(line.kind, "subject")
    if line.kind == "Appointment":
        made["participant"] = [{"actor": about, "status": "accepted"}]
    else:
        made[name] = about
    made |= _status(line)
    if line.written and line.kind in _WHEN:
        made[_WHEN[line.kind]] = line.written
    made |= _said(line)
    return made


def _status(line: Line) -> Resource:
    status = line.status or _USUAL.get(line.kind, "")
    if line.kind == "Condition":
        clinical = {"system": f"{_TERMINOLOGY}/condition-clinical", "code": status or "active"}
        void = line.doubt == "entered-in-error"
        made: Resource = {} if void else _coded("clinicalStatus", clinical)
        if line.doubt:
            known = {"system": f"{_TERMINOLOGY}/condition-ver-status", "code": line.doubt}
            made |= _coded("verificationStatus", known)
        if line.ends is not None:
            made["abatementDateTime"] = line.ends.isoformat()
        return made
    if line.kind == "Goal":
        return {"lifecycleStatus": status}
    if line.kind == "Consent":
        kind = "deny" if status == "rejected" else "permit"
        return {"status": "active", "provision": {"type": kind}}
    return {"status": status}


def _coded(name: str, coding: dict[str, str]) -> Resource:
    return {name: {"coding": [coding]}}


def _said(line: Line) -> Resource:
    """What the line is, in the place that its type has for it."""
    concept, kind = _concept(line.code), line.kind
    if kind in ("Consent", "Goal"):
        made: Resource = {"category": [concept]}
        if kind == "Goal":
            made["description"] = {"text": "Something that matters to them, in their own words"}
        else:
            scope = {"system": f"{_TERMINOLOGY}/consentscope", "code": "patient-privacy"}
            made |= {"scope": {"coding": [scope]}, "policyRule": {"text": "As agreed"}}
        return made
    if kind == "Encounter":
        system, code, _ = line.code
        stay: Resource = {"class": {"system": system, "code": code}}
        stay["period"] = {"start": line.on.isoformat()}
        if line.ends is not None:
            stay["period"] = {"start": line.on.isoformat(), "end": line.ends.isoformat()}
        if line.reason is not None:
            stay["reasonCode"] = [_concept(line.reason)]
        return stay
    if kind == "Flag":
        period = {"start": line.written} if line.written else {}
        if line.ends is not None:
            period["end"] = line.ends.isoformat()
        return {"code": concept, "period": period} if period else {"code": concept}
    if kind == "QuestionnaireResponse":
        return {"questionnaire": line.code.code}
    if kind == "Communication":
        return {"topic": concept}
    if kind == "Appointment":
        return {"appointmentType": concept, "start": f"{line.on.isoformat()}T10:30:00Z"}
    if kind == "MedicationRequest":
        return {"intent": "order", "medicationCodeableConcept": concept}
    made = {"code": concept}
    if kind in ("Task", "ServiceRequest"):
        made["intent"] = "order"
    return made | (_result(line) if kind == "Observation" else {}) | _answer(line)


def _result(line: Line) -> Resource:
    if line.value is None:
        return {}
    if line.what == "pressure":
        return {"component": [_part(UPPER, line.value), _part(LOWER, float(line.unit))]}
    return {"valueQuantity": _quantity(line.value, line.unit)}


def _part(code: tuple[str, str], value: float) -> Resource:
    return {"code": _concept(Coded(SNOMED, *code)), "valueQuantity": _quantity(value, "mm[Hg]")}


def _quantity(value: float, unit: str) -> dict[str, object]:
    number = int(value) if value == int(value) else value
    return {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _answer(line: Line) -> Resource:
    made: Resource = {}
    if line.answer:
        words = {"declined": "No, thank you", "not-now": "Not now"}[line.answer]
        made["statusReason"] = _concept(Coded(OWN, line.answer, words))
    if line.ask_again is not None:
        made["extension"] = [{"url": ASK_AGAIN_AFTER, "valueDate": line.ask_again.isoformat()}]
    return made


def _report(person: Invented, place: int, line: Line) -> Resource:
    """A report that somebody has interpreted: the sign that a result was filed."""
    return {
        "resourceType": "DiagnosticReport",
        "id": f"{person.key}-{place}-report",
        "status": "final",
        "subject": {"reference": f"Patient/{person.key}"},
        "code": {"text": "Results, filed"},
        **({"effectiveDateTime": line.written} if line.written else {}),
        "result": [{"reference": f"Observation/{person.key}-{place}"}],
        "resultsInterpreter": [{"display": "Dr Invented"}],
    }
