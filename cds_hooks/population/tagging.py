"""What one night makes of one record: reminders to add and to end, by the steps of a card.

A reminder is added where a card of today would offer it, or would if it had the room, and ended
where a card would ask whether it can end. So everything that keeps a card back keeps a reminder
back: a no, a quiet period, a pause, a hold, shadow, pilot, the ceilings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from cds_hooks.population.asking import HOOK
from fhir_adapters.drafts import Json, drafts
from fhir_adapters.systems import REMINDER
from prompts.choose import choose
from prompts.endings import Ending, may_be_asked
from prompts.history import History
from prompts.prompt import Choice
from rules.codes import Code
from rules.engine import evaluate
from rules.outcome import Decision, Outcome, Proposal
from rules.record import Kind, PatientRecord, Reply
from rules.rule import Library, Offer, OfferKind, Rule, Status


@dataclass(frozen=True, slots=True)
class Add:
    """A reminder to add to somebody's record."""

    person: str
    rule: Rule
    code: Code
    words: str
    name: str  # the reminder's own, the same whenever it is made
    flag: Json


@dataclass(frozen=True, slots=True)
class End:
    """A reminder on somebody's record that has done its work."""

    person: str
    rule: Rule
    code: Code
    words: str
    because: str
    reference: str  # Flag/123; "" where the source gives it no name


@dataclass(frozen=True, slots=True)
class Changes:
    """What comes of one record, and which rules were held back from a reminder, by which step."""

    add: tuple[Add, ...] = ()
    end: tuple[End, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


def changes(record: PatientRecord, history: History, library: Library, today: date) -> Changes:
    """What is to be added to and ended on one record today.

    ``history`` is what is remembered of the person; what is paused stands in the library's
    practice. Of the rules only those that may be asked are in the library.
    """
    practice = library.practice
    outcomes = evaluate(library.for_hook(HOOK), record, history.said, today)
    choice = choose(outcomes, history, today, practice)
    seen = tuple(one for one in outcomes if one.rule.status is not Status.SHADOW)
    ends = may_be_asked(choice, seen, history, today, practice)
    added: dict[Code, Add] = {}
    for rule, offer, code in _offered(choice):
        if code not in added:
            added[code] = _add(record, rule, offer, code, today)
    return Changes(
        tuple(added.values()),
        tuple(_end(record, one) for one in ends if not _wanted_still(one, seen)),
        tuple((one.rule.id, one.step) for one in choice.held if _reminders(one.rule)),
    )


def _offered(choice: Choice) -> Iterator[tuple[Rule, Offer, Code]]:
    """The reminders of the cards of today; those too for which a card has no room, for a reminder
    takes none.
    """
    for prompt in choice.prompts:
        on_it = [(one.rules[0], one.offer) for one in prompt.proposals if one.offer is not None]
        for rule, offer in (*on_it, *prompt.waiting):
            if offer.kind is OfferKind.TAG and offer.code is not None:
                yield rule, offer, offer.code


def _add(record: PatientRecord, rule: Rule, offer: Offer, code: Code, today: date) -> Add:
    person = record.person.id
    (draft,) = drafts(Proposal("", Reply.SHOWN, (rule,), offer), person, today)
    name = name_of(record, code)
    flag = draft.resource
    named = {**flag, "identifier": [*flag["identifier"], {"system": REMINDER, "value": name}]}
    return Add(person, rule, code, offer.words, name, named)


def name_of(record: PatientRecord, code: Code) -> str:
    """The name of the reminder with this code that a record would get next.

    It says nothing that is not on the Flag itself, so it needs no key, and no other store gives it
    another name. It is the same until the record has a reminder more of that code: one that is
    over does not stand in the way of the next.
    """
    before = sorted(
        entry.reference for entry in record.by_code.get(code, ()) if entry.kind is Kind.TAG
    )
    parts = (record.person.id, code.system, code.code, *before)
    return sha256("\n".join(parts).encode()).hexdigest()


def _end(record: PatientRecord, one: Ending) -> End:
    codes = [offer.code for offer in _reminders(one.outcome.rule)]
    code = next(code for code in one.tag.codes if code in codes)
    rule, named = one.outcome.rule, one.tag.reference
    reference = "" if named.endswith("/") else named
    return End(record.person.id, rule, code, one.words, one.because, reference)


def _wanted_still(one: Ending, outcomes: tuple[Outcome, ...]) -> bool:
    """Whether another rule, which may still ask, has the same reminder: it would add it again."""
    return any(
        offer.code in one.tag.codes
        for outcome in outcomes
        if outcome.rule is not one.outcome.rule and outcome.decision is not Decision.NO_PROMPT
        for offer in _reminders(outcome.rule)
    )


def _reminders(rule: Rule) -> tuple[Offer, ...]:
    return tuple(offer for offer in rule.offers if offer.kind is OfferKind.TAG)
