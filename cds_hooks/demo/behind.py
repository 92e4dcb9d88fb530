"""What no record system sees and the demo shows: what is remembered, and why there is no card.

It reads the store and asks the rules in force once more. All that it writes is who looked, into
the audit, before anything is shown.
"""

from dataclasses import dataclass, replace
from datetime import date

import msgspec

from cds_hooks.access import AUDITOR, CLINICAL
from cds_hooks.clock import Clock, practice_day
from cds_hooks.demo.writing import Json
from cds_hooks.invoke import muted_by, patient_of, read_call, record_of_call, sent_with
from cds_hooks.live import Live
from cds_hooks.store.answers import Again, Answers, kept_as
from cds_hooks.store.audit import Audit, Looked
from prompts.choose import choose
from prompts.history import History, on_topic, quieter, said_in_record
from prompts.prompt import Way
from rules.answer import Answer
from rules.days import in_words
from rules.engine import evaluate
from rules.explain import Line, explain
from rules.outcome import Decision, Outcome
from rules.record import NEVER, PatientRecord, Reply, Said
from rules.rule import Practice, Rule

_SAID = {
    Reply.SHOWN: "A card was shown on {on}, and nobody has said yes or no",
    Reply.NO_TIME: "There was not enough time on {on}",
    Reply.NOT_NOW: 'Said "not now" on {on}',
    Reply.DECLINED: 'Said "no, thank you" on {on}',
    Reply.OVERRIDDEN: "The card was closed without a reason on {on}",
    Reply.ALREADY_DONE: "Marked as already offered or done on {on}",
    Reply.NOT_RIGHT: "Marked as not right for this person on {on}",
    Reply.ACCEPTED: "An offer was taken up on {on}",
}
_ANSWERS = {Answer.YES: "Yes", Answer.NO: "No", Answer.CANNOT_TELL: "Not known"}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was said to one rule, or stands in the record: a sentence each, the oldest first."""

    title: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rule: its answer, what it asks, and what that rests on."""

    answer: str
    says: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How one rule came to a card today, or to the step at which it ended."""

    id: str
    title: str
    version: int
    ended: str  # "" where it would be on a card
    steps: tuple[str, ...]
    parts: tuple[Part, ...]


class Behind:
    """The inside of one service. Its calls block: keep them off the event loop."""

    def __init__(self, answers: Answers, live: Live, audit: Audit, clock: Clock) -> None:
        self._answers, self._live, self._audit, self._clock = answers, live, audit, clock

    def remembered(self, call: Json, service: str) -> tuple[Remembered, ...]:
        """What is remembered of a person beside a call's own cards, by rule. Raises StoreError."""
        look = self._read(call, service)
        # The card of this very look stands beside it: its answer counts here, and it does not.
        history = self._answers.history(look.who, look.asking)
        today, practice = look.today, look.practice
        found = (_remembered(one, history, today, practice) for one in look.outcomes(history))
        return tuple(one for one in found if one.says)

    def why(self, call: Json, service: str, looker: str) -> tuple[Asked, ...]:
        """Every rule's way today, once it is in the audit who looks. Raises StoreError."""
        now, what = self._clock(), f"no-card:{call['hookInstance']}"
        self._audit.add(Looked(now, looker, CLINICAL, "trace", what, allowed=True))
        look = self._read(call, service)
        who = kept_as(looker, "")
        # As a call does it, for what has no room today and for what whoever looks was shown lately.
        with self._answers.about(look.who) as known, self._answers.sitting(who, now) as lately:
            history = replace(
                known.history(look.asking, look.today),
                this_session=lately.shown,
                muted=muted_by(self._answers, who, look.rules, look.today),
            )
        outcomes = look.outcomes(history)
        session = self._answers.session(who, now)
        choice = choose(outcomes, history, look.today, look.practice, looker, session)
        ways = {way.rule.id: way for way in choice.ways}
        return tuple(_asked(outcome, ways[outcome.rule.id]) for outcome in outcomes)

    def looked(self, looker: str) -> tuple[Looked, ...]:
        """Who looked at what, the latest first, this look among them. Raises StoreError."""
        self._audit.add(Looked(self._clock(), looker, AUDITOR, "audit", "audit", allowed=True))
        return tuple(self._audit.entries())[::-1]

    def _read(self, call: Json, service: str) -> "_Look":
        rules = self._live.rules
        asked, practice = rules.services[service], self._live.practice_of(rules)
        read = read_call(msgspec.json.encode(call))
        sent = sent_with(read, asked, null_means_empty=False)
        record = record_of_call(read, asked, sent, {})
        who, now = kept_as(patient_of(read), ""), self._clock()
        asking = Again(asked.id, str(read.hookInstance), now)
        return _Look(asked.rules, practice, record, who, asking, practice_day(now))


@dataclass(frozen=True, slots=True)
class _Look:
    """A call that is looked at once more: its rules, whose they are, its record, and of whom."""

    rules: tuple[Rule, ...]
    practice: Practice
    record: PatientRecord
    who: str
    asking: Again
    today: date

    def outcomes(self, history: History) -> tuple[Outcome, ...]:
        """What each rule comes to today."""
        return evaluate(self.rules, self.record, history.said, self.today)


def _remembered(outcome: Outcome, history: History, today: date, practice: Practice) -> Remembered:
    rule = quieter(outcome.rule, practice)
    in_record = said_in_record(rule, outcome.look.record, today)
    said = dict.fromkeys(on_topic(rule, history.heard + in_record, today))
    ends = {one: one.ask_again or rule.quiet.periods[one.reply].after(one.on) for one in said}
    longest = max(ends.values(), default=today)
    in_order = sorted(said, key=lambda one: (one.on, ends[one]))
    says = (
        _sentence(one, ends[one], today, is_longest=ends[one] == longest)
        for one in in_order
        # Of the cards that nobody answered, those that still count, and the last.
        if one.reply is not Reply.SHOWN or ends[one] > today or one is in_order[-1]
    )
    return Remembered(rule.title, tuple(dict.fromkeys(says)))


def _sentence(said: Said, until: date, today: date, *, is_longest: bool) -> str:
    what = _SAID[said.reply].format(on=in_words(said.on))
    if until <= today:
        return f"{what}; that is long enough ago to ask again."
    if not is_longest:
        return f"{what}."
    if until == NEVER:
        return f"{what}; nobody asks again until the person says otherwise."
    chosen = ", the day that was chosen" if said.ask_again is not None else ""
    return f"{what}; nobody asks again until {in_words(until)}{chosen}."


def _asked(outcome: Outcome, way: Way) -> Asked:
    rule, last = outcome.rule, way.steps[-1]
    said = explain(outcome)
    if outcome.decision is Decision.PROMPT:
        ended = "" if last.passed else last.says
        steps = tuple(step.says for step in way.steps)
    else:
        ended, steps = said.headline, ()
    lines = (*said.who_for, *(one for one in said.who_not_for if one.answer is not Answer.NO))
    parts = tuple(_part(line) for line in lines)
    return Asked(rule.id, rule.title, rule.version, ended, steps, parts)


def _part(line: Line) -> Part:
    return Part(_ANSWERS[line.answer], line.says, line.rests_on)
