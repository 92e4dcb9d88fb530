"""What a person said before: answers kept by us, and answers that stand in the record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.facts import offered
from rules.record import PatientRecord, Reply, Said
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Shown:
    """One card that was shown, to whomever."""

    on: date
    rules: tuple[str, ...]  # ids, without versions
    topics: tuple[str, ...]
    offers: tuple[str, ...] = ()  # keys of what was offered on it


@dataclass(frozen=True, slots=True)
class History:
    """What is remembered of one person."""

    said: tuple[Said, ...] = ()
    shown: tuple[Shown, ...] = ()  # every card shown to this person, the oldest first
    this_session: int = 0  # cards that whoever looks now has been shown within 4 hours
    remembered: bool = True  # False: the store cannot be asked; nobody knows what was said


def said_in_record(rule: Rule, record: PatientRecord, today: date) -> tuple[Said, ...]:
    """Every answer on the rule's topic that the record holds, as if it had been given to us."""
    quiet = rule.quiet
    return offered.said_in_record(
        quiet.topic, quiet.topics, rule.offer_codes, quiet.declined_codes, record, today
    )


def on_topic(rule: Rule, said: Iterable[Said], today: date) -> tuple[Said, ...]:
    """The answers that count for a rule.

    A day that the person chose stands instead of our own period for the same answer, and a card
    that was answered is no longer a card shown without an answer.
    """
    ours = [
        Said(rule.quiet.topic, s.reply, min(s.on, today), s.ask_again, s.source)
        for s in said
        if s.topic in rule.quiet.topics
    ]
    chosen = {(s.reply, s.on) for s in ours if s.ask_again is not None}
    answered = [s.on for s in ours if s.reply is not Reply.SHOWN]
    return tuple(
        s
        for s in ours
        if (s.ask_again is not None or (s.reply, s.on) not in chosen)
        and (s.reply is not Reply.SHOWN or not any(on >= s.on for on in answered))
    )


def silencing(rule: Rule, said: Iterable[Said], today: date) -> tuple[Said, ...]:
    """Answers on other topics that silence this rule too, because their rule says so."""
    return tuple(
        Said(one.topic, one.reply, min(one.on, today), one.ask_again, one.source)
        for one in said
        if one.topic in rule.quiet.silenced_by and one.reply is not Reply.SHOWN
    )
