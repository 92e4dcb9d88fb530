"""The slips that are tried in conditions and in look-ups, one at a time."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules.answer import YES
from rules.codes import CodeList
from rules.days import Duration, duration
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Undated,
)
from rules.fact import Test as Comparison
from rules.mutants import conditions, facts
from rules.problems import Place
from rules.record import Kind
from tests.builders import code

HERE = Place("a rule", 7)
COUGH = CodeList("cough", "Cough", {code("cough"): "cough"})
TEA = CodeList("tea", "Tea", {code("tea"): "tea"})


def a_fact(name: str, **more: Any) -> Fact:  # Any: each row of a table has its own keys
    return Fact(name, name, "condition", HERE, kinds=(Kind.CONDITION,), **more)


A, B, C = (IsTrue(a_fact(name)) for name in "abc")
LENGTH = a_fact("length", give=Give.LATEST)
NUMBER = a_fact("number", give=Give.COUNT)
VALUE = a_fact("value", give=Give.LATEST_VALUE, unit="mmol/mol")
CHOICE = a_fact("choice", give=Give.LATEST_CHOICE)
WORKED_OUT = Computed(Expression("a && b", "a and b are so", (A.fact, B.fact), lambda *_: YES))


def called(found: list[conditions.Slip]) -> list[str]:
    return [conditions.called(slip.condition) for slip in found]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(A, [], id="a fact by itself"),
        pytest.param(Not(A), ["a"], id="not"),
        pytest.param(
            All((A, B, C)),
            ["any of (a, b, c)", "all of (b, c)", "all of (a, c)", "all of (a, b)"],
            id="all",
        ),
        pytest.param(All((A,)), [], id="all of one thing cannot lose it"),
        pytest.param(
            AnyOf((A, B)),
            ["all of (a, b)", "none of (a, b)", "any of (b)", "any of (a)"],
            id="any",
        ),
        pytest.param(NoneOf((A, B)), ["any of (a, b)", "none of (b)", "none of (a)"], id="none"),
        pytest.param(
            SomeOf(2, (A, B, C)),
            [
                "at least 1 of (a, b, c)",
                "at least 3 of (a, b, c)",
                "at least 2 of (b, c)",
                "at least 2 of (a, c)",
                "at least 2 of (a, b)",
            ],
            id="some of",
        ),
        pytest.param(
            SomeOf(2, (A, B)),
            ["at least 1 of (a, b)", "at least 1 of (b)", "at least 1 of (a)"],
            id="some of two: never more than there are",
        ),
        pytest.param(
            All((A, Not(B))),
            ["any of (a, not b)", "all of (not b)", "all of (a)", "all of (a, b)"],
            id="what is inside has slips of its own",
        ),
        pytest.param(WORKED_OUT, ['not "a and b are so"'], id="what is worked out is turned round"),
    ],
)
def test_conditions_put_together(condition: Condition, expected: list[str]) -> None:
    assert called(list(conditions.slips(condition))) == expected


def test_a_label_stays_around_what_is_inside_it() -> None:
    found = list(conditions.slips(Labelled("grown up", Not(A))))
    assert [slip.condition for slip in found] == [Labelled("grown up", A)]
    assert conditions.called(Labelled("grown up", Not(A))) == '"grown up"'


def quantity(word: str, *numbers: str) -> Comparison:
    values = tuple(Decimal(number) for number in numbers)
    written = f"{' and '.join(numbers)} mmol/mol"
    if len(values) == 2:
        return Comparison(word, (values[0], values[1]), written=written)
    return Comparison(word, values[0], written=written)


@pytest.mark.parametrize(
    ("fact", "test", "expected"),
    [
        pytest.param(NUMBER, Comparison("above", 18), ["at_least 18", "above 19"], id="above"),
        pytest.param(
            NUMBER, Comparison("at_least", 18), ["above 18", "at_least 17"], id="at least"
        ),
        pytest.param(NUMBER, Comparison("below", 18), ["at_most 18", "below 17"], id="below"),
        pytest.param(NUMBER, Comparison("at_most", 18), ["below 18", "at_most 19"], id="at most"),
        pytest.param(NUMBER, Comparison("equals", 2), ["equals 1", "equals 3"], id="equals"),
        pytest.param(
            NUMBER,
            Comparison("between", (3, 9)),
            ["between 2 and 9", "between 4 and 9", "between 3 and 8", "between 3 and 10"],
            id="between has two ends",
        ),
        pytest.param(
            VALUE,
            quantity("at_least", "58"),
            ["above 58 mmol/mol", "at_least 57 mmol/mol"],
            id="a measured value moves by one where it is whole",
        ),
        pytest.param(
            VALUE,
            quantity("below", "7.50"),
            ["at_most 7.50 mmol/mol", "below 7.49 mmol/mol"],
            id="and by the smallest step that was written",
        ),
        pytest.param(
            VALUE,
            quantity("between", "48", "57.5"),
            [
                "between 47.9 and 57.5 mmol/mol",
                "between 48.1 and 57.5 mmol/mol",
                "between 48 and 57.4 mmol/mol",
                "between 48 and 57.6 mmol/mol",
            ],
            id="both ends of a measured value",
        ),
        pytest.param(
            LENGTH,
            Comparison("within", Duration(12, "month")),
            ["within 11 months", "within 13 months", "within 24 months"],
            id="a length of time, one less, one more, and doubled",
        ),
        pytest.param(
            LENGTH,
            Comparison("at_least", Duration(1, "day"), ahead=True),
            ["at_least 0 days ahead", "at_least 2 days ahead"],
            id="one doubled is one more",
        ),
        pytest.param(
            LENGTH,
            Comparison("before", date(2024, 3, 1)),
            ["before 2024-02-29", "before 2024-03-02"],
            id="a day",
        ),
        pytest.param(
            LENGTH, Comparison("is_known", True), ["is_known no"], id="known and not known"
        ),
        pytest.param(
            CHOICE, Comparison("is", frozenset({"low"})), ["is_not low"], id="is and is not"
        ),
        pytest.param(
            CHOICE,
            Comparison("is_in", frozenset({"low", "middle"})),
            ["is_in middle", "is_in low"],
            id="each of several words",
        ),
    ],
)
def test_comparisons(fact: Fact, test: Comparison, expected: list[str]) -> None:
    found = list(conditions.slips(Compare(fact, (test,))))
    assert called(found) == [f"{fact.name} {each}" for each in expected]


def test_one_of_several_comparisons_is_dropped_and_the_others_stay() -> None:
    both = Compare(NUMBER, (Comparison("at_least", 5), Comparison("at_most", 9)))
    assert called(list(conditions.slips(both))) == [
        "number at_most 9",
        "number above 5 and at_most 9",
        "number at_least 4 and at_most 9",
        "number at_least 5",
        "number at_least 5 and below 9",
        "number at_least 5 and at_most 10",
    ]


def test_a_window_is_a_matter_of_safety_and_an_age_is_not() -> None:
    window = Compare(LENGTH, (Comparison("within", Duration(2, "week")),))
    number = Compare(NUMBER, (Comparison("at_least", 18),))
    assert {slip.safety for slip in conditions.slips(window)} == {True}
    assert {slip.safety for slip in conditions.slips(number)} == {False}


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        pytest.param(
            a_fact("f", within=duration("6 months")),
            ["within 5 months", "within 7 months", "within 12 months", "within dropped"],
            id="within",
        ),
        pytest.param(
            a_fact("f", in_next=duration("3 days")),
            ["in_next 2 days", "in_next 4 days", "in_next 6 days", "in_next dropped"],
            id="in_next",
        ),
        pytest.param(a_fact("f", since=A.fact), ["since dropped"], id="since another fact"),
        pytest.param(
            a_fact("f", before=date(2026, 5, 1)),
            ["before 2026-04-30", "before 2026-05-02", "before dropped"],
            id="before a day",
        ),
        pytest.param(
            a_fact("f", since=Duration(2, "week")),
            ["since 1 week", "since 3 weeks", "since 4 weeks", "since dropped"],
            id="since so long ago",
        ),
        pytest.param(
            a_fact("f", statuses=frozenset({"resolved"})),
            ["status ignored", "status dropped"],
            id="status",
        ),
        pytest.param(
            a_fact("f", statuses=frozenset({"active", "recurrence", "relapse", ""})),
            ["status ignored"],
            id="the usual states may as well not be written",
        ),
        pytest.param(a_fact("f", filed=YES), ["filed dropped"], id="filed"),
        pytest.param(
            a_fact("f", ended_by=frozenset({code("end")})), ["ended_by dropped"], id="ended_by"
        ),
        pytest.param(
            a_fact("f", if_undated=Undated.COUNT_IT), ["if_undated dropped"], id="if_undated"
        ),
        pytest.param(a_fact("f", unit="mmol/mol"), ["unit %"], id="a unit taken for another"),
        pytest.param(a_fact("f", unit="mL/min"), ["unit %"], id="a unit that nothing becomes"),
        pytest.param(
            a_fact("f", lists=(COUGH,), codes=COUGH.codes), ["list tea"], id="the wrong list"
        ),
    ],
)
def test_look_ups(fact: Fact, expected: list[str]) -> None:
    assert [slip.name for slip in facts.slips(fact, (COUGH, TEA), own=False)] == expected


def test_a_states_slip_is_made_for_a_rules_own_facts_though_no_state_is_written() -> None:
    fact = a_fact("f")
    (slip,) = facts.slips(fact, (), own=True)
    assert slip.name == "status ignored"
    assert slip.fact.statuses is not None
    assert {"active", "resolved", "", "unknown"} <= slip.fact.statuses
