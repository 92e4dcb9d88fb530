"""S01: nobody protected at the end of life.

The exclusions are asked about people who receive palliative care; what they are called is no proof.
"""

from collections.abc import Iterator
from functools import lru_cache

from rules.answer import YES
from rules.codes import Code
from rules.days import Duration, on
from rules.lints.guarded import DAY, Guard, guard
from rules.lints.lint import Found, Lint, Seen
from rules.people import USUAL
from rules.record import Entry
from rules.rule import Purpose, Status

LIST = "palliative-care"
_KINDS = tuple(USUAL[find] for find in ("condition", "procedure", "observation", "referral"))
_AGES = (18, 50, 90)


def _find(seen: Seen) -> Iterator[Found]:
    rule, codes = seen.rule, seen.lists.get(LIST)
    if rule.purpose is not Purpose.OFFER or codes is None:
        return
    how_far, by = guard(rule, _in_palliative_care(codes.codes), _AGES)
    at = rule.place("exclude", "when")
    named = next((each for each in rule.exclusions if each.name == "palliative"), None)
    if how_far is Guard.NOBODY and named is None:
        yield Found(
            at,
            "Nothing in this rule leaves people in palliative care alone.",
            "Under exclude, add - shared: palliative",
            ('If that is right for this rule, say so: allow: {S01: "the reason"}',),
        )
    elif how_far in (Guard.NOBODY, Guard.SOME):
        yield Found(
            named.at if named is not None else by[0].at,
            "This exclusion does not leave everybody in palliative care alone.",
            f"It has to hold for every code of {LIST}, wherever it stands and at every age, as"
            " shared: palliative does that comes with Good Day.",
        )
    elif how_far is Guard.WHERE_READ:
        yield Found(
            by[0].at,
            "Where the record cannot be read, this rule speaks to people in palliative care.",
            "Take if_unknown: include out.",
        )


@lru_cache(maxsize=16)
def _in_palliative_care(codes: frozenset[Code]) -> tuple[Entry, ...]:
    """An entry of every code, and one of every sort that such a code is recorded as."""
    month_ago = on(Duration(1, "month").before(DAY))
    first, *others = sorted(codes)
    written = [(kind, status, first) for kind, status in _KINDS]
    written += [(*_KINDS[place % len(_KINDS)], code) for place, code in enumerate(others)]
    return tuple(
        Entry(kind, (code,), status, month_ago, "made up", filed=YES)
        for kind, status, code in written
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
