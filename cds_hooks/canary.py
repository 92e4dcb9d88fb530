"""The people of a rule's stories as calls, asked through the real door before a set goes live.

What they come to is decided by the stories themselves. Here it only matters that each call is
answered, and without a fault: the calls are real ones, over the service's own prefetch keys.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import msgspec
from starlette.types import ASGIApp, Message

from cds_hooks import logs
from cds_hooks.app import create_app
from cds_hooks.cards import HELD_BACK
from cds_hooks.discovery import HookService, hook_services
from cds_hooks.live import InForce, Live
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from fhir_adapters.read import TYPES
from rules.people import Stories, Story, record_of
from rules.record import Entry, Kind
from rules.rule import Rule, Status

Json = dict[str, object]


def canaries(rules: InForce, stories: Mapping[str, Stories], after: float = 0) -> list[str]:
    """The rules whose stories are not answered as a call is to be, by their ids.

    Each call comes so many seconds ``after`` the one before, so that others come in between.
    Blocks; takes a store of its own, and writes nothing to the log.
    """
    with TemporaryDirectory(prefix="goodday-") as folder, logs.quiet():
        answers = Answers(Path(folder), lasting=False)
        try:
            return asyncio.run(_Trial(rules, stories, answers, after).wrong())
        finally:
            answers.close()


class _Trial:
    """One app over the set, in which each rule is asked by itself and then among the others."""

    def __init__(
        self, rules: InForce, stories: Mapping[str, Stories], answers: Answers, after: float
    ) -> None:
        self._after = after
        self._rules, self._stories, self._live = rules, stories, Live(rules)
        self._today = datetime(2026, 1, 1, tzinfo=UTC)
        self._people = count()
        self._app = create_app(Settings(), self._live, answers, clock=lambda: self._today)

    async def wrong(self) -> list[str]:
        wrong: dict[str, None] = {}
        for rule in self._rules.library.rules:
            by_itself = _seen(rule)
            alone = hook_services(replace(self._rules.library, rules=(by_itself,)))
            for services in (alone, self._rules.services):
                self._live.take(replace(self._rules, services=services))
                for service in services.values():
                    both = services is not alone and service == alone.get(service.id)
                    here = rule in service.rules or by_itself in service.rules
                    if here and not both:  # it is asked once where it is alone
                        for story in self._stories.get(rule.id, ()):
                            answered = await self._ask(story, service)
                            wrong |= dict.fromkeys(answered.at_fault(rule.id))
        return list(wrong)

    async def _ask(self, story: Story, service: HookService) -> "_Answered":
        self._today = datetime.combine(story.today, time(12), UTC)
        await asyncio.sleep(self._after)
        call = _call(story, f"canary-{next(self._people)}", service)
        return await _post(self._app, f"/cds-services/{service.id}", msgspec.json.encode(call))


def _seen(rule: Rule) -> Rule:
    """A rule as it would be shown: of one in shadow, or held in its first week, none is."""
    if rule.care.released is not None:
        rule = replace(rule, care=replace(rule.care, released=None))
    return replace(rule, status=Status.PILOT) if rule.status is Status.SHADOW else rule


@dataclass(frozen=True, slots=True)
class _Answered:
    status: int
    body: bytes

    def at_fault(self, asked: str) -> Iterator[str]:
        """The rules that something is wrong with: the one asked, or whichever was withheld."""
        if self.status != 200:
            yield asked
            return
        said = msgspec.json.decode(self.body, type=_Said)
        yield from (one.rule for one in said.extension.get(HELD_BACK, ()) if one.step == "withheld")


class _Held(msgspec.Struct):
    rule: str
    step: str


class _Said(msgspec.Struct):
    cards: list[msgspec.Raw]
    extension: dict[str, list[_Held]] = {}


async def _post(app: ASGIApp, path: str, body: bytes) -> _Answered:
    """One call of the app, as a server makes it."""
    status, parts = 0, [b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    scope: Json = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": None,
        "server": ("localhost", 80),
    }
    await app(scope, receive, send)
    return _Answered(status, b"".join(parts))


# ---- somebody in a story, as a client would send them ---------------------------------------


def _call(story: Story, person: str, service: HookService) -> Json:
    record, _ = record_of(story)
    entries = {id(one): one for found in record.by_code.values() for one in found}.values()
    birth = record.person.birth
    patient: Json = {"resourceType": "Patient", "id": person, "name": [{"given": ["Canary"]}]}
    if birth is not None:
        patient["birthDate"] = birth.first.isoformat()
    prefetch: Json = {}
    for query in service.queries:
        theirs = [one for one in entries if one.kind is query.kind]
        prefetch[query.key] = _bundle(theirs, person) if query.kind is not None else patient
    # Each is seen by somebody of their own: no session is full, however many canaries there are.
    context: Json = {"userId": f"Practitioner/canary-{person}", "patientId": person}
    if service.hook == "appointment-book":
        context["appointments"] = _bundle(record.booking, person)
    return {
        "hook": service.hook,
        "hookInstance": str(uuid4()),
        "context": context,
        "prefetch": prefetch,
    }


def _bundle(entries: Iterable[Entry], person: str) -> Json:
    found = [{"resource": _resource(one, f"{person}-{n}", person)} for n, one in enumerate(entries)]
    return {"resourceType": "Bundle", "type": "searchset", "entry": found}


# Where each list has its codes, its person and its day; besides code, subject and none.
_CODES = {
    Kind.CARE_PLAN: "category",
    Kind.MESSAGE: "topic",
    Kind.DRAFT_MESSAGE: "reasonCode",
    Kind.DOCUMENT: "type",
    Kind.APPOINTMENT: "appointmentType",
    Kind.MEDICATION: "medicationCodeableConcept",
    Kind.STATEMENT: "medicationCodeableConcept",
    Kind.ENCOUNTER: "type",
    Kind.GOAL: "description",
    Kind.CONSENT: "category",
}
_IN_LISTS = frozenset({Kind.CARE_PLAN, Kind.DRAFT_MESSAGE, Kind.ENCOUNTER, Kind.CONSENT})
_DAYS = {
    Kind.CONDITION: "onsetDateTime",
    Kind.OBSERVATION: "effectiveDateTime",
    Kind.PROCEDURE: "performedDateTime",
    Kind.REFERRAL: "authoredOn",
    Kind.TASK: "authoredOn",
    Kind.MESSAGE: "sent",
    Kind.APPOINTMENT: "start",
    Kind.MEDICATION: "authoredOn",
}


def _resource(entry: Entry, name: str, person: str) -> Json:
    kind = entry.kind
    subject = {"reference": f"Patient/{person}"}
    made: Json = {"resourceType": TYPES[kind], "id": name}
    codes: Json = {"coding": [{"system": c.system, "code": c.code} for c in entry.codes]}
    if kind is Kind.QUESTIONNAIRE:
        answers = [{"valueCoding": {"system": c.system, "code": c.code}} for c in entry.codes]
        made["item"] = [{"linkId": "1", "answer": answers}]
    else:
        made[_CODES.get(kind, "code")] = [codes] if kind in _IN_LISTS else codes
    if kind is Kind.CONDITION:
        made["clinicalStatus"] = {"coding": [{"code": entry.status}]}
    else:
        made["lifecycleStatus" if kind is Kind.GOAL else "status"] = entry.status
    if kind is Kind.APPOINTMENT:
        made["participant"] = [{"actor": subject, "status": "accepted"}]
    else:
        about = {Kind.TASK: "for", Kind.CONSENT: "patient"}.get(kind, "subject")
        made[about] = subject
    if entry.when is not None and kind in _DAYS:
        made[_DAYS[kind]] = _day(entry.when.first)
    for _, value in entry.values:
        number = None if value.number is None else float(value.number)
        made["valueQuantity"] = {"value": number, "unit": value.unit}
    return made


def _day(day: date) -> str:
    return f"{day.isoformat()}T09:00:00Z"
