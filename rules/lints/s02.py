"""S02: a no that is not heard, or not for long."""

from collections.abc import Iterator

from rules.days import Duration
from rules.lints.lint import Found, Lint, Seen
from rules.record import Reply
from rules.rule import Status

_SHORTEST = Duration(6, "month")


def _find(seen: Seen) -> Iterator[Found]:
    quiet = seen.rule.quiet
    period = quiet.periods[Reply.DECLINED]
    if period.is_shorter_than(_SHORTEST):
        yield Found(
            seen.rule.place("quiet.after_declined", "quiet"),
            f"A no would be forgotten after {period}.",
            "Under quiet, at least after_declined: 6 months; usually 12.",
        )
    if quiet.no_thanks_hidden:
        yield Found(
            seen.rule.place("quiet.no_thanks", "quiet"),
            'There is no "no, thank you" on this card.',
            "Take no_thanks out, so that a no can be heard.",
        )


LINT = Lint(
    code="S02",
    title="a no that is not heard, or not for long",
    not_like_this="""\
purpose: safety net
quiet:
  topic: walking
  after_declined: 14 days
""",
    like_this="""\
purpose: safety net
quiet:
  topic: walking
  after_declined: 12 months
""",
    why="People told us that being asked again feels like not being heard.",
    stops_from=Status.PILOT,
    find=_find,
)
