"""G05: a pilot that was never released."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if rule.status is Status.PILOT and rule.care.released is None:
        yield Found(
            rule.place("status", "owner"),
            "This rule was never released: nobody would see that it was changed.",
            f"To see what a release asks for: goodday rules release {rule.at.file} --to pilot",
        )


LINT = Lint(
    code="G05",
    title="a pilot that was never released",
    not_like_this="""\
status: pilot  # written by hand
""",
    like_this="""\
status: pilot
version: 2
released: {version: 2, fingerprint: "8f3a5c0d9be14727"}
""",
    why="What people were told about a rule stays true only while it stays as it was.",
    stops_from=None,
    find=_find,
)
