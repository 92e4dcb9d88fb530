"""What conditions come to by logic alone, whoever they are asked about."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from functools import reduce
from itertools import combinations
from typing import NamedTuple

from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Test,
    question,
)
from rules.lints.spans import (
    days_to_try,
    has_a_length,
    has_named_day,
    names_a_day,
    passes,
    possible,
)
from rules.problems import Place
from rules.rule import Rule


def together(condition: Condition) -> tuple[Condition, ...]:
    """What has to hold all at once: the parts of all and all in all, the opposites of none."""
    match condition:
        case All(parts):
            return tuple(one for part in parts for one in together(part))
        case Labelled(_, part):
            return together(part)
        case Not(Not(part)):
            return together(part)
        case Not(Labelled(_, part)):
            return together(Not(part))
        case NoneOf(parts) | Not(AnyOf(parts)):
            return tuple(one for part in parts for one in together(Not(part)))
        case _:
            return (condition,)


def asks(condition: Condition) -> Hashable:
    """The same for conditions that ask the same, whatever their facts are called."""
    match condition:
        case IsTrue(fact):
            return question(fact)
        case Compare(fact, tests):
            return question(fact), frozenset((test.word, test.value) for test in tests)
        case Labelled(_, part):
            return asks(part)
        case Not(part):
            return "not", asks(part)
        case Computed(expression):
            return expression
        case All(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
            at_least = condition.at_least if isinstance(condition, SomeOf) else 0
            return type(condition), at_least, frozenset(asks(part) for part in parts)


class Where(NamedTuple):
    """A condition of a rule, where it stands, and what holds whenever it is asked."""

    heading: str  # when, exclude, card, offers
    condition: Condition
    at: Place
    given: tuple[Condition, ...] = ()


def conditions_of(rule: Rule) -> Iterator[Where]:
    """Every condition of a rule."""
    yield Where("when", rule.when, rule.place("when"))
    for exclusion in rule.exclusions:
        yield Where("exclude", exclusion.condition, exclusion.at)
    matches = together(rule.when)
    for variant in rule.card.variants:
        yield Where("card", variant.condition, variant.at, matches)
    for offer in rule.offers:
        if offer.condition is not None:
            yield Where("offers", offer.condition, offer.at, matches)


class Asked(NamedTuple):
    """One thing asked of a fact: a comparison, or ``test`` None for a yes or a no."""

    fact: Fact
    test: Test | None
    at: Place
    yes: bool = True

    @property
    def said(self) -> str:
        """The comparison in words."""
        if self.test is None:
            return "yes" if self.yes else "no"
        value = self.test.value
        if self.test.word == "is_known":
            return "known" if value else "not known"
        plain = " and ".join(map(str, value)) if isinstance(value, tuple) else value
        return f"{self.test.word.replace('_', ' ')} {self.test.written or plain}"


def contradictions(
    condition: Condition, today: date | None = None, given: tuple[Condition, ...] = ()
) -> Iterator[tuple[Asked, ...]]:
    """What is asked of one fact, together with what is given, and can never all hold."""
    parts = together(condition)
    yield from clashes(parts, given, today)
    for part in parts:
        inner = part.part if isinstance(part, Not) else part
        match inner:
            case AnyOf(choices) | SomeOf(_, choices) | NoneOf(choices):
                for choice in choices:
                    yield from contradictions(choice, today)
            case All() | Labelled() | Not():
                yield from contradictions(inner, today)
            case Compare() if inner is not part:
                yield from clashes((inner,), (), today)
            case _:
                pass


def asked_of(parts: Iterable[Condition]) -> Iterator[Asked]:
    """What is asked of each fact by conditions that hold together, cel and any not among it."""
    for part in parts:
        match part:
            case IsTrue(fact):
                yield Asked(fact, None, part.at)
            case Not(IsTrue(fact) as inner):
                yield Asked(fact, None, inner.at, yes=False)
            case Compare(fact, tests):
                yield from (Asked(fact, test, test.at) for test in tests)
            case _:
                pass


def clashes(
    parts: tuple[Condition, ...], given: tuple[Condition, ...], today: date | None
) -> Iterator[tuple[Asked, ...]]:
    """What is asked of one fact by parts that hold together, or by these and what is given."""
    new = list(asked_of(parts))
    for of in dict.fromkeys(question(asked.fact) for asked in new):
        mine = [asked for asked in new if question(asked.fact) is of]
        before = [asked for asked in asked_of(given) if question(asked.fact) is of]
        everything = (*before, *mine)
        few = [pair for pair in combinations(everything, 2) if set(pair) & set(mine)]
        for some in (*((asked,) for asked in mine), *few, everything):
            if impossible(some, today):
                yield some
                break


def impossible(asked: tuple[Asked, ...], today: date | None = None) -> bool:
    """Whether what is asked of one fact can never all hold."""
    if {one.yes for one in asked if one.test is None} == {True, False}:
        return True
    tests = [one.test for one in asked if one.test is not None]
    fact = asked[0].fact
    known = {test.value for test in tests if test.word == "is_known"}
    others = [test for test in tests if test.word != "is_known"]
    # How often something happened is known to be never.
    if known == {True, False} or (False in known and others and fact.give is not Give.COUNT):
        return True
    if _no_choice(others):
        return True
    days = has_named_day(fact) or any(map(names_a_day, others))
    lengths = has_a_length(fact) or not all(map(names_a_day, others))
    if today is None and days and lengths:
        return False  # how a day lies to a length of time is known on a day only
    return bool(others) and all(
        reduce(
            lambda left, test: left.and_also(passes(test, day) or left),
            others,
            possible(fact, day),
        ).is_empty
        for day in days_to_try(fact, others, today)
    )


def _no_choice(tests: Iterable[Test]) -> bool:
    allowed: frozenset[str] | None = None
    barred: frozenset[str] = frozenset()
    for test in tests:
        if isinstance(test.value, frozenset):
            if test.word == "is_not":
                barred |= test.value
            else:
                allowed = test.value if allowed is None else allowed & test.value
    return allowed is not None and not allowed - barred
