"""When a rule is shown far more often than usual, is silent, or is hardly answered (PRODUCT 1.4).

Pure arithmetic over counts by day, in which nobody is. Days on which nobody asked the rule, such as
weekends, are no days at all here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from statistics import median

from prompts.restraint import in_shadow_from
from rules.days import in_words
from rules.rule import Purpose, Rule

BASELINE = 28  # days before today that say what is usual
_FEWEST = 7  # days of these on which the rule was asked; with fewer nobody knows what is usual
_TIMES_MEDIAN, _MEDIAN_OF = 3, 7  # so many times the median of so many days
_AT_LEAST = 20  # cards
# Wheeler's constant for individual values: 3 sigma, from the mean of the moving ranges.
_TO_THE_LIMIT = Fraction(266, 100)
SILENT, _EXPECTED = 14, 5  # days without a firing in which so many were to be expected
_WARNED = timedelta(days=30)
_UNSEEN = "asked and counted, and shown to nobody"
_LOOK = (
    'Look at it and its evidence again, and write a new "review_by" in its file; one that came with'
    " Good Day is looked at in a newer one, or as a rule of your own."
)
WORTH = 90  # days before today in which a card leads to an answer, or does not
_ENOUGH_CARDS = 30
# Vanderbilt's goal is that three alerts in ten are answered (PRODUCT 1.1, S11).
_REVIEW, _RETIRE = Fraction(30, 100), Fraction(10, 100)
# Of these nobody has a figure. They are ours: often enough to be worth a word, and not one card.
_NO_TIME, _NOT_RIGHT = Fraction(1, 4), Fraction(1, 10)
_ENOUGH_DONE = 3


def upper_limit(counts: Sequence[int]) -> Fraction:
    """The upper natural process limit of an XmR chart; the oldest count first, one at least."""
    ranges = [abs(one - other) for one, other in pairwise(counts)]
    middle = Fraction(sum(counts), len(counts))
    return middle + (_TO_THE_LIMIT * Fraction(sum(ranges), len(ranges)) if ranges else 0)


def spike_from(before: Sequence[int]) -> int | None:
    """How many cards of one rule in a day are a spike, by those of the days before.

    ``before`` are the last 28 days, the oldest first, without days on which nobody asked. A spike
    is above the XmR limit, at least three times the median of the last 7, and at least 20. None
    where there are too few days to know what is usual.
    """
    if len(before) < _FEWEST:
        return None
    above = floor(upper_limit(before)) + 1
    times = ceil(_TIMES_MEDIAN * Fraction(median(before[-_MEDIAN_OF:])))
    return max(above, times, _AT_LEAST)


@dataclass(frozen=True, slots=True)
class Day:
    """One rule on one day: how often it was asked, and how often it would have spoken."""

    looked: int
    fired: int


def expected(lately: Sequence[Day], before: Sequence[Day]) -> Fraction:
    """How many firings were to be expected lately, by how often the rule fired when asked before.

    0 where it was not asked before.
    """
    looked = sum(day.looked for day in before)
    if not looked:
        return Fraction(0)
    return Fraction(sum(day.fired for day in before), looked) * sum(day.looked for day in lately)


def is_silent(lately: Sequence[Day], before: Sequence[Day]) -> bool:
    """Whether there was no firing in the last 14 days, and five or more were to be expected."""
    return not any(day.fired for day in lately) and expected(lately, before) >= _EXPECTED


@dataclass(frozen=True, slots=True)
class Led:
    """What came of one rule's cards in the 90 days before today, and when it was shown first.

    ``answered``: with a yes, a no, "not now" or "already done". Whoever closed a card without time
    or without a reason has not answered it.
    """

    shown: int
    answered: int
    first: date
    no_time: int = 0  # cards that were closed for want of time
    done: int = 0  # and as offered or done already
    not_right: int = 0  # and as not right for the person


def worth_asking(rule: Rule, led: Led, today: date) -> str:
    """What is to be said of a rule whose cards hardly lead to answers; "" where they do.

    Nothing is said of fewer than 30 cards, nor of a rule that was shown first less than 90 days
    ago. Whether to retire it is asked of no safety net.
    """
    if led.shown < _ENOUGH_CARDS or led.first > today - timedelta(days=WORTH):
        return ""
    share = Fraction(led.answered, led.shown)
    if share >= _REVIEW:
        return ""
    says = (
        f"Of {led.shown} cards in {WORTH} days {led.answered or 'none'} led to an answer."
        " Is it worth asking? Look at its words and whom it is for."
    )
    if share < _RETIRE and rule.purpose is not Purpose.SAFETY_NET:
        says += " Think about retiring it."
    return says


def our_timing(led: Led) -> str:
    """What is to be said of a rule for which there is often no time; "" where there mostly is.

    Nothing is said of fewer than 30 cards, nor where fewer than a quarter were closed for it.
    """
    if led.shown < _ENOUGH_CARDS or Fraction(led.no_time, led.shown) < _NO_TIME:
        return ""
    return (
        f"Of {led.shown} cards in {WORTH} days {led.no_time} were closed for want of time. That is"
        " our timing, and nobody else's: would another moment be better, or another role?"
    )


def for_its_review(led: Led) -> str:
    """What is to be said of a rule that is often not right for the person; "" where it mostly is.

    Nothing is said of fewer than 30 cards, nor where fewer than a tenth were closed as that.
    """
    if led.shown < _ENOUGH_CARDS or Fraction(led.not_right, led.shown) < _NOT_RIGHT:
        return ""
    return (
        f"Of {led.shown} cards in {WORTH} days {led.not_right} were closed as not right for the"
        " person. For whom is it not meant? Look at whom it leaves out, with somebody who knows"
        " them."
    )


def to_be_coded(led: Led) -> str:
    """What is to be said where cards ask for what was done already, as nothing recorded says so."""
    if led.done < _ENOUGH_DONE:
        return ""
    return (
        f"{led.done} cards in {WORTH} days were closed as offered or done already. The record did"
        " not say so to this rule: code it, or add the code that says it."
    )


def review_notice(rule: Rule, today: date) -> str:
    """What is to be said about the review of a rule, from 30 days before its date; else ""."""
    review_by, unseen_from = rule.care.review_by, in_shadow_from(rule)
    if review_by is None or review_by - today > _WARNED:
        return ""
    by = f"to be looked at again by {in_words(review_by)}"
    if unseen_from is None:
        goes_on = "It is a safety net, and goes on."
        return f"It is {by}. {goes_on}" if today <= review_by else f"It was {by}. {goes_on} {_LOOK}"
    if today < unseen_from:
        return f"It is {by}. From {in_words(unseen_from)} on it is in shadow: {_UNSEEN}. {_LOOK}"
    return f"It was {by}, and is in shadow: {_UNSEEN}. {_LOOK}"
