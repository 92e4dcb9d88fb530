"""S01: nobody protected at the end of life."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Purpose, Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    named = any(exclusion.name == "palliative" for exclusion in rule.exclusions)
    if rule.purpose is Purpose.OFFER and not named:
        yield Found(
            rule.place("exclude", "when"),
            "Nothing in this rule leaves people in palliative care alone.",
            "Under exclude, add - shared: palliative",
            ('If that is right for this rule, say so: allow: {S01: "the reason"}',),
        )


LINT = Lint(
    code="S01",
    title="nobody protected at the end of life",
    not_like_this="""\
exclude: []
""",
    like_this="""\
exclude:
  - shared: palliative
""",
    why="People who are dying are not asked to start something new unless they raise it.",
    stops_from=Status.PILOT,
    find=_find,
)
