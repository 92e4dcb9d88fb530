"""The same rule with a fact or a condition in place of another, everywhere it is referred to.

Facts are shared by identity, so one that is replaced takes every fact, condition, offer and text
along that leads to it. What leads nowhere near it stays the very same object.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar, assert_never

from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
)
from rules.rule import Card, Offer, Rule, Variant, Wording, Words

_Turn = Callable[[Fact], Fact]
_Moment = TypeVar("_Moment")


def with_fact(rule: Rule, old: Fact, new: Fact) -> Rule:
    """The rule with ``new`` wherever it asks, quotes or starts at ``old``."""
    return with_facts(rule, {old: new})


def with_facts(rule: Rule, instead: Mapping[Fact, Fact]) -> Rule:
    """The rule with several facts replaced at once. No fact may start at what replaces it."""
    turned: dict[Fact, Fact] = {}

    def turn(fact: Fact) -> Fact:
        if fact not in turned:
            turned[fact] = _fact(instead.get(fact, fact), turn)
        return turned[fact]

    return replace(
        rule,
        facts={name: turn(fact) for name, fact in rule.facts.items()},
        when=_condition(rule.when, turn),
        exclusions=tuple(
            replace(exclusion, condition=_condition(exclusion.condition, turn))
            for exclusion in rule.exclusions
        ),
        card=_card(rule.card, turn),
        offers=tuple(_offer(offer, turn) for offer in rule.offers),
    )


def _fact(fact: Fact, turn: _Turn) -> Fact:
    since, before = _moment(fact.since, turn), _moment(fact.before, turn)
    expression = fact.expression and _expression(fact.expression, turn)
    if since is fact.since and before is fact.before and expression is fact.expression:
        return fact
    return replace(fact, since=since, before=before, expression=expression)


def _moment(moment: _Moment, turn: _Turn) -> "_Moment | Fact":
    return turn(moment) if isinstance(moment, Fact) else moment


def _expression(expression: Expression, turn: _Turn) -> Expression:
    facts = tuple(turn(fact) for fact in expression.facts)
    same = all(new is old for new, old in zip(facts, expression.facts, strict=True))
    return expression if same else replace(expression, facts=facts)


def _condition(condition: Condition, turn: _Turn) -> Condition:
    match condition:
        case IsTrue(fact):
            return IsTrue(turn(fact))
        case Compare(fact, tests):
            return Compare(turn(fact), tests)
        case Not(part):
            return Not(_condition(part, turn))
        case Labelled(label, part):
            return Labelled(label, _condition(part, turn))
        case All(parts):
            return All(tuple(_condition(part, turn) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_condition(part, turn) for part in parts))
        case NoneOf(parts):
            return NoneOf(tuple(_condition(part, turn) for part in parts))
        case SomeOf(at_least, parts):
            return SomeOf(at_least, tuple(_condition(part, turn) for part in parts))
        case Computed(expression):
            return Computed(_expression(expression, turn))
        case _:
            assert_never(condition)


def _card(card: Card, turn: _Turn) -> Card:
    variants = tuple(
        Variant(_condition(variant.condition, turn), _words(variant.words, turn))
        for variant in card.variants
    )
    return replace(card, words=_words(card.words, turn), variants=variants)


def _words(words: Words, turn: _Turn) -> Words:
    return replace(
        words, summary=_wording(words.summary, turn), detail=_wording(words.detail, turn)
    )


def _wording(wording: Wording, turn: _Turn) -> Wording:
    parts = tuple(turn(part) if isinstance(part, Fact) else part for part in wording.parts)
    return replace(wording, parts=parts)


def _offer(offer: Offer, turn: _Turn) -> Offer:
    return replace(
        offer,
        label=_wording(offer.label, turn),
        condition=None if offer.condition is None else _condition(offer.condition, turn),
        needs=None if offer.needs is None else turn(offer.needs),
        results=None if offer.results is None else turn(offer.results),
    )
