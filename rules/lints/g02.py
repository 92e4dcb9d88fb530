"""G02: a review date that has passed, or soon will have."""

from collections.abc import Iterator
from datetime import timedelta

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Purpose

_WARNED = timedelta(days=30)  # as at /status: prompts/alarms.py


def _find(seen: Seen) -> Iterator[Found]:
    review_by = seen.rule.care.review_by
    if seen.today is None or review_by is None or review_by - seen.today > _WARNED:
        return
    passed = review_by < seen.today
    then = "it is in shadow, and nobody is shown it" if passed else "it goes into shadow after it"
    if seen.rule.purpose is Purpose.SAFETY_NET:
        then = "it is a safety net, and goes on"
    when = "has passed" if passed else f"is in {_days((review_by - seen.today).days)}"
    yield Found(
        seen.rule.place("review_by"),
        f"The review date of {seen.rule.id}, {review_by}, {when}: {then}.",
        "Look at the evidence again and set a new date.",
    )


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


LINT = Lint(
    code="G02",
    title="a review date that has passed, or soon will have",
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
