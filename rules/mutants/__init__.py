"""A rule with one slip in it at a time: what its stories are to notice (RULES 5.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rules.codes import CodeList
from rules.days import Duration
from rules.fact import Condition, Fact, Not, facts_of
from rules.mutants import conditions, facts
from rules.mutants.conditions import Slip
from rules.mutants.rebuild import with_fact
from rules.problems import Place
from rules.rule import Exclusion, Offer, Rule, Variant

__all__ = ["Mutant", "deciding", "mutants", "offer_names", "place_of"]


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
    about: tuple[Fact, ...] = ()  # the facts that the slip is in or beside, as they were


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
        yield _of_slip(rule, "when", "under when", slip, replace(rule, when=slip.condition))
    if rule.prompt_when_unknown:
        to = replace(rule, prompt_when_unknown=False)
        says = 'without "when_unknown: prompt"'
        at = rule.place("when_unknown")
        yield _mutant(rule, "when_unknown: dropped", says, to, facts_of(rule.when), at=at)
    yield from _exclusions(rule)
    yield from _variants(rule)
    yield from _offers(rule)
    yield from _quiet(rule)


def _mutant(
    rule: Rule,
    name: str,
    says: str,
    to: Rule,
    about: Iterable[Fact] = (),
    safety: bool = False,
    at: Place | None = None,
) -> Mutant:
    near = tuple(about)
    return Mutant(name, says, place_of(rule, near, at), safety, to, near)


def _of_slip(
    rule: Rule,
    name: str,
    where: str,
    slip: Slip,
    to: Rule,
    safety: bool = False,
    at: Place | None = None,
) -> Mutant:
    about = facts_of(slip.part)
    name, says = f"{name}: {slip.name}", f"{slip.says}, {where}"
    return _mutant(rule, name, says, to, about, safety or slip.safety, at)


def place_of(rule: Rule, about: Iterable[Fact], otherwise: Place | None = None) -> Place:
    """The first of these facts that stands in the rule's own file, else this place, or the rule's.

    A place in another file is none: an offer may come from a shared set of them.
    """
    there = otherwise is not None and otherwise.file == rule.at.file
    last = otherwise if there and otherwise is not None else rule.place("when")
    return next((fact.at for fact in about if fact.at.file == rule.at.file), last)


def _facts(rule: Rule) -> Iterator[Mutant]:
    """Only facts that something depends on: what is merely quoted decides nothing."""
    for_safety = _behind(f for e in rule.exclusions for f in facts_of(e.condition))
    known = {each.id: each for fact in rule.looks_at for each in fact.lists}
    lists: tuple[CodeList, ...] = tuple(known[name] for name in sorted(known))
    own = frozenset(rule.facts.values()) | {o.results for o in rule.offers if o.results}
    for fact in deciding(rule):
        for slip in facts.slips(fact, lists, own=fact in own):
            safety = slip.safety or fact in for_safety
            name, says = f"{fact.name}: {slip.name}", f"{slip.says} in {fact.name}"
            yield _mutant(rule, name, says, with_fact(rule, fact, slip.fact), (fact,), safety)


def deciding(rule: Rule) -> tuple[Fact, ...]:
    """The facts on which it depends who is asked and what is offered, those behind them too."""
    asked: list[Condition] = [rule.when, *(e.condition for e in rule.exclusions)]
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
        name, of = f"exclude {exclusion.name}", f'the exclusion "{exclusion.name}"'
        about = facts_of(exclusion.condition)

        def having(*to: Exclusion, n: int = number) -> Rule:
            return replace(rule, exclusions=(*rule.exclusions[:n], *to, *rule.exclusions[n + 1 :]))

        at = exclusion.at
        says = f"without {of}"
        yield _mutant(rule, f"{name}: removed", says, having(), about, safety=True, at=at)
        excludes = not exclusion.if_unknown_exclude
        word = f"if_unknown: {'exclude' if excludes else 'include'}"
        to = having(replace(exclusion, if_unknown_exclude=excludes))
        says = f'with "{word}" in {of}'
        yield _mutant(rule, f"{name}: {word}", says, to, about, safety=True, at=at)
        for slip in conditions.slips(exclusion.condition):
            to = having(replace(exclusion, condition=slip.condition))
            yield _of_slip(rule, name, f"in {of}", slip, to, safety=True, at=at)


def _variants(rule: Rule) -> Iterator[Mutant]:
    card = rule.card
    for number, variant in enumerate(card.variants):
        name = f"variant {number + 1}"
        of = f"{name} of the card"
        about = facts_of(variant.condition)

        def having(*to: Variant, n: int = number) -> Rule:
            variants = (*card.variants[:n], *to, *card.variants[n + 1 :])
            return replace(rule, card=replace(card, variants=variants))

        at = variant.at
        yield _mutant(rule, f"{name}: dropped", f"without {of}", having(), about, at=at)
        turned = having(replace(variant, condition=Not(variant.condition)))
        says = f"with the opposite condition in {of}"
        yield _mutant(rule, f"{name}: turned round", says, turned, about, at=at)
        for slip in conditions.slips(variant.condition):
            to = having(replace(variant, condition=slip.condition))
            yield _of_slip(rule, name, f"in {of}", slip, to, at=at)


def _offers(rule: Rule) -> Iterator[Mutant]:
    for number, (offer, kind) in enumerate(zip(rule.offers, offer_names(rule), strict=True)):
        name, of = f"offer {kind}", f'the offer "{kind}"'

        def having(to: Offer, n: int = number) -> Rule:
            return replace(rule, offers=(*rule.offers[:n], to, *rule.offers[n + 1 :]))

        if offer.needs is not None:
            to = having(replace(offer, needs=None))
            says = f'without "needs" in {of}'
            yield _mutant(rule, f"{name}: needs dropped", says, to, (offer.needs,), at=offer.at)
        if offer.condition is None:
            continue
        about = facts_of(offer.condition)
        to = having(replace(offer, condition=None))
        says, at = f'without "if" in {of}', offer.at
        yield _mutant(rule, f"{name}: if dropped", says, to, about, at=at)
        word = f"if_unknown: {'hide' if offer.if_unknown_show else 'show'}"
        to = having(replace(offer, if_unknown_show=not offer.if_unknown_show))
        yield _mutant(rule, f"{name}: {word}", f'with "{word}" in {of}', to, about, at=at)
        for slip in conditions.slips(offer.condition):
            to = having(replace(offer, condition=slip.condition))
            yield _of_slip(rule, name, f"in {of}", slip, to, at=at)


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
            to = replace(rule, quiet=replace(quiet, periods={**quiet.periods, reply: _NOTHING}))
            says = f'without the quiet period "{word}"'
            at = rule.place(f"quiet.{word}", "quiet")
            yield _mutant(rule, f"quiet {word}: removed", says, to, safety=True, at=at)
    for topic in quiet.also_known_as:
        kept = tuple(name for name in quiet.also_known_as if name != topic)
        to = replace(rule, quiet=replace(quiet, also_known_as=kept))
        says = f'without the former name "{topic}" of the topic'
        at = rule.place("quiet.also_known_as")
        yield _mutant(rule, f"quiet also_known_as {topic}: removed", says, to, safety=True, at=at)
    for name, other in (
        ("declined_codes", replace(quiet, declined_codes=frozenset())),
        ("not_done_codes", replace(quiet, not_done_codes=frozenset())),
        ("most", replace(quiet, most=None)),
    ):
        if other != quiet:
            to = replace(rule, quiet=other)
            says = f'without "{name}", under quiet'
            at = rule.place(f"quiet.{name}", "quiet")
            yield _mutant(rule, f"quiet {name}: removed", says, to, safety=True, at=at)
    for one in rule.elsewhere:
        to = replace(rule, elsewhere=tuple(other for other in rule.elsewhere if other is not one))
        says = f'without "{one.name}", under already_prompted_by'
        name = f"already_prompted_by {one.name}: removed"
        yield _mutant(rule, name, says, to, safety=True, at=one.at)
