"""A rule tried on a list: what each person comes to, line by line, added up part by part.

START HERE for ``goodday rules try``. A process is sent a part and sends back counts, and of those
who would be asked something only who they are, to be looked for in the appointment book.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from cds_hooks.population.asking import BOOKED, HOOK
from cds_hooks.population.groups import groups_of
from cds_hooks.visits import HOOK as BOOKING
from fhir_adapters.bulk.people import Part, SetAside, Someone
from fhir_adapters.needs import Needs, Wanted, needs
from prompts.by_record import BY_RECORD, left_alone
from prompts.prompt import Held
from rules.attrition import Fate, Line, Sort, Tally, as_if_true, fates, lines_of, sort_of
from rules.coming import coming
from rules.engine import evaluate
from rules.facts import look_up
from rules.finding import Look
from rules.load import Loaded, load_library
from rules.outcome import Decision
from rules.record import Kind, PatientRecord
from rules.rule import Library, Practice, Rule, Status

_AHEAD = 28  # days: of visits to come, those that a rule for bookings is asked about


@dataclass(slots=True)
class Found:
    """What came of some people, or of all: parts add up."""

    whole: Tally
    groups: dict[tuple[str, str], Tally] = field(default_factory=dict[tuple[str, str], Tally])
    # Of each person whom rules would ask something today: which rules.
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def __iadd__(self, other: "Found") -> "Found":
        """Another part of the list."""
        self.whole += other.whole
        for group, tally in other.groups.items():
            mine = self.groups.setdefault(group, Tally(tally.lines))
            mine += tally
        self.asked |= other.asked
        return self


def all_lines(rule: Rule) -> tuple[Line, ...]:
    """Every line of the waterfall: the rule's own, then the steps that the record alone decides."""
    return (*lines_of(rule), *(Line(Sort.LEFT_ALONE, says) for says in BY_RECORD.values()))


def together(library: Library) -> tuple[Rule, ...]:
    """The rules whose cards would be met when records are opened, if all of them were in use."""
    return tuple(rule for rule in library.for_hook(HOOK) if rule.status is not Status.RETIRED)


def is_for_bookings(rule: Rule) -> bool:
    """Whether a rule is asked of a visit that is being booked, and not of a record as it is."""
    return BOOKING in rule.hooks and HOOK not in rule.hooks


def needed(rule: Rule, library: Library) -> Needs:
    """What is read of the source: what the rules look at; for bookings the visits it is about too.

    A service is sent the visit that is being booked; here it has to be found on the record.
    """
    practice = library.practice
    found = needs((rule, *together(library)), practice.holds, practice.elsewhere)
    if not is_for_bookings(rule):
        return found
    visits = {c.code for fact in rule.looks_at if fact.find == BOOKED for c in fact.codes}
    kinds = {*found.kinds, Kind.APPOINTMENT}
    return replace(
        found,
        codes=Wanted(found.codes | visits),
        kinds=tuple(kind for kind in Kind if kind in kinds),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """What a process does with a part: it goes there as it is, and the rules are read there."""

    rules: Path | None
    rule: str
    today: date

    def __call__(self, part: Part) -> tuple[Found, SetAside]:
        """The counts of a part, and what had to be set aside of it."""
        told: list[SetAside] = []
        library = loaded_at(self.rules).usable()
        rule = next(one for one in library.rules if one.id == self.rule)
        found = count(rule, library, part.people(told), self.today)
        return found, sum(told, SetAside())


@cache
def loaded_at(path: Path | None) -> Loaded:
    """The rules under a path, read once in each process; those that are forked have them then."""
    return load_library(path)


def count(rule: Rule, library: Library, people: Iterator[Someone], today: date) -> Found:
    """Ask about everybody, and count."""
    found = Found(Tally(len(all_lines(rule))))
    others = together(library)
    for someone in people:
        each = everything(rule, someone.record, library.practice, today)
        sort = sort_of(each)
        found.whole.sorts[sort] += 1
        for group in groups_of(someone, today):
            found.groups.setdefault(group, Tally(len(each))).sorts[sort] += 1
        if asks := tuple(_asked(others, someone.record, library.practice, today)):
            found.asked[someone.record.person.id] = asks
    return found


def everything(
    rule: Rule, record: PatientRecord, practice: Practice, today: date
) -> tuple[Fate, ...]:
    """What each line of ``all_lines`` comes to for one person."""
    if is_for_bookings(rule):
        visit = next(coming(record, today, _AHEAD), None)
        record = replace(record, booking=(visit,) if visit is not None else ())
    look = Look(record, (), today, look_up)
    own = fates(rule, look)
    if own[_worked_out(rule)] is Fate.LOST:  # and so what it would offer is not known
        return (*own, *(Fate.MET for _ in BY_RECORD))
    return (*own, *map(_fate, left_alone(as_if_true(rule, look), today, practice)))


def _worked_out(rule: Rule) -> int:
    return next(n for n, line in enumerate(lines_of(rule)) if line.sort is Sort.WORKED_OUT)


def _fate(held: Held | None) -> Fate:
    if held is None:
        return Fate.MET
    return Fate.IN_DOUBT if held.unread else Fate.LOST


def _asked(
    rules: tuple[Rule, ...], record: PatientRecord, practice: Practice, today: date
) -> Iterator[str]:
    for outcome in evaluate(rules, record, (), today):
        if outcome.decision is Decision.PROMPT and not any(left_alone(outcome, today, practice)):
            yield outcome.rule.id
