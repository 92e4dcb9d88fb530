"""Entries of a record: each is itself, however like another it is."""

import operator
from collections.abc import Callable

import pytest

from rules.record import Entry, Kind, Written
from tests.builders import entry

ONE, LIKE_IT = (entry(Kind.CONDITION, "cough", date="2026-05-10") for _ in range(2))


def test_two_that_are_alike_are_two() -> None:
    assert tuple(ONE) == tuple(LIKE_IT)
    assert (operator.eq(ONE, LIKE_IT), operator.ne(ONE, LIKE_IT)) == (False, True)
    assert (operator.eq(ONE, ONE), operator.ne(ONE, ONE)) == (True, False)
    assert len({ONE, LIKE_IT}) == 2


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_they_have_no_order(compare: Callable[[Entry, Entry], bool]) -> None:
    with pytest.raises(TypeError, match="not supported between"):
        compare(ONE, LIKE_IT)


def test_what_somebody_wrote_is_not_in_what_is_shown_of_one() -> None:
    line = ONE._replace(written=Written("worries", "canary-words", ticked=("canary-words",)))
    assert "canary" not in repr(line)
