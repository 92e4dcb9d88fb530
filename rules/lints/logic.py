"""What conditions come to by logic alone, whoever they are asked about."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from rules.days import Duration
from rules.fact import All, AnyOf, Compare, Condition, Fact, Labelled, NoneOf, Not, SomeOf, Test
from rules.units import INFINITE, just_over, just_under

_DAY = date(2026, 11, 21)


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and everything inside it."""
    yield condition
    match condition:
        case Not(part) | Labelled(_, part):
            yield from parts_of(part)
        case All(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
            for part in parts:
                yield from parts_of(part)
        case _:
            pass


def contradictions(condition: Condition) -> Iterator[tuple[Fact, list[str]]]:
    """Facts of which tests are asked together that no number and no day can pass."""
    for part in parts_of(condition):
        if isinstance(part, All):
            yield from _against_each_other(part)
        elif isinstance(part, Compare) and _never(part.tests):
            yield part.fact, [_said(test) for test in part.tests]


def _against_each_other(together: All) -> Iterator[tuple[Fact, list[str]]]:
    asked: dict[Fact, list[Test]] = {}
    for part in together.parts:
        if isinstance(part, Compare):
            asked.setdefault(part.fact, []).extend(part.tests)
    for fact, tests in asked.items():
        one_by_one = [p for p in together.parts if isinstance(p, Compare) and p.fact is fact]
        if len(one_by_one) > 1 and _never(tuple(tests)):
            yield fact, [_said(test) for test in tests]


def _said(test: Test) -> str:
    value = " and ".join(map(str, test.value)) if isinstance(test.value, tuple) else test.value
    return f"{test.word.replace('_', ' ')} {test.written or value}"


def _never(tests: tuple[Test, ...]) -> bool:
    known = {test.value for test in tests if test.word == "is_known"}
    if known == {True, False}:
        return True
    low, high = -INFINITE, INFINITE
    for test in tests:
        span = _span(test)
        if span is not None:
            low, high = max(low, span[0]), min(high, span[1])
    return low > high


def _span(test: Test) -> tuple[Decimal, Decimal] | None:
    """What passes, on one line of numbers; days count back from today as negative numbers."""
    match test.word, test.value:
        case "between", ((int() | Decimal()) as first, (int() | Decimal()) as last):
            return Decimal(first), Decimal(last)
        case ("above" | "at_least" | "below" | "at_most" | "equals") as word, (
            int() | Decimal()
        ) as value:
            return _numbers(word, Decimal(value))
        case "within", Duration() as length:
            return Decimal((length.before(_DAY) - _DAY).days), Decimal(0)
        case "older_than", Duration() as length:
            return -INFINITE, Decimal((length.before(_DAY) - _DAY).days - 1)
        case ("at_least" | "at_most") as word, Duration() as length:
            days = Decimal((length.after(_DAY) - _DAY).days)
            return (days, INFINITE) if word == "at_least" else (Decimal(0), days)
        case _:
            return None


def _numbers(word: str, value: Decimal) -> tuple[Decimal, Decimal]:
    spans = {
        "above": (just_over(value), INFINITE),
        "at_least": (value, INFINITE),
        "below": (-INFINITE, just_under(value)),
        "at_most": (-INFINITE, value),
    }
    return spans.get(word, (value, value))
