"""T06: a story that changes what is not there."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="T06",
    title="a story that changes what is not there",
    not_like_this="""\
change:
  condition asthma: {status: resolved}
""",
    like_this="""\
change:
  condition copd: {status: resolved}
""",
    why="As written, the story would pass without testing anything.",
    stops_from=Status.DRAFT,
    find=None,
)
