"""What is worth trying of a fact: the numbers, days and states at which its answer may change."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from rules.days import Duration
from rules.fact import Fact, Test
from rules.facts.statuses import STATUSES
from rules.people import USUAL, Line, Story


def whole_numbers(tests: tuple[Test, ...]) -> list[int]:
    """The whole numbers that tests compare with, and one to each side of them."""
    found: set[int] = set()
    for test in tests:
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        for value in values:
            if isinstance(value, int) and not isinstance(value, bool):
                found |= {value - 1, value, value + 1}
    return sorted(found)


def values_beside(tests: tuple[Test, ...]) -> Iterator[str]:
    """The numbers that a measured value is held against, and one step to each side."""
    for test in tests:
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        unit = test.written.rpartition(" ")[2] if " " in test.written else ""
        for value in values:
            if isinstance(value, Decimal):
                exponent = value.as_tuple().exponent
                step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
                for number in (value, value - step, value + step):
                    yield f"{number:f} {unit}".strip()


def days_beside(fact: Fact, tests: tuple[Test, ...], story: Story) -> tuple[str, ...]:
    """A month ago first, then days beside every edge that a fact or its tests have."""
    today = story.today
    edges: list[date] = []
    for length in (fact.within, fact.since, fact.before):
        if isinstance(length, Duration):
            edges.append(length.before(today))
    for moment in (fact.since, fact.before):
        if isinstance(moment, Fact):
            edges += [day for line in story.person.lines if (day := _day(line)) is not None]
        elif isinstance(moment, date):
            edges.append(moment)
    if fact.in_next is not None:
        edges.append(fact.in_next.after(today))
    for test in tests:
        if isinstance(test.value, date):
            edges.append(test.value)
        elif isinstance(test.value, Duration):
            ahead = test.word in ("at_least", "at_most")
            edges.append(test.value.after(today) if ahead else test.value.before(today))
    month = Duration(1, "month")
    usual = month.after(today) if fact.in_next is not None else month.before(today)
    found = [usual.isoformat(), today.isoformat(), Duration(2, "year").before(today).isoformat()]
    for edge in edges:
        if timedelta(days=1) < edge - date.min and edge < date.max:
            one = timedelta(days=1)
            found += [day.isoformat() for day in (edge, edge - one, edge + one)]
            found += [f"{edge:%Y-%m}", f"{edge:%Y}"]
    found.append(Duration(6, "day").after(today).isoformat())
    return tuple(dict.fromkeys(found))


def _day(line: Line) -> date | None:
    try:
        return date.fromisoformat(line.said.get("date", ""))
    except ValueError:
        return None


def states_of(fact: Fact) -> tuple[str, ...]:
    """The states that a line of this sort can have, those that count and those that do not."""
    kind, usual = USUAL[found_as(fact)]
    valid, void = STATUSES[kind]
    return (*sorted((valid | void) - {"", usual}), "unknown")


def found_as(fact: Fact) -> str:
    """What a line of a story is that a fact can find."""
    return fact.find if fact.find in USUAL else "entry"
