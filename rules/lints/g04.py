"""G04: a rule moved on before its time."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    """The gates of RULES 4.11 that a file can show; the others are held by rules release."""
    rule, care = seen.rule, seen.rule.care
    if rule.status not in (Status.PILOT, Status.LIVE):
        return
    missing = {
        "evidence": not care.evidence,
        "pdsa": care.pdsa is None,
        "review_by": care.review_by is None,
    }
    for key in (key for key, is_missing in missing.items() if is_missing):
        says = f'A rule in {rule.status} needs "{key}:".'
        yield Found(rule.place("status"), says, "Add it, or set status: draft.")
    if rule.status is not Status.LIVE:
        return
    if care.safety is None or care.safety.for_version != rule.version:
        yield Found(
            rule.place("safety.for_version", "safety", "status"),
            f"A live rule needs a safety sign-off for its version, which is {rule.version}.",
            "Add safety: with signed_off_by, signed_off_on and for_version.",
        )
    if care.pdsa is not None and not (care.pdsa.result and care.pdsa.decision):
        yield Found(
            rule.place("pdsa"),
            "A live rule needs the result of its cycle and what was decided.",
            "Add result: and decision: under pdsa.",
        )


LINT = Lint(
    code="G04",
    title="a rule moved on before its time",
    not_like_this="""\
status: pilot
# and no review_by, no pdsa
""",
    like_this="""\
status: pilot
review_by: 2027-05-31
pdsa:
  cycle: 1
  aim: More people are asked what matters to them
  measure: accepted or declined, out of all cards shown
  started: 2026-11-01
""",
    why="What is tried on people has an aim, a measure, and a day on which somebody looks again.",
    stops_from=Status.DRAFT,
    find=_find,
)
