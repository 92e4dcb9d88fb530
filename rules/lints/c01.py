"""C01: nobody can match."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import contradictions
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    for fact, tests in contradictions(seen.rule.when):
        yield Found(
            own(seen.rule, fact.at, "when"),
            f'Nobody can match: "{fact.label}" cannot be {" and ".join(tests)}.',
            "Did you mean any: in place of all: ?",
        )


LINT = Lint(
    code="C01",
    title="nobody can match",
    not_like_this="""\
all:
  - offered: {within: 6 months}
  - offered: {older_than: 12 months}
""",
    like_this="""\
any:
  - offered: {within: 6 months}
  - offered: {older_than: 12 months}
""",
    why="A rule that is never true looks exactly like a rule with nothing to say.",
    stops_from=Status.DRAFT,
    find=_find,
)
