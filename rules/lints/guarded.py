"""Who is left alone, asked and not read: the exclusions of a rule on records made up for it.

A name or a heading promises that people are protected; only the answers show it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum

from rules.answer import CANNOT_TELL, YES
from rules.conditions import ask_apart
from rules.days import Duration, on
from rules.facts import look_up
from rules.finding import Look
from rules.record import Entry, Kind, PatientRecord, Person, index
from rules.rule import Exclusion, Rule

DAY = date(2026, 11, 21)  # one day like another: what is made up is dated by it
_UNREAD = "made up: this list could not be read"


class Guard(Enum):
    """How far people with certain entries are left alone by the exclusions of a rule."""

    NOBODY = "nobody"
    SOME = "some of them"
    WHERE_READ = "all, as long as their record can be read"
    ALWAYS = "all, where the record cannot be read too"


def guard(
    rule: Rule, entries: Sequence[Entry], ages: Iterable[int] = (50,)
) -> tuple[Guard, tuple[Exclusion, ...]]:
    """How far people with one of these entries are left alone, and the exclusions that do it.

    Each entry is looked at by itself, on the record of somebody of each of these ages.
    """
    answers = [(entry, _excluding(rule, _record(age, entry))) for entry in entries for age in ages]
    firing = tuple(dict.fromkeys(each for _, found in answers for each in found))
    if not firing:
        return Guard.NOBODY, ()
    if not all(found for _, found in answers):
        return Guard.SOME, firing
    unread = {kind: _record(50, unread=kind) for kind in {entry.kind for entry in entries}}
    held = all(
        any(_holds(exclusion, unread[entry.kind]) for exclusion in found)
        for entry, found in answers
    )
    return (Guard.ALWAYS if held else Guard.WHERE_READ), firing


def _record(age: int, entry: Entry | None = None, unread: Kind | None = None) -> PatientRecord:
    person = Person("nobody", birth=on(Duration(age, "year").before(DAY)))
    cannot = {} if unread is None else {unread: _UNREAD}
    return PatientRecord(person, index([entry] if entry else []), cannot)


def _excluding(rule: Rule, record: PatientRecord) -> list[Exclusion]:
    look = Look(record, (), DAY, look_up)
    return [each for each in rule.exclusions if ask_apart(each.condition, look) is YES]


def _holds(exclusion: Exclusion, record: PatientRecord) -> bool:
    """Whether an exclusion leaves somebody alone of whom nobody can tell."""
    answer = ask_apart(exclusion.condition, Look(record, (), DAY, look_up))
    return answer is YES or (answer is CANNOT_TELL and exclusion.if_unknown_exclude)
