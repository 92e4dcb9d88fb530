"""What a sample of judged people says of all the others."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.judged import Judged, Side, at_most, leaves_open

JUDGED = st.integers(1, 200).flatmap(
    lambda of: st.tuples(st.integers(0, of), st.just(of))
)  # wrong, of


@pytest.mark.parametrize(
    ("wrong", "of", "percent"),
    # Of 30 from 95 % one-sided tables of Clopper and Pearson: 9.50, 14.86, 19.53.
    [(0, 30, 10), (1, 30, 15), (2, 30, 20), (0, 5, 46), (0, 1, 95), (1, 1, 100), (0, 0, 100)],
)
def test_the_bound_is_the_one_of_the_tables(wrong: int, of: int, percent: int) -> None:
    assert at_most(wrong, of) == percent


@given(st.integers(3, 1_000))
def test_with_none_wrong_it_is_the_rule_of_three(of: int) -> None:
    assert at_most(0, of) / 100 <= 3 / of + 0.01
    assert at_most(0, of) / 100 >= 1 - 0.05 ** (1 / of) - 1e-6


@given(JUDGED)
def test_a_higher_share_would_show_so_few_wrong_in_one_sample_of_twenty_at_most(
    judged: tuple[int, int],
) -> None:
    wrong, of = judged
    share = at_most(wrong, of) / 100
    if wrong < of:
        assert sum(comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(wrong + 1)) < (
            0.05 + 1e-6
        )
    assert share >= wrong / of


@given(JUDGED)
def test_more_wrong_leave_more_open_and_more_judged_less(judged: tuple[int, int]) -> None:
    wrong, of = judged
    assert at_most(wrong, of + 1) <= at_most(wrong, of) <= at_most(min(wrong + 1, of), of)


def test_more_wrong_than_were_judged_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="No more can be wrong"):
        at_most(2, 1)


def test_it_is_said_in_plain_words() -> None:
    assert leaves_open(0, 30) == (
        "0 wrong of 30: the true share of wrong ones may still be up to about one in ten."
    )
    assert "15 in a hundred" in leaves_open(1, 30)


def test_how_far_it_is_is_said_of_both_sorts() -> None:
    assert Judged(Side(12), Side(9)).in_words() == (
        "Judged by a clinician: 12 of 30 for whom it would be shown, and 9 of 30 for whom it would"
        " not."
    )
    assert Judged(Side(12, 1), Side(9)).in_words().endswith(" Wrong: 1 and 0.")
    assert Judged().leaves_open() == ""
    assert Judged(Side(30), Side(30)).leaves_open() == leaves_open(0, 30)
