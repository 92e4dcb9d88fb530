"""Ninety days of a practice: how many of its cards say nothing that was not said before.

The whole practice, in every way, is printed by ``python -m tests.generative.replay``.
"""

from functools import cache

import pytest
from hypothesis import settings

from prompts.ceilings import MOST_PROMPTS
from tests.generative.replay import (
    A_FEW_EACH_WEEK,
    AS_IT_COMES,
    MORE_OFTEN,
    PEOPLE,
    SELDOM,
    VISITS,
    Count,
    Replay,
)
from tests.lengths import only

SOAKING = settings().max_examples > 1_000
# Practices, of 1,000 people each: one alone varies by 1 % either way.
SEEDS = range(1, 1 + only(4, in_ci=10))
UNANSWERED = (0.0, 0.2, 0.5, 0.7, 1.0) if SOAKING else (0.2,)


@cache
def everybody(silent: float, visits: tuple[tuple[int, int], ...]) -> Count:
    """The practice that is printed, some weeks on."""
    return Replay(AS_IT_COMES, silent, visits=visits).run(PEOPLE)


def test_with_the_defaults_fewer_than_one_card_in_twenty_is_a_repeat() -> None:
    """Issue 5, however few of the cards are answered, and whether people come often or seldom."""
    for visits in (VISITS, SELDOM, A_FEW_EACH_WEEK) if SOAKING else (VISITS,):
        for silent in UNANSWERED:
            came = [Replay(AS_IT_COMES, silent, seed=s, visits=visits).run(PEOPLE) for s in SEEDS]
            cards = sum(one.cards for one in came)
            assert cards > PEOPLE * len(SEEDS) / 5
            assert sum(one.repeats for one in came) < cards / 20, (visits, silent)


@pytest.mark.long
def test_in_the_practice_that_is_printed_too() -> None:
    for silent in (0.2, 0.5, 0.7):
        for visits in (VISITS, SELDOM, A_FEW_EACH_WEEK, MORE_OFTEN):
            assert everybody(silent, visits).share < 0.05


@pytest.mark.long
def test_in_ninety_days_nothing_is_shown_again_however_a_card_was_met() -> None:
    """However often people come: neither silence nor want of time brings a card back so soon."""
    for visits in (VISITS, MORE_OFTEN, A_FEW_EACH_WEEK):
        came = everybody(0.2, visits)
        assert came.repeats == 0 < came.cards
    assert Replay(AS_IT_COMES, 1.0, visits=MORE_OFTEN).run(PEOPLE).repeats == 0


def test_without_a_memory_every_other_card_is_a_repeat() -> None:
    """So that fewer of them are not because nobody comes twice."""
    forgetting = Replay(AS_IT_COMES, 0.5, forgets=True).run(PEOPLE // 2)
    remembering = Replay(AS_IT_COMES, 0.5).run(PEOPLE // 2)
    assert forgetting.share > 0.4
    assert remembering.cards < forgetting.cards


def test_the_same_weeks_are_the_same_every_time() -> None:
    assert Replay(AS_IT_COMES, 0.5).run(50) == Replay(AS_IT_COMES, 0.5).run(50)
    assert MOST_PROMPTS == 2
