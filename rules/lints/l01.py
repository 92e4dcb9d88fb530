"""L01: a summary that screens cut off."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="L01",
    title="a summary that screens cut off",
    not_like_this="""\
summary: <first_name> has COPD and ... (163 characters)
""",
    like_this="""\
summary: No self-management offer is recorded this year
""",
    why="What is cut off is not read.",
    stops_from=Status.DRAFT,
    find=None,
)
