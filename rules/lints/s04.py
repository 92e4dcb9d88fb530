"""S04: a measured value without its unit."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="S04",
    title="a measured value without its unit",
    not_like_this="""\
- hba1c: {at_least: 58}
""",
    like_this="""\
- hba1c: {at_least: 58 mmol/mol}
""",
    why="58 read as per cent would never be reached, and nobody would notice.",
    stops_from=Status.DRAFT,
    find=None,
)
