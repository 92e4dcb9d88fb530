"""What may leave the practice of a count of people: the arithmetic of small numbers, and no more.

Up to seven is hidden, and every other number is rounded to the nearest five; so OpenSAFELY has it
for what it lets out. A cell that is hidden must not come out again by taking those beside it from
their sum: where it could, the next smallest is hidden with it.
"""

from collections.abc import Collection, Sequence
from sys import maxsize

STAYS = "These are true counts: this stays inside the practice."
LEAST = 8  # the smallest count that is shown outside the practice
NEAREST = 5
LEAST_IN_A_GROUP = 10  # a group of fewer eligible people means nothing, and is shown nowhere
_OFF = NEAREST // 2  # by so much a rounded number may be more or less than the true one

Shown = int | None  # None: hidden


def shown(count: int) -> Shown:
    """One count as it may be let out."""
    return None if count < LEAST else rounded(count)


def rounded(count: int) -> int:
    """To the nearest five."""
    return (count + _OFF) // NEAREST * NEAREST


def column(
    cells: Sequence[int], *, also: Collection[int] = (), within: Sequence[Shown] = ()
) -> tuple[Shown, ...]:
    """Counts that add up to a number which is known, as they may be let out beside it.

    ``also`` are the places of cells that are hidden for other reasons. ``within`` are numbers that
    are let out too, of which each cell is a part.
    """
    few = {place for place, count in enumerate(cells) if count < LEAST} | set(also)
    visible = sorted(set(range(len(cells))) - few, key=lambda place: (cells[place], place))
    hidden = set(few)
    largest = max((LEAST - 1, *(cells[place] for place in also)))
    while visible and not all(
        _is_safe(cells, hidden, [min(largest, _most(n, within)) for n in hidden - {place}])
        for place in few
    ):
        place = visible.pop(0)
        hidden.add(place)
        largest = rounded(cells[place]) + _OFF  # as far as can be told from the next that is shown
    return tuple(None if n in hidden else rounded(count) for n, count in enumerate(cells))


def _is_safe(cells: Sequence[int], hidden: set[int], most_beside: Sequence[int]) -> bool:
    """Whether a hidden cell may be anything from nobody to seven, for all anybody can tell who
    knows the sum exactly, how this is done, and how much each hidden cell beside it is at most.
    """
    others = [rounded(count) for place, count in enumerate(cells) if place not in hidden]
    left = sum(cells) - sum(others)  # give or take what rounding did
    off = _OFF * len(others)
    return bool(most_beside) and left + off >= LEAST - 1 and left - off <= sum(most_beside)


def _most(place: int, within: Sequence[Shown]) -> int:
    limit = within[place] if within else None
    return maxsize if limit is None else limit + _OFF


def columns(
    people: Sequence[int], eligible: Sequence[int], prompted: Sequence[int]
) -> tuple[tuple[Shown, ...], tuple[Shown, ...], tuple[Shown, ...]]:
    """Three columns of a split, each a part of the one before it, as they may be let out.

    What is hidden in one column stays hidden in those that are parts of it.
    """
    first = column(people)
    few = {n for n, count in enumerate(eligible) if count < LEAST_IN_A_GROUP}
    second = column(eligible, also=few | _hidden(first), within=first)
    return first, second, column(prompted, also=_hidden(second), within=second)


def _hidden(cells: Sequence[Shown]) -> set[int]:
    return {n for n, count in enumerate(cells) if count is None}


def in_digits(count: Shown) -> str:
    """For people to read: 1,240, or that it is hidden."""
    return "hidden" if count is None else f"{count:,}"
