"""G06: a review date that is too far away."""

from collections.abc import Iterator

from rules.days import Duration
from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status

_FURTHEST = Duration(12, "month")


def _find(seen: Seen) -> Iterator[Found]:
    """Held against today: whoever looked did so today at the latest, and that day is not written.

    The day of a release is no such day: a rule may be looked at again and stay as it is.
    """
    review_by = seen.rule.care.review_by
    if seen.today is None or review_by is None:
        return
    last = _FURTHEST.after(seen.today)
    if review_by > last:
        yield Found(
            seen.rule.place("review_by"),
            f"The review date of {seen.rule.id}, {review_by}, is more than {_FURTHEST} away.",
            f"Type: review_by: {last}, or a day before it.",
        )


LINT = Lint(
    code="G06",
    title="a review date that is too far away",
    not_like_this="""\
review_by: 2029-05-31
""",
    like_this="""\
review_by: 2027-05-31
""",
    why="A rule that nobody looks at for longer than a year grows wrong quietly.",
    stops_from=Status.DRAFT,
    find=_find,
)
