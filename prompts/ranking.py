"""Which of several rules that are free to speak goes first. No weights, nothing learned."""

from datetime import date

from prompts.history import History, on_topic, said_in_record
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.days import in_words
from rules.fact import IsTrue, facts_of
from rules.outcome import Outcome
from rules.rule import Purpose

_FIRST = (Purpose.SAFETY_NET, Purpose.INFORMATION, Purpose.OFFER)

Rank = tuple[bool, bool, int, date, str]


def rank(outcome: Outcome, history: History, today: date) -> Rank:
    """Safety nets, then what meets a goal of the person's own, then information, then offers.

    Among these the longest since last asked, and at last the rule's name.
    """
    rule = outcome.rule
    return (
        rule.purpose is not Purpose.SAFETY_NET,
        not _meets_a_goal(outcome),
        _FIRST.index(rule.purpose),
        last_asked(outcome, history, today),
        rule.id,
    )


def last_asked(outcome: Outcome, history: History, today: date) -> date:
    """When this was last said or answered; the first of all days where it never was."""
    heard = history.heard + said_in_record(outcome.rule, outcome.look.record, today)
    return max((s.on for s in on_topic(outcome.rule, heard, today)), default=date.min)


def _meets_a_goal(outcome: Outcome) -> bool:
    """Whether the rule looks for a goal of the person's own, and found one."""
    return any(
        fact.find == "goal" and ask_apart(IsTrue(fact), outcome.look) is Answer.YES
        for fact in facts_of(outcome.rule.when)
    )


def in_a_sentence(outcome: Outcome, place: int, of: int, history: History, today: date) -> str:
    """Why a rule stands where it does: its place, and what that went by."""
    last = last_asked(outcome, history, today)
    asked = "never asked before" if last == date.min else f"last asked on {in_words(last)}"
    goal = ", and meets a goal of the person's own" if _meets_a_goal(outcome) else ""
    return f"Number {place} of {of}: {outcome.rule.purpose}, {asked}{goal}."
