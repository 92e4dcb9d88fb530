"""The unit of work: people in, rows out. The same everywhere, in one process or on a cluster.

The rules decide here. What was said before is not known here, and a row says no more than holds
whatever it was: who might be prompted goes on with the record, for ``cds_hooks`` to ask again with
everything that is remembered.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from fhir_adapters.bulk.kept import pack
from fhir_adapters.bulk.people import Someone
from rules.codes import Code
from rules.coming import coming
from rules.engine import evaluate_open
from rules.facts.offered import NO_STANDS_IN
from rules.outcome import NO_PROMPT, PROMPT, Decision, Outcome
from rules.record import Kind, PatientRecord
from rules.rule import OfferKind, Rule


class Came(NamedTuple):
    """What one rule came to for somebody: everything but "it is not for this person"."""

    rule: str
    version: int
    decision: str
    because: str = ""


class Row(NamedTuple):
    """One person. ``record`` is theirs, packed, where something may be done; b"" elsewhere."""

    person: str
    came: tuple[Came, ...]
    record: bytes = b""
    visits_unread: bool = False  # whether they may come without anybody knowing here


class Coming(NamedTuple):
    """Visits for which a record goes with its row: of these sorts, within so many days."""

    codes: Set[Code]
    days: int


def evaluate_chunk(
    rules: Sequence[Rule],
    people: Iterable[Someone],
    today: date,
    *,
    carry: bool = False,
    visits: Coming | None = None,
) -> Iterator[Row]:
    """Ask every rule about everybody. One row for each person, in their order.

    With ``carry`` the record of whoever might be prompted, or has a reminder that one of these
    rules makes, goes with the row; and with ``visits`` that of whoever comes soon.
    """
    asked = tuple(rules)
    remembering = tuple(rule for rule in asked if _asks_what_was_said(rule))
    reminders = {
        offer.code
        for rule in asked
        for offer in rule.offers
        if offer.kind is OfferKind.TAG and offer.code is not None
    }
    for someone in people:
        record = someone.record
        outcomes = evaluate_open(asked, record, (), today)
        came = tuple([_came(one) for one in outcomes if one.decision is not NO_PROMPT])
        possible = carry and (
            any(one.decision is PROMPT for one in outcomes)
            or not record.by_code.keys().isdisjoint(reminders)
            or _perhaps(remembering, record, today)
        )
        unread = visits is not None and Kind.APPOINTMENT in record.unread
        if possible or (visits is not None and _comes(record, visits, today)):
            yield Row(record.person.id, came, pack(record), unread)
        else:
            yield Row(record.person.id, came, b"", unread)


def _came(outcome: Outcome) -> Came:
    rule = outcome.rule
    return Came(rule.id, rule.version, str(outcome.decision), outcome.because)


def _comes(record: PatientRecord, visits: Coming, today: date) -> bool:
    return any(True for _ in coming(record, today, visits.days, visits.codes))


def _asks_what_was_said(rule: Rule) -> bool:
    return any(fact.find == "outcome" for fact in rule.looks_at)


def _perhaps(rules: tuple[Rule, ...], record: PatientRecord, today: date) -> bool:
    """Whether some answer that is remembered elsewhere could make one of these rules prompt.

    They are asked as if answers could not be read: a "no" of theirs is certain then.
    """
    if not rules:
        return False
    unread = {**record.unread, NO_STANDS_IN: "what was said before is not known here"}
    outcomes = evaluate_open(rules, replace(record, unread=unread), (), today)
    return any(one.decision in _OPEN for one in outcomes)


_OPEN = frozenset({Decision.PROMPT, Decision.CANNOT_TELL})
