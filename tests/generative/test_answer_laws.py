"""Laws of the three answers: Kleene's strong logic, and that certainty is never taken back."""

from collections.abc import Callable, Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answer import Answer, all_of, any_of, opposite
from tests.strategies import ANSWERS

SOME = st.lists(ANSWERS, max_size=6)
Combine = Callable[[Iterable[Answer]], Answer]
BOTH_WAYS = pytest.mark.parametrize("combine", [all_of, any_of])


@BOTH_WAYS
@given(answers=SOME, order=st.randoms())
def test_order_never_matters(combine: Combine, answers: list[Answer], order: Random) -> None:
    shuffled = list(answers)
    order.shuffle(shuffled)
    assert combine(shuffled) is combine(answers)


@BOTH_WAYS
@given(first=SOME, second=SOME)
def test_grouping_never_matters(
    combine: Combine, first: list[Answer], second: list[Answer]
) -> None:
    assert combine([combine(first), combine(second)]) is combine(first + second)


@BOTH_WAYS
@given(answers=SOME)
def test_saying_it_twice_changes_nothing(combine: Combine, answers: list[Answer]) -> None:
    assert combine(answers + answers) is combine(answers)


@given(a=ANSWERS, b=ANSWERS, c=ANSWERS)
def test_all_and_any_distribute_over_each_other(a: Answer, b: Answer, c: Answer) -> None:
    assert all_of([a, any_of([b, c])]) is any_of([all_of([a, b]), all_of([a, c])])
    assert any_of([a, all_of([b, c])]) is all_of([any_of([a, b]), any_of([a, c])])


@given(a=ANSWERS, b=ANSWERS)
def test_a_part_that_is_absorbed_does_not_count(a: Answer, b: Answer) -> None:
    assert all_of([a, any_of([a, b])]) is a
    assert any_of([a, all_of([a, b])]) is a


@given(answers=SOME)
def test_de_morgan(answers: list[Answer]) -> None:
    assert opposite(all_of(answers)) is any_of(map(opposite, answers))
    assert opposite(any_of(answers)) is all_of(map(opposite, answers))


@given(answer=ANSWERS)
def test_turning_round_twice_is_where_we_began(answer: Answer) -> None:
    assert opposite(opposite(answer)) is answer


@BOTH_WAYS
@given(answers=SOME, learnt=st.lists(st.sampled_from([Answer.YES, Answer.NO]), min_size=6))
def test_learning_more_never_takes_a_certain_answer_back(
    combine: Combine, answers: list[Answer], learnt: list[Answer]
) -> None:
    before = combine(answers)
    after = combine(
        known if answer is Answer.CANNOT_TELL else answer
        for answer, known in zip(answers, learnt, strict=False)
    )
    assert before in (after, Answer.CANNOT_TELL)


@BOTH_WAYS
@given(answers=st.lists(st.sampled_from([Answer.YES, Answer.NO]), max_size=6))
def test_where_all_is_known_the_answer_is_known(combine: Combine, answers: list[Answer]) -> None:
    plain = all if combine is all_of else any
    expected = Answer.YES if plain(answer is Answer.YES for answer in answers) else Answer.NO
    assert combine(answers) is expected
