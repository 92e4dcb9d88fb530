"""S06: sends results that nobody has looked at."""

from collections.abc import Iterator

from rules.answer import Answer
from rules.fact import Fact, facts_of
from rules.lints.lint import Found, Lint, Seen, own
from rules.rule import OfferKind, Status

_NOT_DONE = frozenset({"registered", "preliminary", "partial"})


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    sends = [offer.at for offer in rule.offers if offer.kind is OfferKind.RESULTS]
    excluded = (fact for e in rule.exclusions for fact in facts_of(e.condition))
    if sends and not any(_unseen(fact) for fact in excluded):
        yield Found(
            own(rule, sends[0], "offers"),
            "This rule sends results and leaves nobody out whose results no clinician has filed.",
            "Add an exclusion on a fact with filed: no, or status: preliminary.",
        )


def _unseen(fact: Fact) -> bool:
    statuses = fact.statuses or frozenset()
    return fact.find == "observation" and (
        fact.filed is Answer.NO or (bool(statuses) and statuses <= _NOT_DONE)
    )


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
