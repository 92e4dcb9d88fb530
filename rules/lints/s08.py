"""S08: a window longer than the value means anything."""

from collections.abc import Iterator

from rules.days import Duration
from rules.fact import Sort
from rules.lints.lint import Found, Lint, Seen, own

_LONGEST = Duration(24, "month")


def _find(seen: Seen) -> Iterator[Found]:
    for fact in seen.rule.looks_at:
        long = fact.within is None or _LONGEST.is_shorter_than(fact.within)
        if fact.give.sort is Sort.QUANTITY and fact.since is None and long:
            within = "all time" if fact.within is None else str(fact.within)
            yield Found(
                own(seen.rule, fact.at, "facts", "when"),
                f'"{fact.name}" takes a value from {within}.',
                "Add within: and how long such a value means something, at most 24 months.",
            )


LINT = Lint(
    code="S08",
    title="a window longer than the value means anything",
    not_like_this="""\
hba1c:
  find: observation
  codes: hba1c
  give: latest value
  unit: mmol/mol
  within: 5 years
""",
    like_this="""\
hba1c:
  find: observation
  codes: hba1c
  give: latest value
  unit: mmol/mol
  within: 15 months
""",
    why="What was measured years ago says little about today.",
    stops_from=None,
    find=_find,
)
