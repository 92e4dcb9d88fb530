"""S10: a code list that nobody has looked at lately."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="S10",
    title="a code list that nobody has looked at lately",
    not_like_this="""\
id: copd
reviewed: 2021-01-01
review_by: 2022-01-01
""",
    like_this="""\
id: copd
reviewed: 2026-05-03
review_by: 2027-05-03
""",
    why="Codes change twice a year; a list that nobody looks at finds fewer people each time.",
    stops_from=Status.PILOT,
    find=None,
)
