"""T04: a safety slip that no story would catch."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="T04",
    title="a safety slip that no story would catch",
    not_like_this="""\
tests: []  # nobody receiving palliative care among them
""",
    like_this="""\
goodday rules mutate, and a story for what survives
""",
    why="A story that cannot fail proves nothing.",
    stops_from=Status.PILOT,
    find=None,
)
