"""Conditions in English say what they said: what is written can be read back, whatever it is."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rules.days import duration, in_words
from rules.english.parsing import NotUnderstood, condition_from_english
from rules.english.writing import condition_in_english
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Condition,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
)
from rules.fact import Test as Asked
from rules.problems import Place
from tests.strategies import DURATIONS

# Words that the language itself is made of, and what else could be taken for part of it.
_AWKWARD = (
    "has COPD", "is receiving palliative care", "and", "or", "not", "a, b and c", 'says "no"',
    "18", "is known", "x is known", "x is above", "x is at least 3", "this is not so: x",
    "all of these are so:", "At least 2 of these are so: x", "- x", " x ", "x  y", "x: y:", "x\ny",
    "\\", "x\\n", "worked out: x", '"x", which means: y', "Zo\u00eb\u2019s visit", "\u202eover", "",
    "one or more of these are so:", "x is in the last 3 days", 'x is one of "y"', "x is", "age",
    "fact_0", "fact_1", "x\r", "\u00a0", "\t", "last cough", "number", "x is at",
)  # fmt: skip
LABELS: SearchStrategy[str] = st.sampled_from(_AWKWARD) | st.text(max_size=12)
UNITS = st.sampled_from(["mmol/mol", "%", "mm[Hg]", "10*9/L", "and", "{a b}", "mL/(min.m2)", ""])
GIVES = (Give.EXISTS, Give.COUNT, Give.AGE, Give.LATEST, Give.LATEST_VALUE, Give.LATEST_CHOICE)


@st.composite
def some_facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    """Facts of every sort, whose names differ and whose labels need not."""
    labels = draw(st.lists(LABELS, min_size=len(GIVES), max_size=len(GIVES)))
    return tuple(
        Fact(
            f"fact_{number}",
            label,
            "entry",
            Place("a test"),
            give=give,
            unit=draw(UNITS) if give.sort is Sort.QUANTITY else "",
        )
        for number, (give, label) in enumerate(zip(GIVES, labels, strict=True))
    )


_ORDER = st.sampled_from(["above", "at_least", "below", "at_most", "equals"])
_WHOLE = st.integers(-5, 200)
_MEASURED = st.decimals(-50, 500, places=2, allow_nan=False, allow_infinity=False)
_MOMENT = st.sampled_from(["before", "after"])
_KNOWN = st.builds(Asked, st.just("is_known"), st.booleans())
_TESTS: dict[Sort, SearchStrategy[Asked]] = {
    Sort.YES_NO: _KNOWN,
    Sort.NUMBER: st.builds(Asked, _ORDER, _WHOLE)
    | st.builds(Asked, st.just("between"), st.tuples(_WHOLE, _WHOLE)),
    Sort.DATE: st.builds(Asked, st.sampled_from(["within", "older_than"]), DURATIONS)
    | st.builds(Asked, _MOMENT, st.dates() | DURATIONS)
    | st.builds(Asked, st.sampled_from(["at_least", "at_most"]), DURATIONS, st.just(True)),
}


@st.composite
def chosen(draw: st.DrawFn) -> Asked:
    """A test of a choice, kept as the checker keeps it, or in other words."""
    words = draw(st.frozensets(LABELS, min_size=1, max_size=3))
    word = draw(st.sampled_from(["is", "is_not", "is_in"]))
    return Asked(word, words, written=draw(_written(" or ".join(sorted(words)))))


@st.composite
def measured(draw: st.DrawFn, unit: str) -> Asked:
    """A test of a measured value, written in its own unit or in another one."""
    if draw(st.booleans()):
        first, last = draw(st.tuples(_MEASURED, _MEASURED))
        usual = [f"{first} {unit} and {last} {unit}", f"{first} and {last}"]
        return Asked("between", (first, last), written=draw(_written(*usual)))
    value = draw(_MEASURED)
    return Asked(draw(_ORDER), value, written=draw(_written(f"{value} {unit}", f"{value}")))


def _written(*usual: str) -> SearchStrategy[str]:
    return st.sampled_from(usual) | st.sampled_from([*usual, "7.5 %", "x"])


@st.composite
def leaves(draw: st.DrawFn, facts: tuple[Fact, ...]) -> Condition:
    fact = draw(st.sampled_from(facts))
    if draw(st.booleans()):
        return IsTrue(fact)
    sort = fact.give.sort
    tests = (
        measured(fact.unit)
        if sort is Sort.QUANTITY
        else chosen()
        if sort is Sort.CHOICE
        else _TESTS[sort]
    )
    return Compare(fact, tuple(draw(st.lists(tests | _KNOWN, min_size=1, max_size=3))))


def conditions(facts: tuple[Fact, ...], depth: int = 4) -> SearchStrategy[Condition]:
    """Any condition over these facts, so many levels deep at most."""
    found: SearchStrategy[Condition] = leaves(facts)
    for _ in range(depth):
        parts = st.lists(found, min_size=1, max_size=3).map(tuple)
        found = (
            leaves(facts)
            | st.builds(Not, found)
            | st.builds(All, parts)
            | st.builds(AnyOf, parts)
            | st.builds(NoneOf, parts)
            | st.builds(SomeOf, st.integers(0, 4), parts)
            | st.builds(Labelled, LABELS, found)
        )
    return found


@given(st.data(), some_facts())
def test_what_is_written_in_english_is_read_back_as_it_was(
    data: st.DataObject, facts: tuple[Fact, ...]
) -> None:
    condition = data.draw(conditions(facts))
    text = condition_in_english(condition, facts)
    assert condition_from_english(text, facts) == condition
    assert condition_in_english(condition_from_english(text, facts), facts) == text


COUGH = Fact("has_cough", "has a cough", "condition", Place("a test"))
AGE = Fact("age", "age", "age", Place("a test"), give=Give.AGE)
_PIECES = st.sampled_from(
    ["has a cough", "age is at least 18", "all of these are so:", "  - ", "    - ", "\n", "- ",
     "this is not so:", "at least 2 of these are so:", '"x", which means:', " and ", '"', "\t"]
)  # fmt: skip


@given(st.text() | st.lists(_PIECES, max_size=12).map("".join))
@example("this is not so:\n" + "\n".join("  " * n + "- this is not so:" for n in range(1, 2000)))
def test_any_text_is_a_condition_or_one_problem_with_its_place(text: str) -> None:
    try:
        found = condition_from_english(text, (COUGH, AGE))
    except NotUnderstood as error:
        problem = error.problem
        assert problem.says.endswith(".")
        assert 1 <= problem.at.line <= text.count("\n") + 1
        assert problem.at.column >= 1
    else:
        assert condition_from_english(condition_in_english(found), (COUGH, AGE)) == found


@pytest.mark.parametrize("text", ["0 days", "1 day", "12 months", "9999 years"])
def test_lengths_of_time_are_said_as_authors_write_them(text: str) -> None:
    assert str(duration(text)) == text


def test_days_are_said_as_people_say_them() -> None:
    last = Fact("last_cough", "last cough", "condition", Place("a test"), give=Give.LATEST)
    condition = Compare(last, (Asked("before", date(2026, 3, 1)),))
    assert condition_in_english(condition) == f"last cough is before {in_words(date(2026, 3, 1))}"
    assert Decimal("7.50") == Decimal("7.5")
