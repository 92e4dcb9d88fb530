"""Measured values and choices: which entry is the latest, and what it may say."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.days import Span
from rules.fact import Fact, Give
from rules.finding import Finding
from rules.record import Entry
from rules.units import INFINITE, measured

Counted = Sequence[tuple[Entry, Answer]]
_ALWAYS = Span(date.min, date.max)


def value(fact: Fact, counted: Counted, doubt: str, unread: bool, looked_at: int) -> Finding:
    """The least and the most that the value asked for may be, in the fact's unit.

    With nothing recorded the answer is *no*: there is no value, and what is asked of it cannot be
    told (RULES 4.5).
    """
    if not any(answer is YES for _, answer in counted):
        answer = CANNOT_TELL if counted or unread else NO
        entries = tuple(entry for entry, _ in counted)
        return Finding(
            fact, answer, entries=entries, doubt=doubt if answer is CANNOT_TELL else "",
            looked_at=looked_at,
        )  # fmt: skip
    if fact.give in (Give.HIGHEST_VALUE, Give.LOWEST_VALUE):
        return _extreme(fact, counted, unread, looked_at)
    possible = _may_be_it(counted, latest=fact.give is Give.LATEST_VALUE)
    ranges = [_range(fact, entry) for entry in possible]
    known = [found for found in ranges if found is not None]
    if unread or len(known) < len(ranges):
        why = doubt if unread else _no_use(fact)
        return Finding(fact, CANNOT_TELL, entries=tuple(possible), doubt=why, looked_at=looked_at)
    number = min(low for low, _ in known), max(high for _, high in known)
    return Finding(fact, YES, number=number, entries=tuple(possible), looked_at=looked_at)


def _extreme(fact: Fact, counted: Counted, unread: bool, looked_at: int) -> Finding:
    """The highest or lowest value: what is certain bounds it on one side, the rest on the other."""
    sign = Decimal(1 if fact.give is Give.HIGHEST_VALUE else -1)
    certain, possible = -INFINITE, -INFINITE
    shown: list[Entry] = []
    for entry, answer in counted:
        found = _range(fact, entry)
        low, high = (-INFINITE, INFINITE) if found is None else found
        if sign < 0:
            # A minus sign would round to fewer digits, and "<3" would be 3.
            low, high = high.copy_negate(), low.copy_negate()
        if answer is YES and low >= certain:
            shown = [*([] if low > certain else shown), entry]
            certain = low
        possible = max(possible, high)
    possible = INFINITE if unread else possible
    if not certain.is_finite() and not possible.is_finite():
        entries = tuple(entry for entry, _ in counted)
        return Finding(fact, CANNOT_TELL, entries=entries, doubt=_no_use(fact), looked_at=looked_at)
    number = (certain, possible) if sign > 0 else (possible.copy_negate(), certain.copy_negate())
    return Finding(fact, YES, number=number, entries=tuple(shown), looked_at=looked_at)


def choice(fact: Fact, counted: Counted, doubt: str, unread: bool, looked_at: int) -> Finding:
    """Which of the names the latest entry goes by; several, where it is not clear which is."""
    if not any(answer is YES for _, answer in counted) or unread:
        answer = CANNOT_TELL if counted or unread else NO
        entries = tuple(entry for entry, _ in counted)
        return Finding(
            fact, answer, entries=entries, doubt=doubt if answer is CANNOT_TELL else "",
            looked_at=looked_at,
        )  # fmt: skip
    possible = _may_be_it(counted, latest=True)
    names = frozenset(
        fact.choices[code] for entry in possible for code in entry.codes if code in fact.choices
    )
    return Finding(fact, YES, choices=names, entries=tuple(possible), looked_at=looked_at)


def _may_be_it(counted: Counted, *, latest: bool) -> list[Entry]:
    """The entries that may be the latest (or the earliest) one: two of one day both may be."""
    certain = [entry.when or _ALWAYS for entry, answer in counted if answer is YES]
    if latest:
        edge = max(when.first for when in certain)
        return [entry for entry, _ in counted if (entry.when or _ALWAYS).last >= edge]
    edge = min(when.last for when in certain)
    return [entry for entry, _ in counted if (entry.when or _ALWAYS).first <= edge]


def _range(fact: Fact, entry: Entry) -> tuple[Decimal, Decimal] | None:
    ranges = [measured(one, fact.unit, _measures(fact)) for one in entry.measured(fact.codes)]
    known = [found for found in ranges if found is not None]
    if not known or len(known) < len(ranges):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _measures(fact: Fact) -> frozenset[str]:
    """What the fact's lists measure, by name: conversions are for one thing each."""
    return frozenset(one.measures or one.id for one in fact.lists)


def _no_use(fact: Fact) -> str:
    return f"a value has no number in {fact.unit}, or in a unit that is turned into it"
