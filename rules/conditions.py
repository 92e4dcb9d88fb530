"""Combining answers: all, any, none, not, and comparisons in words. Nothing is looked up here."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import assert_never

from rules.answer import CANNOT_TELL, NO, YES, Answer, all_of, any_of, opposite, some_of, yes_or_no
from rules.days import Duration, Span
from rules.fact import (
    CHOICE,
    QUANTITY,
    REMEMBERED,
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Test,
    Value,
)
from rules.finding import Finding, Look, RuleFault, day_so_far
from rules.units import INFINITE, just_over, just_under

Number = int | Decimal


def ask(condition: Condition, look: Look) -> Answer:
    """The answer of a condition for one person on one day."""
    # One by one, and not by match, which takes three times as long.
    if type(condition) is IsTrue:
        return look(condition.fact).answer
    if type(condition) is Compare:
        return compare(look(condition.fact), condition.tests, look.today)
    if type(condition) is Not:
        return opposite(ask(condition.part, look))
    if type(condition) is All:
        return all_of(map(ask, condition.parts, repeat(look)))
    if type(condition) is AnyOf:
        return any_of(map(ask, condition.parts, repeat(look)))
    if type(condition) is NoneOf:
        return opposite(any_of(map(ask, condition.parts, repeat(look))))
    if type(condition) is SomeOf:
        return some_of(condition.at_least, map(ask, condition.parts, repeat(look)))
    if type(condition) is Labelled:
        return ask(condition.part, look)
    if type(condition) is Computed:
        return look.work_out(condition.expression)
    assert_never(condition)


def ask_apart(condition: Condition, look: Look) -> Answer:
    """The answer of one part by itself, as explanations and tests of rules ask it.

    It may be a part that nobody had to ask; where it cannot be worked out, it cannot be told.
    """
    try:
        return ask(condition, look)
    except RuleFault:
        return CANNOT_TELL


def compare(finding: Finding, tests: tuple[Test, ...], today: date) -> Answer:
    """Several tests in one map must all hold."""
    if len(tests) == 1:  # as most are
        return _test(finding, tests[0], today)
    return all_of(map(_test, repeat(finding), tests, repeat(today)))


def _test(finding: Finding, test: Test, today: date) -> Answer:
    if test.word == "is_known":
        if finding.answer is CANNOT_TELL:
            return CANNOT_TELL
        return yes_or_no((finding.answer is YES) is bool(test.value))
    sort = finding.fact.give.sort
    if (sort is QUANTITY or sort is CHOICE) and finding.answer is not YES:
        return CANNOT_TELL  # nobody knows what was never measured
    if sort is CHOICE:
        return _choice(finding.choices, test)
    if finding.number is not None:
        low, high = finding.number
        return _number(low, high, test)
    if finding.answer is not YES:
        return finding.answer  # no such event: no; cannot tell whether there is: cannot tell
    day = day_so_far(finding, today)
    if day is None:
        return CANNOT_TELL
    return _date(day, test, today)


def _choice(names: frozenset[str], test: Test) -> Answer:
    wanted = test.value
    if not isinstance(wanted, frozenset) or not names:
        return CANNOT_TELL
    answer = YES if names <= wanted else NO if names.isdisjoint(wanted) else CANNOT_TELL
    return opposite(answer) if test.word == "is_not" else answer


def _number(low: Number, high: Number, test: Test) -> Answer:
    first, last = _bounds(test.word, test.value)
    if first <= low and high <= last:
        return YES
    if high < first or low > last:
        return NO
    return CANNOT_TELL


@lru_cache(maxsize=REMEMBERED, typed=True)  # 5 equals Decimal(5); what is above them differs
def _bounds(word: str, value: Value) -> tuple[Number, Number]:
    """The numbers for which a test holds, both ends included."""
    match word, value:
        case "between", ((int() | Decimal()) as first, (int() | Decimal()) as last):
            return first, last
        case "above", int() | Decimal():
            return just_over(value) if isinstance(value, Decimal) else value + 1, INFINITE
        case "at_least", int() | Decimal():
            return value, INFINITE
        case "below", int() | Decimal():
            return -INFINITE, just_under(value) if isinstance(value, Decimal) else value - 1
        case "at_most", int() | Decimal():
            return -INFINITE, value
        case "equals", int() | Decimal():
            return value, value
        case _:
            raise ValueError(word)


def _date(day: Span, test: Test, today: date) -> Answer:
    first, last = _days(test.word, test.value, today)
    if first > last:
        return NO
    return day.is_between(first, last)


@lru_cache(maxsize=REMEMBERED)
def _days(word: str, value: Value, today: date) -> tuple[date, date]:
    """The days on which a date test holds, both ends included."""
    match word, value:
        case "within", Duration():
            return value.before(today), today
        case "older_than", Duration():
            return _until(value.before(today))
        case "at_least", Duration():
            return value.after(today), date.max
        case "at_most", Duration():
            return today, value.after(today)
        case "before", date():
            return _until(value)
        case "before", Duration():
            return _until(value.before(today))
        case "after", date():
            return _from_after(value)
        case "after", Duration():
            return _from_after(value.before(today))
        case _:
            raise ValueError(word)


# Before the first day of the calendar and after its last there are no days: the window is empty.
_NO_DAYS = date.max, date.min


def _until(day: date) -> tuple[date, date]:
    return (date.min, Duration(1, "day").before(day)) if day > date.min else _NO_DAYS


def _from_after(day: date) -> tuple[date, date]:
    return (Duration(1, "day").after(day), date.max) if day < date.max else _NO_DAYS
