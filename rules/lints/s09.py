"""S09: over 18, or 18 and over."""

from rules.lints.lint import Lint

LINT = Lint(
    code="S09",
    title="over 18, or 18 and over",
    not_like_this="""\
- age: {above: 18}
""",
    like_this="""\
- age: {at_least: 18}
""",
    why='"above 18" leaves out everybody who is 18.',
    stops_from=None,
    find=None,
)
