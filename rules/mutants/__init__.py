"""A rule with one slip in it at a time: what its stories are to notice (RULES 5.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rules.codes import CodeList
from rules.days import Duration
from rules.fact import Condition, Fact, Not, facts_of
from rules.mutants import conditions, facts
from rules.mutants.rebuild import with_fact
from rules.problems import Place
from rules.rule import Offer, Rule, Variant

__all__ = ["Mutant", "deciding", "mutants", "offer_names"]


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """A rule that differs from the one it was made of in one thing, and says in what.

    ``safety`` is so for exclusions and what stands behind them, for quiet periods, units, windows,
    states and filing: a rule is piloted only once stories notice every one of those.
    """

    name: str  # the same each time, and nothing else in the rule has it
    says: str  # completes the sentence "The rule ..."
    at: Place
    safety: bool
    rule: Rule


def mutants(rule: Rule) -> tuple[Mutant, ...]:
    """Every mutant of a rule, in the order in which rules are read."""
    made: dict[str, Mutant] = {}
    for mutant in _all(rule):
        name, number = mutant.name, 2
        while name in made:
            name, number = f"{mutant.name} ({number})", number + 1
        made[name] = replace(mutant, name=name)
    return tuple(made.values())


def _all(rule: Rule) -> Iterator[Mutant]:
    yield from _facts(rule)
    for slip in conditions.slips(rule.when):
        to = replace(rule, when=slip.condition)
        at = _at(rule, rule.when)
        yield Mutant(f"when: {slip.name}", f"{slip.says}, under when", at, slip.safety, to)
    if rule.prompt_when_unknown:
        to = replace(rule, prompt_when_unknown=False)
        yield Mutant("when_unknown: dropped", 'without "when_unknown: prompt"', rule.at, False, to)
    yield from _exclusions(rule)
    yield from _variants(rule)
    yield from _offers(rule)
    yield from _quiet(rule)


def _at(rule: Rule, condition: Condition) -> Place:
    """The first fact of a condition that stands in the rule's own file, else the rule."""
    return _own_place(rule, facts_of(condition))


def _own_place(rule: Rule, found: Iterable[Fact]) -> Place:
    return next((fact.at for fact in found if fact.at.file == rule.at.file), rule.at)


def _facts(rule: Rule) -> Iterator[Mutant]:
    """Only facts that something depends on: what is merely quoted decides nothing."""
    everywhere = deciding(rule)
    for_safety = _behind(f for e in rule.exclusions for f in facts_of(e.condition))
    known = {each.id: each for fact in rule.looks_at for each in fact.lists}
    lists: tuple[CodeList, ...] = tuple(known[name] for name in sorted(known))
    own = frozenset(rule.facts.values()) | {o.results for o in rule.offers if o.results}
    for fact in everywhere:
        for slip in facts.slips(fact, lists, own=fact in own):
            yield Mutant(
                f"{fact.name}: {slip.name}",
                f"{slip.says} in {fact.name}",
                _own_place(rule, (fact,)),
                slip.safety or fact in for_safety,
                with_fact(rule, fact, slip.fact),
            )


def deciding(rule: Rule) -> tuple[Fact, ...]:
    """The facts on which it depends who is asked and what is offered, those behind them too."""
    asked = [rule.when, *(e.condition for e in rule.exclusions)]
    asked += [v.condition for v in rule.card.variants]
    asked += [o.condition for o in rule.offers if o.condition is not None]
    named = [fact for o in rule.offers for fact in (o.needs, o.results) if fact is not None]
    return _behind([*(fact for condition in asked for fact in facts_of(condition)), *named])


def _behind(found: Iterable[Fact]) -> tuple[Fact, ...]:
    """These facts, and those that they start at or are worked out from."""
    seen: dict[Fact, None] = {}
    ahead = list(found)
    while ahead:
        fact = ahead.pop(0)
        if fact in seen:
            continue
        seen[fact] = None
        worked_out = fact.expression.facts if fact.expression else ()
        ahead += [m for m in (fact.since, fact.before, *worked_out) if isinstance(m, Fact)]
    return tuple(seen)


def _exclusions(rule: Rule) -> Iterator[Mutant]:
    for number, exclusion in enumerate(rule.exclusions):
        before, after = rule.exclusions[:number], rule.exclusions[number + 1 :]
        at, name = _at(rule, exclusion.condition), f"exclude {exclusion.name}"
        of = f'the exclusion "{exclusion.name}"'
        removed = replace(rule, exclusions=(*before, *after))
        yield Mutant(f"{name}: removed", f"without {of}", at, True, removed)
        excludes = not exclusion.if_unknown_exclude
        word = "exclude" if excludes else "include"
        turned = replace(exclusion, if_unknown_exclude=excludes)
        to = replace(rule, exclusions=(*before, turned, *after))
        says = f'with "if_unknown: {word}" in {of}'
        yield Mutant(f"{name}: if_unknown {word}", says, at, True, to)
        for slip in conditions.slips(exclusion.condition):
            other = replace(exclusion, condition=slip.condition)
            to = replace(rule, exclusions=(*before, other, *after))
            yield Mutant(f"{name}: {slip.name}", f"{slip.says}, in {of}", at, True, to)


def _variants(rule: Rule) -> Iterator[Mutant]:
    variants = rule.card.variants
    for number, variant in enumerate(variants, start=1):
        before, after = variants[: number - 1], variants[number:]
        name, of = f"variant {number}", f"variant {number} of the card"
        at = _at(rule, variant.condition)

        def having(*between: Variant, b: tuple[Variant, ...] = before,
                   a: tuple[Variant, ...] = after) -> Rule:  # fmt: skip
            return replace(rule, card=replace(rule.card, variants=(*b, *between, *a)))

        yield Mutant(f"{name}: dropped", f"without {of}", at, False, having())
        turned = having(replace(variant, condition=Not(variant.condition)))
        yield Mutant(f"{name}: turned round", f"with the opposite of {of}", at, False, turned)
        for slip in conditions.slips(variant.condition):
            to = having(replace(variant, condition=slip.condition))
            yield Mutant(f"{name}: {slip.name}", f"{slip.says}, in {of}", at, slip.safety, to)


def _offers(rule: Rule) -> Iterator[Mutant]:
    for number, (offer, name) in enumerate(zip(rule.offers, offer_names(rule), strict=True)):
        of = f'the offer "{name}"'

        def having(to: Offer, n: int = number) -> Rule:
            return replace(rule, offers=(*rule.offers[:n], to, *rule.offers[n + 1 :]))

        if offer.needs is not None:
            at = _own_place(rule, (offer.needs,))
            says = f'without "needs" in {of}'
            to = having(replace(offer, needs=None))
            yield Mutant(f"offer {name}: needs dropped", says, at, False, to)
        if offer.condition is None:
            continue
        at = _at(rule, offer.condition)
        to = having(replace(offer, condition=None))
        yield Mutant(f"offer {name}: if dropped", f'without "if" in {of}', at, False, to)
        word = "hide" if offer.if_unknown_show else "show"
        to = having(replace(offer, if_unknown_show=not offer.if_unknown_show))
        says = f'with "if_unknown: {word}" in {of}'
        yield Mutant(f"offer {name}: if_unknown {word}", says, at, False, to)
        for slip in conditions.slips(offer.condition):
            to = having(replace(offer, condition=slip.condition))
            yield Mutant(f"offer {name}: {slip.name}", f"{slip.says}, in {of}", at, slip.safety, to)


def offer_names(rule: Rule) -> tuple[str, ...]:
    """What reports call each offer: its kind, and a number where there are several of a kind."""
    kinds = [str(offer.kind) for offer in rule.offers]
    return tuple(
        f"{kind} {kinds[: at + 1].count(kind)}" if kinds.count(kind) > 1 else kind
        for at, kind in enumerate(kinds)
    )


_NOTHING = Duration(0, "day")


def _quiet(rule: Rule) -> Iterator[Mutant]:
    """What an answer on this topic does to other topics is for the stories of those to notice."""
    quiet = rule.quiet
    for reply, period in quiet.periods.items():
        if period.count:
            word = f"after_{str(reply).replace(' ', '_')}"
            to = replace(quiet, periods={**quiet.periods, reply: _NOTHING})
            says = f'without the quiet period "{word}"'
            yield Mutant(f"quiet {word}: removed", says, rule.at, True, replace(rule, quiet=to))
    for topic in quiet.also_known_as:
        kept = tuple(name for name in quiet.also_known_as if name != topic)
        to = replace(quiet, also_known_as=kept)
        says = f'without the former name "{topic}" of the topic'
        name = f"quiet also_known_as {topic}: removed"
        yield Mutant(name, says, rule.at, True, replace(rule, quiet=to))
    for name, to in (
        ("declined_codes", replace(quiet, declined_codes=frozenset())),
        ("not_done_codes", replace(quiet, not_done_codes=frozenset())),
        ("most", replace(quiet, most=None)),
    ):
        if to != quiet:
            says = f'without "{name}", under quiet'
            yield Mutant(f"quiet {name}: removed", says, rule.at, True, replace(rule, quiet=to))
