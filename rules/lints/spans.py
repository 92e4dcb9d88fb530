"""What comparisons leave over, on one line of numbers: lowest and highest, both included.

Days are counted as the calendar counts them. A rule names days ("before 2020-01-01") and lengths
of time ("within 12 months"); how these lie to each other is known only on a day that is given.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from rules.days import Duration
from rules.fact import Fact, Give, Sort, Test
from rules.units import INFINITE, just_over, just_under

_DAY = date(2026, 11, 21)  # lengths of time are held against each other on any one day
LIFE = Duration(2, "year")  # no rule goes on for longer without a review
OLDEST = 130  # years; nobody was ever as old
# What has a beginning and an end can have begun before a window and ended in it.
_LASTING = frozenset({"tag", "encounter", "care_plan"})


class Range(NamedTuple):
    """What passes; nothing where the lowest is above the highest."""

    low: Decimal = -INFINITE
    high: Decimal = INFINITE

    def and_also(self, other: "Range") -> "Range":
        """What passes both."""
        return Range(max(self.low, other.low), min(self.high, other.high))

    @property
    def is_empty(self) -> bool:
        """Whether nothing passes."""
        return self.low > self.high

    def covers(self, other: "Range") -> bool:
        """Whether everything that passes the other passes this."""
        return self.low <= other.low and other.high <= self.high


def names_a_day(test: Test) -> bool:
    """Whether a test is about a day of the calendar, not about a length of time."""
    return isinstance(test.value, date)


def possible(fact: Fact, today: date | None) -> Range:
    """What a fact can give at all, on a day where one is given."""
    if fact.give is Give.AGE:
        return Range(Decimal(0), Decimal(OLDEST))
    if fact.give.sort is Sort.NUMBER:
        return Range(Decimal(0))
    return window(fact, today) if fact.give.sort is Sort.DATE else Range()


def window(fact: Fact, today: date | None) -> Range:
    """The days that a fact looks at; every day where it has no window, or it cannot be said."""
    if fact.find in _LASTING:
        return Range()
    if today is None and has_a_length(fact) and has_named_day(fact):
        return Range()
    on = today or _DAY
    whole = Range()
    if fact.within is not None:
        whole = whole.and_also(Range(_number(fact.within.before(on)), _number(on)))
    if fact.since is not None and not isinstance(fact.since, Fact):
        whole = whole.and_also(Range(_moment(fact.since, on)))
    if fact.before is not None and not isinstance(fact.before, Fact):
        whole = whole.and_also(Range(high=_moment(fact.before, on) - 1))
    return whole


def has_named_day(fact: Fact) -> bool:
    """Whether the window of a fact begins or ends on a day of the calendar."""
    return isinstance(fact.since, date) or isinstance(fact.before, date)


def has_a_length(fact: Fact) -> bool:
    """Whether the window of a fact begins or ends so long before today."""
    return any(isinstance(each, Duration) for each in (fact.within, fact.since, fact.before))


def days_to_try(fact: Fact, tests: Iterable[Test], today: date | None) -> list[date | None]:
    """Today, and the days before a rule has to be reviewed on which something new may pass.

    A length of time moves along with today, past the days that a rule names: what cannot be yet
    ("after" a day next month, of what is looked for within a year) can be from that day on.
    """
    if today is None:
        return [None]
    said = [fact.since, fact.before, fact.within, *(test.value for test in tests)]
    lengths = [each for each in said if isinstance(each, Duration)]
    named = [each for each in said if isinstance(each, date)]
    turns = [*named, *(length.after(day) for day in named for length in lengths)]
    near = {day + timedelta(by) for day in turns for by in (-1, 0, 1)}
    return [today, *sorted(day for day in near if today < day <= LIFE.after(today))]


def passes(test: Test, today: date | None) -> Range | None:
    """What passes one comparison; None where it is not about more or less, earlier or later."""
    on = today or _DAY
    match test.word, test.value:
        case "between", ((int() | Decimal()) as first, (int() | Decimal()) as last):
            return Range(Decimal(first), Decimal(last))
        case ("above" | "at_least" | "below" | "at_most" | "equals") as word, (
            int() | Decimal()
        ) as value:
            return _numbers(word, value)
        case "within", Duration() as length:
            return Range(_number(length.before(on)), _number(on))
        case (("older_than" | "before"), Duration() as length):
            return Range(high=_number(length.before(on)) - 1)
        case "after", Duration() as length:
            return Range(_number(length.before(on)) + 1)
        case "before", date() as day:
            return Range(high=_number(day) - 1)
        case "after", date() as day:
            return Range(_number(day) + 1)
        case "at_least", Duration() as length:
            return Range(_number(length.after(on)))
        case "at_most", Duration() as length:
            return Range(_number(on), _number(length.after(on)))
        case _:
            return None


def _numbers(word: str, value: int | Decimal) -> Range:
    exact = Decimal(value)
    if isinstance(value, int):
        over, under = exact + 1, exact - 1
    else:
        over, under = just_over(exact), just_under(exact)
    spans = {
        "above": Range(over),
        "at_least": Range(exact),
        "below": Range(high=under),
        "at_most": Range(high=exact),
    }
    return spans.get(word, Range(exact, exact))


def _moment(moment: date | Duration, on: date) -> Decimal:
    return _number(moment.before(on) if isinstance(moment, Duration) else moment)


def _number(day: date) -> Decimal:
    return Decimal(day.toordinal())
