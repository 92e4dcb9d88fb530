"""The decision: every rule asked once. Same record, same answers before, same day: same outcome."""

from collections.abc import Iterable
from datetime import date

from rules.answer import CANNOT_TELL, NO, YES
from rules.budget import asks_too_much, left_out
from rules.conditions import ask
from rules.facts import look_up
from rules.finding import Look, RuleFault, TooMuch, TooMuchAtOnce
from rules.outcome import NO_PROMPT, Decision, Outcome
from rules.record import PatientRecord, Said
from rules.rule import Offer, Rule
from rules.screening import screen_of


def evaluate(
    rules: Iterable[Rule], record: PatientRecord, said: tuple[Said, ...], today: date
) -> tuple[Outcome, ...]:
    """Ask every rule about one person. Facts that rules share are looked up once."""
    look = Look(record, said, today, look_up)
    asked = tuple(rules)
    beyond = left_out(asked, look)
    if not beyond:
        shut = screen_of(asked).shut_to(look)
        return tuple(
            Outcome(rule, NO_PROMPT, look) if rule in shut else decide(rule, look) for rule in asked
        )
    return tuple(_no_room(rule, look) if rule in beyond else decide(rule, look) for rule in asked)


def evaluate_open(
    rules: tuple[Rule, ...], record: PatientRecord, said: tuple[Said, ...], today: date
) -> list[Outcome]:
    """The same, without those that the codes on the record alone say "no prompt" to."""
    look = Look(record, said, today, look_up)
    if left_out(rules, look):
        return list(evaluate(rules, record, said, today))
    return [decide(rule, look) for rule in screen_of(rules).open_to(look)]


def decide(rule: Rule, look: Look) -> Outcome:
    """Ask one rule. A fault in it withholds that rule; the others are asked as ever."""
    try:
        if asks_too_much(rule, look):
            raise TooMuch
        return _decide(rule, look)
    except RuleFault as fault:
        return Outcome(rule, Decision.WITHHELD, look, because=str(fault))


def _no_room(rule: Rule, look: Look) -> Outcome:
    return Outcome(rule, Decision.WITHHELD, look, because=TooMuchAtOnce.says)


def _decide(rule: Rule, look: Look) -> Outcome:
    """``when``, then ``exclude``, then offers; the policy on not knowing is the rule's own."""
    answer = ask(rule.when, look)
    if answer is NO:
        return Outcome(rule, NO_PROMPT, look)
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
    return Outcome(rule, Decision.PROMPT, look, offers=offers_on(rule, look))


def offers_on(rule: Rule, look: Look) -> tuple[Offer, ...]:
    """What a rule has to offer this person. Raises RuleFault."""
    return tuple(offer for offer in rule.offers if _is_on(offer, look))


def _is_on(offer: Offer, look: Look) -> bool:
    if offer.needs is not None and look(offer.needs).answer is not YES:
        return False
    if offer.condition is None:
        return True
    answer = ask(offer.condition, look)
    return answer is YES or (answer is CANNOT_TELL and offer.if_unknown_show)
