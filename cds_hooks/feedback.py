"""POST /cds-services/{id}/feedback: how cards were met, in every form that the standard allows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
# The same, item by item: for when one of them cannot be read.
_ITEMS = msgspec.json.Decoder(wire.FeedbackItems)
_ITEM = msgspec.json.Decoder(wire.Feedback)
_NEEDED = (
    '"card", "outcome" (accepted or overridden), "outcomeTimestamp" and, if accepted,'
    ' "acceptedSuggestions", each with its "id".'
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The answers that a batch holds, and what is wrong with its other items, by sentence.

    ``unread`` gives for each sentence the items that it is about, counted from 1.
    """

    heard: list[Met]
    unread: Mapping[str, tuple[int, ...]]

    def check(self, kept: str) -> None:
        """Raise BadRequest where an item could not be read; ``kept`` says what became of others."""
        if self.unread:
            said = " ".join(f"{_items(at)}: {why}" for why, at in self.unread.items())
            raise BadRequest(f"{said} {kept}")


def read_feedback(body: bytes) -> Batch:
    """A batch. Raises TooLarge, and BadRequest if nothing of it is by the standard.

    One item that cannot be read takes nothing from the others: what somebody said there would be
    lost with a client that does not send the batch again.
    """
    heard: list[Met] = []
    unread: dict[str, tuple[int, ...]] = {}
    for number, item in enumerate(_items_of(body), 1):
        try:
            heard += _met(item)
        except BadRequest as error:
            unread[str(error)] = (*unread.get(str(error), ()), number)
    batch = Batch(heard, unread)
    if not heard:
        batch.check("Nothing was kept; mend it and send it again.")
    return batch


def _items_of(body: bytes) -> Sequence[wire.Feedback | None]:
    """The items; None for one that is of another shape. Raises BadRequest and TooLarge."""
    items: Sequence[wire.Feedback | None]
    try:
        items = _FEEDBACK.decode(body).feedback
    except UNREADABLE:
        try:
            items = [_item(raw) for raw in _ITEMS.decode(body).feedback]
        except UNREADABLE:
            raise BadRequest(
                f'The body needs a list "feedback" of objects with {_NEEDED}'
            ) from None
    taken = sum(len(item.acceptedSuggestions or ()) for item in items if item is not None)
    if max(len(items), taken) > MOST_ITEMS:
        raise TooLarge(
            f"One request may hold {MOST_ITEMS} items of feedback, and name as many"
            " suggestions; send the rest next."
        )
    return items


def _item(raw: msgspec.Raw) -> wire.Feedback | None:
    try:
        return _ITEM.decode(raw)
    except UNREADABLE:
        return None


def _items(numbers: tuple[int, ...]) -> str:
    return f"Item{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _met(item: wire.Feedback | None) -> list[Met]:
    """What one item says. Raises BadRequest."""
    if item is None:
        raise BadRequest(f'each item of "feedback" is an object with {_NEEDED}')
    at = _moment(item.outcomeTimestamp)
    if item.outcome == "accepted":
        if not item.acceptedSuggestions:
            raise BadRequest('an accepted card needs "acceptedSuggestions", each with its "id".')
        return [Met(item.card, at, suggestion=one.id) for one in item.acceptedSuggestions]
    code = (
        item.overrideReason.reason.code
        if item.overrideReason and item.overrideReason.reason
        else ""
    )
    ours = REASONS.get(code) or CHOSEN.get(code)
    known = ours[1] if ours else ALSO.get(code)
    # A reason that is not one of ours is kept as a card closed without one, not as text.
    return [
        Met(
            item.card,
            at,
            closed=known or Reply.OVERRIDDEN,
            reason=code if known else "",
            comment=_comment(item.overrideReason),
        )
    ]


def _comment(given: wire.OverrideReason | None) -> str:
    """What was written beside the reason; something else than a text is as good as nothing."""
    if given is None or not given.userComment:
        return ""
    try:
        return msgspec.json.decode(given.userComment, type=str).strip()
    except msgspec.ValidationError:
        return ""
    except UNREADABLE:
        raise BadRequest('"userComment" is not text in UTF-8.') from None


def _moment(text: str) -> datetime:
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or the edge of the calendar in another zone
        raise BadRequest(
            '"outcomeTimestamp" needs a date and time by RFC 3339, such as 2026-11-21T09:30:00Z.'
        ) from None


def hear(answers: Answers, batch: Batch, realm: str, now: datetime) -> int:
    """Keep every answer to a card that this client was given, and say how many these were."""
    heard = batch.heard
    known = answers.hear(heard, now, realm)
    logs.event("feedback", count=known, reason="heard")
    if known < len(heard):
        logs.event("feedback", count=len(heard) - known, reason="unknown-card")
    if batch.unread:
        unread = sum(len(items) for items in batch.unread.values())
        logs.event("feedback", count=unread, reason="not-read")
    return known
