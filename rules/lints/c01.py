"""C01: what can never be."""

from collections.abc import Iterator

from rules.fact import Not
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import Asked, Where, clashes, conditions_of, contradictions, together
from rules.lints.spans import days_to_try, window
from rules.rule import Status

_WHAT = {
    "when": "Nobody can match",
    "exclude": "This exclusion leaves nobody out",
    "card": "This is said to nobody",
    "offers": "This is offered to nobody",
}


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    for where in conditions_of(rule):
        for asked in contradictions(where.condition, seen.today, where.given):
            yield _never(seen, where, asked)
    for exclusion in rule.exclusions:
        left = together(Not(exclusion.condition))
        for asked in clashes(left, together(rule.when), seen.today):
            if len(asked) > 1:  # else the exclusion is at odds with itself, which is told above
                yield Found(
                    own(rule, exclusion.at, "exclude"),
                    f'Nobody can match: "{asked[0].fact.label}" is asked for under when, and'
                    " everybody of whom that is so is left out here.",
                    "Take one of the two out.",
                )
    for fact in rule.facts.values():
        if all(window(fact, day).is_empty for day in days_to_try(fact, (), seen.today)):
            yield Found(
                fact.at,
                f'Nothing can be found for "{fact.label}": its window ends before it begins.',
                "Change within, since or before.",
            )


def _never(seen: Seen, where: Where, asked: tuple[Asked, ...]) -> Found:
    fact = asked[0].fact
    lines = list(dict.fromkeys(one.at for one in asked))
    here = all(at.file == seen.rule.at.file for at in lines) and len({at.line for at in lines}) > 1
    at = own(seen.rule, asked[-1].at, "when") if asked[-1].at.line else where.at
    if at.file != seen.rule.at.file or asked[-1].at.file != seen.rule.at.file:
        at = own(seen.rule, where.at, where.heading)
    numbers = " and ".join(str(place.line) for place in lines)
    which = f" lines {numbers} together" if here and where.heading == "when" else ""
    if len(asked) == 1:
        says = f'"{fact.label}" is never {asked[0].said}.'
        hint = "Write what is meant, or take it out."
    elif asked[-1].test is None:
        says = f'"{fact.label}" cannot be both yes and no.'
        hint = "Take one of the two out."
    else:
        says = f'"{fact.label}" cannot be {" and ".join(one.said for one in asked)}.'
        hint = "Did you mean any: in place of all: ?" if which else "Take one of them out."
    more = tuple(f"Line {one.at.line}: {fact.name}: {one.said}" for one in asked) if here else ()
    return Found(at, f"{_WHAT[where.heading]}{which}: {says}", hint, more)


LINT = Lint(
    code="C01",
    title="nobody can match",
    not_like_this="""\
all:
  - offered: {within: 6 months}
  - offered: {older_than: 12 months}
""",
    like_this="""\
any:
  - offered: {within: 6 months}
  - offered: {older_than: 12 months}
""",
    why="A rule that is never true looks exactly like a rule with nothing to say.",
    stops_from=Status.DRAFT,
    find=_find,
)
