"""S06: sends results that nobody has looked at.

The exclusions are asked about people with a result, among those that the letter would have, that no
clinician has filed, and with one that is not final.
"""

from collections.abc import Iterator

from rules.answer import Answer
from rules.days import Duration, on
from rules.fact import Fact
from rules.lints.guarded import DAY, Guard, guard
from rules.lints.lint import Found, Lint, Seen, own
from rules.record import Entry, Kind
from rules.rule import OfferKind, Status

_NOT_LOOKED_AT = ("final", "preliminary")
_HINT = (
    "Add an exclusion on a fact over the same codes and as many days, with filed: no and"
    " status: [registered, preliminary, partial, final, amended, corrected]"
)


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    for offer in rule.offers:
        if offer.kind is not OfferKind.RESULTS or offer.results is None:
            continue
        how_far, by = guard(rule, _not_looked_at(offer.results))
        at = own(rule, offer.at, "offers")
        if how_far is Guard.NOBODY:
            says = "This rule sends results and leaves nobody out whose results no clinician has"
            yield Found(at, f"{says} filed.", _HINT)
        elif how_far is Guard.SOME:
            says = "This rule sends results, and some that no clinician has filed keep nobody out."
            yield Found(by[0].at, says, _HINT)
        elif how_far is Guard.WHERE_READ:
            yield Found(
                by[0].at,
                "Where results cannot be read, this rule sends some that nobody may have filed.",
                "Take if_unknown: include out.",
            )


def _not_looked_at(sent: Fact) -> list[Entry]:
    """Results of yesterday and of the oldest day that the letter is about, not looked at yet."""
    days = {Duration(1, "day").before(DAY)}
    if sent.within is not None:
        days.add(sent.within.before(DAY))
    return [
        Entry(Kind.OBSERVATION, (code,), status, on(day), "made up", filed=Answer.NO)
        for code in sorted(sent.codes)
        for status in _NOT_LOOKED_AT
        for day in sorted(days)
    ]


LINT = Lint(
    code="S06",
    title="sends results that nobody has looked at",
    not_like_this="""\
offers:
  - results_ahead:
      label: Draft a letter
      include: results-to-share
      within: 42 days
""",
    like_this="""\
exclude:
  - if: result_not_filed
    because: A result has not been filed by a clinician yet
""",
    why="Nobody is to meet bad news in a letter.",
    stops_from=Status.PILOT,
    find=_find,
)
