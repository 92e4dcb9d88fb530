"""G02: a review date that has passed, or is too far away."""

from collections.abc import Iterator

from rules.days import Duration
from rules.lints.lint import Found, Lint, Seen
from rules.rule import Purpose

_FURTHEST = Duration(12, "month")


def _find(seen: Seen) -> Iterator[Found]:
    review_by = seen.rule.care.review_by
    if seen.today is None or review_by is None:
        return
    if review_by < seen.today:
        rests = seen.rule.purpose is not Purpose.SAFETY_NET
        then = " Six months after it, nobody is shown this rule any more." if rests else ""
        yield Found(
            seen.rule.place("review_by"),
            f"The review date of {seen.rule.id}, {review_by}, has passed.{then}",
            "Look at the evidence again and set a new date.",
        )
    elif review_by > _FURTHEST.after(seen.today):
        yield Found(
            seen.rule.place("review_by"),
            f"The review date of {seen.rule.id}, {review_by}, is more than {_FURTHEST} away.",
            "Set a day within the next year.",
        )


LINT = Lint(
    code="G02",
    title="a review date that has passed, or is too far away",
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
