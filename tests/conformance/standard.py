"""CDS Hooks 2.0.1 as checks over plain JSON (CDS_HOOKS 1.2, 1.3, 1.8 to 1.10), and R4's own lists.

Nothing of ours is used here: what the service sends is held to what the standard says, and each
resource on a button to fhir.resources and to the codes that R4 requires.
"""

import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any, cast
from uuid import UUID

from tests.served import Json, Reply

CARD = {"uuid", "summary", "detail", "indicator", "source"} | {
    "suggestions",
    "selectionBehavior",
    "overrideReasons",
    "links",
    "extension",
}
SUGGESTION = {"label", "uuid", "isRecommended", "actions"}
SERVICE = {
    "version",
    "hookVersion",
    "hook",
    "title",
    "description",
    "id",
    "prefetch",
    "usageRequirements",
    "extension",
}

_REQUEST = frozenset(
    {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
)
_EVENT = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed"}
    | {"entered-in-error", "unknown"}
)
_INTENT = frozenset(
    {"proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order"}
    | {"instance-order", "option"}
)
# For each type that we write: the elements R4 requires, and its required bindings.
R4: dict[str, tuple[set[str], dict[str, frozenset[str]]]] = {
    "ServiceRequest": ({"status", "intent", "subject"}, {"status": _REQUEST, "intent": _INTENT}),
    "Procedure": ({"status", "subject"}, {"status": _EVENT}),
    "Communication": ({"status"}, {"status": _EVENT}),
    "CommunicationRequest": ({"status"}, {"status": _REQUEST}),
    "Flag": (
        {"status", "code", "subject"},
        {"status": frozenset({"active", "inactive", "entered-in-error"})},
    ),
    "Task": (
        {"status", "intent", "for", "description"},
        {
            "status": frozenset(
                {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"}
                | {"in-progress", "on-hold", "failed", "completed", "entered-in-error"}
            ),
            "intent": _INTENT - {"directive"} | {"unknown"},
        },
    ),
    "Goal": (
        {"lifecycleStatus", "description", "subject"},
        {
            "lifecycleStatus": frozenset(
                {"proposed", "planned", "accepted", "active", "on-hold", "completed"}
                | {"cancelled", "entered-in-error", "rejected"}
            )
        },
    ),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")
_DATED = {"authoredOn", "performedDateTime", "sent", "occurrenceDateTime", "start", "end"} | {
    "valueDate",
    "startDate",
}
_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_URI = re.compile(r"(https?://|urn:)\S+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


# Any: a part of JSON is of every sort, and who asks knows which it expects.
def members(value: object) -> list[tuple[str | int, Any]]:  # any JSON value
    """What is in a JSON value, by name or number; nothing where it is no object and no list."""
    if isinstance(value, dict):
        return list(cast("Json", value).items())  # JSON has no other keys
    if isinstance(value, list):
        return list(enumerate(cast("list[object]", value)))  # nor other items
    return []


def parts(value: object, path: str = "") -> Iterator[tuple[str, Any]]:  # any JSON value
    """Every part of a JSON value with its path, itself first."""
    yield path, value
    for name, inner in members(value):
        yield from parts(inner, f"{path}/{name}")


def check_no_empties(body: Json, may_be_empty: str) -> None:
    """J2 to J4: no null and nothing empty, besides one list at the top that may be."""
    assert may_be_empty in body
    for path, value in parts(body):
        if path != f"/{may_be_empty}":
            assert value not in (None, "", [], {}), path
        if isinstance(value, str):
            assert not _CONTROL.search(value), path


# P5: reading one resource, or a search by a reference, tokens that are equal, the newest first.
_TOKENS = r"[^\s&|,#{}]+\|[^\s&|,#{}]+(,[^\s&|,#{}]+\|[^\s&|,#{}]+)*"
TEMPLATE = (
    r"[A-Z][A-Za-z]+(/\{\{context\.patientId\}\}|\?patient=\{\{context\.patientId\}\}"
    rf"(&(code|combo-code|combo-value-concept|type|category)={_TOKENS})?&_sort=-[a-z-]+&_count=\d+)"
)


def check_discovery(body: Json) -> None:
    """D2 to D9, and P2, P3 and P6 for the templates."""
    check_no_empties(body, "services")
    assert set(body) == {"services"}
    for service in body["services"]:
        assert {"hook", "id", "description"} <= set(service) <= SERVICE
        assert re.fullmatch(r"[a-z0-9.-]+", service["id"])
        for name in ("hook", "id", "description", "title", "usageRequirements"):
            assert isinstance(service[name], str)
        for key, template in service["prefetch"].items():
            assert re.fullmatch(r"[A-Za-z]+", key)
            assert re.fullmatch(TEMPLATE, template), template
    ids = [service["id"] for service in body["services"]]
    assert len(set(ids)) == len(ids)


def check_answer(body: Json, today: date) -> None:
    """S1 to S6, and every card."""
    check_no_empties(body, "cards")
    assert set(body) <= {"cards", "extension"}
    assert len(body["cards"]) <= 1
    for name, value in body.get("extension", {}).items():
        assert re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", name)
        assert value
    uuids: list[str] = []
    for card in body["cards"]:
        check_card(card, today)
        uuids += [card["uuid"], *(s["uuid"] for s in card["suggestions"])]
    assert len(set(uuids)) == len(uuids)


def check_card(card: Json, today: date) -> None:
    """1.9, with what this service promises besides: feedback can always come back."""
    assert {"uuid", "summary", "indicator", "source"} <= set(card) <= CARD
    assert UUID(card["uuid"]).version == 4
    assert 0 < len(card["summary"]) < 140
    assert "\n" not in card["summary"]
    assert card["indicator"] in ("info", "warning", "critical")
    assert set(card["source"]) <= {"label", "url", "icon", "topic"}
    assert card["source"]["label"]
    assert card["selectionBehavior"] in ("any", "at-most-one")
    for reason in card["overrideReasons"]:
        assert set(reason) == {"code", "system", "display"}
        assert _URI.fullmatch(reason["system"])
    recommended = [s for s in card["suggestions"] if s.get("isRecommended")]
    assert card["selectionBehavior"] == "any" or len(recommended) <= 1
    labels = [s["label"] for s in card["suggestions"]]
    assert len(set(labels)) == len(labels)
    for suggestion in card["suggestions"]:
        assert {"label", "uuid", "actions"} <= set(suggestion) <= SUGGESTION
        assert UUID(suggestion["uuid"]).version == 4
        for action in suggestion["actions"]:
            assert set(action) == {"type", "description", "resource"}
            assert action["type"] == "create"
            check_resource(action["resource"], today)


def check_resource(resource: Json, today: date) -> None:
    """A resource to create: valid by fhir.resources, and by the lists that R4 requires."""
    kind = resource["resourceType"]
    required, bindings = R4[kind]
    assert required <= set(resource)
    assert "id" not in resource, "a resource that does not exist yet has no id"
    for element, allowed in bindings.items():
        assert resource[element] in allowed
    module: Any = import_module("fhir.resources.R4B")  # untyped; R4B is its nearest to R4
    module.get_fhir_model_class(kind).model_validate(resource)
    for path, value in parts(resource):
        name = path.rpartition("/")[2]
        if name in _DATED:
            assert _DATE.fullmatch(value), path
        elif name == "reference":
            assert _REFERENCE.fullmatch(value), path
        elif name in ("system", "url", "valueCanonical"):
            assert _URI.fullmatch(value), path
        elif name == "coding":
            assert all(coding["system"] and coding["code"] for coding in value), path
    if kind == "Flag":
        period = resource["period"]
        assert period["start"] == today.isoformat()
        assert period["start"] <= period["end"] <= _a_year_after(today).isoformat()
    if kind == "CommunicationRequest":
        assert resource["status"] == "draft", "somebody reads it before it is sent"
        assert resource.get("occurrenceDateTime", "9999") >= today.isoformat()
    if kind == "Task":
        assert resource.get("restriction", {}).get("period", {}).get("end", "9") >= str(today)
    if kind == "Goal":
        assert resource["lifecycleStatus"] == "proposed", "nobody has agreed to it yet"
    if kind == "ServiceRequest":
        assert (resource["status"], resource["intent"]) == ("draft", "proposal")


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28) if day.year < date.max.year else date.max


# Words that only a library, a database or a stack trace would use.
NOT_OURS = ("pydantic", "msgspec", "sqlalchemy", "sqlite", "select ", "traceback", "expected `",
            "$.", ".py", "object at 0x", "validationerror", "<class", "none of")  # fmt: skip


def check_refusal(reply: Reply, status: int, says: str = "") -> None:
    """An OperationOutcome with this status, in our words only."""
    assert reply.status == status, reply.text
    assert says in reply.says()
    assert reply.says().endswith(".")
    assert not [word for word in NOT_OURS if word in reply.text.lower()]
