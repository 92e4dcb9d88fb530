"""Asking one service: a whole call about somebody, its variations, and every answer looked at."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from cds_hooks.conformance import cards, errors
from cds_hooks.conformance.exchange import Answer, Caller
from cds_hooks.conformance.fetching import prefetch
from cds_hooks.conformance.hooks import context
from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.people import Person
from cds_hooks.conformance.shapes import Json, within


@dataclass(frozen=True, slots=True)
class Listed:
    """One service as discovery lists it, as far as it can be called."""

    id: str
    hook: str
    prefetch: dict[str, str]

    @property
    def lists(self) -> list[str]:
        """The keys that stand for lists."""
        return [key for key, template in self.prefetch.items() if "?" in template]


# What a card says, without what is new each time.
Said = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, what came, and about whom it was."""

    call: Json
    answer: Answer
    person: Person

    @property
    def said(self) -> Said:
        """What the cards say, in a form that can be compared."""
        return frozenset(
            (str(card.get("summary")), str(card.get("indicator"))) for card in self.answer.cards
        )


class Asking:
    """One service, asked again and again."""

    def __init__(self, caller: Caller, listed: Listed, today: date, notes: Notes) -> None:
        self.caller = caller
        self.listed = listed
        self.today = today
        self.notes = notes
        self.path = f"/{listed.id}"
        self._uuids: dict[str, str] = {}  # by uuid: the patient it was about

    def where(self, what: str) -> str:
        """A place for a finding."""
        return f"{self.listed.id}: {what}"

    def call(self, person: Person) -> Json:
        """A whole call about a person, with every key that can be filled."""
        made: Json = {
            "hook": self.listed.hook,
            "hookInstance": str(uuid4()),
            "context": context(self.listed.hook, person, self.today),
        }
        filled, left_out = prefetch(self.listed.prefetch, person, made["context"])
        for key, why in left_out.items():
            known = f"key {key}" if re.fullmatch(r"[\w.-]{1,60}", key) else "keys, one of them,"
            says = f"{self.listed.id}: the prefetch {known} is left out of every call: {why}."
            self.notes.aside(says)
        return {**made, "prefetch": filled} if self.listed.prefetch else made

    def ask(
        self,
        person: Person,
        what: str,
        change: Callable[[Json], Json] = lambda call: call,
        **headers: str,
    ) -> Asked:
        """Ask about a person under a new id, with a change to the call, and look at what came."""
        new = person.somebody_new()
        call = change(self.call(new))
        answer = self.caller.post(self.path, call, **headers)
        if answer.status == 200:
            self.caller.taken.append(answer.seconds)
        self.look(answer, what, _whom(call))
        return Asked(call, answer, new)

    def look(self, answer: Answer, what: str, patient: str = "") -> None:
        """Judge what came, whatever it was. ``patient`` is whom the call was about, if anybody."""
        where = self.where(what)
        if answer.status == 200:
            cards.look(self.notes, answer, where, patient)
            self._look_at_uuids(answer, where, patient)
        else:
            errors.look(self.notes, answer, where)

    def _look_at_uuids(self, answer: Answer, where: str, about: str) -> None:
        for card in answer.cards:
            uuid = card.get("uuid")
            if isinstance(uuid, str):
                first = self._uuids.setdefault(uuid, about)
                self.notes.expect("C6", first == about, "has the uuid of another card", where)


def _whom(call: Json) -> str:
    patient = within(call, "context", "patientId")
    return patient if isinstance(patient, str) else ""


def with_key(key: str, value: object) -> Callable[[Json], Json]:
    """A call in which something else stands under a prefetch key."""
    return lambda call: {**call, "prefetch": {**call.get("prefetch", {}), key: value}}


def without_key(key: str) -> Callable[[Json], Json]:
    """A call in which a prefetch key is absent."""
    return lambda call: {
        **call,
        "prefetch": {name: value for name, value in call["prefetch"].items() if name != key},
    }
