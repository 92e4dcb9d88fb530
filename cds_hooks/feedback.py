"""POST /cds-services/{id}/feedback: how cards were met, in every form that the standard allows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from cds_hooks import logs, wire
from cds_hooks.cards import ALSO, CHOSEN, REASONS
from cds_hooks.refusals import BadRequest, TooLarge
from cds_hooks.store.answers import Answers, Met
from fhir_adapters.decode import UNREADABLE
from rules.record import Reply

MOST_ITEMS = 500
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FEEDBACK = msgspec.json.Decoder(wire.FeedbackCall)


def read_feedback(body: bytes) -> list[Met]:
    """Every answer in a batch. Raises BadRequest if any of it is not by the standard, TooLarge."""
    try:
        call = _FEEDBACK.decode(body)
        taken = sum(len(item.acceptedSuggestions or ()) for item in call.feedback)
        if max(len(call.feedback), taken) > MOST_ITEMS:
            raise TooLarge(
                f"One request may hold {MOST_ITEMS} items of feedback, and name as many"
                " suggestions; send the rest next."
            )
        return [met for item in call.feedback for met in _met(item)]
    except UNREADABLE:
        raise BadRequest(
            'The body needs a list "feedback" of objects with "card", "outcome" (accepted or'
            ' overridden), "outcomeTimestamp" and, if accepted, "acceptedSuggestions", each with'
            ' its "id".'
        ) from None


def _met(item: wire.Feedback) -> Iterator[Met]:
    at = _moment(item.outcomeTimestamp)
    if item.outcome == "accepted":
        if not item.acceptedSuggestions:
            raise BadRequest('An accepted card needs "acceptedSuggestions", each with its "id".')
        for suggestion in item.acceptedSuggestions:
            yield Met(item.card, at, suggestion=suggestion.id)
        return
    code = (
        item.overrideReason.reason.code
        if item.overrideReason and item.overrideReason.reason
        else ""
    )
    known = REASONS[code][1] if code in REASONS else ALSO.get(code)
    if code in CHOSEN:
        known = Reply.DECLINED
    # A reason that is not one of ours is kept as a card closed without one, not as text.
    yield Met(
        item.card,
        at,
        closed=known or Reply.OVERRIDDEN,
        reason=code if known else "",
        comment=_comment(item.overrideReason),
    )


def _comment(given: wire.OverrideReason | None) -> str:
    """What was written beside the reason; something else than a text is as good as nothing."""
    if given is None or not given.userComment:
        return ""
    try:
        return msgspec.json.decode(given.userComment, type=str).strip()
    except msgspec.ValidationError:
        return ""


def _moment(text: str) -> datetime:
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or the edge of the calendar in another zone
        raise BadRequest(
            '"outcomeTimestamp" needs a date and time by RFC 3339, such as 2026-11-21T09:30:00Z.'
        ) from None


def hear(answers: Answers, heard: list[Met], realm: str, now: datetime) -> int:
    """Keep every answer to a card that this client was given, and say how many these were."""
    known = answers.hear(heard, now, realm)
    logs.event("feedback", count=known, reason="heard")
    if known < len(heard):
        logs.event("feedback", count=len(heard) - known, reason="unknown-card")
    return known
