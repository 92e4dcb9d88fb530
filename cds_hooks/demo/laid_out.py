"""A record laid out for reading: headings, and a line for each entry."""

import json

from cds_hooks.demo.people import Somebody
from cds_hooks.demo.writing import Json
from rules.days import span, span_in_words

# A heading, and the resource types under it.
_SECTIONS = (
    ("Conditions", ("Condition",)),
    ("Results", ("Observation", "DiagnosticReport")),
    ("Done, offered and said", ("Procedure", "Communication", "CarePlan", "Task")),
    ("Referrals", ("ServiceRequest",)),
    ("Reminders", ("Flag",)),
    ("Sheets filled in", ("QuestionnaireResponse",)),
    ("Letters", ("CommunicationRequest", "DocumentReference")),
)
_DATES = (
    "onsetDateTime", "effectiveDateTime", "performedDateTime", "sent", "authoredOn", "recordedDate",
    "authored",
)  # fmt: skip

# What has no words of its own; of something to do its description says what.
_WITHOUT_A_CODE = {
    "CommunicationRequest": "Draft letter with results",
    "QuestionnaireResponse": "A sheet to prepare a visit",
}


def pretty(value: object) -> str:
    """JSON, laid out for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def sections(somebody: Somebody, added: frozenset[str]) -> list[Json]:
    """The record as headings and lines."""
    return [
        {
            "heading": heading,
            "lines": [_line(r, added) for r in somebody.resources if r["resourceType"] in kinds],
            "unreadable": [kind for kind in kinds if kind in somebody.unreadable],
            "cut": [kind for kind in kinds if kind in somebody.first_page_only],
        }
        for heading, kinds in _SECTIONS
    ]


def _line(resource: Json, added: frozenset[str]) -> Json:
    words: Json = resource.get("code") or resource.get("topic") or {}
    text: str = words.get("text") or _WITHOUT_A_CODE.get(resource["resourceType"], "")
    if not text:
        text = resource.get("description", "")
    quantity = resource.get("valueQuantity")
    status = resource.get("status", "")
    clinical = resource.get("clinicalStatus", {}).get("coding", [{}])[0].get("code", "")
    reason = resource.get("statusReason", {}).get("text", "")
    when = next((dated(resource, name) for name in _DATES if name in resource), "")
    if "period" in resource:
        when = f"{dated(resource['period'], 'start')} to {dated(resource['period'], 'end')}"
    return {
        "text": text,
        "value": f"{quantity['value']} {quantity['unit']}" if quantity else "",
        "when": when,
        "status": reason or clinical or status,
        "added": resource["id"] in added,
    }


def dated(resource: Json, name: str) -> str:
    """A date of a resource in words."""
    when = span(resource[name])
    return span_in_words(when) if when else str(resource[name])
