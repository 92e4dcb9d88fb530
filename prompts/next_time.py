"""When a rule's answer for somebody will next be another one, if nothing is added to the record.

An answer changes by itself on few days only: where a window, a quiet period or a life reaches a
date that is written down. Those days are collected, more of them than needed, and each is asked.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from prompts.ceilings import WITHIN
from prompts.elsewhere import listed_for
from prompts.history import quieter
from prompts.restraint import in_shadow_from
from prompts.standing import PROMPT, Case
from prompts.trying import first_week
from rules.codes import OWN, Code
from rules.days import Duration, Span
from rules.elsewhere import marks as left_elsewhere
from rules.fact import (
    Compare,
    Condition,
    Fact,
    Test,
    behind,
    expressions_of,
    facts_of,
    parts_of,
)
from rules.record import Entry, PatientRecord, Person
from rules.under_way import shows_as

AHEAD = Duration(5, "year")
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """The first day with another answer, and the first day with a prompt where that is later."""

    day: date
    becomes: str
    prompts_on: date | None = None


def when_next(case: Case, today: date) -> Change | None:
    """The next change that time alone brings within five years; None if there is none."""
    now = case.on(today).word
    change: Change | None = None
    for day in edges(case, today):
        word = case.on(day).word
        if change is None and word != now:
            change = Change(day, word)
        if change is not None and word == PROMPT:
            return change if change.becomes == PROMPT else Change(change.day, change.becomes, day)
    return change


def edges(case: Case, today: date) -> list[date]:
    """Every day of the next five years on which the answer may change, in order."""
    length = (AHEAD.after(today) - today).days
    days = [today + timedelta(days=ahead) for ahead in range(1, length + 1)]
    rule = case.rule
    if rule.expressions or any(expressions_of(one.condition) for one in case.practice.holds):
        return days  # an expression may count days in any way it likes
    quiet = quieter(rule, case.practice).quiet
    marks = set(_marks(case))
    lengths = set(_lengths(case))
    found = set(_birthdays(case.record.person, days))
    if (unseen := in_shadow_from(rule)) is not None:
        found.add(unseen)
    found |= set(first_week(rule) or ())
    for mark in marks:
        for period in {*quiet.periods.values(), *lengths}:
            found.add(period.after(mark))
        # "From that day on" changes on the left one, "later than that day" on the right one.
        found |= {mark, mark + _A_DAY if mark < date.max else mark}
        for window in lengths:
            for reaches in (window.before, window.after):
                for crossing in (bisect_left, bisect_right):
                    place = crossing(days, mark, key=reaches)
                    found |= set(days[place : place + 1])
    return sorted(day for day in found if days and days[0] <= day <= days[-1])


def _marks(case: Case) -> Iterator[date]:
    """The days that are written down: on the record, in what was said, and in the rule."""
    record = case.record
    elsewhere = left_elsewhere(listed_for(case.rule, case.practice), record)
    for entry in (*_entries(record, _codes(case)), *record.booking, *elsewhere):
        yield from _ends(entry.when)
        yield from _ends(entry.ends)
        yield from () if entry.ask_again is None else (entry.ask_again,)
    yield from _ends(record.person.died_on)
    for said in case.known.heard:
        yield said.on
        yield from () if said.ask_again is None else (said.ask_again,)
    for fact in _looked_at(case):
        yield from (moment for moment in (fact.since, fact.before) if isinstance(moment, date))
    yield from (test.value for test in _tests(case) if isinstance(test.value, date))


def _ends(when: Span | None) -> tuple[date, ...]:
    return () if when is None else (when.first, when.last)


def _looked_at(case: Case) -> tuple[Fact, ...]:
    """The facts of the rule, and those of the holds that come before it."""
    holds = behind(fact for hold in case.practice.holds for fact in facts_of(hold.condition))
    return (*case.rule.looks_at, *holds)


def _lengths(case: Case) -> Iterator[Duration]:
    """How long the windows of a rule are, and of what may hold it back."""
    rule = case.rule
    for fact in _looked_at(case):
        for window in (fact.within, fact.in_next, fact.since, fact.before):
            if isinstance(window, Duration):
                yield window
    yield from (test.value for test in _tests(case) if isinstance(test.value, Duration))
    yield from (one.lasting for one in listed_for(rule, case.practice) if one.lasting)
    yield Duration(WITHIN.days, "day")
    if rule.quiet.most is not None:
        yield rule.quiet.most[1]


def _birthdays(person: Person, days: list[date]) -> Iterator[date]:
    """The days on which somebody gets older, for each day on which they may have been born."""
    for born in _ends(person.birth):
        for year in range(days[0].year, days[-1].year + 1) if days else ():
            try:
                yield born.replace(year=year)
            except ValueError:  # a leap-day birthday falls on 1 March
                yield date(year, 3, 1)


def _codes(case: Case) -> set[Code]:
    """Everything that the rule looks for on a record, a no among it, and what would hold it."""
    rule, quiet = case.rule, case.rule.quiet
    looked_at = _looked_at(case)
    topics = {*quiet.topics, *quiet.silenced_by, *(fact.topic for fact in looked_at if fact.topic)}
    found = {Code(OWN, topic) for topic in topics} | rule.offer_codes
    found |= quiet.declined_codes | quiet.declined_beside
    found |= {shows[0] for shows in map(shows_as, rule.offers) if shows is not None}
    for fact in looked_at:
        found |= fact.codes | fact.ended_by | fact.choices.keys()
    return found


def _entries(record: PatientRecord, codes: set[Code]) -> Iterable[Entry]:
    return (entry for code in record.by_code.keys() & codes for entry in record.by_code[code])


def _conditions(case: Case) -> Iterator[Condition]:
    """Every condition that decides or holds back, and every one that chooses words or offers."""
    rule = case.rule
    yield from (hold.condition for hold in case.practice.holds)
    yield rule.when
    yield from (exclusion.condition for exclusion in rule.exclusions)
    yield from (offer.condition for offer in rule.offers if offer.condition is not None)
    yield from (variant.condition for variant in rule.card.variants)


def _tests(case: Case) -> Iterator[Test]:
    return (test for condition in _conditions(case) for test in tests_in(condition))


def tests_in(condition: Condition) -> Iterator[Test]:
    """The comparisons in a condition, in order."""
    for part in compared_in(condition):
        yield from part.tests


def compared_in(condition: Condition) -> Iterator[Compare]:
    """The facts that a condition compares, with what they are held against."""
    return (part for part in parts_of(condition) if isinstance(part, Compare))
