"""S07: a topic that was renamed and lost its answers."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    former = seen.others.get(rule.care.replaces)
    if former is not None and former.quiet.topic not in rule.quiet.topics:
        yield Found(
            rule.place("replaces"),
            f'This rule replaces "{former.id}", whose topic was "{former.quiet.topic}".',
            f"Under quiet, add also_known_as: [{former.quiet.topic}]",
        )


LINT = Lint(
    code="S07",
    title="a topic that was renamed and lost its answers",
    not_like_this="""\
replaces: copd-help
quiet:
  topic: copd-living-well
""",
    like_this="""\
replaces: copd-help
quiet:
  topic: copd-living-well
  also_known_as: [copd-help]
""",
    why="Answers are kept by topic: under a new name a no would be un-heard.",
    stops_from=Status.PILOT,
    find=_find,
)
