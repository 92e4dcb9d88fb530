"""What a rule looks up, and how the answers are put together: facts, tests and conditions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self, final

from rules.answer import Answer
from rules.codes import Code, CodeList
from rules.days import Duration
from rules.problems import Place
from rules.record import Kind, Reply

NOT_WRITTEN = Place("")  # of what stands in no file


class Sort(StrEnum):
    """The four sorts of answer, which take different tests (RULES 4.5)."""

    YES_NO = "a yes or no"
    NUMBER = "a number"
    QUANTITY = "a measured value"
    DATE = "a date"
    CHOICE = "a choice"


class Give(StrEnum):
    """What comes out of a look-up, and what can be asked of it."""

    EXISTS = "exists", Sort.YES_NO
    COUNT = "count", Sort.NUMBER
    EARLIEST = "earliest date", Sort.DATE
    LATEST = "latest date", Sort.DATE
    LATEST_END = "latest end date", Sort.DATE
    DATE = "date", Sort.DATE
    AGE = "age", Sort.NUMBER
    LATEST_VALUE = "latest value", Sort.QUANTITY
    EARLIEST_VALUE = "earliest value", Sort.QUANTITY
    HIGHEST_VALUE = "highest value", Sort.QUANTITY
    LOWEST_VALUE = "lowest value", Sort.QUANTITY
    LATEST_CHOICE = "latest choice", Sort.CHOICE

    sort: Sort

    def __new__(cls, written: str, sort: Sort) -> Self:
        """A member that is the text as rules write it."""
        member = str.__new__(cls, written)
        member._value_ = written
        member.sort = sort
        return member


# By themselves, as yes and no are (rules/answer.py).
QUANTITY: Final = Sort.QUANTITY
CHOICE: Final = Sort.CHOICE


class Undated(StrEnum):
    """What an entry without a date means under a window."""

    CANNOT_TELL = "cannot tell"
    COUNT_IT = "count it"
    IGNORE = "ignore it"


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One look-up. Two facts are the same only if they are the same object."""

    name: str
    label: str
    find: str
    at: Place
    kinds: tuple[Kind, ...] = ()
    lists: tuple[CodeList, ...] = ()
    codes: frozenset[Code] = frozenset()
    statuses: frozenset[str] | None = None  # None: the clinically valid ones of each kind
    within: Duration | None = None
    since: "date | Duration | Fact | None" = None
    before: "date | Duration | Fact | None" = None
    in_next: Duration | None = None
    ended_by: frozenset[Code] = frozenset()
    ended_by_lists: tuple[str, ...] = ()  # the names of the lists that these codes are of
    give: Give = Give.EXISTS
    if_undated: Undated = Undated.CANNOT_TELL
    filed: Answer | None = None  # results: only those a clinician has filed (yes), or has not (no)
    topic: str = ""
    replies: frozenset[Reply] = frozenset()
    unit: str = ""  # measured values: the unit that everything is turned into
    choices: Mapping[Code, str] = field(default_factory=dict[Code, str])  # what a code is called
    states: tuple[str, ...] = ()  # find: offer: the states that were asked for
    means: str = ""  # find: cel: one plain sentence
    expression: "Expression | None" = None  # find: cel: what is worked out, over other facts


# More facts than any library has. What is forgotten is only looked up once more.
REMEMBERED = 10_000


@lru_cache(maxsize=REMEMBERED)
def question(fact: Fact) -> object:
    """The same object for facts that ask the same, whatever they are called and wherever they are.

    Rules ask the same in files of their own: it is looked up once for all of them.
    """
    since, before = fact.since, fact.before
    return _the_one(
        (
            (fact.find, fact.kinds, fact.codes, fact.statuses, fact.within, fact.in_next),
            question(since) if isinstance(since, Fact) else since,
            question(before) if isinstance(before, Fact) else before,
            (fact.ended_by, fact.give, fact.if_undated, fact.filed, fact.topic, fact.replies),
            (fact.unit, frozenset(fact.choices.items()), fact.states, fact.expression),
            tuple((one.id, one.measures) for one in fact.lists),
        )
    )


@lru_cache(maxsize=REMEMBERED)
def _the_one(_asks: tuple[object, ...]) -> object:
    return object()


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A cel expression over facts, built once at load (RULES 2.5)."""

    text: str
    means: str
    facts: tuple[Fact, ...]
    # From what was found for each of ``facts``, in their order, to an answer.
    answer: Callable[..., Answer] = field(repr=False)


# What a test may compare with.
Value = (
    int
    | Decimal
    | tuple[int, int]
    | tuple[Decimal, Decimal]
    | Duration
    | date
    | bool
    | frozenset[str]
)


@final
@dataclass(frozen=True, slots=True)
class IsTrue:
    """A yes/no fact stands by itself."""

    fact: Fact
    at: Place = field(default=NOT_WRITTEN, compare=False, repr=False)  # where the name stands


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison in words; ``value`` is a number, a pair, a duration, a day, words, yes/no.

    A measured value is compared in the fact's own unit; ``written`` is what the author wrote.
    """

    word: str
    value: Value
    ahead: bool = False
    written: str = ""
    at: Place = field(default=NOT_WRITTEN, compare=False, repr=False)  # where the word stands


@final
@dataclass(frozen=True, slots=True)
class Compare:
    """A fact that gives more than yes or no, held against tests that must all hold."""

    fact: Fact
    tests: tuple[Test, ...]


@final
@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: "Condition"


@final
@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: "tuple[Condition, ...]"


@final
@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part."""

    parts: "tuple[Condition, ...]"


@final
@dataclass(frozen=True, slots=True)
class NoneOf:
    """Not one part."""

    parts: "tuple[Condition, ...]"


@final
@dataclass(frozen=True, slots=True)
class SomeOf:
    """So many of the parts, or more."""

    at_least: int
    parts: "tuple[Condition, ...]"


@final
@dataclass(frozen=True, slots=True)
class Computed:
    """A cel expression over facts that is a yes or no."""

    expression: Expression


@final
@dataclass(frozen=True, slots=True)
class Labelled:
    """A condition that reports call by words of the author's own."""

    label: str
    part: "Condition"


Condition = IsTrue | Compare | Not | All | AnyOf | NoneOf | SomeOf | Computed | Labelled


def expressions_of(condition: Condition) -> "tuple[Expression, ...]":
    """The cel expressions in a condition, those of its facts not among them."""
    return tuple(one.expression for one in parts_of(condition) if isinstance(one, Computed))


def asks(condition: Condition) -> int:
    """How much a condition asks by itself: nothing where it only joins others."""
    if isinstance(condition, Compare):
        return len(condition.tests)
    return int(isinstance(condition, IsTrue | Computed))


def facts_of(condition: Condition) -> tuple[Fact, ...]:
    """The facts that a condition asks about, in order."""
    match condition:
        case IsTrue(fact) | Compare(fact, _):
            return (fact,)
        case Not(part) | Labelled(_, part):
            return facts_of(part)
        case All(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
            return tuple(fact for part in parts for fact in facts_of(part))
        case Computed(expression):
            return expression.facts


def behind(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """These facts, and those that they start at or are worked out from."""
    found = dict.fromkeys(facts)
    left = list(found)
    while left:  # a fact may start at another, which may start at a third
        fact = left.pop()
        worked_out = fact.expression.facts if fact.expression else ()
        for other in (fact.since, fact.before, *worked_out):
            if isinstance(other, Fact) and other not in found:
                found[other] = None
                left.append(other)
    return tuple(found)


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
