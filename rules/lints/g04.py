"""G04: a rule moved on before its time."""

import re
from collections.abc import Iterator
from datetime import date

from rules.care import Cycle, SignOff
from rules.fingerprint import fingerprint
from rules.lints.lint import Found, Lint, Seen
from rules.rule import Rule, Status

ABANDON = "abandon"
_TITLE = re.compile(r"\b(dr|mr|mrs|ms|mx|miss|prof|sister|nurse)\b\.?")


def _find(seen: Seen) -> Iterator[Found]:
    """The gates of RULES 4.11 that a file can show.

    What its stories notice is asked by rules check (T04, T07); the rest is held by rules release.
    """
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
    signed = care.safety is not None and care.safety.for_version == rule.version
    if rule.card.indicator == "critical" and not signed:
        yield Found(
            rule.place("card.indicator", "card"),
            f"A critical card needs a safety sign-off for its version, which is {rule.version}.",
            "Add safety: with signed_off_by, signed_off_on and for_version, or set status: draft.",
        )
    yield from _as_released(rule, seen.today)
    if rule.status is not Status.LIVE:
        return
    if not signed:
        yield Found(
            rule.place("safety.for_version", "safety", "status"),
            f"A live rule needs a safety sign-off for its version, which is {rule.version}.",
            "Add safety: with signed_off_by, signed_off_on and for_version.",
        )
    if care.safety is not None:
        yield from _signed(rule, care.safety, seen.today)
    if care.pdsa is not None:
        yield from _decided(rule, care.pdsa)


def _as_released(rule: Rule, today: date | None) -> Iterator[Found]:
    """Whether it is still what was released. Pilots that nobody released are G05's."""
    released, safety = rule.care.released, rule.care.safety
    command = f"goodday rules release {rule.at.file} --to {rule.status}"
    if released is None:
        if rule.status is Status.LIVE and safety is not None:
            says = "Nobody can tell whether this rule was changed since it was signed off."
            yield Found(rule.place("safety", "status"), says, f"Type: {command}")
        return
    at = rule.place("released")
    if released.fingerprint != fingerprint(rule):
        yield Found(
            at,
            f"What this rule decides or says was changed since version {released.version} of it"
            " was released.",
            f"To make it a new version, type: {command}",
            _of_the_change(safety),
        )
    elif released.version != rule.version:
        says = f"Version {released.version} of this rule was released, and it says {rule.version}."
        yield Found(at, says, f"Type: {command}")
    if today is not None and released.on is not None and released.on > today:
        yield Found(
            rule.place("released.on"),
            f"The release is dated {released.on}, which is still to come.",
            "Write the day on which it was released.",
        )


def _of_the_change(safety: SignOff | None) -> tuple[str, ...]:
    held = "Or undo the change: in this file, or in a fact, exclusion or service that it shares."
    if safety is None:
        return (held,)
    return (f"The safety sign-off of version {safety.for_version} is not for the change.", held)


def _signed(rule: Rule, safety: SignOff, today: date | None) -> Iterator[Found]:
    if today is not None and safety.on > today:
        yield Found(
            rule.place("safety.signed_off_on"),
            f"The safety sign-off is dated {safety.on}, which is still to come.",
            "Write the day on which it was signed.",
        )
    if one_person(safety.by, rule.owner):
        yield Found(
            rule.place("safety.signed_off_by"),
            "The owner has signed it off alone.",
            "Ask somebody else to look, and to sign off.",
        )


def _decided(rule: Rule, cycle: Cycle) -> Iterator[Found]:
    if not (cycle.result and cycle.decision):
        yield Found(
            rule.place("pdsa"),
            "A live rule needs the result of its cycle and what was decided.",
            "Add result: and decision: under pdsa.",
        )
    elif cycle.decision == ABANDON:
        yield Found(
            rule.place("pdsa.decision"),
            "It was decided to abandon this rule, and it is live.",
            "Set status: retired, or write what was decided since.",
        )


def one_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever the job behind them, the title and the spaces."""
    return _name(one) == _name(other)


def _name(person: str) -> str:
    return " ".join(_TITLE.sub("", person.partition(",")[0].lower()).split())


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
