"""What may be written wrongly in a condition, one slip at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import assert_never

from rules.days import Duration
from rules.fact import (
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
)

_Parts = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A condition with one slip in it: where (as a path of words), and in a sentence.

    ``part`` is the part as it was, and ``safety`` whether the slip is in a window.
    """

    name: str
    says: str
    condition: Condition
    part: Condition
    safety: bool = False


def slips(condition: Condition) -> Iterator[Slip]:
    """Every single slip in a condition and in its parts, in order."""
    match condition:
        case IsTrue():
            pass
        case Compare():
            yield from _compared(condition)
        case Computed():
            says = f'with the opposite of "{condition.expression.means}"'
            yield Slip("computed turned round", says, Not(condition), condition)
        case Not(part):
            yield Slip("not dropped", f'without the "not" before {called(part)}', part, part)
            yield from _inside("not", part, Not)
        case Labelled(label, part):
            yield from _inside(label, part, lambda new: Labelled(label, new))
        case All(parts):
            if len(parts) > 1:
                yield _joined(condition, "any", AnyOf(parts), "all")
            yield from _listed("all", parts, All)
        case AnyOf(parts):
            if len(parts) > 1:
                yield _joined(condition, "all", All(parts), "any")
            yield _joined(condition, "none", NoneOf(parts), "any")
            yield from _listed("any", parts, AnyOf)
        case NoneOf(parts):
            yield _joined(condition, "any", AnyOf(parts), "none")
            yield from _listed("none", parts, NoneOf)
        case SomeOf(at_least, parts):
            for other in (at_least - 1, at_least + 1):
                if 0 <= other <= len(parts):
                    says = f"with at least {other} in place of {at_least} of {called(condition)}"
                    yield Slip(f"at_least {other}", says, SomeOf(other, parts), condition)
            yield from _listed("some_of", parts, lambda new: SomeOf(min(at_least, len(new)), new))
        case _:
            assert_never(condition)


def called(condition: Condition) -> str:
    """A condition in few words, by the names that its author gave."""
    match condition:
        case IsTrue(fact):
            return fact.name
        case Compare(fact, tests):
            return f"{fact.name} {' and '.join(test_says(test) for test in tests)}"
        case Not(part):
            return f"not {called(part)}"
        case Labelled(label, _):
            return f'"{label}"'
        case Computed(expression):
            return f'"{expression.means}"'
        case All(parts):
            return f"all of ({_list(parts)})"
        case AnyOf(parts):
            return f"any of ({_list(parts)})"
        case NoneOf(parts):
            return f"none of ({_list(parts)})"
        case SomeOf(at_least, parts):
            return f"at least {at_least} of ({_list(parts)})"
        case _:
            assert_never(condition)


def _list(parts: _Parts) -> str:
    return ", ".join(called(part) for part in parts)


def test_says(test: Test) -> str:
    """A comparison as it is written: at_least 58 mmol/mol."""
    value = test.value
    if test.word == "is_known":
        return f"is_known {'yes' if value else 'no'}"
    if test.written:
        return f"{test.word} {test.written}"
    match value:
        case (first, last):
            return f"{test.word} {first} and {last}"
        case frozenset():
            return f"{test.word} {' or '.join(sorted(value))}"
        case _:
            return f"{test.word} {value}{' ahead' if test.ahead else ''}"


def _inside(path: str, part: Condition, around: Callable[[Condition], Condition]) -> Iterator[Slip]:
    for slip in slips(part):
        yield replace(slip, name=f"{path}/{slip.name}", condition=around(slip.condition))


def _joined(condition: Condition, word: str, to: Condition, was: str) -> Slip:
    says = f'with "{word}" in place of "{was}" in {called(condition)}'
    return Slip(f"{was} to {word}", says, to, condition)


def _listed(path: str, parts: _Parts, around: Callable[[_Parts], Condition]) -> Iterator[Slip]:
    for number, part in enumerate(parts, start=1):
        before, after = parts[: number - 1], parts[number:]
        if len(parts) > 1:
            says = f"without {called(part)}"
            yield Slip(f"{path}/{number} dropped", says, around((*before, *after)), part)
        for slip in slips(part):
            to = around((*before, slip.condition, *after))
            yield replace(slip, name=f"{path}/{number}/{slip.name}", condition=to)


def _compared(condition: Compare) -> Iterator[Slip]:
    fact, tests = condition.fact, condition.tests
    for number, test in enumerate(tests):
        before, after = tests[:number], tests[number + 1 :]
        safety = isinstance(test.value, Duration | date)
        if len(tests) > 1:
            says = f"without {fact.name} {test_says(test)}"
            to = Compare(fact, (*before, *after))
            yield Slip(f"{fact.name} {test_says(test)} dropped", says, to, condition, safety)
        for other in _other_tests(test):
            says = f"with {fact.name} {test_says(other)} in place of {test_says(test)}"
            to = Compare(fact, (*before, other, *after))
            yield Slip(
                f"{fact.name} {test_says(test)} to {test_says(other)}", says, to, condition, safety
            )


def _other_tests(test: Test) -> Iterator[Test]:
    value = test.value
    match value:
        case bool():
            yield replace(test, value=not value)
        case Duration():
            for length in other_lengths(value):
                yield replace(test, value=length, written="")
        case date():
            for day in other_days(value):
                yield replace(test, value=day, written="")
        case frozenset():
            if test.word in ("is", "is_not"):
                yield replace(test, word="is_not" if test.word == "is" else "is", written="")
            for word in sorted(value) if len(value) > 1 else ():
                yield replace(test, value=value - {word}, written="")
        case (int(), int()):
            first, last = value
            for ends in (
                (first - 1, last),
                (first + 1, last),
                (first, last - 1),
                (first, last + 1),
            ):
                yield replace(test, value=ends, written="")
        case (first, last):
            assert isinstance(first, Decimal)
            assert isinstance(last, Decimal)
            step = _step(first, last)
            for pair in (
                (first - step, last), (first + step, last), (first, last - step),
                (first, last + step),
            ):  # fmt: skip
                yield replace(test, value=pair, written=_written(test, pair))
        case int():
            for word, number in _by_one(test.word, value, 1):
                assert isinstance(number, int)
                yield replace(test, word=word, value=number, written="")
        case Decimal():
            for word, moved in _by_one(test.word, value, _step(value)):
                assert isinstance(moved, Decimal)
                yield replace(test, word=word, value=moved, written=_written(test, (moved,)))


_LOOSER_OR_STRICTER = {
    "above": ("at_least", +1),
    "at_least": ("above", -1),
    "below": ("at_most", -1),
    "at_most": ("below", +1),
}


def _by_one(
    word: str, value: int | Decimal, step: int | Decimal
) -> Iterator[tuple[str, int | Decimal]]:
    """The boundary one step to each side: what above and at_least confuse, and the step beyond."""
    if word in _LOOSER_OR_STRICTER:
        other, way = _LOOSER_OR_STRICTER[word]
        yield other, value
        yield word, value + way * step
    else:
        yield word, value - step
        yield word, value + step


def _step(*values: Decimal) -> Decimal:
    """The smallest step of the numbers as they are written: 1 for 58, 0.1 for 7.5."""
    exponents = (value.as_tuple().exponent for value in values)
    return Decimal(1).scaleb(min(each for each in exponents if isinstance(each, int)))


def _written(test: Test, values: tuple[Decimal, ...]) -> str:
    """The moved numbers with the unit that the author wrote."""
    unit = test.written.rpartition(" ")[2] if " " in test.written else ""
    numbers = " and ".join(format(value, "f") for value in values)
    return f"{numbers} {unit}".strip()


def other_lengths(length: Duration) -> tuple[Duration, ...]:
    """A length of time one shorter, one longer, and doubled."""
    counts = (length.count - 1, length.count + 1, length.count * 2)
    return tuple(
        Duration(count, length.unit)
        for count in dict.fromkeys(counts)
        if count >= 0 and count != length.count
    )


def other_days(day: date) -> tuple[date, ...]:
    """The day before and the day after, where the calendar has them."""
    one = timedelta(days=1)
    return tuple(day + step for step in (-one, one) if date.min < day < date.max)
