"""Every rule asked about one person on one day, as if it was in pilot, and where each one ended.

The way is the service's own: the record as the bundle door reads it, the engine, then what chooses
the one card. A visit that is coming is put before the rules for bookings, as ``goodday visits``
does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

from cds_hooks.visits import HOOK as BOOKING
from prompts.ceilings import MOST_IN_SESSION
from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice
from rules.coming import coming
from rules.engine import evaluate
from rules.outcome import Decision, Outcome
from rules.record import Kind, PatientRecord
from rules.rule import Library, Status
from tests.builders import shipped
from tests.crowd.lists import lists

# Where a rule may end for somebody. What holds a rule is "held: " and the step that holds it.
PROMPTED, CANNOT_TELL, WITHHELD = "prompted", "cannot tell", "withheld"
EXCLUDED, HELD = "excluded: ", "held: "
UNREAD = f"{HELD}a list that could not be read"
LOOKING = "patient-view"
ANYBODY = "anybody"
VIEWERS = (ANYBODY, "gp", "nurse")  # whose card: with no role told, or only what is for a role
_DAYS = 28  # how far ahead a visit may be that rules are asked about
_FULL = History(this_session=MOST_IN_SESSION)


class Seen(NamedTuple):
    """What one person came to."""

    who: str
    ended: Mapping[str, str]  # by rule, where it is for them or cannot be told: where it ended
    cards: frozenset[str]  # of whom looks, those who have a card
    above: frozenset[str]  # those who have one even in a session that has had its cards
    speaks: tuple[str, ...]  # the rules on the card of anybody, the first first
    visit: bool  # whether a visit is coming
    booked: tuple[str, ...]  # the rules on the card for it
    at_once: int  # cards at the same time, at most
    comes: int  # how often they were seen or spoken to in the last two years


@cache
def library() -> Library:
    """Every rule that comes with Good Day, shown to people though none of them is in pilot yet."""
    found = shipped().usable()
    shown = tuple(replace(rule, status=Status.PILOT) for rule in found.rules)
    return replace(found, rules=shown)


def seen(record: PatientRecord, today: date) -> Seen:
    """Where every rule ends for one person."""
    looking = evaluate(library().for_hook(LOOKING), record, (), today)
    choice = _chosen(looking, today)
    visit = next(coming(record, today, _DAYS), None)
    booked = replace(record, booking=(visit,) if visit is not None else ())
    booking = evaluate(library().for_hook(BOOKING), booked, (), today)
    at_booking = _chosen(booking, today)
    cards, above = _cards(looking, choice, today)
    return Seen(
        who=record.person.id,
        ended={**_ended(looking, choice), **_ended(booking, at_booking)},
        cards=cards,
        above=above,
        speaks=_rules(choice),
        visit=visit is not None,
        booked=_rules(at_booking),
        at_once=max(len(choice.prompts), len(at_booking.prompts)),
        comes=_comes(record, today),
    )


def _chosen(outcomes: Iterable[Outcome], today: date, known: History | None = None) -> Choice:
    return choose(outcomes, known or History(), today, library().practice)


def _rules(choice: Choice) -> tuple[str, ...]:
    return tuple(rule.id for prompt in choice.prompts for rule in prompt.rules)


def _ended(outcomes: Iterable[Outcome], choice: Choice) -> dict[str, str]:
    held = {one.rule.id: one for one in choice.held}
    ended: dict[str, str] = {}
    for outcome in outcomes:
        rule = outcome.rule.id
        match outcome.decision:
            case Decision.NO_PROMPT:
                continue
            case Decision.EXCLUDED:
                ended[rule] = EXCLUDED + outcome.because.replace("-", " ").replace("_", " ")
            case Decision.CANNOT_TELL:
                ended[rule] = CANNOT_TELL
            case Decision.WITHHELD:
                ended[rule] = WITHHELD
            case Decision.PROMPT if rule in held:
                ended[rule] = UNREAD if held[rule].unread else f"{HELD}{held[rule].step}"
            case Decision.PROMPT:
                ended[rule] = PROMPTED
    return ended


def _cards(
    outcomes: tuple[Outcome, ...], choice: Choice, today: date
) -> tuple[frozenset[str], frozenset[str]]:
    """Who has a card, and who has one above the ceiling of a session."""
    if choice.prompt is None:
        return frozenset(), frozenset()
    cards, above = {ANYBODY}, set[str]()
    if _chosen(outcomes, today, _FULL).prompt is not None:
        above.add(ANYBODY)
    for role in VIEWERS[1:]:
        theirs = [o for o in outcomes if not o.rule.show_to or role in o.rule.show_to]
        if _chosen(theirs, today).prompt is not None:
            cards.add(role)
            if _chosen(theirs, today, _FULL).prompt is not None:
                above.add(role)
    return frozenset(cards), frozenset(above)


def _comes(record: PatientRecord, today: date) -> int:
    since = date(today.year - 2, today.month, 1)
    contacts = {(one.system, one.code) for one in lists()["practice-contact"]}
    return sum(
        entry.kind is Kind.ENCOUNTER and entry.when is not None and entry.when.last >= since
        for code, entries in record.by_code.items()
        if tuple(code) in contacts
        for entry in entries
    )
