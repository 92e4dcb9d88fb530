"""Who comes in the next days, and the letter that could go ahead of each visit, or why none.

The same rules decide as when a visit is booked: one visit of a record at a time is put before them
as the one that is being booked. Nothing is sent, and nothing is written to a record.
"""

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from prompts.history import History
from prompts.letter import Letter, letter
from prompts.standing import PROMPT, Case
from rules.codes import Code
from rules.coming import coming
from rules.days import Span
from rules.explain import explain
from rules.record import Entry, PatientRecord
from rules.rule import SHOWN, Library, OfferKind, Rule

HOOK = "appointment-book"
_VISIT = "this_appointment"


class Visit(NamedTuple):
    """One visit of one person: the letter that could go ahead, or why there is none."""

    person: str  # as the record system knows them
    day: Span
    what: str  # the sort of visit, as our lists call it; "" where none of them has it
    rule: str
    letter: Letter | None = None
    why_not: str = ""


def letter_rules(library: Library) -> tuple[Rule, ...]:
    """The rules, of those that may be shown, that offer a letter when a visit is booked."""
    return tuple(
        rule
        for rule in library.rules
        if rule.status in SHOWN
        and HOOK in rule.hooks
        and any(offer.kind is OfferKind.RESULTS for offer in rule.offers)
    )


def sorts(library: Library) -> frozenset[Code]:
    """The sorts of visits, by their codes, that the rules which offer a letter look for."""
    facts = (fact for rule in letter_rules(library) for fact in rule.looks_at)
    return frozenset(code for fact in facts if fact.find == _VISIT for code in fact.codes)


def ahead(
    record: PatientRecord,
    history: History,
    library: Library,
    today: date,
    days: int,
    codes: Set[Code] | None = None,
) -> Iterator[Visit]:
    """Each visit of one person within so many days, for each rule that offers a letter.

    ``history`` is what is remembered of them; what is paused stands in the library's practice.
    With ``codes`` visits of these sorts alone.
    """
    for visit in coming(record, today, days, codes):
        assert visit.when is not None  # or it would not be coming
        booked = replace(record, booking=(visit,))
        for rule in letter_rules(library):
            case = Case(rule, booked, practice=library.practice, history=history)
            standing = case.on(today)
            one = Visit(record.person.id, visit.when, _called(visit, rule), rule.id)
            fact = next((o.results for o in rule.offers if o.results is not None), None)
            if standing.word == PROMPT and fact is not None:
                yield one._replace(letter=letter(standing.outcome, fact, library.practice))
            else:
                held = standing.held
                why = held.says if held is not None else explain(standing.outcome).headline
                yield one._replace(why_not=why)


def _called(visit: Entry, rule: Rule) -> str:
    """What the lists of a rule call a visit: the record's own term is no way to say it."""
    asked = (fact for fact in rule.looks_at if fact.find == _VISIT)
    lists = (one for fact in asked for one in fact.lists)
    return next((one.words[code] for one in lists for code in visit.codes if code in one.words), "")
