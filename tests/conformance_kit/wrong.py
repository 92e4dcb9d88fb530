"""A small CDS Hooks service that is right, with a switch for each way to be wrong.

Each fault lives under an address of its own, /<fault>/cds-services, so that one server has them
all; /right has none, and /right-with-tokens asks for tokens.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx2
from starlette.responses import PlainTextResponse, Response

from cds_hooks.conformance.shapes import all_objects, is_object, objects, within
from tests.conformance_kit.doorkeeper import Doorkeeper

Json = dict[str, Any]  # JSON of every shape, some of it wrong on purpose

ORIGIN = "https://ehr.example"
COPD, PLAN = "13645005", "391131001"


Spoil = Callable[[Json], object]


def nothing(_value: Json) -> object:
    """No change."""
    return None


@dataclass(frozen=True)
class Fault:
    """One way to be wrong, and the requirements that it breaks, all of them.

    ``cards``, ``answer`` and ``discovery`` spoil what is sent: there is a card for each of
    ``cards``. ``does`` is a habit of the service.
    """

    breaks: frozenset[str]
    cards: tuple[Spoil, ...] = (nothing,)
    answer: Spoil = nothing
    discovery: Spoil = nothing
    does: str = ""
    asks: str = "gaps"  # the service that shows it, or all of them
    signed: bool = False


RIGHT = Fault(frozenset(), asks="")


class Wrong(Exception):
    """An error to answer with."""

    def __init__(self, status: int, says: str) -> None:
        self.status = status
        self.says = says
        super().__init__(says)


def once(pairs: list[tuple[str, object]]) -> Json:
    """An object none of whose members is named twice. Raises Wrong."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Wrong(400, "A member is named twice.")
    return made


class Practice:
    """The service under one fault."""

    def __init__(self, fault: Fault, base: str, keys: Doorkeeper) -> None:
        self.fault = fault
        self.base = base
        self.door = keys
        self.cached: Json | None = None
        self.upset = False
        self.calls = 0

    def does(self, habit: str) -> bool:
        return self.fault.does == habit

    # ---- what it offers

    def listing(self) -> Json:
        who = "patient={{context.patientId}}"
        listed: Json = {
            "services": [
                {
                    "hook": "patient-view",
                    "id": "gaps",
                    "title": "Gaps",
                    "description": "Asks where no plan is recorded.",
                    "version": "2.0.1",
                    "prefetch": {
                        "patient": "Patient/{{context.patientId}}",
                        "conditions": f"Condition?{who}&clinical-status=active",
                        "procedures": f"Procedure?{who}&_sort=-date&_count=50",
                        "user": "Practitioner/{{userPractitionerId}}",
                    },
                    "extension": {"org.example.colour": "blue"},
                },
                {
                    "hook": "order-sign",
                    "id": "orders",
                    "title": "Orders",
                    "description": "Looks at what is ordered.",
                },
            ]
        }
        self.fault.discovery(listed)
        return listed

    # ---- a call

    def answer(self, name: str, body: bytes) -> Response:
        call = self.read(body)
        if self.does("dies of a bad call") and self.upset:
            return ok({"cards": []})
        self.check(call, name)
        context: Json = call.get("context", {})
        patient = str(context.get("patientId", ""))
        cards = self.order_cards() if name == "orders" else self.gap_cards(call, patient)
        if cards and self.does("caches"):
            self.cached = self.cached or {"cards": cards}
        if self.cached:
            return ok(self.cached)
        if not cards and self.does("says nothing with 204"):
            return Response(status_code=204)
        said: Json = {"cards": cards, "extension": {"org.example.asked": 1}}
        if name == "orders":
            order = {"resourceType": "MedicationRequest", "id": "conformance-order"}
            marked: Json = {"type": "update", "description": "Marks the order", "resource": order}
            said["systemActions"] = [marked]
        self.fault.answer(said)
        if self.does("answers as text"):
            return PlainTextResponse(json.dumps(said))
        return PlainTextResponse("none") if self.does("answers with a word") else ok(said)

    def read(self, body: bytes) -> Json:
        try:
            pairs = None if self.does("takes a member twice") else once
            call: object = json.loads(body, object_pairs_hook=pairs)
        except (ValueError, RecursionError):
            call = None
        if not is_object(call):
            self.upset = True
            if self.does("answers broken bodies"):
                return {}
            if self.does("falls over broken bodies"):
                raise Wrong(500, "It fell over.")
            says = "The body is no JSON object."
            raise Wrong(400, f"{says} {body!r}" if self.does("repeats") else says)
        return call

    def check(self, call: Json, name: str) -> None:
        if not call:  # only where broken bodies are answered
            return
        hook = {"gaps": "patient-view", "orders": "order-sign"}[name]
        context = call.get("context", {} if self.does("takes no context") else None)
        self.unless("takes no hook", "hook" in call, "hook")
        self.unless("takes any hook", call.get("hook", hook) == hook, "hook")
        self.unless("takes no hookInstance", "hookInstance" in call, "hookInstance")
        is_uuid = "hookInstance" not in call or a_uuid(call["hookInstance"])
        self.unless("takes any hookInstance", is_uuid, "hookInstance")
        self.unless("takes no context", isinstance(context, dict), "context")
        if self.does("takes no context") and not isinstance(call.get("context"), dict):
            call["context"] = {"patientId": "1", "userId": "Practitioner/1"}
        for field in ("patientId", "userId"):
            self.unless(f"takes no {field}", field in call["context"], field)
        prefetch = call.get("prefetch", {})
        self.unless("", isinstance(prefetch, dict), "prefetch")
        known = {"hook", "hookInstance", "context", "prefetch", "extension", "fhirServer",
                 "fhirAuthorization"}  # fmt: skip
        if self.does("takes no extension") and "extension" in call:
            raise Wrong(400, "No extension, please.")
        if self.does("takes nothing unknown") and not call.keys() <= known:
            raise Wrong(400, "What is this?")
        keys = {"patient", "conditions", "procedures", "user"}
        if self.does("takes no unknown key") and not prefetch.keys() <= keys:
            raise Wrong(400, "What is this key?")
        if self.does("takes no null") and None in prefetch.values():
            raise Wrong(400, "No null, please.")

    def unless(self, habit: str, fine: bool, member: str) -> None:
        if not fine and not self.does(habit):
            raise Wrong(400, f'"{member}" is not as it needs to be.')

    # ---- what it says

    def gap_cards(self, call: Json, patient: str) -> list[Json]:
        prefetch: Json = call.get("prefetch") or {}
        if not call:
            return []
        if self.does("calls any server") and "fhirServer" in call and not prefetch:
            with suppress(httpx2.HTTPError):
                httpx2.get(call["fhirServer"], timeout=0.05, trust_env=False)
        if self.does("wants a server"):
            raise Wrong(412, "There is no FHIR server.")
        missing = {"patient", "conditions", "procedures"} - prefetch.keys()
        if missing:
            if self.does("falls over what is missing"):
                raise Wrong(500, "It fell over.")
            if self.does("repeats the token") and "fhirAuthorization" in call:
                raise Wrong(412, call["fhirAuthorization"]["access_token"])
            if self.does("says nothing of what is missing"):
                return []
            if not (self.does("takes what is absent for empty") and prefetch):
                raise Wrong(412, f"Send {', '.join(sorted(missing))}.")
        who = prefetch.get("patient")
        if is_object(who) and who.get("id") != patient and not self.does("mixes patients"):
            raise Wrong(400, "The prefetch is about another patient.")
        if not (self.does("mixes patients") or self.does("looks at nobody's subject")):
            self.whose(prefetch, patient)
        conditions = self.codes(prefetch.get("conditions"))
        procedures = self.codes(prefetch.get("procedures"))
        if conditions is None or procedures is None or COPD not in conditions:
            return []
        if PLAN in procedures:
            return []
        return [self.card(patient, spoil) for spoil in self.fault.cards]

    def whose(self, prefetch: Json, patient: str) -> None:
        for key in ("conditions", "procedures"):
            for entry in objects(within(prefetch, key, "entry")):
                about = within(entry, "resource", "subject", "reference")
                if about not in (None, f"Patient/{patient}"):
                    raise Wrong(400, "One of the prefetch is about another patient.")

    def codes(self, value: object) -> set[str] | None:
        """The codes of a list; None where it could not be read."""
        if value is None:
            absent_is_empty = self.does("takes what is absent for empty")
            return set() if absent_is_empty else None
        if not is_object(value):
            return set() if self.does("takes anything for empty") else None
        if value.get("resourceType") == "OperationOutcome":
            return set() if self.does("takes an error for empty") else None
        if value.get("resourceType") != "Bundle":
            return set() if self.does("takes anything for empty") else None
        resources = [entry["resource"] for entry in objects(value.get("entry"))]
        failed = any(one["resourceType"] == "OperationOutcome" for one in resources)
        if failed and not self.does("overlooks an error in a list"):
            return None
        further = any(link["relation"] == "next" for link in objects(value.get("link")))
        if further and not self.does("overlooks further pages"):
            return None
        codings = [objects(within(one, "code", "coding")) for one in resources]
        return {coding["code"] for many in codings for coding in many}

    def order_cards(self) -> list[Json]:
        uuid = str(uuid4())
        ISSUED.add(uuid)
        made: Json = {"uuid": uuid, "summary": "It has been looked at.", "indicator": "info"}
        return [{**made, "source": {"label": "Orders"}}]

    def card(self, patient: str, spoil: Spoil) -> Json:
        """A card with something of everything on it, spoilt."""
        made = a_card(patient)
        if self.does("uses a uuid for ever"):
            made["uuid"] = "00000000-0000-4000-8000-000000000000"
        spoil(made)
        return made

    # ---- feedback

    def hear(self, body: bytes) -> Response:
        if self.does("has no feedback"):
            raise Wrong(404, "There is nothing here.")
        if self.does("falls over feedback"):
            raise Wrong(500, "It fell over.")
        call = self.read(body)
        items = call.get("feedback")
        if not all_objects(items):
            if self.does("takes no list"):
                return ok({})
            raise Wrong(400, '"feedback" is no list.')
        if self.does("takes one item") and len(objects(items)) > 1:
            raise Wrong(400, "One at a time.")
        for item in objects(items):
            self.hear_one(item)
        return ok({})

    def hear_one(self, item: Json) -> None:
        self.unless("takes no card", "card" in item, "card")
        known = item.get("outcome") in ("accepted", "overridden")
        self.unless("takes any outcome", known, "outcome")
        at = item.get("outcomeTimestamp")
        self.unless("takes no time", isinstance(at, str), "outcomeTimestamp")
        if self.does("takes no fractions") and at and "." in at:
            raise Wrong(400, "What time is that?")
        if self.does("takes no suggestions") and "acceptedSuggestions" in item:
            raise Wrong(400, "No suggestions, please.")
        if self.does("takes no comment") and "reason" not in item.get("overrideReason", {"reason"}):
            raise Wrong(400, "Where is the reason?")
        if self.does("takes no reason") and "overrideReason" in item:
            raise Wrong(400, "No reasons, please.")
        if self.does("knows every card") and item.get("card", "") not in ISSUED:
            raise Wrong(400, "No such card.")


ISSUED: set[str] = set()


def a_card(patient: str) -> Json:
    """A card with something of everything on it, as it has to be."""
    of = {"reference": f"Patient/{patient}"}
    task: Json = {"resourceType": "Task", "status": "draft", "intent": "proposal", "for": of}
    system = "http://example.org/reasons"
    uuid = str(uuid4())
    ISSUED.add(uuid)
    return {
        "uuid": uuid,
        "summary": "No plan is recorded.",
        "detail": "Nothing of the *last year*.",
        "indicator": "info",
        "source": {
            "label": "Gaps",
            "url": "https://example.org/gaps",
            "icon": "https://example.org/gaps.png",
            "topic": {"code": "plan", "system": "http://example.org/topics"},
        },
        "selectionBehavior": "at-most-one",
        "suggestions": [
            {
                "label": "Talk about a plan",
                "uuid": str(uuid4()),
                "isRecommended": True,
                "actions": [
                    {"type": "create", "description": "A task", "resource": task},
                    {
                        "type": "update",
                        "description": "Another task",
                        "resource": {**task, "id": "1"},
                    },
                    {"type": "delete", "description": "A third", "resourceId": "Task/2"},
                ],
            },
            {"label": "Not now", "uuid": str(uuid4())},
        ],
        "overrideReasons": [{"code": "no-time", "system": system, "display": "No time"}],
        "links": [
            {"label": "More", "url": "https://example.org/more", "type": "absolute"},
            {
                "label": "An app",
                "url": "https://example.org/app",
                "type": "smart",
                "appContext": "gaps",
                "autolaunchable": False,
            },
        ],
    }


def a_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def ok(value: Json) -> Response:
    return Response(json.dumps(value), media_type="application/json")
