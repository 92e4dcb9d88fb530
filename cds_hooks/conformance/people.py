"""Whom the kit asks about: nobody real, under a new id each time, or a bundle that was given.

A service that remembers whom it asked about, or keeps answers, meets a new person in every call.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from cds_hooks.conformance.shapes import Json, is_list, is_object, objects, within

_SNOMED = "http://snomed.info/sct"
_LOINC = "http://loinc.org"


class PersonProblem(Exception):
    """A bundle that cannot be used. Its text is a sentence for people, without anybody's name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's record: the Patient and everything else. ``about`` says who, without a name."""

    about: str
    patient: Json
    resources: tuple[Json, ...]

    @property
    def id(self) -> str:
        """The FHIR id of the Patient."""
        return str(self.patient["id"])

    def under(self, new: str) -> "Person":
        """The same record under another id."""
        old = f"Patient/{self.id}"
        moved = [_moved(one, old, f"Patient/{new}") for one in self.resources]
        return Person(self.about, {**self.patient, "id": new}, tuple(moved))

    def somebody_new(self) -> "Person":
        """The same record under an id that nobody had before."""
        return self.under(f"conformance-{uuid4().hex[:12]}")

    def without_record(self) -> "Person":
        """The same person, of whom nothing is recorded."""
        return Person("a person of whom nothing is recorded", self.patient, ())


# Any: whatever stands in a resource comes back as it was, but for the references.
def _moved(value: Any, old: str, new: str) -> Any:
    if is_list(value):
        return [_moved(one, old, new) for one in value]
    if not is_object(value):
        return value
    moved = {name: _moved(one, old, new) for name, one in value.items()}
    reference = value.get("reference")
    if isinstance(reference, str) and (reference == old or reference.endswith(f"/{old}")):
        moved["reference"] = new
    return moved


def read_person(file: Path) -> Person:
    """The person of a FHIR bundle. Raises PersonProblem."""
    try:
        bundle: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PersonProblem(f"{file} cannot be read as JSON.") from None
    entries = objects(within(bundle, "entry"))
    resources = [one["resource"] for one in entries if is_object(one.get("resource"))]
    patients = [one for one in resources if one.get("resourceType") == "Patient"]
    if len(patients) != 1 or not isinstance(patients[0].get("id"), str):
        raise PersonProblem(f"{file} is not a FHIR bundle with one Patient that has an id.")
    addresses = [str(one["fullUrl"]) for one in entries if one.get("resource") is patients[0]
                 and "fullUrl" in one]  # fmt: skip
    own = f"Patient/{patients[0]['id']}"
    others = [one for one in resources if one is not patients[0]]
    for address in addresses:  # bundles of generators refer to urn:uuid:...
        others = [_renamed(one, address, own) for one in others]
    return Person("the person of the given bundle", patients[0], tuple(others))


def _renamed(value: Json, address: str, own: str) -> Json:
    text = json.dumps(value).replace(json.dumps(address), json.dumps(own))
    renamed: Json = json.loads(text)
    return renamed


def invented(today: date) -> tuple[Person, ...]:
    """Three invented people: little was done for one, much for another, one is near the end."""
    little = _Record(today)
    _illnesses(little)
    much = _Record(today)
    _illnesses(much)
    much.add("Procedure", "391131001", "COPD self-management plan given", 120)
    much.add("Procedure", "741056003", "Education about COPD", 90)
    much.add("Procedure", "243120004", "Talk about alcohol", 60)
    much.add("Procedure", "171055003", "Help to stop smoking", 50)
    much.add("Procedure", "698801002", "Diabetic foot looked at", 80)
    much.add("Immunization", "86198006", "Influenza vaccine", 40)
    much.add("CarePlan", "736253002", "Mental health plan", 70)
    near_the_end = _Record(today)
    _illnesses(near_the_end)
    near_the_end.add("Condition", "103735009", "Palliative care", 30)
    return (
        little.person("an invented person with long-term conditions, little recorded"),
        much.person("an invented person with long-term conditions, much recorded"),
        near_the_end.person("an invented person in palliative care"),
    )


def _illnesses(record: "_Record") -> None:
    record.add("Condition", "13645005", "COPD", 2200)
    record.add("Condition", "38341003", "High blood pressure", 3000)
    record.add("Condition", "44054006", "Type 2 diabetes", 1500)
    record.add("Observation", "313223002", "FEV1", 7, value=(71, "%"))
    record.add("Observation", "72166-2", "Smoking", 400, system=_LOINC, value="Smokes")
    record.add("Observation", "8480-6", "Systolic", 200, system=_LOINC, value=(164, "mm[Hg]"))
    record.add("Observation", "4548-4", "HbA1c", 200, system=_LOINC, value=(9.1, "%"))
    record.add("MedicationRequest", "372665008", "Salbutamol inhaler", 100)
    record.add("Encounter", "185349003", "Check-up", 200)
    record.report("Observation-4")


class _Record:
    """A record as it is written."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._resources: list[Json] = []

    def ago(self, days: int) -> str:
        return (self._today - timedelta(days=days)).isoformat()

    def add(
        self,
        kind: str,
        code: str,
        words: str,
        days: int,
        *,
        system: str = _SNOMED,
        value: tuple[float, str] | str | None = None,
    ) -> None:
        concept = {"coding": [{"system": system, "code": code, "display": words}], "text": words}
        one: Json = {"resourceType": kind, "id": f"{kind}-{len(self._resources) + 1}"}
        one |= _SHAPES[kind](concept, self.ago(days))
        one["patient" if kind == "Immunization" else "subject"] = {"reference": "Patient/invented"}
        if isinstance(value, str):
            one["valueString"] = value
        elif value:
            one["valueQuantity"] = {
                "value": value[0],
                "unit": value[1],
                "system": "http://unitsofmeasure.org",
                "code": value[1],
            }
        self._resources.append(one)

    def report(self, result: str) -> None:
        """A report that says somebody has interpreted a result."""
        self.add("DiagnosticReport", "127783003", "Spirometry", 7)
        self._resources[-1] |= {
            "result": [{"reference": f"Observation/{result}"}],
            "resultsInterpreter": [{"reference": "Practitioner/conformance"}],
        }

    def person(self, about: str) -> Person:
        born = (self._today - timedelta(days=22800)).isoformat()
        name = {"use": "official", "family": "Invented", "given": ["Robin"]}
        patient: Json = {
            "resourceType": "Patient",
            "id": "invented",
            "active": True,
            "name": [name],
            "gender": "female",
            "birthDate": born,
        }
        return Person(about, patient, tuple(self._resources))


def _status(code: str, system: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _category(code: str, system: str) -> list[Json]:
    return [_status(code, system)]


def _condition(concept: Json, on: str) -> Json:
    return {
        "clinicalStatus": _status("active", "condition-clinical"),
        "verificationStatus": _status("confirmed", "condition-ver-status"),
        "category": _category("problem-list-item", "condition-category"),
        "code": concept,
        "onsetDateTime": on,
        "recordedDate": on,
    }


def _observation(concept: Json, on: str) -> Json:
    vital = _category("vital-signs", "observation-category")
    return {"status": "final", "category": vital, "code": concept, "effectiveDateTime": on}


def _procedure(concept: Json, on: str) -> Json:
    return {"status": "completed", "code": concept, "performedDateTime": on}


def _immunization(concept: Json, on: str) -> Json:
    return {"status": "completed", "vaccineCode": concept, "occurrenceDateTime": on}


def _care_plan(concept: Json, on: str) -> Json:
    plan: Json = {"status": "active", "intent": "plan", "category": [concept]}
    return {**plan, "created": on, "period": {"start": on}}


def _medication(concept: Json, on: str) -> Json:
    order: Json = {"status": "active", "intent": "order", "authoredOn": on}
    return {**order, "medicationCodeableConcept": concept}


def _encounter(concept: Json, on: str) -> Json:
    at_the_practice = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "status": "finished",
        "class": {"system": at_the_practice, "code": "AMB"},
        "type": [concept],
        "period": {"start": on, "end": on},
    }


def _report(concept: Json, on: str) -> Json:
    return {"status": "final", "code": concept, "effectiveDateTime": on}


_SHAPES: dict[str, Callable[[Json, str], Json]] = {
    "Condition": _condition,
    "Observation": _observation,
    "Procedure": _procedure,
    "Immunization": _immunization,
    "CarePlan": _care_plan,
    "MedicationRequest": _medication,
    "Encounter": _encounter,
    "DiagnosticReport": _report,
}
