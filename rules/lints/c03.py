"""C03: a double negative."""

from collections.abc import Iterator

from rules.fact import Not, parts_of
from rules.lints.lint import Found, Lint, Seen


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    for exclusion in rule.exclusions:
        if isinstance(exclusion.condition, Not):
            yield Found(
                exclusion.at,
                f'The exclusion "{exclusion.name}" leaves out people who are not something.',
                "Say it the other way round: put it under when, without not.",
            )
    for part in parts_of(rule.when):
        if isinstance(part, Not) and isinstance(part.part, Not):
            yield Found(rule.place("when"), '"not: not:" says nothing.', "Take both away.")


LINT = Lint(
    code="C03",
    title="a double negative",
    not_like_this="""\
exclude:
  - if: {not: has_agreed}
    because: They have not agreed
""",
    like_this="""\
exclude:
  - if: has_said_no
    because: They have said no
""",
    why='People read "not for those who have not" the wrong way round.',
    stops_from=None,
    find=_find,
)
