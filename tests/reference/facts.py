"""What each fact gives (RULES 4.4), from the lines that count."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from tests.reference.amounts import (
    ANY_NUMBER,
    Numbers,
    exactly,
    from_lowest_to_highest,
    in_unit,
)
from tests.reference.calendar import Days, ago, days_of
from tests.reference.lines import LISTS, beside, counts, date_text, happened
from tests.reference.record import Line
from tests.reference.three import CANNOT_TELL, NO, YES, all_of, any_of, in_every_world, yes_if
from tests.reference.world import Found, World, Written, as_list

Counted = list[tuple[Line, str]]


def look_up(fact: Written, world: World) -> Found:
    """A look-up in the record, in what was said, or in the booking being made."""
    if fact["find"] == "outcome":
        return _said(fact, world)
    if fact["find"] == "this_appointment":
        return _booked(fact, world)
    codes = _codes(fact, world)
    lists = LISTS[fact["find"]]
    counted: Counted = []
    for line in world.record.lines:
        if line.list in lists and codes & set(line.codes):
            answer = counts(fact, line, world)
            if answer != NO:
                counted.append((line, answer))
    unread = bool(world.record.unread & set(lists))
    give = fact.get("give", "exists")
    answer = any_of([*(answer for _, answer in counted), *([CANNOT_TELL] if unread else [])])
    if give == "count":
        return Found("number", answer, _count(counted, unread))
    if give == "latest choice":
        return _choice(fact, counted, unread, answer, world)
    if give.endswith("value"):
        return _value(fact, counted, unread, answer, world)
    if give.endswith("date"):
        return Found("date", answer, days=_day(fact, counted, unread, world) if counted else None)
    return Found("yes or no", answer)


def _codes(fact: Written, world: World) -> set[str]:
    if fact["find"] != "offer":
        return world.codes(fact["codes"])
    return {code for name in _states(fact, world).values() for code in name}


def _states(fact: Written, world: World) -> dict[str, set[str]]:
    """The states of an offer that are asked for, and the codes that say so."""
    offer = world.practice.offers[fact["of"]]
    asked = as_list(fact.get("state")) or [word for word in offer if word != "name"]
    return {state: world.codes(offer[state]) for state in asked}


def _count(counted: Counted, unread: bool) -> Numbers:
    certain = sum(answer == YES for _, answer in counted)
    least, most = exactly(certain), exactly(len(counted))
    return Numbers(least.low, None if unread else most.high)


def _day(fact: Written, counted: Counted, unread: bool, world: World) -> Days:
    """The first and the last day that the latest (or earliest) one may have happened on.

    Two worlds are enough to think of: everything as early as it may be, and as late.
    """
    last_of_all = date.max if fact["find"] == "appointment" else world.today

    def days(line: Line) -> tuple[date, date]:
        text = date_text(fact, line)
        if not text:
            return date.min, last_of_all
        possible = happened(line, text, world)
        return possible[0], possible[-1]

    # What stands on a list that we could not read may have happened on any day, or never.
    lines = [(*days(line), answer) for line, answer in counted]
    lines += [(date.min, last_of_all, CANNOT_TELL)] if unread else []
    certain = [(first, last) for first, last, answer in lines if answer == YES]
    if fact["give"].startswith("latest"):
        first = max((first for first, _ in certain), default=date.min)
        return Days(first, max(last for _, last, _ in lines))
    return Days(
        min(first for first, _, _ in lines), min((last for _, last in certain), default=last_of_all)
    )


def _may_be_the_one(fact: Written, counted: Counted, world: World) -> list[Line]:
    """The lines that may be the latest (or earliest); two of one day both may be."""

    def possible(line: Line) -> tuple[date, date]:
        if not line.date:
            return date.min, world.today
        days = happened(line, line.date, world)
        return days[0], days[-1]

    others = [possible(line) for line, answer in counted if answer == YES]
    if fact["give"].startswith("latest"):
        return [
            line for line, _ in counted if all(possible(line)[1] >= first for first, _ in others)
        ]
    return [line for line, _ in counted if all(possible(line)[0] <= last for _, last in others)]


def _range(fact: Written, line: Line, world: World) -> Numbers | None:
    """The numbers that one line may mean: of several parts, any; None where one has no number."""
    ranges = [in_unit(value, fact["unit"], set(as_list(fact["codes"]))) for value in line.values]
    known = [one for one in ranges if one is not None]
    return from_lowest_to_highest(known) if known and len(known) == len(ranges) else None


def _value(fact: Written, counted: Counted, unread: bool, answer: str, world: World) -> Found:
    if answer != YES:
        return Found("quantity", answer)
    if fact["give"] in ("highest value", "lowest value"):
        return _extreme(fact, counted, unread, world)
    ranges = [_range(fact, line, world) for line in _may_be_the_one(fact, counted, world)]
    known = [one for one in ranges if one is not None]
    if unread or len(known) < len(ranges):
        return Found("quantity", CANNOT_TELL)  # a later (or an earlier) one may say anything
    return Found("quantity", YES, from_lowest_to_highest(known))


def _extreme(fact: Written, counted: Counted, unread: bool, world: World) -> Found:
    """The highest: at least each one that is certain, at most the highest of all that may be."""
    lowest = fact["give"] == "lowest value"

    def found(line: Line) -> Numbers:
        numbers = _range(fact, line, world) or ANY_NUMBER
        return numbers.turned_round() if lowest else numbers

    certain = [found(line) for line, answer in counted if answer == YES]
    possible = [found(line) for line, _ in counted] + ([ANY_NUMBER] if unread else [])
    low, without_low = _highest_low(certain)
    all_ = from_lowest_to_highest(possible)
    numbers = Numbers(low, all_.high, without_low, all_.without_high)
    if numbers.low is None and numbers.high is None:
        return Found("quantity", CANNOT_TELL)
    return Found("quantity", YES, numbers.turned_round() if lowest else numbers)


def _highest_low(certain: list[Numbers]) -> tuple[Fraction | None, bool]:
    lows = [one.low for one in certain if one.low is not None]
    if not lows:
        return None, False
    low = max(lows)
    return low, any(one.without_low for one in certain if one.low == low)


def _choice(fact: Written, counted: Counted, unread: bool, answer: str, world: World) -> Found:
    if answer != YES or unread:
        return Found("choice", CANNOT_TELL if answer != NO else NO)
    if fact["find"] == "offer":
        named = _states(fact, world)
    else:
        named = {name: world.codes(name) for name in as_list(fact["codes"])}
    names: set[str] = set()
    for line in _may_be_the_one(fact, counted, world):
        for code in line.codes:  # a code of two lists goes by the name of the first
            names |= set([name for name, codes in named.items() if code in codes][:1])
    return Found("choice", YES, choices=frozenset(names))


def _booked(fact: Written, world: World) -> Found:
    """The booking that is being made: neither cancelled nor missed."""
    codes = world.codes(fact.get("codes"))
    booked = [
        line
        for line in world.record.booking
        if line.status not in ("cancelled", "noshow")
        and ("codes" not in fact or codes & set(line.codes))
    ]
    if fact.get("give") != "date":
        return Found("yes or no", yes_if(bool(booked)))
    if not booked:
        return Found("date", NO)
    if not all(line.date for line in booked):
        return Found("date", CANNOT_TELL)
    every = [days_of(line.date) for line in booked]
    return Found("date", YES, days=Days(min(d[0] for d in every), min(d[-1] for d in every)))


def _said(fact: Written, world: World) -> Found:
    """What was said on a topic, here and in the record."""
    heard = [(said.reply, date.fromisoformat(said.date)) for said in world.record.said
             if said.topic == fact["topic"]]  # fmt: skip
    for line in world.record.lines:
        if line.list == "procedure" and line.status == "not-done" and fact["topic"] in line.codes:
            # A no is never lost for want of a day: it counts as said on the last day it may have
            # been, and never after today.
            last = days_of(line.date)[-1] if line.date else world.today
            reply = "not_now" if line.answer == "not-now" else "declined"
            heard.append((reply, min(last, world.today)))
    asked = as_list(fact.get("outcome"))
    start = ago(fact["within"], world.today) if "within" in fact else date.min
    counted = [
        (
            day,
            all_of(
                [beside((day,), way, fact, world) for way in ("since", "before") if way in fact]
            ),
        )
        for reply, day in heard
        if (not asked or reply in asked) and start <= day <= world.today
    ]
    days = [day for day, answer in counted if answer != NO]
    certain = [day for day, answer in counted if answer == YES]
    unread = "procedure" in world.record.unread
    answer = YES if certain else CANNOT_TELL if days or unread else NO
    give = fact.get("give", "exists")
    if give == "count":
        least, most = exactly(len(certain)), exactly(len(days))
        return Found("number", answer, Numbers(least.low, None if unread else most.high))
    if give == "exists":
        return Found("yes or no", answer)
    if not days or unread:
        return Found("date", answer)
    if give == "latest date":
        return Found("date", answer, days=Days(max(certain, default=date.min), max(days)))
    return Found("date", answer, days=Days(min(days), min(certain, default=world.today)))


# ---- built in -------------------------------------------------------------------------------


def _age(world: World) -> Found:
    born = world.record.person.born
    if not born:
        return Found("number", CANNOT_TELL)
    ages = [_years(day, world.today) for day in days_of(born)]
    return Found("number", YES, Numbers(exactly(min(ages)).low, exactly(max(ages)).high))


def _years(born: date, today: date) -> int:
    """Birthdays that have come since the year of birth; that of 29 February comes on 1 March."""
    years = today.year - born.year
    comes = (3, 1) if (born.month, born.day) == (2, 29) and not _leap(today.year) else (
        born.month, born.day,
    )  # fmt: skip
    return years if (today.month, today.day) >= comes else years - 1


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _deceased(world: World) -> Found:
    person = world.record.person
    if not person.died_on:
        return Found("yes or no", person.died)
    by_today = in_every_world(day <= world.today for day in days_of(person.died_on))
    return Found("yes or no", by_today)


def _word(word: str) -> Found:
    return Found("choice", yes_if(bool(word)), choices=frozenset({word} if word else ()))


BUILT_IN: dict[str, Callable[[World], Found]] = {
    "age": _age,
    "deceased": _deceased,
    "sex": lambda world: _word(world.record.person.sex),
    "language": lambda world: _word(world.record.person.language.split("-")[0]),
    "needs_interpreter": lambda w: Found("yes or no", w.record.person.needs_interpreter),
    "registered_here": lambda w: Found("yes or no", w.record.person.registered_here),
    "today": lambda world: Found("date", YES, days=Days(world.today, world.today)),
}
