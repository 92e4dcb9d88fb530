"""Which of several rules that are free to speak goes first. No weights, nothing learned."""

from datetime import date
from typing import NamedTuple

from prompts.history import History, on_topic, said_in_record
from rules.answer import Answer
from rules.conditions import ask_apart
from rules.days import Duration, in_words
from rules.fact import IsTrue, facts_of
from rules.outcome import Outcome
from rules.record import Reply
from rules.rule import Purpose, Rule

# How sure it is that it helps, by the strongest evidence that the rule names (PRODUCT's "benefit
# tier"). All else is one tier: what experts agree on is not put before what people lived through.
_SURE = ("strong", "moderate")
_LATELY = Duration(12, "month")


class Rank(NamedTuple):
    """What a rule's place goes by, the smaller the sooner; the name alone tells all rules apart."""

    no_net: bool
    no_goal: bool
    unsure: int
    last_asked: date
    shown: int
    name: str


def rank(outcome: Outcome, history: History, today: date) -> Rank:
    """Safety nets, then what meets a goal of the person's own, then what is surest to help.

    Among these what was due first: never asked, or the longest since last asked. Then what stood on
    the fewest cards in 12 months, and at last the rule's name (PRODUCT 1.4).
    """
    rule = outcome.rule
    return Rank(
        rule.purpose is not Purpose.SAFETY_NET,
        not _meets_a_goal(outcome),
        _unsure(rule),
        last_asked(outcome, history, today),
        shown_lately(rule, history, today),
        rule.id,
    )


def rank_on_topic(outcome: Outcome, history: History, today: date) -> Rank:
    """The same among rules on one topic, where evidence does not choose between two questions.

    It says that help helps. A plan to look at again is not asked about as if there was none,
    because making a first one was studied more.
    """
    return rank(outcome, history, today)._replace(unsure=0)


def last_asked(outcome: Outcome, history: History, today: date) -> date:
    """When this was last said or answered; the first of all days where it never was."""
    heard = history.heard + said_in_record(outcome.rule, outcome.look.record, today)
    return max((s.on for s in on_topic(outcome.rule, heard, today)), default=date.min)


def shown_lately(rule: Rule, history: History, today: date) -> int:
    """On how many days of the last 12 months a card with this topic was shown."""
    since, topics = _LATELY.before(today), rule.quiet.topics
    shown = (s.on for s in history.heard if s.reply is Reply.SHOWN and s.topic in topics)
    return len({on for on in shown if since < on <= today})


def _unsure(rule: Rule) -> int:
    """The tier of the strongest evidence, from 0; the last tier where none is said to be strong."""
    named = {one.strength for one in rule.care.evidence}
    return next((tier for tier, word in enumerate(_SURE) if word in named), len(_SURE))


def _meets_a_goal(outcome: Outcome) -> bool:
    """Whether the rule looks for a goal of the person's own, and found one."""
    return any(
        fact.find == "goal" and ask_apart(IsTrue(fact), outcome.look) is Answer.YES
        for fact in facts_of(outcome.rule.when)
    )


def in_a_sentence(outcome: Outcome, place: int, of: int, history: History, today: date) -> str:
    """Why a rule stands where it does: its place, and every part that went into it, in order."""
    by = rank(outcome, history, today)
    goal = "no goal of the person's own" if by.no_goal else "meets a goal of the person's own"
    sure = _SURE[by.unsure] if by.unsure < len(_SURE) else "no strong or moderate"
    last = by.last_asked
    asked = "never asked before" if last == date.min else f"last asked on {in_words(last)}"
    times = {0: "on no card", 1: "on a card once"}.get(by.shown, f"on cards {by.shown} times")
    parts = (outcome.rule.purpose, goal, f"{sure} evidence", asked, f"{times} in {_LATELY}")
    return f"Number {place} of {of}: {', '.join(parts)}."
