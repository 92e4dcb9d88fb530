"""C04: a comparison that is always so."""

from collections.abc import Iterator

from rules.fact import Compare, Sort
from rules.lints.lint import Found, Lint, Seen
from rules.lints.logic import parts_of


def _find(seen: Seen) -> Iterator[Found]:
    for part in parts_of(seen.rule.when):
        if isinstance(part, Compare) and part.fact.give.sort is Sort.NUMBER:
            for test in part.tests:
                if test.word == "at_least" and test.value == 0:
                    yield Found(
                        seen.rule.place("when"),
                        f'"{part.fact.label} at least 0" is always so.',
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
