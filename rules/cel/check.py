"""The names in an expression, and which of its parts can be compared or joined."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import assert_never

from rules.cel.grammar import (
    AND,
    COMPARES,
    COUNTS,
    NOT,
    OR,
    Before,
    Between,
    Name,
    Number,
    Tree,
    Words,
    first,
)
from rules.cel.words import Slip
from rules.fact import Fact, Sort
from rules.problems import did_you_mean
from rules.units import SCORES

CONSTANTS = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class Checked:
    """The facts that an expression names, in order, and the units its sentence has to say."""

    facts: tuple[Fact, ...]
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part gives: a sort of answer, or a text; what to call it, and its unit."""

    sort: Sort | None  # None: a text in quotes
    called: str
    unit: str = ""
    fact: Fact | None = None
    text: str = ""


def check(
    tree: Tree, facts: Mapping[str, Fact], faulty: frozenset[str]
) -> Checked | tuple[Slip, ...]:
    """Whether an expression is a yes or a no made of facts, and if not, what to put right."""
    names = tuple(dict.fromkeys(_names(tree)))
    unknown = [name for name in names if name.name not in facts and name.name not in CONSTANTS]
    if unknown:
        seen: set[str] = set()
        slips: list[Slip] = []
        for name in unknown:
            if name.name not in faulty and name.name not in seen:
                seen.add(name.name)
                slips.append(_unknown(name, facts))
        return tuple(slips)
    used = tuple(dict.fromkeys(facts[n.name] for n in names if n.name not in CONSTANTS))
    if not used:
        says = "No fact is named here, so the answer would be the same for everybody."
        return (Slip(0, "E33", says, did_you_mean("", facts)),)
    checker = _Checker(facts)
    try:
        whole = checker.part(tree)
        checker.yes_or_no(whole, tree)
    except _Wrong as wrong:
        return (wrong.slip,)
    return Checked(used, frozenset(checker.units))


def _names(tree: Tree) -> list[Name]:
    match tree:
        case Name():
            return [tree]
        case Before(_, part, _):
            return _names(part)
        case Between(left, _, right, _):
            return [*_names(left), *_names(right)]
        case Number() | Words():
            return []


def _unknown(name: Name, facts: Mapping[str, Fact]) -> Slip:
    if name.name in ("yes", "no", "True", "False"):
        says = f'"{name.name}" is not a word of cel.'
        hint = "A yes or no fact stands by itself: has_copd, or !has_copd for the opposite."
        return Slip(name.start, "E33", says, hint)
    says = f'Nothing in this file is called "{name.name}".'
    return Slip(name.start, "E33", says, did_you_mean(name.name, facts))


class _Wrong(Exception):
    def __init__(self, at: int, says: str, hint: str, code: str = "E33") -> None:
        self.slip = Slip(at, code, says, hint)
        super().__init__(says)


@dataclass
class _Checker:
    facts: Mapping[str, Fact]
    units: set[str] = field(default_factory=set[str])

    def part(self, tree: Tree) -> _Part:
        match tree:
            case Name(name, _):
                if name in CONSTANTS:
                    return _Part(Sort.YES_NO, name)
                fact = self.facts[name]
                return _Part(fact.give.sort, f'"{name}"', fact.unit, fact)
            case Number(written, _):
                return _Part(Sort.NUMBER, written)
            case Words(text, _):
                return _Part(None, f'"{text}"', text=text)
            case Before(sign, inner, _):
                part = self.part(inner)
                if sign == NOT:
                    self.yes_or_no(part, inner)
                    return _Part(Sort.YES_NO, "this")
                self._number(part, inner)
                return _Part(part.sort, "this", part.unit)
            case Between(left, sign, right, start):
                one, other = self.part(left), self.part(right)
                if sign in (AND, OR):
                    self.yes_or_no(one, left)
                    self.yes_or_no(other, right)
                    return _Part(Sort.YES_NO, "this")
                if sign in COMPARES:
                    self._compared(one, sign, other, tree)
                    return _Part(Sort.YES_NO, "this")
                self._number(one, left)
                self._number(other, right)
                if sign == "/" and _always(right) == 0:
                    says = "Nothing can be divided by nothing."
                    raise _Wrong(first(right), says, "Divide by another number.", "E34")
                return self._counted(one, sign, other, start)
            case _:
                assert_never(tree)

    def yes_or_no(self, part: _Part, tree: Tree) -> None:
        """A part of && || and !, or the whole."""
        if part.sort is Sort.YES_NO:
            return
        fact = part.fact
        match part.sort:
            case Sort.NUMBER:
                hint = f"For example {fact.name if fact else 'age'} >= 18."
            case Sort.DATE if fact:
                hint = f"For example {_older(fact)}, as a condition in words."
            case Sort.CHOICE if fact:
                hint = f'For example {fact.name} == "{_a_choice(fact)}".'
            case _:
                hint = ""
        says = f"{_is(part)}, which is neither yes nor no until it is compared."
        raise _Wrong(first(tree), says, hint)

    def _number(self, part: _Part, tree: Tree) -> None:
        if part.sort in (Sort.NUMBER, Sort.QUANTITY):
            return
        hint = ""
        if part.sort is Sort.DATE and part.fact is not None:
            hint = f"Use a condition in words: {_older(part.fact)}"
        raise _Wrong(first(tree), f"{_is(part)}, and only numbers can be counted with.", hint)

    def _counted(self, one: _Part, sign: str, other: _Part, at: int) -> _Part:
        match one.sort, sign, other.sort:
            case Sort.NUMBER, _, Sort.NUMBER:
                return _Part(Sort.NUMBER, "this")
            case Sort.QUANTITY, "+" | "-", Sort.QUANTITY if one.unit == other.unit:
                return _Part(Sort.QUANTITY, "this", one.unit)
            case Sort.QUANTITY, "/", Sort.QUANTITY if one.unit == other.unit:
                return _Part(Sort.NUMBER, "this")
            case Sort.QUANTITY, "*" | "/", Sort.NUMBER:
                return _Part(Sort.QUANTITY, "this", one.unit)
            case Sort.NUMBER, "*", Sort.QUANTITY:
                return _Part(Sort.QUANTITY, "this", other.unit)
            case Sort.QUANTITY, "+" | "-", Sort.NUMBER:
                self._say(one.unit)
                return one
            case Sort.NUMBER, "+" | "-", Sort.QUANTITY:
                self._say(other.unit)
                return other
            case _:
                units = " and ".join(dict.fromkeys(p.unit or "no unit" for p in (one, other)))
                says = f"{sign} between {units} gives no unit that I know."
                raise _Wrong(at, says, "Count with values of one unit, or with plain numbers.")

    def _compared(self, one: _Part, sign: str, other: _Part, tree: Between) -> None:
        at = first(tree.left)
        ordered = sign not in ("==", "!=")
        for part, place in ((one, tree.left), (other, tree.right)):
            if part.sort is Sort.YES_NO:
                name = part.fact.name if part.fact else "has_copd"
                hint = f"A yes or no stands by itself: {name}, or !{name} for the opposite."
                raise _Wrong(first(place), f"{_is(part)}, which is not compared.", hint)
        numbers = {Sort.NUMBER, Sort.QUANTITY}
        if one.sort in numbers and other.sort in numbers:
            self._units(one, other, at)
            return
        if one.sort is None:
            one, other = other, one
        if one.sort is Sort.DATE and (other.sort is Sort.DATE or _is_day(other)):
            return
        if one.sort is Sort.DATE and other.sort is None:
            says = f"{other.called} is not a date."
            raise _Wrong(at, says, 'Dates are year-month-day in quotes: "2026-03-01".')
        if one.sort is Sort.CHOICE and other.sort in (Sort.CHOICE, None):
            if ordered:
                says = f"{_is(one)}, and choices have no order, so {sign} says nothing of them."
                raise _Wrong(at, says, "Use == or !=.")
            self._known_choice(one, other, tree)
            return
        hint = ""
        dated = next((p.fact for p in (one, other) if p.sort is Sort.DATE and p.fact), None)
        if dated is not None:
            hint = f"Use a condition in words: {_older(dated)}"
        if one.sort is None and other.sort is None:
            raise _Wrong(at, "Two fixed texts are compared here.", "Compare a fact with a text.")
        raise _Wrong(at, f"{_is(one)} and {_is(other)}; they cannot be compared.", hint)

    def _units(self, one: _Part, other: _Part, at: int) -> None:
        units = [part.unit for part in (one, other) if part.sort is Sort.QUANTITY]
        if len(units) == 1:
            self._say(units[0])
        elif len(set(units)) > 1:
            says = f"One is in {units[0]} and the other in {units[1]}; they cannot be compared."
            raise _Wrong(at, says, "Give both facts the same unit.")

    def _say(self, unit: str) -> None:
        if unit and unit not in SCORES:
            self.units.add(unit)

    def _known_choice(self, one: _Part, other: _Part, tree: Between) -> None:
        choices = set(one.fact.choices.values()) if one.fact is not None else set[str]()
        if other.sort is None and choices and other.text not in choices:
            at = next(t for t in (tree.left, tree.right) if isinstance(t, Words)).start
            says = f"{one.called} is never {other.called}."
            raise _Wrong(at, says, did_you_mean(other.text, choices))


def _always(tree: Tree) -> Decimal | None:
    """What a part made of plain numbers comes to; None where it rests on a fact."""
    match tree:
        case Number(written, _):
            return Decimal(written)
        case Before("-", part, _):
            inner = _always(part)
            return None if inner is None else -inner
        case Between(left, "*", right, _):
            return _product(_always(left), _always(right))
        case Between(left, sign, right, _) if sign in COUNTS:
            one, other = _always(left), _always(right)
            if one is None or other is None:
                return None
            if sign == "/":
                return one / other if other else None
            return one + other if sign == "+" else one - other
        case _:
            return None


def _product(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one == 0 or other == 0:
        return Decimal(0)  # whatever the rest may be
    return None if one is None or other is None else one * other


def _is(part: _Part) -> str:
    called = part.called[0].upper() + part.called[1:]
    return f"{called} is {part.sort or 'a text'}"


def _is_day(part: _Part) -> bool:
    if part.sort is not None or len(part.text) != 10:
        return False
    try:
        return date.fromisoformat(part.text).isoformat() == part.text
    except ValueError:
        return False


def _older(fact: Fact) -> str:
    return f"{fact.name}: {{older_than: 12 months}}"


def _a_choice(fact: Fact) -> str:
    return min(fact.choices.values(), default="..")
