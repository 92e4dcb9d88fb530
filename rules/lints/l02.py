"""L02: a question that can be answered with yes or no."""

from rules.lints.lint import Lint

LINT = Lint(
    code="L02",
    title="a question that can be answered with yes or no",
    not_like_this="""\
question: Would you like to join a group?
""",
    like_this="""\
question: What would you most like to be able to do?
""",
    why="An open question starts a talk; a closed one ends it.",
    stops_from=None,
    find=None,
)
