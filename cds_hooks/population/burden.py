"""What rules come to in a day's work: cards in each surgery, by the appointment book.

Everybody is taken to be looked at at each of their visits. A card that was shown is quiet for as
long as its rule says; nobody is taken to answer. What else keeps cards few (two cards a person a
month, eight a session) is not reckoned with: this is what rules ask for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import quantiles
from typing import NamedTuple

from fhir_adapters.bulk.book import Coming
from rules.record import Reply
from rules.rule import Rule

_DAYS = 28


class Burden(NamedTuple):
    """Cards by the appointment book, and people whom several rules would ask at once."""

    rules: int
    asked: int  # people whom any rule would ask something today
    by_several: int  # and those whom two or more would
    surgeries: int = 0
    visits: int = 0
    cards: int = 0  # visits at which a card is met
    repeats: int = 0  # cards with a rule on them that was met at an earlier visit
    middle: int = 0  # cards: half of the surgeries have no more
    nine_in_ten: int = 0
    most: int = 0
    past: bool = True  # of the last 28 days; otherwise of the next 28
    by_day_alone: bool = False  # the book does not say to whom people come


def burden(
    rules: Sequence[Rule],
    asked: Mapping[str, tuple[str, ...]],
    book: Iterable[Coming],
    today: date,
) -> Burden:
    """The book of the last 28 days, or where that is empty of the next 28, played through."""
    found = Burden(len(rules), len(asked), sum(len(ids) > 1 for ids in asked.values()))
    every = [(date.fromisoformat(one.day), one) for one in book]
    start, end = today - timedelta(days=_DAYS), today + timedelta(days=_DAYS)
    past = sorted((day, one) for day, one in every if start < day <= today)
    ahead = sorted((day, one) for day, one in every if today < day <= end)
    visits = past or ahead
    if not visits:
        return found
    found = found._replace(past=bool(past), by_day_alone=not any(one.where for _, one in visits))
    return _played(found, rules, asked, visits)


def _played(
    found: Burden,
    rules: Sequence[Rule],
    asked: Mapping[str, tuple[str, ...]],
    visits: Sequence[tuple[date, Coming]],
) -> Burden:
    by_id = {rule.id: rule for rule in rules}
    cards: Counter[tuple[date, str]] = Counter()
    shown: dict[tuple[str, str], date] = {}  # by person and topic: until when it is quiet
    repeats = 0
    for day, one in visits:
        cards[day, one.where] += 0
        free = [
            by_id[name]
            for name in asked.get(one.person, ())
            if shown.get((one.person, by_id[name].quiet.topic), day) <= day
        ]
        if not free:
            continue
        cards[day, one.where] += 1
        repeats += any((one.person, rule.quiet.topic) in shown for rule in free)
        for rule in free:
            until = rule.quiet.periods[Reply.SHOWN].after(day)
            shown[one.person, rule.quiet.topic] = max(until, day + timedelta(days=1))
    counts = sorted(cards.values())
    tenths = quantiles(counts, n=10, method="inclusive") if len(counts) > 1 else counts * 9
    return found._replace(
        surgeries=len(counts),
        visits=len(visits),
        cards=sum(counts),
        repeats=repeats,
        middle=round(tenths[4]),
        nine_in_ten=round(tenths[8]),
        most=counts[-1],
    )
