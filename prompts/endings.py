"""Reminders that have done their work: tags on a record whose rule no longer asks for anything.

A tag lives as long as what it reminds of. Once the offer is recorded, the person has said no, or
the condition is over, whoever looks next is asked whether it can end. Nothing ends by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from prompts.prompt import Held
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.engine import evaluate
from rules.explain import explain
from rules.outcome import Decision, Outcome
from rules.record import Entry, Kind, PatientRecord, Reply
from rules.rule import OfferKind

# What a person or a clinician said that leaves nothing to be reminded of.
_SETTLED = frozenset({Reply.DECLINED, Reply.ACCEPTED, Reply.ALREADY_DONE, Reply.NOT_RIGHT})


class Ending(NamedTuple):
    """One reminder that can end: whose it is, which entry, what it says, and why it can."""

    outcome: Outcome
    tag: Entry
    words: str
    because: str


def endings(outcomes: Iterable[Outcome], held: Mapping[str, Held]) -> tuple[Ending, ...]:
    """The reminders on a record that can end. ``held``: what held rules back, by their ids."""
    found: dict[int, Ending] = {}
    for outcome in outcomes:
        for tag, words in _tags(outcome):
            because = _why(outcome, tag, held.get(outcome.rule.id))
            if because:
                found.setdefault(id(tag), Ending(outcome, tag, words, because))
    return tuple(found.values())


def may_end(outcomes: Iterable[Outcome]) -> bool:
    """Whether any reminder stands on the record whose rule does not prompt: a quick look."""
    return any(
        outcome.decision is Decision.NO_PROMPT and next(_tags(outcome), None) is not None
        for outcome in outcomes
    )


def _tags(outcome: Outcome) -> Iterator[tuple[Entry, str]]:
    """Reminders of a rule that are in force, and what they say."""
    look = outcome.look
    for offer in outcome.rule.offers:
        if offer.kind is not OfferKind.TAG or offer.code is None:
            continue
        for entry in look.record.by_code.get(offer.code, ()):
            over = entry.ends is not None and entry.ends.last < look.today
            if entry.kind is Kind.TAG and entry.status == "active" and entry.sure and not over:
                yield entry, offer.words


def _why(outcome: Outcome, tag: Entry, held: Held | None) -> str:
    """Why a reminder can end, in a sentence; "" where it has something left to remind of."""
    if outcome.decision is Decision.PROMPT:
        return held.says if held is not None and held.reply in _SETTLED else ""
    if outcome.decision is not Decision.NO_PROMPT:
        return ""  # whoever is left alone today may be asked tomorrow; so may whoever is unknown
    look, rule = outcome.look, outcome.rule
    if any(ask_apart(one.condition, look) is not Answer.NO for one in rule.exclusions):
        return ""
    without = _without(look.record, tag)
    (again,) = evaluate((rule,), without, look.said, look.today)
    if again.decision is not Decision.NO_PROMPT:
        return ""  # only the reminder itself keeps the rule from asking
    return explain(outcome).headline.removeprefix("No prompt: ")


def _without(record: PatientRecord, tag: Entry) -> PatientRecord:
    by_code = {
        code: tuple(entry for entry in entries if entry is not tag)
        for code, entries in record.by_code.items()
    }
    return PatientRecord(record.person, by_code, record.unread, record.booking)
