"""G01: written without the people it is for."""

import re
from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status

_STAFF = re.compile(
    r"\b(manager|gps?|nurses?|doctors?|receptionists?|pharmacists?|staff|partners?|team|lead|admin"
    r"|practice|surgery|clinicians?|the|a|our|and)\b",
    re.IGNORECASE,
)


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    helped = rule.care.co_produced_with
    if not helped:
        yield Found(
            rule.place("co_produced_with", "owner"),
            "Nobody is named who helped to write this rule.",
            "Add co_produced_with: with people it is for, and when you met.",
        )
    elif all(not re.search(r"\w", _STAFF.sub("", who)) for who in helped):
        yield Found(
            rule.place("co_produced_with"),
            "Only staff are named under co_produced_with.",
            "Add patients, carers or a group, and when you met.",
        )


LINT = Lint(
    code="G01",
    title="written without the people it is for",
    not_like_this="""\
co_produced_with: [The practice manager]
""",
    like_this="""\
co_produced_with:
  - Breathe Easy Riverside group (three meetings, Feb to May 2026)
""",
    why="People with the condition know what it is like to be asked.",
    stops_from=Status.PILOT,
    find=_find,
)
