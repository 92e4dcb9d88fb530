"""Spikes, silence and reviews: what PRODUCT 1.4 says, held against the same said plainly."""

from datetime import date, timedelta
from fractions import Fraction
from statistics import mean, median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prompts.alarms import (
    Day,
    Led,
    expected,
    is_silent,
    review_notice,
    spike_from,
    upper_limit,
    worth_asking,
)
from rules.rule import Rule
from tests.builders import TODAY, a_rule

COUNTS = st.lists(st.integers(0, 300), min_size=7, max_size=28)
DAYS = st.lists(st.builds(Day, st.integers(0, 50), st.integers(0, 50)), max_size=28)


def plainly(before: list[int], today: int) -> bool:
    """The three conditions, one by one, in floating point."""
    ranges = [abs(before[n] - before[n - 1]) for n in range(1, len(before))]
    limit = mean(before) + 2.66 * mean(ranges)
    return today > limit + 1e-9 and today >= 3 * median(before[-7:]) and today >= 20


@given(COUNTS, st.integers(0, 2000))
def test_a_spike_is_above_the_limit_three_medians_and_twenty(before: list[int], today: int) -> None:
    threshold = spike_from(before)
    assert threshold is not None
    ranges = [abs(before[n] - before[n - 1]) for n in range(1, len(before))]
    assume(abs(today - (mean(before) + 2.66 * mean(ranges))) > 1e-6)
    assert (today >= threshold) is plainly(before, today)


@given(COUNTS)
def test_a_day_like_the_others_is_never_a_spike(before: list[int]) -> None:
    threshold = spike_from(before)
    assert threshold is not None
    assert threshold >= 20
    assert threshold > mean(before)
    steady = [max(before)] * len(before)
    assert max(before) < (spike_from(steady) or 0)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_with_too_few_days_nobody_knows_what_is_usual(before: list[int]) -> None:
    assert spike_from(before) is None


@pytest.mark.parametrize(
    ("before", "threshold"),
    [
        pytest.param([0] * 28, 20, id="a rule that hardly ever speaks"),
        pytest.param([10] * 28, 30, id="steady: three times the median"),
        pytest.param([0, 20] * 14, 64, id="up and down: the limit is 10 + 2.66 x 20 = 63.2"),
        pytest.param([2] * 21 + [40] * 7, 120, id="more of late: the last seven days count"),
    ],
)
def test_spikes_worked_out_by_hand(before: list[int], threshold: int) -> None:
    assert spike_from(before) == threshold


def test_the_limit_is_the_mean_and_two_point_six_six_mean_ranges() -> None:
    assert upper_limit([5]) == 5
    assert upper_limit([4, 6]) == 5 + 2 * Fraction(266, 100)


# ---- silence ---


@given(DAYS, DAYS)
def test_who_speaks_is_not_silent(lately: list[Day], before: list[Day]) -> None:
    if any(day.fired for day in lately):
        assert not is_silent(lately, before)
    if is_silent(lately, before):
        assert expected(lately, before) >= 5


@pytest.mark.parametrize(
    ("lately", "before", "silent"),
    [
        pytest.param([Day(10, 0)] * 10, [Day(10, 1)] * 20, True, id="ten were to be expected"),
        pytest.param([Day(10, 0)] * 5, [Day(10, 1)] * 20, True, id="five were"),
        pytest.param([Day(10, 0)] * 4, [Day(10, 1)] * 20, False, id="four were"),
        pytest.param([Day(10, 0)] * 9 + [Day(10, 1)], [Day(10, 1)] * 20, False, id="it spoke"),
        pytest.param([], [Day(10, 1)] * 20, False, id="nobody asked it"),
        pytest.param([Day(10, 0)] * 10, [], False, id="it is new"),
        pytest.param([Day(10, 0)] * 10, [Day(10, 0)] * 20, False, id="it never spoke"),
    ],
)
def test_silence_is_no_firing_where_five_were_to_be_expected(
    lately: list[Day], before: list[Day], silent: bool
) -> None:
    assert is_silent(lately, before) is silent


# ---- reviews ---

BY = "2026-08-31"
AGAIN = "to be looked at again by 31 August 2026"
UNSEEN = "in shadow: asked and counted, and shown to nobody"
LOOK = (
    'Look at it and its evidence again, and write a new "review_by" in its file; one that came with'
    " Good Day is looked at in a newer one, or as a rule of your own."
)


@pytest.mark.parametrize(
    ("today", "purpose", "says"),
    [
        ("2026-07-31", "offer", ""),
        ("2026-08-01", "offer", f"It is {AGAIN}. From 1 September 2026 on it is {UNSEEN}. {LOOK}"),
        ("2026-08-31", "offer", f"It is {AGAIN}. From 1 September 2026 on it is {UNSEEN}. {LOOK}"),
        ("2026-09-01", "offer", f"It was {AGAIN}, and is {UNSEEN}. {LOOK}"),
        ("2030-01-01", "information", f"It was {AGAIN}, and is {UNSEEN}. {LOOK}"),
        ("2026-08-01", "safety net", f"It is {AGAIN}. It is a safety net, and goes on."),
        ("2026-09-01", "safety net", f"It was {AGAIN}. It is a safety net, and goes on. {LOOK}"),
    ],
)
def test_a_review_is_told_thirty_days_ahead_and_from_then_on(
    today: str, purpose: str, says: str
) -> None:
    rule = a_rule(review_by=BY, purpose=purpose, exclude=None)
    assert review_notice(rule, date.fromisoformat(today)) == says


def test_a_rule_without_a_review_date_has_nothing_to_say() -> None:
    assert review_notice(a_rule(), date(2030, 1, 1)) == ""


# ---- cards that hardly lead to an answer ---

ASKS = "Is it worth asking? Look at its words and whom it is for."
RETIRE = "Think about retiring it."
LONG_AGO = TODAY - timedelta(days=90)
OFFERS = a_rule()
NET = a_rule(purpose="safety net", exclude=None)


@pytest.mark.parametrize(
    ("shown", "answered", "first", "says"),
    [
        pytest.param(
            120, 9, LONG_AGO, f"Of 120 cards in 90 days 9 led to an answer. {ASKS} {RETIRE}",
            id="fewer than one in ten",
        ),
        pytest.param(
            100, 9, LONG_AGO, f"Of 100 cards in 90 days 9 led to an answer. {ASKS} {RETIRE}",
            id="just below 10 %",
        ),
        pytest.param(
            100, 10, LONG_AGO, f"Of 100 cards in 90 days 10 led to an answer. {ASKS}", id="10 %"
        ),
        pytest.param(
            100, 29, LONG_AGO, f"Of 100 cards in 90 days 29 led to an answer. {ASKS}",
            id="just below 30 %",
        ),
        pytest.param(100, 30, LONG_AGO, "", id="30 %"),
        pytest.param(
            30, 0, LONG_AGO, f"Of 30 cards in 90 days none led to an answer. {ASKS} {RETIRE}",
            id="30 cards",
        ),
        pytest.param(29, 0, LONG_AGO, "", id="29 cards"),
        pytest.param(120, 0, LONG_AGO + timedelta(days=1), "", id="first shown 89 days ago"),
        pytest.param(
            120, 0, date(2020, 1, 1),
            f"Of 120 cards in 90 days none led to an answer. {ASKS} {RETIRE}", id="years ago",
        ),
        pytest.param(30, 40, LONG_AGO, "", id="two offers on a card were answered"),
    ],
)  # fmt: skip
def test_a_rule_whose_cards_hardly_lead_to_answers_is_said(
    shown: int, answered: int, first: date, says: str
) -> None:
    assert worth_asking(OFFERS, Led(shown, answered, first), TODAY) == says


@given(
    st.sampled_from([OFFERS, NET]), st.integers(0, 500), st.integers(0, 500), st.integers(0, 400)
)
def test_what_is_said_of_few_answers_blames_nobody_and_retires_no_safety_net(
    rule: Rule, shown: int, answered: int, ago: int
) -> None:
    says = worth_asking(rule, Led(shown, answered, TODAY - timedelta(days=ago)), TODAY)
    assert bool(says) is (shown >= 30 and ago >= 90 and answered / shown < 0.3)
    assert (RETIRE in says) is (bool(says) and rule is OFFERS and answered / shown < 0.1)
    for word in ("ignored", "fail", "should", "must", "clinician", "worst", "poor", "refuse"):
        assert word not in says
