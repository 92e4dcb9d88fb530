"""The record system in the box: it holds records, calls hooks, and does what a clinician presses.

It is a CDS Hooks client like any other: it reads discovery, fills prefetch templates, posts, and
sends feedback. It knows nothing of how the service works inside.
"""

import copy
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from pathlib import Path
from uuid import uuid4

import httpx2

from cds_hooks.demo import kept
from cds_hooks.demo.clinicians import Clinician
from cds_hooks.demo.days import Days
from cds_hooks.demo.people import Somebody, people
from cds_hooks.demo.writing import Json
from fhir_adapters.systems import ASK_AGAIN_AFTER

# How many opened records are kept to go back to.
_MOST_VISITS = 500


class NotThere(Exception):
    """No such person, visit, card or button here (any more)."""


@dataclass
class Asked:
    """One call to one service, word for word, and what the clinician did with its cards."""

    listed: Json  # the service, as discovery lists it
    request: Json
    status: int
    answer: Json
    taken: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])  # by suggestion
    closed: dict[str, str] = field(default_factory=dict[str, str])  # by card: how

    @property
    def hook(self) -> str:
        """Whose moment it was."""
        return str(self.listed["hook"])

    @property
    def service(self) -> str:
        """The service that was called."""
        return str(self.listed["id"])

    @property
    def cards(self) -> list[Json]:
        """The cards of the answer."""
        return list(self.answer.get("cards", ())) if self.status == 200 else []

    def card(self, uuid: str) -> Json:
        """One of the cards. Raises NotThere."""
        for card in self.cards:
            if card.get("uuid") == uuid:
                return card
        raise NotThere


@dataclass
class Visit:
    """A record that was opened: whose, by whom, on which day, and every call that was made."""

    number: int
    person: str
    clinician: Clinician
    on: date
    calls: list[Asked]

    def call(self, service: str) -> Asked:
        """The call to one service. Raises NotThere."""
        for asked in self.calls:
            if asked.service == service:
                return asked
        raise NotThere


class Ehr:
    """Invented people, what was added to their records, and a client for the service."""

    def __init__(
        self, folder: Path, client: httpx2.AsyncClient, days: Days, start: int = 1
    ) -> None:
        """Take up where this folder left off. Raises OSError, or NotOurs for another's file.

        ``start`` is part of everybody's ids: what was said in one is about nobody in the next.
        """
        self._file = folder / "ehr.json"
        self._start = start
        self._client = client
        self._days = days
        self._visits: OrderedDict[int, Visit] = OrderedDict()
        self._count = 0
        self._added: dict[str, list[Json]] = {}
        found = kept.read(self._file)
        if found is None:
            self._write()
            return
        try:
            self._added = {key: list(added) for key, added in found["added"].items()}
        except (KeyError, TypeError, AttributeError):
            raise kept.NotOurs from None

    @property
    def today(self) -> date:
        """The practice's day."""
        return self._days.today

    def everybody(self) -> list[Somebody]:
        """All people, with what has been added to their records."""
        return [self._as_now(somebody) for somebody in self._people().values()]

    def somebody(self, key: str) -> Somebody:
        """One person. Raises NotThere."""
        found = self._people().get(key)
        if found is None:
            raise NotThere
        return self._as_now(found)

    def added(self, key: str) -> frozenset[str]:
        """The ids of the entries that were added to a record here."""
        return frozenset(resource["id"] for resource in self._added.get(key, ()))

    def visit(self, number: int) -> Visit:
        """A record that was opened before. Raises NotThere."""
        try:
            return self._visits[number]
        except KeyError:
            raise NotThere from None

    async def open(self, key: str, clinician: Clinician) -> Visit:
        """Open somebody's record: call every service whose moment it is. Raises NotThere."""
        somebody = self.somebody(key)
        listed = (await self._client.get("/cds-services")).json()["services"]
        calls = [
            await self._ask(service, somebody, clinician)
            for service in sorted(listed, key=lambda service: service["hook"], reverse=True)
            if service["hook"] == "patient-view"
            or (service["hook"] == "appointment-book" and somebody.booking)
        ]
        self._count += 1
        visit = Visit(self._count, key, clinician, self.today, calls)
        self._visits[self._count] = visit
        while len(self._visits) > _MOST_VISITS:
            self._visits.popitem(last=False)
        return visit

    def would_ask(self, visit: Visit, asked: Asked) -> Json:
        """A call as it was made, over the record as it is now. It is not made. Raises NotThere."""
        somebody = self.somebody(visit.person)
        request = _request(asked.listed, somebody, visit.clinician)
        return {**request, "hookInstance": asked.request["hookInstance"]}

    async def take(
        self, number: int, card_uuid: str, suggestion_uuid: str, ask_again: str = ""
    ) -> None:
        """Do what a suggestion says, on the record, and tell the service. Raises NotThere."""
        visit, asked, card = self._find(number, card_uuid)
        suggestion = next((s for s in card["suggestions"] if s["uuid"] == suggestion_uuid), None)
        if suggestion is None or card_uuid in asked.closed or suggestion_uuid in asked.taken:
            raise NotThere
        created = [
            self._create(visit.person, action["resource"], ask_again)
            if action["type"] == "create"
            else self._update(visit.person, action["resource"])
            for action in suggestion.get("actions", ())
            if action["type"] in ("create", "update")
        ]
        asked.taken[suggestion_uuid] = created
        if any(resource.get("status") == "not-done" for resource in created):
            asked.closed[card_uuid] = suggestion["label"]
        self._write()
        await self._tell(
            asked,
            {
                "card": card_uuid,
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": suggestion_uuid}],
            },
        )

    async def close(self, number: int, card_uuid: str, code: str) -> None:
        """Close a card for one of its reasons, and tell the service. Raises NotThere."""
        _, asked, card = self._find(number, card_uuid)
        reason = next((r for r in card.get("overrideReasons", ()) if r["code"] == code), None)
        if reason is None or card_uuid in asked.closed:
            raise NotThere
        asked.closed[card_uuid] = reason["display"]
        await self._tell(
            asked,
            {"card": card_uuid, "outcome": "overridden", "overrideReason": {"reason": reason}},
        )

    def _find(self, number: int, card_uuid: str) -> tuple[Visit, Asked, Json]:
        visit = self.visit(number)
        for asked in visit.calls:
            try:
                return visit, asked, asked.card(card_uuid)
            except NotThere:
                continue
        raise NotThere

    async def _ask(self, service: Json, somebody: Somebody, clinician: Clinician) -> Asked:
        request = _request(service, somebody, clinician)
        answer = await self._client.post(f"/cds-services/{service['id']}", json=request)
        return Asked(service, request, answer.status_code, answer.json())

    async def _tell(self, asked: Asked, feedback: Json) -> None:
        at = self._days().astimezone(UTC)
        feedback["outcomeTimestamp"] = at.isoformat().replace("+00:00", "Z")
        answer = await self._client.post(
            f"/cds-services/{asked.service}/feedback", json={"feedback": [feedback]}
        )
        answer.raise_for_status()

    def _create(self, person: str, proposed: Json, ask_again: str) -> Json:
        """Add a proposed resource to a record, with an id, and the day that the person chose."""
        resource = copy.deepcopy(proposed)
        for extension in resource.get("extension", ()):
            if extension["url"] == ASK_AGAIN_AFTER and ask_again:
                extension["valueDate"] = ask_again
        mine = self._added.setdefault(person, [])
        resource["id"] = f"added-{resource['resourceType'].lower()}-{len(mine) + 1}"
        mine.append(resource)
        return resource

    def _update(self, person: str, changed: Json) -> Json:
        """Put a resource in the place of the one of its name on a record."""
        mine = self._added.setdefault(person, [])
        mine[:] = [one for one in mine if _name(one) != _name(changed)]
        mine.append(changed)
        return changed

    def _people(self) -> dict[str, Somebody]:
        """Everybody as they were before the clock was moved: their records stay where they are."""
        return people(self._days.began, self._start)

    def _as_now(self, somebody: Somebody) -> Somebody:
        """With what was added to the record since; a visit whose day has passed is not booked."""
        added = tuple(self._added.get(somebody.key, ()))
        names = {_name(one) for one in added}
        booking = somebody.booking
        return replace(
            somebody,
            resources=tuple(one for one in somebody.resources if _name(one) not in names) + added,
            booking=booking if booking and booking["start"][:10] >= str(self.today) else None,
        )

    def _write(self) -> None:
        kept.write(self._file, {"added": self._added})


def _name(resource: Json) -> tuple[str, str]:
    return resource["resourceType"], resource["id"]


def _request(service: Json, somebody: Somebody, clinician: Clinician) -> Json:
    """A call to a service about somebody, with its prefetch templates filled from the record."""
    context: Json = {"userId": clinician.user, "patientId": somebody.patient["id"]}
    if service["hook"] == "appointment-book":
        context["appointments"] = _bundle([somebody.booking] if somebody.booking else [])
    return {
        "hook": service["hook"],
        "hookInstance": str(uuid4()),
        "context": context,
        "prefetch": {
            key: _fetched(template, somebody) for key, template in service["prefetch"].items()
        },
    }


def _fetched(template: str, somebody: Somebody) -> Json:
    """What a prefetch template stands for, on this record."""
    kind, _, query = template.partition("?")
    if not query:
        return somebody.patient
    if kind in somebody.unreadable:
        says = "This list cannot be read at the moment."
        issue = {"severity": "error", "code": "exception", "diagnostics": says}
        return {"resourceType": "OperationOutcome", "issue": [issue]}
    found = _bundle([r for r in somebody.resources if r["resourceType"] == kind])
    if kind in somebody.first_page_only:
        found["link"] = [{"relation": "next", "url": f"{kind}?page=2"}]
    return found


def _bundle(resources: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [{"resource": resource} for resource in resources],
    }
