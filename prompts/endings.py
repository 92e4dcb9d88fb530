"""Reminders that have done their work: tags on a record whose rule no longer asks for anything.

A tag lives as long as what it reminds of. Once the offer is recorded, the person has said no, or
the condition is over, whoever looks next is asked whether it can end. Nothing ends by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from prompts.ceilings import mute, room
from prompts.history import History
from prompts.prompt import Choice, Held, Prompt
from prompts.restraint import Asked, in_peace
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.engine import evaluate
from rules.explain import behind_no
from rules.outcome import Decision, Outcome, Proposal
from rules.record import Entry, Kind, PatientRecord, Reply
from rules.rule import OfferKind, Practice

# What a person or a clinician said that leaves nothing to be reminded of.
_SETTLED = frozenset({Reply.DECLINED, Reply.ACCEPTED, Reply.ALREADY_DONE, Reply.NOT_RIGHT})


MOST_ENDINGS = 2  # on one card


class Ending(NamedTuple):
    """One reminder that can end: whose it is, which entry, what it says, and why it can."""

    outcome: Outcome
    tag: Entry
    words: str
    because: str


def with_endings(
    choice: Choice,
    outcomes: tuple[Outcome, ...],
    history: History,
    today: date,
    practice: Practice,
    there: Callable[[Entry], bool],
    user: str = "",
    session: str = "",
) -> Choice:
    """The choice, and whether reminders can end: on the first card, or on one of their own.

    ``there``: whether the whole of a reminder is at hand, without which it cannot be changed.
    Nobody is asked who is left in peace today, nor twice within a quiet period, nor above a
    ceiling, nor by ``user``, who looks, or in a ``session`` where others have the rule, nor where
    they have muted it.
    """
    ripe = may_be_asked(choice, outcomes, history, today, practice, user, session)
    found = [one for one in ripe if there(one.tag)]
    if not found:
        return choice
    proposals = tuple(_proposal(one) for one in found[:MOST_ENDINGS])
    if choice.prompts and choice.prompts[0].choose_one:
        return choice  # of such a card only one thing can be taken; the next look asks
    if choice.prompts:
        first, *others = choice.prompts
        offers = tuple(one for one in first.proposals if one.offer is not None)
        answers = tuple(one for one in first.proposals if one.offer is None)
        detail = "\n\n".join([first.detail, *(_told(one) for one in found[:MOST_ENDINGS])])
        both = replace(first, detail=detail, proposals=(*offers, *proposals, *answers))
        return replace(choice, prompts=(both, *others))
    if not all(each.cards for each in room(history, today)):
        return choice
    rules = tuple(dict.fromkeys(one.outcome.rule for one in found[:MOST_ENDINGS]))
    alone = Prompt(
        summary="A reminder on this record may have done its work.",
        detail="\n\n".join(["**Can it end?**", *(_told(one) for one in found[:MOST_ENDINGS])]),
        source=f"{practice.name}: {rules[0].card.source}",
        rules=rules,
        proposals=proposals,
    )
    return replace(choice, prompts=(alone,))


def may_be_asked(
    choice: Choice,
    outcomes: tuple[Outcome, ...],
    history: History,
    today: date,
    practice: Practice,
    user: str = "",
    session: str = "",
) -> tuple[Ending, ...]:
    """The reminders that can end and of which somebody may be asked today whether they do."""
    held = {one.rule.id: one for one in choice.held}
    return tuple(
        one
        for one in endings(outcomes, held)
        if _may_be_asked(Asked(one.outcome, history, today, practice, user, session), one)
    )


def _may_be_asked(asked: Asked, one: Ending) -> bool:
    if in_peace(asked) is not None or mute(asked.rule, asked.history, asked.today) is not None:
        return False
    topics, periods = _proposal(one).topics, asked.rule.quiet.periods
    answers = [said for said in asked.history.heard if said.topic in topics]
    ends = (said.ask_again or periods[said.reply].after(said.on) for said in answers)
    return all(until <= asked.today for until in ends)


def _proposal(one: Ending) -> Proposal:
    label = f"End the reminder: {one.words}"
    if len(label) > _LONGEST_LABEL:
        label = label[: _LONGEST_LABEL - 1] + "…"
    return Proposal(label, Reply.SHOWN, (one.outcome.rule,), ends=one.tag)


_LONGEST_LABEL = 80


def _told(one: Ending) -> str:
    words = one.words if not _LINKED.search(one.words) else "a reminder"
    return f"It says: {_plain(words)}. {_plain(one.because)}"


# What clients make links of, whatever stands before it.
_LINKED = re.compile(r"://|www\.|@", re.IGNORECASE)


def _plain(text: str) -> str:
    """Words of a practice as nothing but words, for clients that read markdown."""
    return re.sub(r"([\\`*_\[\]<>&#|~!])", r"\\\1", _LINKED.sub(" ", text))


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
    return f"By now {' and '.join(behind_no(outcome))}."


def _without(record: PatientRecord, tag: Entry) -> PatientRecord:
    by_code = {
        code: tuple(entry for entry in entries if entry is not tag)
        for code, entries in record.by_code.items()
    }
    return PatientRecord(record.person, by_code, record.unread, record.booking)
