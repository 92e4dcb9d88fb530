"""Feedback, in every form that the standard allows, and in some that it does not (B1 to B12)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from cds_hooks.conformance import errors
from cds_hooks.conformance.asking import Asked, Asking
from cds_hooks.conformance.exchange import OWN, Answer
from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.shapes import Json, objects

_REASON: Json = {"code": "no-time", "system": "http://example.org/reasons", "display": "No time"}


def not_seen_from_outside(notes: Notes) -> None:
    """What nobody can tell who only asks."""
    notes.not_tried("It is a fact of the standard, nothing that a service does.", "B9")
    notes.not_tried("It is judged as C6 and C17.", "B10")
    notes.not_tried("What a service keeps cannot be seen from outside.", "B12")


def all_forms(asking: Asking, shown: Asked, now: datetime) -> None:
    """Feedback on the cards of an answer."""
    uuids = [card["uuid"] for card in shown.answer.cards if isinstance(card.get("uuid"), str)]
    every = [f"B{number}" for number in range(1, 12)]
    if not uuids:
        asking.notes.not_tried("No card with a uuid came, so there is nothing to answer.", *every)
        return
    teller = _Teller(asking, uuids[0], now)
    first = teller.tell([teller.item()])
    signer = asking.caller.signer
    if first.status == 401 and signer is not None:
        teller.audience = asking.caller.address(asking.path)
        first = teller.tell([teller.item()])
        if first.status != 401:
            asking.notes.aside("Feedback wants a token for the service's own address.")
    offered = teller.accepted("B1", first, "feedback on a card")
    if not offered:
        asking.notes.not_tried("Feedback is not accepted at all.", *every[1:])
        return
    _accepted(teller, shown)
    _reasons(teller)
    _batches(teller)
    _broken(teller)


class _Teller:
    """Sends feedback on one card."""

    def __init__(self, asking: Asking, card: str, now: datetime) -> None:
        self.asking = asking
        self.card = card
        self.audience = ""  # whom its tokens are for, if not for the address of feedback
        self._at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._path = f"{asking.path}/feedback"

    def item(self, **changes: object) -> Json:
        """One item, as a client sends it; a member that is changed to None is left out."""
        item = {"card": self.card, "outcome": "overridden", "outcomeTimestamp": self._at}
        changed: Json = item | changes
        return {name: value for name, value in changed.items() if value is not None}

    def tell(self, items: Iterable[object]) -> Answer:
        return self.send({"feedback": [*items]})

    def send(self, body: object) -> Answer:
        caller = self.asking.caller
        token = caller.signer.token(self.audience) if caller.signer and self.audience else OWN
        return caller.post(self._path, body, token=token)

    def accepted(self, which: str, answer: Answer, what: str) -> bool:
        """Expect that it was taken."""
        where = self.asking.where(what)
        fine = 200 <= answer.status < 300
        if not fine and answer.status != 404:
            errors.look(self.asking.notes, answer, where)
        return self.asking.notes.expect(which, fine, answer.came, where)

    def turned_away(self, which: str, answer: Answer, what: str) -> None:
        """Expect that it was an error of the caller's."""
        where = self.asking.where(what)
        if not 200 <= answer.status < 300:
            errors.look(self.asking.notes, answer, where)
        fell = answer.status == 0 or answer.status >= 500  # told of as E4
        self.asking.notes.expect(which, answer.refuses or fell, answer.came, where)


def _accepted(teller: _Teller, shown: Asked) -> None:
    for card in shown.answer.cards:
        for suggestion in objects(card.get("suggestions")):
            if not isinstance(suggestion.get("uuid"), str):
                continue
            item = teller.item(
                card=card.get("uuid"),
                outcome="accepted",
                acceptedSuggestions=[{"id": suggestion["uuid"]}],
            )
            teller.accepted("B6", teller.tell([item]), "a suggestion that was taken")
            return
    teller.asking.notes.not_tried("No card came with a suggestion that has a uuid.", "B6")


def _reasons(teller: _Teller) -> None:
    comment = "A comment."
    forms: dict[str, Json] = {
        "a reason": {"reason": _REASON},
        "a comment": {"userComment": comment},
        "a reason and a comment": {"reason": _REASON, "userComment": comment},
        "a reason without its display": {
            "reason": {"code": _REASON["code"], "system": _REASON["system"]}
        },
    }
    for what, form in forms.items():
        answer = teller.tell([teller.item(overrideReason=form)])
        teller.accepted("B7", answer, f"overridden with {what}")


def _batches(teller: _Teller) -> None:
    twice = [teller.item(), teller.item(overrideReason={"reason": _REASON})]
    teller.accepted("B8", teller.tell(twice), "a batch of two items")
    teller.accepted("B8", teller.tell(twice), "the same batch again")
    unknown = teller.item(card=str(uuid4()))
    teller.accepted("B11", teller.tell([teller.item(), unknown]), "a batch with an unknown card")
    exact = teller.item(outcomeTimestamp="2026-11-21T09:30:00.123Z")
    teller.accepted("B5", teller.tell([exact]), "a time with a fraction of a second")


def _broken(teller: _Teller) -> None:
    turned_away = teller.turned_away
    turned_away("B2", teller.send({}), "feedback without a list")
    turned_away("B2", teller.send({"feedback": "none"}), "feedback that is a text")
    turned_away("B2", teller.send(b"{"), "feedback that is half a body")
    turned_away("B3", teller.tell([teller.item(card=None)]), "feedback without a card")
    turned_away("B4", teller.tell([teller.item(outcome="ignored")]), "an unknown outcome")
    turned_away("B4", teller.tell([teller.item(outcome=None)]), "feedback without an outcome")
    turned_away("B5", teller.tell([teller.item(outcomeTimestamp=None)]), "feedback without a time")
