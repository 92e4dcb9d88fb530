"""What a rule came to on a list, as numbers that may be shown where the report goes.

On a screen inside the practice they are the true ones; in what is written to a file small numbers
are hidden and the others rounded. A group of under ten whom the rule is for is shown nowhere.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from cds_hooks.population import small_numbers
from cds_hooks.population.burden import Burden
from cds_hooks.population.categories import UNTOLD
from cds_hooks.population.groups import BY, in_order, lost_elsewhere
from cds_hooks.population.leaving import Waterfall, at_least, part, split, waterfall
from cds_hooks.population.small_numbers import LEAST, LEAST_IN_A_GROUP, Shown
from cds_hooks.population.trying import Found
from rules.attrition import Line, Sort, Tally
from rules.rule import Rule

See = Callable[[int], Shown]
EVERYONE = "Everyone on the list"
WOULD = "Would be prompted"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the waterfall."""

    sort: str
    says: str
    left: Shown
    cannot_tell: Shown  # of whom it cannot be told, of those who came so far
    meets: Shown  # whatever comes before
    unsure: Shown  # and of whom that cannot be told
    only: Shown  # lost because of this line alone


@dataclass(frozen=True, slots=True)
class Group:
    """One group: how many they are, whom the rule is for, and who is left at the end."""

    name: str
    people: Shown
    eligible: Shown
    prompted: Shown


@dataclass(frozen=True, slots=True)
class Split:
    """Everybody, told apart by one thing."""

    by: str
    groups: tuple[Group, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """What the rules come to in surgeries, as far as it may be shown."""

    rules: int
    asked: Shown
    by_several: Shown
    surgeries: Shown = None
    visits: Shown = None
    cards: Shown = None
    repeats: Shown = None
    in_a_surgery: float | None = None  # mean
    nine_in_ten: Shown = None
    most: Shown = None
    days: str = ""  # which days of the appointment book; "" where the source has none
    surgery: str = ""  # what was taken for one


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one rule on one list, and nobody on it."""

    rule: str
    title: str
    version: int
    status: str
    practice: str
    as_of: str
    true_counts: bool
    people: Shown
    rows: tuple[Row, ...]
    prompted: Shown
    splits: tuple[Split, ...]
    burden: Cards
    notes: tuple[str, ...] = ()


class About(NamedTuple):
    """What a report is of."""

    rule: Rule
    lines: tuple[Line, ...]
    practice: str
    today: date
    notes: tuple[str, ...] = ()


def _true(count: int) -> Shown:
    return count


def report(about: About, found: Found, cards: Burden, *, true_counts: bool) -> Report:
    """The numbers, true or made safe to leave the practice."""
    rule, tally = about.rule, found.whole
    seen, least = (_as_it_is(tally), 1) if true_counts else (waterfall(tally), LEAST)
    told = zip(seen.left, seen.doubt, seen.meets, seen.unsure, seen.only, strict=True)
    return Report(
        rule=rule.id,
        title=rule.title,
        version=rule.version,
        status=str(rule.status),
        practice=about.practice,
        as_of=about.today.isoformat(),
        true_counts=true_counts,
        people=tally.people if true_counts else small_numbers.shown(tally.people),
        rows=tuple(
            Row(line.sort.value, line.says, *numbers)
            for line, numbers, meets in zip(about.lines, told, tally.meets, strict=True)
            # Most rules can be worked out for anybody, and then there is nothing to say of it.
            if line.sort is not Sort.WORKED_OUT or tally.people - meets >= least
        ),
        prompted=seen.prompted,
        splits=tuple(_splits(about.lines, found, seen, true_counts=true_counts)),
        burden=_cards(cards, tally, seen.prompted, true_counts=true_counts),
        notes=about.notes,
    )


def _as_it_is(tally: Tally) -> Waterfall:
    left = tally.left
    return Waterfall(
        left, tally.doubt, tally.meets, tally.unsure, tally.only, left[-1], frozenset(), len(left)
    )


def _splits(
    lines: Sequence[Line], found: Found, seen: Waterfall, *, true_counts: bool
) -> Iterator[Split]:
    eligible_after = sum(line.sort in (Sort.WHO_FOR, Sort.WORKED_OUT) for line in lines)
    for by in BY:
        groups = {
            name: tally.without(seen.quiet)
            for (what, name), tally in found.groups.items()
            if what == by
        }
        if set(groups) <= {UNTOLD}:
            continue  # it is not given
        names = in_order(list(groups))
        people = [groups[name].people for name in names]
        eligible = [groups[name].left[eligible_after - 1] for name in names]
        prompted = [groups[name].left[-1] for name in names]
        few = {n for n, count in enumerate(eligible) if count < LEAST_IN_A_GROUP}
        if true_counts:
            columns = (tuple(map(_true, people)), _but(few, eligible), _but(few, prompted))
        elif seen.ends < len(lines):
            nothing = (None,) * len(names)
            columns = (small_numbers.column(people), nothing, nothing)
            few = set(range(len(names)))
        else:
            columns = split(people, eligible, prompted)
        told = map(Group, names, *columns)
        sentences = _sentences(lines, groups, few, names, true_counts=true_counts)
        yield Split(by, tuple(told), tuple(sentences))


def _but(few: set[int], counts: Sequence[int]) -> tuple[Shown, ...]:
    return tuple(None if n in few else count for n, count in enumerate(counts))


def _sentences(
    lines: Sequence[Line],
    groups: dict[str, Tally],
    few: set[int],
    names: Sequence[str],
    *,
    true_counts: bool,
) -> Iterator[str]:
    """Each group that is lost at another line than the rest, in a sentence without a number."""
    see: See = _true if true_counts else small_numbers.shown
    lost = {name: (*tally.lost, tally.left[-1]) for name, tally in groups.items()}
    whole = [sum(each) for each in zip(*lost.values(), strict=True)]
    for number, name in enumerate(names):
        if number in few or len(names) == 1:
            continue
        ours = lost[name]
        rest = [a - b for a, b in zip(whole, ours, strict=True)]
        # After the first line, of those who meet it: what a rule is about is no unfairness.
        base = sum(ours[1:]), sum(rest[1:])
        lines_of = lost_elsewhere(ours[1:-1], rest[1:-1], base, see)
        if lines_of is not None:
            mine, other = (lines[n + 1].says for n in lines_of)
            yield f'"{name}" is mostly lost at "{mine}", and everybody else at "{other}".'


def _cards(found: Burden, tally: Tally, prompted: Shown, *, true_counts: bool) -> Cards:
    see: See = _true if true_counts else small_numbers.shown
    common = Cards(found.rules, found.asked, found.by_several)
    if not true_counts:
        asked = at_least(tally.left[-1], prompted, found.asked, tally.people)
        common = Cards(found.rules, asked, part(found.by_several, found.asked, asked))
    if not found.visits:
        return common
    visits, surgeries = see(found.visits), see(found.surgeries)
    cards: Shown = found.cards
    repeats: Shown = found.repeats
    if not true_counts:
        cards = part(found.cards, found.visits, visits)
        repeats = part(found.repeats, found.cards, cards)
    by = "everybody who comes to the same clinician, or place, on one day"
    return replace(
        common,
        surgeries=surgeries,
        visits=visits,
        cards=cards,
        repeats=repeats,
        in_a_surgery=round(cards / surgeries, 1) if cards is not None and surgeries else None,
        nine_in_ten=see(found.nine_in_ten),
        most=see(found.most),
        days="the last 28 days" if found.past else "the next 28 days",
        surgery="everybody who comes on one day" if found.by_day_alone else by,
    )
