"""The decision: every rule asked once. Same record, same answers before, same day: same outcome."""

from collections.abc import Iterable
from datetime import date

from rules.answer import CANNOT_TELL, NO, YES
from rules.conditions import ask
from rules.facts import look_up
from rules.finding import Look, RuleFault, TooMuch
from rules.outcome import Decision, Outcome
from rules.record import PatientRecord, Said
from rules.rule import Offer, Rule


def evaluate(
    rules: Iterable[Rule], record: PatientRecord, said: tuple[Said, ...], today: date
) -> tuple[Outcome, ...]:
    """Ask every rule about one person. Facts that rules share are looked up once."""
    look = Look(record, said, today, look_up)
    return tuple(decide(rule, look) for rule in rules)


def decide(rule: Rule, look: Look) -> Outcome:
    """Ask one rule. A fault in it withholds that rule; the others are asked as ever."""
    try:
        _check_size(rule, look)
        return _decide(rule, look)
    except RuleFault as fault:
        return Outcome(rule, Decision.WITHHELD, look, because=str(fault))


# Entries that all facts of one rule look at, each fact by itself: under 10 ms. As many as a
# whole call may bring; of what one list holds, a record hardly ever has 50.
MOST_LOOKED_AT = 5_000


def _check_size(rule: Rule, look: Look) -> None:
    """Raises TooMuch, whatever other rules have looked up by now: it is counted, and not timed."""
    if look.size * len(rule.looks_at) <= MOST_LOOKED_AT:
        return
    by_code = look.record.by_code
    entries = 0
    for fact in rule.looks_at:
        entries += sum(len(by_code[code]) for code in by_code.keys() & fact.codes)
        if entries > MOST_LOOKED_AT:
            raise TooMuch


def _decide(rule: Rule, look: Look) -> Outcome:
    """``when``, then ``exclude``, then offers; the policy on not knowing is the rule's own."""
    answer = ask(rule.when, look)
    if answer is NO:
        return Outcome(rule, Decision.NO_PROMPT, look)
    if answer is CANNOT_TELL and not rule.prompt_when_unknown:
        return Outcome(rule, Decision.CANNOT_TELL, look)
    for expression in rule.expressions:  # those behind the card's words too, before it is written
        look.work_out(expression)
    unknown = ""
    for exclusion in rule.exclusions:
        applies = ask(exclusion.condition, look)
        if applies is YES:
            return Outcome(rule, Decision.EXCLUDED, look, because=exclusion.name)
        if applies is CANNOT_TELL and exclusion.if_unknown_exclude:
            unknown = unknown or exclusion.name
    if unknown:
        return Outcome(rule, Decision.CANNOT_TELL, look, because=unknown)
    offers = tuple(offer for offer in rule.offers if _is_on(offer, look))
    return Outcome(rule, Decision.PROMPT, look, offers=offers)


def _is_on(offer: Offer, look: Look) -> bool:
    if offer.needs is not None and look(offer.needs).answer is not YES:
        return False
    if offer.condition is None:
        return True
    answer = ask(offer.condition, look)
    return answer is YES or (answer is CANNOT_TELL and offer.if_unknown_show)
