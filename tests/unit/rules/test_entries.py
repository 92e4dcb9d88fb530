"""Entries of a record: each is itself, however like another it is."""

import operator
from collections.abc import Callable

import pytest

from rules.codes import Code
from rules.days import Span
from rules.record import Entry, Kind, Measurement, Written
from tests.builders import entry

ONE, LIKE_IT = (entry(Kind.CONDITION, "cough", date="2026-05-10") for _ in range(2))


def test_two_that_are_alike_are_two() -> None:
    assert tuple(ONE) == tuple(LIKE_IT)
    assert ONE != LIKE_IT
    assert not ONE == LIKE_IT  # noqa: SIM201 - equality is another method than inequality
    assert ONE == ONE
    assert len({ONE, LIKE_IT}) == 2


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_they_have_no_order(compare: Callable[[Entry, Entry], bool]) -> None:
    with pytest.raises(TypeError, match="not supported between"):
        compare(ONE, LIKE_IT)


def test_what_somebody_wrote_is_not_in_what_is_shown_of_one() -> None:
    line = ONE._replace(written=Written("worries", "canary-words", ticked=("canary-words",)))
    assert "canary" not in repr(line)


def test_imports_and_rows_have_their_elements_in_this_order() -> None:
    """Where this fails, FORMAT in fhir_adapters/bulk/parquet.py has to be another."""
    assert [one._fields for one in (Entry, Measurement, Span, Code)] == [
        (
            "kind", "codes", "status", "when", "dated_by", "recorded", "ends", "words", "reference",
            "sure", "filed", "values", "answer", "ask_again", "line", "written",
        ),
        ("number", "unit", "comparator", "shown", "codes", "usual"),
        ("first", "last"),
        ("system", "code"),
    ]  # fmt: skip
