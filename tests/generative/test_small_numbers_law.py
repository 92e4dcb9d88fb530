"""What is hidden in a table cannot be worked out from what stands beside it (T30)."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cds_hooks.population.small_numbers import (
    LEAST,
    LEAST_IN_A_GROUP,
    Shown,
    column,
    columns,
    rounded,
    shown,
)
from tests.lengths import examples

COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 60), st.integers(0, 3_000))


@given(count=st.integers(0, 100_000))
def test_up_to_seven_is_hidden_and_the_rest_is_to_the_nearest_five(count: int) -> None:
    told = shown(count)
    assert (told is None) is (count <= 7)
    if told is not None:
        assert told % 5 == 0
        assert abs(told - count) <= 2
        assert {shown(near) for near in range(count - 4, count + 5)} != {told}


@given(cells=st.lists(COUNTS, max_size=8))
def test_a_column_hides_what_is_small_and_never_one_cell_alone(cells: list[int]) -> None:
    told = column(cells)
    hidden = [n for n, one in enumerate(told) if one is None]
    assert all(told[n] is None for n, count in enumerate(cells) if count < LEAST)
    assert len(hidden) != 1 or len(cells) == 1
    for count, one in zip(cells, told, strict=True):
        assert one is None or one == rounded(count)


@given(cells=st.lists(st.integers(30, 3_000), max_size=8))
def test_nothing_is_hidden_that_need_not_be(cells: list[int]) -> None:
    assert None not in column(cells)


@settings(max_examples=examples(200, 2_000))
@example(table=[(7, 13, 0), (12, 0, 0), (100, 0, 0), (100, 0, 0)])
@given(table=st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=7))
def test_no_hidden_cell_of_a_split_has_one_value(table: list[tuple[int, int, int]]) -> None:
    """Three columns, each a part of the one before, and the sum of each known exactly."""
    people = [sum(row) for row in table]
    eligible = [row[0] + row[1] for row in table]
    prompted = [row[0] for row in table]
    first, second, third = columns(people, eligible, prompted)
    assert gone(first) <= gone(second) <= gone(third)  # a part would tell of the whole
    for count, one in zip(eligible, second, strict=True):
        assert one is None or count >= LEAST_IN_A_GROUP
    for cells, told, above in ((people, first, ()), (eligible, second, first),
                               (prompted, third, second)):  # fmt: skip
        if len(cells) == 1 or sum(cells) < LEAST:
            continue  # the sum itself is hidden then, or is the cell
        for place in gone(told):
            if cells[place] < LEAST:
                possible = values(place, sum(cells), told, above)
                assert len(possible) > 1, (table, told, place)
                if gone(told) != set(range(len(told))):
                    assert possible >= set(range(LEAST)), (table, told, place)


def gone(told: Sequence[Shown]) -> set[int]:
    return {n for n, one in enumerate(told) if one is None}


def values(place: int, total: int, told: Sequence[Shown], above: Sequence[Shown]) -> set[int]:
    """Every value that a hidden cell may have, for whoever knows the sum: solved exactly.

    One sum, every cell within its own bounds: what can be reached is a range, from all others at
    their most to all others at their fewest.
    """
    fewest = most = 0
    for n, one in enumerate(told):
        if n == place:
            continue
        if one is not None:
            fewest, most = fewest + one - 2, most + one + 2
            continue
        limit = above[n] if above else None
        most += total if limit is None else limit + 2
    limit = above[place] if above else None
    highest = min(total - fewest, total if limit is None else limit + 2)
    return set(range(max(0, total - most), highest + 1))


@pytest.mark.parametrize(
    ("cells", "most"),
    [
        pytest.param(2, 45, id="two cells"),
        pytest.param(3, 24, id="three cells"),
        pytest.param(4, 20, id="four cells", marks=pytest.mark.long),
        pytest.param(5, 11, id="five cells", marks=pytest.mark.long),
    ],
)
def test_nobody_who_knows_how_it_is_done_learns_a_small_number(cells: int, most: int) -> None:
    """Every table there is, by what is let out of it: those that look the same must differ."""
    alike: dict[tuple[Shown, tuple[Shown, ...]], list[tuple[int, ...]]] = defaultdict(list)
    for table in product(range(most + 1), repeat=cells):
        alike[shown(sum(table)), column(table)].append(table)
    learnt = [
        (out, place)
        for out, tables in alike.items()
        if max(map(max, tables)) < most  # at the edge there would be more of them
        for place, one in enumerate(out[1])
        if one is None and len({table[place] for table in tables}) == 1
    ]
    assert not learnt
    assert len(alike) > 50
