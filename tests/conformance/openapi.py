"""CDS Hooks as an OpenAPI description, for schemathesis alone: the service publishes none.

It says what a client may send, hooks and resources of the sort that our rules read, so that most
of what is made from it gets as far as being decided; schemathesis spoils the rest.
"""

from tests.served import BOOK, VIEW, Json

_TEXT: Json = {"type": "string", "maxLength": 20}
_CODING: Json = {
    "type": "object",
    "properties": {
        "system": {"enum": ["http://snomed.info/sct", "http://loinc.org", "urn:x"]},
        "code": {"enum": ["13645005", "313223002", "391131001", "x"]},
        "display": _TEXT,
    },
}
_CONCEPT: Json = {
    "type": "object",
    "properties": {"coding": {"type": "array", "items": _CODING, "maxItems": 2}, "text": _TEXT},
}
_REFERENCE: Json = {
    "type": "object",
    "properties": {"reference": {"enum": ["Patient/p1", "Patient/p2", "#p1", "urn:uuid:1"]}},
    "required": ["reference"],
}
_DATE: Json = {
    "anyOf": [
        {"enum": ["2026", "2026-11", "2026-11-21", "2026-11-21T09:30:00Z", "2026-02-30"]},
        _TEXT,
    ]
}
_STATUS: Json = {"enum": ["active", "final", "completed", "entered-in-error", "preliminary", "x"]}
_KINDS = (
    "Condition", "Observation", "Procedure", "ServiceRequest", "Flag", "Task", "CarePlan",
    "Communication", "CommunicationRequest", "DocumentReference", "DiagnosticReport", "Appointment",
    "OperationOutcome", "Basic",
)  # fmt: skip
_RESOURCE: Json = {
    "type": "object",
    "properties": {
        "resourceType": {"enum": list(_KINDS)},
        "id": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
        "status": _STATUS,
        "clinicalStatus": _CONCEPT,
        "code": _CONCEPT,
        "category": {"type": "array", "items": _CONCEPT, "maxItems": 2},
        "subject": _REFERENCE,
        "for": _REFERENCE,
        "onsetDateTime": _DATE,
        "effectiveDateTime": _DATE,
        "performedDateTime": _DATE,
        "authoredOn": _DATE,
        "sent": _DATE,
        "valueQuantity": {
            "type": "object",
            "properties": {"value": {"type": "number"}, "unit": _TEXT},
        },
    },
    "required": ["resourceType", "subject"],
}
_BUNDLE: Json = {
    "type": "object",
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"const": "searchset"},
        "total": {"type": "integer"},
        "entry": {
            "type": "array",
            "items": {"type": "object", "properties": {"resource": _RESOURCE}},
            "maxItems": 3,
        },
    },
    "required": ["resourceType", "type"],
}
_PATIENT: Json = {
    "type": "object",
    "properties": {
        "resourceType": {"const": "Patient"},
        "id": {"enum": ["p1", "p1", "p1", "p2"]},
        "birthDate": {"anyOf": [{"enum": ["1950-02-03", "1950", "2020-01-01"]}, _DATE]},
        "deceasedBoolean": {"type": "boolean"},
        "name": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"given": {"type": "array", "items": _TEXT, "maxItems": 2}},
            },
            "maxItems": 2,
        },
    },
    "required": ["resourceType", "id"],
}


def description(prefetch: Json) -> Json:
    """The whole description; ``prefetch`` are the templates of each hook, as discovery has them."""
    paths: Json = {"/cds-services": {"get": {"responses": {"200": {"description": "services"}}}}}
    for hook, templates in prefetch.items():
        address = f"/cds-services/good-day-{hook}"
        paths[address] = {"post": _operation(_call(hook, templates))}
        paths[f"{address}/feedback"] = {"post": _operation(_FEEDBACK)}
    return {"openapi": "3.0.3", "info": {"title": "CDS Hooks", "version": "2.0.1"}, "paths": paths}


def _operation(body: Json) -> Json:
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "an answer"}, "default": {"description": "none"}},
    }


def _call(hook: str, templates: dict[str, str]) -> Json:
    keys = {
        key: _PATIENT if template.startswith("Patient/") else _BUNDLE
        for key, template in templates.items()
    }
    context: Json = {"userId": _TEXT, "patientId": {"enum": ["p1", "p1", "Patient/p1", "p2"]}}
    if hook == BOOK:
        context["appointments"] = _BUNDLE
    return {
        "type": "object",
        "properties": {
            "hook": {"const": hook},
            "hookInstance": {"type": "string", "format": "uuid"},
            "context": {"type": "object", "properties": context, "required": list(context)},
            "prefetch": {"type": "object", "properties": keys, "required": list(keys)},
            "extension": {"type": "object"},
        },
        "required": ["hook", "hookInstance", "context", "prefetch"],
    }


_FEEDBACK: Json = {
    "type": "object",
    "properties": {
        "feedback": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "card": {"type": "string", "format": "uuid"},
                    "outcome": {"enum": ["accepted", "overridden"]},
                    "outcomeTimestamp": {"type": "string", "format": "date-time"},
                    "acceptedSuggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"id": {"type": "string", "format": "uuid"}},
                            "required": ["id"],
                        },
                    },
                    "overrideReason": {
                        "type": "object",
                        "properties": {
                            "reason": {
                                "type": "object",
                                "properties": {"code": _TEXT, "system": _TEXT},
                                "required": ["code"],
                            },
                            "userComment": _TEXT,
                        },
                    },
                },
                "required": ["card", "outcome", "outcomeTimestamp"],
            },
            "maxItems": 3,
        }
    },
    "required": ["feedback"],
}
HOOKS = (VIEW, BOOK)
