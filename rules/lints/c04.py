"""C04: a comparison that is always so."""

from collections.abc import Iterator

from rules.fact import Compare, Sort, parts_of
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import Asked, conditions_of
from rules.lints.spans import passes, possible


def _find(seen: Seen) -> Iterator[Found]:
    for where in conditions_of(seen.rule):
        for part in parts_of(where.condition):
            if not isinstance(part, Compare) or part.fact.give.sort is not Sort.NUMBER:
                continue
            for test in part.tests:
                span = passes(test, None)
                if span is not None and span.covers(possible(part.fact, None)):
                    said = Asked(part.fact, test, test.at).said
                    yield Found(
                        own(seen.rule, test.at, where.heading),
                        f'"{part.fact.label} {said}" is always so.',
                        "Write the number that is meant, or take it out.",
                    )


LINT = Lint(
    code="C04",
    title="a comparison that is always so",
    not_like_this="""\
- age: {at_least: 0}
""",
    like_this="""\
- age: {at_least: 18}
""",
    why="What is always so leaves nobody out, and somebody thought that it would.",
    stops_from=None,
    find=_find,
)
