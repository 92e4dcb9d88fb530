"""The published hooks: what stands in their contexts, and a context for each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cds_hooks.conformance.people import Person
from cds_hooks.conformance.shapes import Json

USER = "Practitioner/conformance"
ENCOUNTER = "conformance-encounter"


def bundle(*resources: Json, kind: str = "collection") -> Json:
    """A Bundle of these resources; without an entry where there are none."""
    entries = [{"resource": one} for one in resources]
    made: Json = {"resourceType": "Bundle", "type": kind}
    return {**made, "entry": entries} if entries else made


@dataclass(frozen=True, slots=True)
class Hook:
    """One published hook: its fields that may be tokens, those that are required, its context."""

    tokens: frozenset[str]
    required: frozenset[str]
    more: Callable[[Person, date], Json]


def seen_by(person: Person) -> str:
    """Who opens somebody's record: a clinician of their own."""
    return f"{USER}-of-{person.id}"


def context(hook: str, person: Person, today: date) -> Json:
    """A context for a hook, published or not; of one that is not, only user and patient.

    Everybody is seen by somebody of their own: a service may show one clinician only so much.
    """
    known = HOOKS.get(hook)
    made: Json = {"userId": seen_by(person), "patientId": person.id}
    if known is None:
        return made
    if "userId" not in known.required and "userId" not in known.tokens:
        del made["userId"]
    return made | known.more(person, today)


def _booking(person: Person, today: date) -> Json:
    day = (today + timedelta(days=10)).isoformat()
    reason = {"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "FOLLOWUP"}
    return {
        "resourceType": "Appointment",
        "id": "conformance-visit",
        "status": "proposed",
        "appointmentType": {"coding": [reason]},
        "start": f"{day}T09:00:00Z",
        "end": f"{day}T09:20:00Z",
        "participant": [
            {"actor": {"reference": f"Patient/{person.id}"}, "status": "accepted"},
            {"actor": {"reference": USER}, "status": "accepted"},
        ],
    }


def _order(person: Person, today: date) -> Json:
    coded = {"system": "http://snomed.info/sct", "code": "372665008", "display": "Salbutamol"}
    return {
        "resourceType": "MedicationRequest",
        "id": "conformance-order",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [coded], "text": "Salbutamol"},
        "subject": {"reference": f"Patient/{person.id}"},
        "authoredOn": today.isoformat(),
    }


def _problem(person: Person, today: date) -> Json:
    coded = {"system": "http://snomed.info/sct", "code": "13645005", "display": "COPD"}
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    category = "http://terminology.hl7.org/CodeSystem/condition-category"
    return {
        "resourceType": "Condition",
        "id": "conformance-problem",
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        "category": [{"coding": [{"system": category, "code": "problem-list-item"}]}],
        "code": {"coding": [coded], "text": "COPD"},
        "subject": {"reference": f"Patient/{person.id}"},
        "onsetDateTime": today.isoformat(),
    }


def _allergy(person: Person, today: date) -> Json:
    coded = {"system": "http://snomed.info/sct", "code": "91936005", "display": "Penicillin"}
    return {
        "resourceType": "AllergyIntolerance",
        "id": "conformance-allergy",
        "code": {"coding": [coded], "text": "Penicillin"},
        "patient": {"reference": f"Patient/{person.id}"},
        "recordedDate": today.isoformat(),
    }


def _nothing(_person: Person, _today: date) -> Json:
    return {}


def _visit(_person: Person, _today: date) -> Json:
    return {"encounterId": ENCOUNTER}


_WHO = frozenset({"userId", "patientId"})
_USUAL = _WHO | {"encounterId"}

HOOKS: dict[str, Hook] = {
    "patient-view": Hook(_USUAL, _WHO, _nothing),
    "appointment-book": Hook(
        _USUAL, _WHO | {"appointments"}, lambda p, t: {"appointments": bundle(_booking(p, t))}
    ),
    "encounter-start": Hook(_USUAL, _USUAL, _visit),
    "encounter-discharge": Hook(_USUAL, _USUAL, _visit),
    "order-select": Hook(
        _USUAL,
        _WHO | {"selections", "draftOrders"},
        lambda p, t: {
            "selections": ["MedicationRequest/conformance-order"],
            "draftOrders": bundle(_order(p, t)),
        },
    ),
    "order-sign": Hook(
        _USUAL, _WHO | {"draftOrders"}, lambda p, t: {"draftOrders": bundle(_order(p, t))}
    ),
    "order-dispatch": Hook(
        frozenset({"patientId", "performer"}),
        frozenset({"patientId", "dispatchedOrders", "performer"}),
        lambda _p, _t: {
            "dispatchedOrders": ["ServiceRequest/conformance-order"],
            "performer": "Organization/conformance",
        },
    ),
    "problem-list-item-create": Hook(
        _USUAL, _WHO | {"conditions"}, lambda p, t: {"conditions": bundle(_problem(p, t))}
    ),
    "allergyintolerance-create": Hook(
        _USUAL, _WHO | {"allergyIntolerance"}, lambda p, t: {"allergyIntolerance": _allergy(p, t)}
    ),
    "medication-refill": Hook(
        _USUAL,
        frozenset({"patientId", "medications"}),
        lambda p, t: {"medications": bundle(_order(p, t))},
    ),
    "medication-verify": Hook(
        _USUAL,
        _WHO | {"medication"},
        lambda p, t: {"medication": {**_order(p, t), "status": "active"}},
    ),
}
