"""C05: a fact that nothing uses."""

from collections.abc import Iterator

from rules.fact import Fact, facts_of
from rules.lints.lint import Found, Lint, Seen


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    conditions = [rule.when, *(e.condition for e in rule.exclusions)]
    conditions += [offer.condition for offer in rule.offers if offer.condition]
    asked = {fact for condition in conditions for fact in facts_of(condition)}
    asked |= {offer.needs for offer in rule.offers if offer.needs}
    asked |= {fact for offer in rule.offers for fact in offer.label.facts} | set(rule.card.facts)
    for fact in rule.looks_at:
        behind = fact.expression.facts if fact.expression else ()
        asked |= {f for f in (fact.since, fact.before, *behind) if isinstance(f, Fact)}
    for fact in rule.facts.values():
        if fact not in asked:
            yield Found(
                fact.at,
                f'Nothing uses the fact "{fact.name}".',
                "Use it in when or exclude, or take it out.",
            )


LINT = Lint(
    code="C05",
    title="a fact that nothing uses",
    not_like_this="""\
facts:
  has_copd: {find: condition, codes: copd}
  has_asthma: {find: condition, codes: asthma}
when: has_asthma
""",
    like_this="""\
facts:
  has_copd: {find: condition, codes: copd}
when: has_copd
""",
    why="It was written for something, and that is missing.",
    stops_from=None,
    find=_find,
)
