"""Which rules cannot be for somebody, told from the codes on the record alone, before any is asked.

Most rules begin with something that has to stand on the record: a condition, a test, a letter. Who
has none of its codes, in lists that could be read, is not asked the rest. It is the answer that
asking would give, and nothing is guessed: where a list could not be read, the rule is asked.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from rules.budget import MOST_LOOKED_AT
from rules.codes import Code
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Condition,
    Fact,
    Give,
    IsTrue,
    Labelled,
    Sort,
    behind,
    expressions_of,
    facts_of,
)
from rules.finding import Look
from rules.record import Kind
from rules.rule import Rule

_MOST_REMEMBERED = 10_000  # people have few sorts of records, as far as gates tell them apart


class Gate(NamedTuple):
    """What has to be on the record, any of it, or may be in a list that could not be read.

    Where ``booked``, a visit that is being booked opens it as well, of whatever sort.
    """

    codes: frozenset[Code]
    kinds: frozenset[Kind]
    booked: bool = False


class Screen:
    """The gates of some rules, each a bit, so that a person is held against all of them at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        bits: dict[Gate, int] = {}
        self._needed: list[tuple[Rule, int]] = []
        for rule in rules:
            needed = 0
            for gate in gates(rule):
                needed |= bits.setdefault(gate, 1 << len(bits))
            self._needed.append((rule, needed))
        self._by_code: dict[Code, int] = {}
        self._by_kind: dict[Kind, int] = {}
        self._booked = 0
        for gate, bit in bits.items():
            if gate.booked:
                self._booked |= bit
            for code in gate.codes:
                self._by_code[code] = self._by_code.get(code, 0) | bit
            for kind in gate.kinds:
                self._by_kind[kind] = self._by_kind.get(kind, 0) | bit
        self._open_where: dict[int, Sequence[Rule]] = {}  # by the gates that are met
        self._codes = frozenset(self._by_code)
        looks_at = max((len(rule.looks_at) for rule, _ in self._needed), default=0)
        # On a longer record a rule may be withheld for asking too much, which is no "no".
        self._longest = MOST_LOOKED_AT // max(looks_at, 1)

    def shut_to(self, look: Look) -> frozenset[Rule]:
        """The rules that are certainly not for this person."""
        shut = ~self._met(look)
        return frozenset([rule for rule, needed in self._needed if needed & shut])

    def open_to(self, look: Look) -> Sequence[Rule]:
        """The others, in their order."""
        met = self._met(look)
        found = self._open_where.get(met)
        if found is None:
            if len(self._open_where) >= _MOST_REMEMBERED:
                self._open_where.clear()
            found = [rule for rule, needed in self._needed if not needed & ~met]
            self._open_where[met] = found
        return found

    def _met(self, look: Look) -> int:
        """The gates that are open."""
        if look.size > self._longest:
            return -1
        met, by_code, by_kind = 0, self._by_code, self._by_kind
        record = look.record
        for code in look.codes & self._codes:
            met |= by_code[code]
        for kind in record.unread:
            met |= by_kind.get(kind, 0)
        return met | self._booked if record.booking else met


@lru_cache(maxsize=64)  # as many libraries and hooks as one service has, and then some
def screen_of(rules: tuple[Rule, ...]) -> Screen:
    """The screen of some rules, made once."""
    return Screen(rules)


def gates(rule: Rule) -> tuple[Gate, ...]:
    """Everything that has to be on the record for a rule to be for somebody.

    None where an expression stands in its ``when``: that may be at fault, which is told and is no
    "no".
    """
    computed = any(fact.expression is not None for fact in behind(facts_of(rule.when)))
    if computed or any(True for _ in expressions_of(rule.when)):
        return ()
    return _gates(rule.when)


def _gates(condition: Condition) -> tuple[Gate, ...]:
    match condition:
        case All(parts):
            return tuple(gate for part in parts for gate in _gates(part))
        case AnyOf(parts):
            return _any(parts)
        case Labelled(_, part):
            return _gates(part)
        case IsTrue(fact) if fact.give is Give.EXISTS:
            return _gate(fact)
        case Compare(fact, tests) if fact.give.sort is Sort.DATE:
            # A date that is on no record is neither within nor before anything.
            absent = any(test.word == "is_known" and not test.value for test in tests)
            return () if absent else _gate(fact)
        case _:
            return ()


def _any(parts: tuple[Condition, ...]) -> tuple[Gate, ...]:
    """One of several: shut where each of them is, by whichever of its gates."""
    each = [_gates(part) for part in parts]
    if not each or not all(each):
        return ()
    if prod(map(len, each)) > _MOST_TOGETHER:
        each = [gates[:1] for gates in each]
    return tuple(map(_together, product(*each)))


_MOST_TOGETHER = 16  # gates that one "any" comes to


def _together(gates: tuple[Gate, ...]) -> Gate:
    """Shut where all of these are."""
    return Gate(
        frozenset().union(*(gate.codes for gate in gates)),
        frozenset().union(*(gate.kinds for gate in gates)),
        any(gate.booked for gate in gates),
    )


def _gate(fact: Fact) -> tuple[Gate, ...]:
    """The gate of something that is looked for by code, or among the visits being booked."""
    if fact.find == "this_appointment":
        return (Gate(frozenset(), frozenset(), booked=True),)
    if not fact.kinds or fact.find in ("outcome", "cel"):
        return ()
    return (Gate(fact.codes, frozenset(fact.kinds)),)
