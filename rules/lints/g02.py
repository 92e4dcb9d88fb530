"""G02: a review date that has passed."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen


def _find(seen: Seen) -> Iterator[Found]:
    review_by = seen.rule.care.review_by
    if seen.today is not None and review_by is not None and review_by < seen.today:
        yield Found(
            seen.rule.place("review_by"),
            f"The review date of {seen.rule.id}, {review_by}, has passed.",
            "Look at the evidence again and set a new date.",
        )


LINT = Lint(
    code="G02",
    title="a review date that has passed",
    not_like_this="""\
review_by: 2024-05-31
""",
    like_this="""\
review_by: 2027-05-31
""",
    why="Evidence changes; a rule that nobody looks at grows wrong quietly.",
    stops_from=None,
    find=_find,
)
