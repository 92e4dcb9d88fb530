"""The record system in the box: it holds records, calls hooks, and does what a clinician presses.

It is a CDS Hooks client like any other: it reads discovery, fills prefetch templates, posts, and
sends feedback. It knows nothing of how the service works inside.
"""

import copy
import json
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from cds_hooks.clock import Clock, practice_day
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

    hook: str
    service: str
    request: Json
    status: int
    answer: Json
    taken: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])  # by suggestion
    closed: dict[str, str] = field(default_factory=dict[str, str])  # by card: how

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
    """A record that was opened: who, and every call that was made."""

    number: int
    person: str
    calls: list[Asked]


class Ehr:
    """Invented people, what was added to their records, and a client for the service."""

    def __init__(self, folder: Path, client: httpx2.AsyncClient, clock: Clock) -> None:
        """Take up where this folder left off. Raises OSError if it cannot be written to."""
        self._file = folder / "ehr.json"
        self._run = 1
        self._added: dict[str, list[Json]] = {}
        self._client = client
        self._clock = clock
        self._visits: OrderedDict[int, Visit] = OrderedDict()
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._read()

    @property
    def today(self) -> date:
        """The practice's day."""
        return practice_day(self._clock())

    def everybody(self) -> list[Somebody]:
        """All people, with what has been added to their records."""
        return [self._with_added(somebody) for somebody in people(self.today, self._run).values()]

    def somebody(self, key: str) -> Somebody:
        """One person. Raises NotThere."""
        found = people(self.today, self._run).get(key)
        if found is None:
            raise NotThere
        return self._with_added(found)

    def added(self, key: str) -> frozenset[str]:
        """The ids of the entries that were added to a record here."""
        return frozenset(resource["id"] for resource in self._added.get(key, ()))

    def visit(self, number: int) -> Visit:
        """A record that was opened before. Raises NotThere."""
        try:
            return self._visits[number]
        except KeyError:
            raise NotThere from None

    def start_again(self) -> None:
        """Everybody as they were. Their ids are new, so nothing said before is about them."""
        self._run += 1
        self._added = {}
        self._visits.clear()
        self._write()

    async def open(self, key: str) -> Visit:
        """Open somebody's record: call every service whose moment it is. Raises NotThere."""
        somebody = self.somebody(key)
        listed = (await self._client.get("/cds-services")).json()["services"]
        calls = [
            await self._ask(service, somebody)
            for service in sorted(listed, key=lambda service: service["hook"], reverse=True)
            if service["hook"] == "patient-view"
            or (service["hook"] == "appointment-book" and somebody.booking)
        ]
        self._count += 1
        visit = self._visits[self._count] = Visit(self._count, key, calls)
        while len(self._visits) > _MOST_VISITS:
            self._visits.popitem(last=False)
        return visit

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

    async def _ask(self, service: Json, somebody: Somebody) -> Asked:
        context: Json = {"userId": "Practitioner/invented", "patientId": somebody.patient["id"]}
        if service["hook"] == "appointment-book":
            context["appointments"] = _bundle([somebody.booking] if somebody.booking else [])
        request: Json = {
            "hook": service["hook"],
            "hookInstance": str(uuid4()),
            "context": context,
            "prefetch": {
                key: _fetched(template, somebody) for key, template in service["prefetch"].items()
            },
        }
        answer = await self._client.post(f"/cds-services/{service['id']}", json=request)
        return Asked(service["hook"], service["id"], request, answer.status_code, answer.json())

    async def _tell(self, asked: Asked, feedback: Json) -> None:
        at = self._clock().astimezone(UTC)
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

    def _with_added(self, somebody: Somebody) -> Somebody:
        added = tuple(self._added.get(somebody.key, ()))
        names = {_name(one) for one in added}
        return Somebody(
            somebody.key,
            somebody.about,
            somebody.patient,
            tuple(one for one in somebody.resources if _name(one) not in names) + added,
            somebody.booking,
            somebody.unreadable,
            somebody.first_page_only,
        )

    def _read(self) -> None:
        try:
            # FHIR JSON, as _write left it.
            kept: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
            self._run, self._added = int(kept["run"]), dict(kept["added"])
        except FileNotFoundError:
            self._write()
        except (ValueError, KeyError, TypeError):
            # A file that is not ours to understand: begin anew, with ids that nobody had before.
            self._run = int(self._clock().timestamp())
            self._added = {}
            self._write()

    def _write(self) -> None:
        whole = json.dumps({"run": self._run, "added": self._added})
        draft = self._file.with_suffix(".new")
        draft.write_text(whole, encoding="utf-8")
        os.replace(draft, self._file)


def _name(resource: Json) -> tuple[str, str]:
    return resource["resourceType"], resource["id"]


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
