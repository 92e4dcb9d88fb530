"""T05: what looks like somebody real."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="T05",
    title="what looks like somebody real",
    not_like_this="""\
about: NHS number 943 476 5919
""",
    like_this="""\
about: 68, COPD for six years
""",
    why="Rule files are read by many people; only invented people belong in them.",
    stops_from=Status.DRAFT,
    find=None,
)
