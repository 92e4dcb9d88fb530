"""What leaves the practice tells no small number, whoever knows how it is made (T30).

The attacker knows how long the list is, to the person, and how each report comes about: they make
every list there could be and keep those whose report is the one that they have. Where whatever is
few is the same in all of those, they have learnt it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, product
from pathlib import Path
from random import Random

import pytest

from cds_hooks.commands.diff_report import Report as Difference
from cds_hooks.commands.diff_report import Told, as_json
from cds_hooks.population.burden import Burden
from cds_hooks.population.small_numbers import LEAST
from cds_hooks.population.try_report import About, Report, report
from cds_hooks.population.trying import Found
from rules.attrition import Line, Sort, Tally
from rules.differing import Change, Pair, Sum
from rules.outcome import Decision
from tests.builders import a_rule
from tests.lengths import examples

RULE = a_rule()
TODAY = date(2026, 11, 21)
LINES = (
    Line(Sort.WHO_FOR, "who have a cough"),
    Line(Sort.WHO_NOT_FOR, "This person is receiving palliative care"),
    Line(Sort.LEFT_ALONE, "They said no"),
)
# How many people there are of each sort: which lines lose them, which cannot be told; in bits.
People = Mapping[tuple[int, int], int]


def tally_of(lines: int, people: People) -> Tally:
    return Tally(lines, Counter({sort: count for sort, count in people.items() if count}))


def released(lines: int, *groups: People) -> tuple[Report, Tally]:
    """The report of a list, told apart by sex where there are several groups."""
    tallies = [tally_of(lines, people) for people in groups]
    whole = Tally(lines)
    for tally in tallies:
        whole += tally
    found = Found(whole)
    if len(groups) > 1:
        found.groups = {("sex", f"group {n}"): tally for n, tally in enumerate(tallies)}
    about = About(RULE, LINES[:lines], "Invented", TODAY)
    burden = Burden(1, whole.left[-1], 0)
    return report(about, found, burden, true_counts=False), whole


def secrets(tally: Tally, *, doubts: bool) -> Iterator[tuple[str, int]]:
    """Each number of a list that is not to be known where it is small."""
    for line, (before, left) in enumerate(pairwise((tally.people, *tally.left))):
        yield f"lost at {line}", before - left
        yield f"left after {line}", left
        yield f"meets {line}", tally.meets[line]
        yield f"does not meet {line}", tally.people - tally.meets[line]
        yield f"only {line}", tally.only[line]
        if doubts:  # or nothing was in doubt anywhere, as the attacker may know
            yield f"in doubt at {line}", tally.doubt[line]
            yield f"unsure of {line}", tally.unsure[line]


def shared_out(people: int, among: int) -> Iterator[tuple[int, ...]]:
    """Every way of putting so many people into so many sorts."""
    if among == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for others in shared_out(people - first, among - 1):
            yield first, *others


class Attacker:
    """Whoever makes every list there could be."""

    def __init__(self) -> None:
        self.possible: dict[object, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))

    def sees(self, told: object, hidden: Iterator[tuple[str, int]]) -> None:
        for name, number in hidden:
            self.possible[told][name].add(number)

    @property
    def learnt(self) -> list[tuple[object, str, set[int]]]:
        return [
            (told, name, values)
            for told, names in self.possible.items()
            for name, values in names.items()
            if len(values) == 1 and min(values) < LEAST
        ]


@pytest.mark.parametrize(
    "people",
    [
        8,
        16,
        *(pytest.param(n, marks=pytest.mark.long) for n in (21, 26, 31, 42, 46, 48)),
    ],
)
def test_no_small_number_of_two_lines_can_be_worked_out(people: int) -> None:
    attacker = Attacker()
    for counts in shared_out(people, 4):
        told, whole = released(2, {(lost, 0): n for lost, n in enumerate(counts)})
        attacker.sees(told, secrets(whole, doubts=False))
    assert not attacker.learnt
    assert len(attacker.possible) > 3 or people < 16  # it does tell something


@pytest.mark.long
@pytest.mark.parametrize(("first", "second"), [(9, 8), (22, 12)])
def test_no_small_number_of_a_group_can_be_worked_out(first: int, second: int) -> None:
    attacker = Attacker()
    every = product(shared_out(first, 3), shared_out(second, 3))
    for groups in every:
        told, whole = released(2, *(dict(zip(_IN_TURN, one, strict=True)) for one in groups))
        attacker.sees(told, secrets(whole, doubts=False))
        numbers = [(f"{n} of {group}", number) for group, one in enumerate(groups)
                   for n, number in enumerate((*one, one[1] + one[2]))]  # fmt: skip
        attacker.sees(told, iter(numbers))
    assert not attacker.learnt


_IN_TURN = ((1, 0), (2, 0), (0, 0))  # lost at the first line, at the second, and not at all


# Each line may lose people, or not be told of: the second loses whom it cannot be told of.
_EACH = (((0, 0), (1, 0), (0, 1)), ((0, 0), (1, 0), (1, 1)), ((0, 0), (1, 0)))


def sorts(lines: int) -> list[tuple[int, int]]:
    return [
        (
            sum(lost << line for line, (lost, _) in enumerate(each)),
            sum(doubt << line for line, (_, doubt) in enumerate(each)),
        )
        for each in product(*_EACH[:lines])
    ]


@pytest.mark.parametrize("lines", [2, 3])
def test_of_any_list_there_is_another_with_the_same_report(lines: int) -> None:
    """Of longer lists not every one can be made: others are looked for, person by person."""
    random = Random(f"leaving {lines}")
    for _ in range(examples(4, 60)):
        some = random.sample([one for one in sorts(lines) if lines < 3 or not one[1]], 4)
        people = {sort: random.choice((random.randint(0, 9), random.randint(8, 30)))
                  for sort in some}  # fmt: skip
        if any(people.values()):
            assert not alone(lines, people), people


def alone(lines: int, people: People) -> dict[str, int]:
    """The small numbers of a list for which no other list was found with the same report."""
    told, whole = released(lines, people)
    unique: dict[str, int] = {
        name: number for name, number in secrets(whole, doubts=lines < 3) if number < LEAST
    }
    looked_at = {tuple(sorted(people.items()))}
    waiting: list[dict[tuple[int, int], int]] = [dict(people)]
    types = [one for one in sorts(lines) if lines < 3 or not one[1]]
    while waiting and unique and len(looked_at) < _MOST:
        now = waiting.pop(0)
        for old, new in product([sort for sort, count in now.items() if count], types):
            other = {**now, old: now[old] - 1}
            other[new] = other.get(new, 0) + 1
            key = tuple(sorted((sort, count) for sort, count in other.items() if count))
            if key in looked_at:
                continue
            looked_at.add(key)
            its, its_whole = released(lines, other)
            if its == told:
                numbers = dict(secrets(its_whole, doubts=lines < 3))
                for changed in [name for name in unique if numbers[name] != unique[name]]:
                    del unique[changed]
                waiting.insert(0, other)
            else:
                waiting.append(other)
    return unique


_MOST = 6_000  # lists that are looked at


GAINED = Change(RULE.id, Decision.NO_PROMPT, Decision.PROMPT, ())
LOST = Change(RULE.id, Decision.PROMPT, Decision.NO_PROMPT, ())


def numbers_of(counts: Sequence[int]) -> str:
    """What ``rules diff --format json`` lets out of who is gained, lost, prompted by both, none."""
    gained, lost, still, _ = counts
    whole = Sum(sum(counts))
    whole.before[RULE.id], whole.after[RULE.id] = still + lost, still + gained
    changes = {GAINED: gained, LOST: lost}
    whole.changes.update({change: count for change, count in changes.items() if count})
    told = Difference(Pair(RULE, RULE), (), (), Told(whole, frozenset({RULE.id})))
    (rule,) = json.loads(as_json("old", Path("new"), TODAY, [told], inside=False))["rules"]
    return json.dumps((rule["people"], rule["changes"]))


@pytest.mark.parametrize(
    "people", [12, *(pytest.param(n, marks=pytest.mark.long) for n in (21, 28))]
)
def test_no_small_number_of_a_difference_can_be_worked_out(people: int) -> None:
    attacker = Attacker()
    for counts in shared_out(people, 4):
        gained, lost, still, neither = counts
        if not gained or not lost:
            continue  # that there is nobody to list is told
        hidden = {"gained": gained, "lost": lost, "before": still + lost, "after": still + gained,
                  "still": still, "not before": people - still - lost,
                  "not after": people - still - gained, "neither": neither}  # fmt: skip
        attacker.sees(numbers_of(counts), iter(hidden.items()))
    assert not attacker.learnt
