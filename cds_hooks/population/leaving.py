"""The waterfall of a list as it may leave the practice, where everybody knows how long the list is.

A number by itself tells little. Two of them tell what lies between, and one of them is known: so
the people whom a line loses are counted before anything is shown, and a line that loses up to
seven of those who are left is taken to lose nobody. The number stays as it was, and nothing that
is shown would be another if that line had lost six, or none. What all such lines lose together is
taken off at the end, where it says nothing of any one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cds_hooks.population.small_numbers import (
    LEAST,
    Shown,
    column,
    columns,
    rounded,
    shown,
)
from rules.attrition import Tally

_FEW = LEAST - 1  # the most that is hidden
_TWICE = 2 * LEAST  # of fewer, either whom a line loses or who is left would be few


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Each line's numbers, as they may be let out, and what they were worked out from."""

    left: tuple[Shown, ...]
    doubt: tuple[Shown, ...]
    meets: tuple[Shown, ...]
    unsure: tuple[Shown, ...]
    only: tuple[Shown, ...]
    prompted: Shown
    quiet: frozenset[int]  # the lines that are taken to lose nobody
    ends: int  # from this line on nothing is shown of who is left; the number of lines if nowhere


def waterfall(tally: Tally) -> Waterfall:
    """The numbers of a waterfall, made safe for whoever knows how long the list is."""
    chain, lines = _Chain(tally), range(tally.lines)
    before = (tally.people, *chain.seen.left)
    doubts = [_doubt(chain, tally, before, line) for line in lines]
    return Waterfall(
        left=tuple(chain.left),
        doubt=tuple(doubt for doubt, _ in doubts),
        meets=tuple(_meets(chain, tally, before, line) for line in lines),
        unsure=tuple(unsure for _, unsure in doubts),
        only=tuple(_only(chain, before, line) for line in lines),
        prompted=_prompted(chain, tally),
        quiet=chain.quiet,
        ends=chain.ends,
    )


class _Chain:
    """Who is left after each line, if a line that loses few of those lost nobody."""

    def __init__(self, tally: Tally) -> None:
        self.left: list[Shown] = []
        self.loses: list[int] = []  # of those who are left before it
        self.ends = tally.lines
        quiet = set[int]()
        here, count = dict(tally.sorts), tally.people
        for line in range(tally.lines):
            loses = sum(people for (lost, _), people in here.items() if lost >> line & 1)
            self.loses.append(loses)
            if count < _TWICE:
                self.ends = min(self.ends, line)
            if count < _TWICE or loses < LEAST:
                quiet.add(line)
            else:
                here = {sort: people for sort, people in here.items() if not sort[0] >> line & 1}
                count -= loses
            self.left.append(shown(count) if line < self.ends else None)
        self.quiet = frozenset(quiet)
        self.seen = tally.without(quiet)
        self.first = min(set(range(tally.lines)) - quiet, default=tally.lines)


def _prompted(chain: _Chain, tally: Tally) -> Shown:
    """Who is left at the end: less what quiet lines lose together, where that is told of no one."""
    if chain.ends < tally.lines or not chain.left:
        return None
    prompted = tally.left[-1]
    together = chain.seen.left[-1] - prompted
    if prompted >= LEAST and LEAST <= together <= _FEW * (len(chain.quiet) - 1):
        return rounded(prompted)
    return chain.left[-1]


def _told(count: int, *others: int, far: int = LEAST) -> Shown:
    """A count that is not few, and is far enough from others that are told beside it."""
    return shown(count) if all(abs(count - other) >= far for other in others) else None


def _meets(chain: _Chain, tally: Tally, before: Sequence[int], line: int) -> Shown:
    """Whoever meets a line: told only where all four are many of whom it loses, and who came."""
    people, meets = tally.people, tally.meets[line]
    if line == chain.first:
        return chain.left[line]  # the same people
    if line < chain.first:
        return None  # few, or it would be the first
    if chain.left[line] is None:
        return None
    fails, gone = people - meets, people - before[line]  # gone: lost by lines before it
    twice = fails - chain.loses[line]
    # Of a quiet line it may not be told that it loses anybody, nor that it loses nobody.
    beside = gone - (fails if line in chain.quiet else twice)
    return _told(meets, people) if fails >= _TWICE and min(twice, beside) >= LEAST else None


def _only(chain: _Chain, before: Sequence[int], line: int) -> Shown:
    if line in chain.quiet:
        return None
    only, came = chain.seen.only[line], before[line]
    is_last = line == max(set(range(chain.seen.lines)) - chain.quiet)  # it loses no others then
    return _told(only, came, *() if is_last else (chain.loses[line],))


def _doubt(chain: _Chain, tally: Tally, before: Sequence[int], line: int) -> tuple[Shown, Shown]:
    """Of how many a line cannot be told: of those who are left, and of everybody."""
    if chain.left[line] is None:
        return None, None
    people, came, loses = tally.people, before[line], chain.loses[line]
    doubt, of_all, meets = chain.seen.doubt[line], tally.unsure[line], tally.meets[line]
    # So far apart that nothing is told by how near they are at the least; and what is hidden has
    # no say in it.
    beside = () if line in chain.quiet else (loses, came - loses)
    told = _told(doubt, came, *beside, far=_TWICE)
    if line <= chain.first:  # nobody was lost before: the same people
        return told, told
    not_left = of_all - doubt
    rest = min(not_left, people - came - not_left)
    beside = () if _meets(chain, tally, before, line) is None else (meets, people - meets)
    of_everybody = _told(of_all, people, *beside, far=_TWICE)
    return told, of_everybody if rest >= _TWICE else None


def part(count: int, of: int, of_told: Shown) -> Shown:
    """A part of something that is told, where neither it nor the rest is few."""
    return None if of_told is None else _told(count, of)


def at_least(few: int, told: Shown, count: int, people: int) -> Shown:
    """A count that has those of another in it, which is told as it may be; the same if about so."""
    return told if 0 <= count - few <= _FEW else part(count, people, shown(people))


Column = tuple[Shown, ...]


def split(
    people: Sequence[int], eligible: Sequence[int], prompted: Sequence[int]
) -> tuple[Column, Column, Column]:
    """The three columns of a split, where everybody knows how large each group is.

    A group that loses up to seven from one column to the next has the same number in both, unless
    the whole is known too well for that.
    """
    first, second, third = columns(people, eligible, prompted)
    lost = [a - b for a, b in zip(people, eligible, strict=True)]
    after = [a - b for a, b in zip(eligible, prompted, strict=True)]
    second = _as_before(first, second, lost)
    third = _as_before(second, third, after)
    # Of whom few are lost before, it has to be more than enough that is lost in all.
    return (
        first,
        second,
        tuple(
            None if 0 < early + late < _TWICE and early < LEAST <= late else number
            for number, early, late in zip(third, lost, after, strict=True)
        ),
    )


def _as_before(before: Column, now: Column, lost: Sequence[int]) -> Column:
    """A column beside the one before it, where it is not to be told how few each group loses."""
    if not any(lost):
        return tuple(None if two is None else one for one, two in zip(before, now, strict=True))
    hidden = {place for place, number in enumerate(now) if number is None}
    few = {place for place, count in enumerate(lost) if count < LEAST} - hidden
    together = {place for place, number in enumerate(column(lost, also=hidden)) if number is None}
    if together - hidden - few:
        few, hidden = set[int](), together
    return tuple(
        None if place in hidden or one is None else one if place in few else two
        for place, (one, two) in enumerate(zip(before, now, strict=True))
    )
