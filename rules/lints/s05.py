"""S05: a safety net that does not say what to do when it cannot tell."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Purpose, Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if rule.purpose is not Purpose.SAFETY_NET:
        return
    if not rule.when_unknown_written:
        yield Found(
            rule.place("when"),
            "This safety net does not say what to do when it cannot tell who it is for.",
            "Write when_unknown: prompt, or when_unknown: stay quiet.",
        )
    for exclusion in rule.exclusions:
        if not exclusion.if_unknown_written:
            yield Found(
                exclusion.at,
                f'The exclusion "{exclusion.name}" does not say what to do when it cannot tell.',
                "Write if_unknown: include, or if_unknown: exclude, under it.",
            )


LINT = Lint(
    code="S05",
    title="a safety net that does not say what to do when it cannot tell",
    not_like_this="""\
purpose: safety net
when:
  all:
    - home_from_hospital
    - not: contact_since
""",
    like_this="""\
purpose: safety net
when:
  all:
    - home_from_hospital
    - not: contact_since
when_unknown: prompt
""",
    why="A safety net that falls silent when a list cannot be read has a hole that nobody sees.",
    stops_from=Status.PILOT,
    find=_find,
)
