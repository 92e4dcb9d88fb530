"""Where a rule loses people, line by line, in the order of its file: who is left after each.

A line is one part of ``when``, one exclusion, or a step that comes after the rule itself. What each
line comes to for somebody is asked by itself, so that it can also be told how many meet a line
whatever comes before it, and who is lost because of one line alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
from typing import NamedTuple

from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.budget import asks_too_much, left_out
from rules.conditions import ask_apart
from rules.engine import offers_on
from rules.english.sentence import who
from rules.fact import All, Condition
from rules.finding import Look, RuleFault
from rules.outcome import Decision, Outcome
from rules.rule import Rule


class Sort(Enum):
    """What a line is of."""

    WHO_FOR = "who it is for"
    WORKED_OUT = "whether it can be worked out"
    WHO_NOT_FOR = "who it is not for"
    LEFT_ALONE = "who is left alone"


class Line(NamedTuple):
    """One line, in the words of whoever wrote the rule."""

    sort: Sort
    says: str


class Fate(Enum):
    """What one line comes to for one person."""

    MET = "met"
    OPEN = "it cannot be told, and the rule goes on"
    LOST = "lost"
    IN_DOUBT = "it cannot be told, and so they are lost"


_PASSED = frozenset({Fate.MET, Fate.OPEN})
_DOUBTFUL = frozenset({Fate.OPEN, Fate.IN_DOUBT})
_WORKED_OUT = Line(Sort.WORKED_OUT, "for whom it can be worked out")


def lines_of(rule: Rule) -> tuple[Line, ...]:
    """The lines of a rule as ``fates`` has them: ``when`` part by part, then the exclusions."""
    return (
        *(Line(Sort.WHO_FOR, who(part)) for part in parts_of_when(rule.when)),
        _WORKED_OUT,
        *(Line(Sort.WHO_NOT_FOR, exclusion.because) for exclusion in rule.exclusions),
    )


def parts_of_when(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold, those of an ``all`` within an ``all`` among them."""
    if isinstance(condition, All):
        return tuple(inner for part in condition.parts for inner in parts_of_when(part))
    return (condition,)


def fates(rule: Rule, look: Look) -> tuple[Fate, ...]:
    """What each line comes to for one person. All are passed exactly where the rule prompts."""
    return tuple(_fates(rule, look))


def _fates(rule: Rule, look: Look) -> Iterator[Fate]:
    for part in parts_of_when(rule.when):
        yield _fate(ask_apart(part, look), lost_by=NO, doubt_loses=not rule.prompt_when_unknown)
    yield Fate.MET if _can_be_asked(rule, look) else Fate.LOST
    for one in rule.exclusions:
        answer = ask_apart(one.condition, look)
        yield _fate(answer, lost_by=YES, doubt_loses=one.if_unknown_exclude)


def _fate(answer: Answer, *, lost_by: Answer, doubt_loses: bool) -> Fate:
    if answer is CANNOT_TELL:
        return Fate.IN_DOUBT if doubt_loses else Fate.OPEN
    return Fate.LOST if answer is lost_by else Fate.MET


def _can_be_asked(rule: Rule, look: Look) -> bool:
    """Whether nothing of it is at fault for this person, and it asks no more than it may."""
    if asks_too_much(rule, look) or left_out((rule,), look):
        return False
    try:
        for expression in rule.expressions:
            look.work_out(expression)
    except RuleFault:
        return False
    return True


def as_if_true(rule: Rule, look: Look) -> Outcome:
    """The outcome that would be if the rule was for this person, for the steps that come after."""
    try:
        offers = offers_on(rule, look)
    except RuleFault:  # it would be withheld: that line says so
        offers = ()
    return Outcome(rule, Decision.PROMPT, look, offers=offers)


def passed(found: Sequence[Fate]) -> bool:
    """Whether somebody is lost at none of these lines."""
    return _PASSED.issuperset(found)


@dataclass(slots=True)
class Tally:
    """How many people each line loses. Tallies of parts of a list add up to that of the whole.

    People of whom every line comes to the same are counted together, so that it can also be asked
    what would come out if some lines lost nobody.
    """

    lines: int
    # How many people there are of each sort: the lines that lose them, and those of which it
    # cannot be told, each as a number with a bit for every line.
    sorts: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])

    def add(self, found: Sequence[Fate]) -> None:
        """One more person, by what each line comes to for them."""
        self.sorts[sort_of(found)] += 1

    def __iadd__(self, other: "Tally") -> "Tally":
        """Another part of the list."""
        self.sorts.update(other.sorts)
        return self

    def without(self, lines: Iterable[int]) -> "Tally":
        """The same people, as if these lines lost nobody."""
        kept = ~sum(1 << line for line in set(lines))
        found = Tally(self.lines)
        for (lost, doubtful), count in self.sorts.items():
            found.sorts[lost & kept, doubtful] += count
        return found

    @property
    def people(self) -> int:
        """How many there are."""
        return self.sorts.total()

    @property
    def lost(self) -> tuple[int, ...]:
        """How many each line loses, of those who are left before it."""
        return self._each(lambda lost, _, bit: lost & -lost == bit)

    @property
    def doubt(self) -> tuple[int, ...]:
        """Of how many a line cannot be told, of those who are left before it."""
        return self._each(lambda lost, doubtful, bit: doubtful & bit and not lost & (bit - 1))

    @property
    def meets(self) -> tuple[int, ...]:
        """How many each line does not lose, whatever comes before it."""
        return self._each(lambda lost, _, bit: not lost & bit)

    @property
    def unsure(self) -> tuple[int, ...]:
        """Of how many a line cannot be told, whatever comes before it."""
        return self._each(lambda _, doubtful, bit: doubtful & bit)

    @property
    def only(self) -> tuple[int, ...]:
        """How many would be left were it not for this one line."""
        return self._each(lambda lost, _, bit: lost == bit)

    def _each(self, holds: Callable[[int, int, int], object]) -> tuple[int, ...]:
        """Of each line, the number of people of whom something holds by their sort and its bit."""
        return tuple(
            sum(count for sort, count in self.sorts.items() if holds(*sort, 1 << line))
            for line in range(self.lines)
        )

    @property
    def left(self) -> tuple[int, ...]:
        """How many are left after each line."""
        return tuple(self.people - lost for lost in accumulate(self.lost))


def sort_of(found: Sequence[Fate]) -> tuple[int, int]:
    """Which lines lose somebody, and of which it cannot be told: a bit for each line."""
    lost = sum(1 << line for line, fate in enumerate(found) if fate not in _PASSED)
    return lost, sum(1 << line for line, fate in enumerate(found) if fate in _DOUBTFUL)
