"""L01: a summary that screens cut off."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="L01",
    title="a summary that screens cut off",
    not_like_this="""\
summary: >
  <first_name> has COPD, and for a year now nobody has written down that they offered help with
  living with it, so that it may be time to ask what would help
""",
    like_this="""\
summary: No self-management offer is recorded this year
""",
    why="What is cut off is not read.",
    stops_from=Status.DRAFT,
    find=None,
)
