"""Conditions as controlled English: lines and bullets that can be read aloud, and read back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import assert_never

from rules.days import Duration, in_words
from rules.english import phrases
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Fact,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
    Test,
    facts_of,
)

Call = Callable[[Fact], str]


def condition_in_english(condition: Condition, facts: Iterable[Fact] = ()) -> str:
    """A condition in controlled English, which ``condition_from_english`` reads back.

    Facts go by their labels, or by their names where a label is not the label of one fact alone,
    among ``facts`` and those of the condition. What is worked out in cel is given by its meaning,
    and that cannot be read back.
    """
    call = names_among((*facts, *facts_of(condition)))
    return "\n".join(_lines(condition, call, 0))


def names_among(facts: Iterable[Fact]) -> Call:
    """What each fact goes by where these are all the facts there are."""
    known = tuple(dict.fromkeys(facts))
    labels = Counter(fact.label for fact in known)
    names = Counter(fact.name for fact in known)

    def call(fact: Fact) -> str:
        label = fact.label
        clear = labels[label] == 1 and names[label] == (1 if fact.name == label else 0)
        return phrases.called(label if clear and label else fact.name)

    return call


def _lines(condition: Condition, call: Call, depth: int) -> Iterator[str]:
    match condition:
        case IsTrue() | Compare():
            yield compared(condition, call)
        case Computed(expression):
            yield f"{phrases.WORKED_OUT} {' '.join(expression.means.split())}"
        case All(parts):
            yield from _under(phrases.ALL, parts, call, depth)
        case AnyOf(parts):
            yield from _under(phrases.ANY, parts, call, depth)
        case NoneOf(parts):
            yield from _under(phrases.NONE, parts, call, depth)
        case SomeOf(at_least, parts):
            yield from _under(phrases.SOME.format(at_least), parts, call, depth)
        case Not(part):
            yield from _one(phrases.NOT, part, call, depth)
        case Labelled(label, part):
            yield from _one(phrases.quoted(label) + phrases.MEANS, part, call, depth)
        case _:
            assert_never(condition)


def _one(heading: str, part: Condition, call: Call, depth: int) -> Iterator[str]:
    """A heading with one part: on the same line where that is short."""
    if isinstance(part, IsTrue | Compare):
        yield f"{heading} {compared(part, call)}"
    else:
        yield from _under(heading, (part,), call, depth)


def _under(heading: str, parts: Iterable[Condition], call: Call, depth: int) -> Iterator[str]:
    yield heading
    for part in parts:
        first, *rest = _lines(part, call, depth + 1)
        yield f"{'  ' * (depth + 1)}- {first}"
        yield from rest


def compared(condition: IsTrue | Compare, call: Call) -> str:
    """A fact, and what is asked of it, on one line."""
    if isinstance(condition, IsTrue):
        return call(condition.fact)
    fact = condition.fact
    name = call(fact)
    if fact.give.sort is Sort.YES_NO and not name.startswith('"'):
        name = phrases.quoted(name)  # '"has COPD" is known' can be read aloud
    return f"{name} {' and '.join(asked(test, fact) for test in condition.tests)}"


def asked(test: Test, fact: Fact) -> str:
    """What is asked of a fact, without its name: is at least 58 mmol/mol."""
    unit = fact.unit
    if unit and test.written == usually_written(test, ""):
        unit = ""  # scores may be written without
    said = _asked(test, unit)
    if test.written == usually_written(test, unit):
        return said
    return f"{said}, {phrases.WRITTEN} {phrases.quoted(test.written)}"


def _asked(test: Test, unit: str) -> str:
    value = test.value
    match value:
        case bool():
            return phrases.KNOWN if value else phrases.NOT_KNOWN
        case frozenset():
            return f"{phrases.CHOICES[test.word]} {' or '.join(map(phrases.quoted, sorted(value)))}"
        case (Decimal() as first, Decimal() as last):
            return f"{phrases.BETWEEN} {amount(first, unit)} and {amount(last, unit)}"
        case (first, last):
            return f"{phrases.BETWEEN} {first} and {last}"
        case date():
            return f"{_moment(test)} {in_words(value)}"
        case Duration() if test.word == "within":
            return f"{phrases.WITHIN} {value}"
        case Duration() if test.word == "older_than":
            return f"{phrases.OLDER} {value} ago"
        case Duration() if test.word in ("before", "after"):
            return f"{_moment(test)} {value} ago"
        case Duration():
            return f"{phrases.COMPARISONS[test.word]} {value} ahead"
        case Decimal():
            return f"{phrases.COMPARISONS[test.word]} {amount(value, unit)}"
        case int():
            return f"{phrases.COMPARISONS[test.word]} {value}"


def _moment(test: Test) -> str:
    return phrases.BEFORE if test.word == "before" else phrases.AFTER


def amount(value: Decimal, unit: str) -> str:
    """A measured value as people write it: 7.5 %."""
    return f"{value:f} {unit}" if unit else f"{value:f}"


def usually_written(test: Test, unit: str) -> str:
    """What the checker keeps of what an author wrote, where that was written as usual."""
    match test.value:
        case (Decimal() as first, Decimal() as last):
            return f"{amount(first, unit)} and {amount(last, unit)}"
        case Decimal() as value:
            return amount(value, unit)
        case frozenset() as words:
            return " or ".join(sorted(words))
        case _:
            return ""
