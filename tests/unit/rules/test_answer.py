"""The three answers and Kleene's tables, written out."""

from itertools import product

import pytest

from rules.answer import Answer, all_of, any_of, opposite, yes_or_no

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("answers", "all_is", "any_is"),
    [
        pytest.param((), YES, NO, id="of nothing, all is yes and any is no"),
        pytest.param((YES, YES), YES, YES, id="yes and yes"),
        pytest.param((YES, NO), NO, YES, id="yes and no"),
        pytest.param((YES, UNSURE), UNSURE, YES, id="yes and cannot tell"),
        pytest.param((NO, NO), NO, NO, id="no and no"),
        pytest.param((NO, UNSURE), NO, UNSURE, id="no and cannot tell"),
        pytest.param((UNSURE, UNSURE), UNSURE, UNSURE, id="cannot tell twice"),
        pytest.param((UNSURE, YES, NO), NO, YES, id="one of each"),
    ],
)
def test_kleenes_tables(answers: tuple[Answer, ...], all_is: Answer, any_is: Answer) -> None:
    assert all_of(answers) is all_is
    assert any_of(answers) is any_is


@pytest.mark.parametrize(
    ("answer", "other"), [(YES, NO), (NO, YES), (UNSURE, UNSURE)], ids=["yes", "no", "cannot tell"]
)
def test_not_knowing_stays_not_knowing_when_it_is_turned_round(
    answer: Answer, other: Answer
) -> None:
    assert opposite(answer) is other


def test_what_is_known_for_sure_is_yes_or_no() -> None:
    assert yes_or_no(True) is YES
    assert yes_or_no(False) is NO


def test_there_is_no_fourth_answer() -> None:
    assert {all_of(pair) for pair in product(Answer, repeat=2)} == set(Answer)
    assert {any_of(pair) for pair in product(Answer, repeat=2)} == set(Answer)


def test_answers_say_themselves_in_words() -> None:
    assert [str(answer) for answer in Answer] == ["yes", "no", "cannot tell"]
