"""Who is to be left in peace, by who they were invented to be.

Nothing here reads FHIR, asks a rule or looks at a code: it goes by what was meant when somebody was
invented, so that a fault in our reading or our rules does not excuse itself.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from tests.crowd.person import Invented, Line

_ENTRIES = {"Condition", "Observation", "Procedure", "ServiceRequest"}
# A call after a stay in hospital is for those in palliative care too, and for those who asked not
# to be asked things: it is no offer (RULES, worked example 6). Nobody calls somebody who has died.
FOR_EVERYBODY_ALIVE = frozenset({"nurse-check-in"})


class Peace(StrEnum):
    """Why somebody is left in peace."""

    DIED = "has died"
    PALLIATIVE = "is receiving palliative care"
    ASKED_NOT = "asked not to be asked"
    BEREAVED = "lost somebody in the last 90 days"
    CANCER = "was told of a cancer in the last 90 days"
    EMERGENCY = "was in hospital as an emergency in the last 14 days"
    SAFEGUARDING = "has a safeguarding flag"
    UNREAD = "a list in which one of these may stand could not be read"


# What not even a safety net goes past, but for those that are for everybody alive.
ENDS_MOST_NETS = frozenset({Peace.PALLIATIVE, Peace.ASKED_NOT})


def peace(person: Invented, today: date) -> frozenset[Peace]:
    """Every reason for which this person is not to be asked anything, certain or possible."""
    return frozenset(_reasons(person, today))


def _reasons(person: Invented, today: date) -> Iterator[Peace]:
    if person.died is not None:
        yield Peace.DIED
    if _said(person, "palliative-care"):
        yield Peace.PALLIATIVE
    asked = [line.on for line in _said(person, "do-not-ask-again")]
    fine = [line.on for line in _said(person, "happy-to-be-asked-again")]
    if asked and not any(on >= max(asked) for on in fine):
        yield Peace.ASKED_NOT
    if _lately(_said(person, "bereavement"), today, 90):
        yield Peace.BEREAVED
    if _lately([line for line in person.has("cancer") if not line.status], today, 90):
        yield Peace.CANCER
    # A stay that stands as a visit and nowhere else is not looked for: rules/shared/holds.yaml
    # says why.
    if _lately(_said(person, "emergency-admission"), today, 14):
        yield Peace.EMERGENCY
    if any(not line.status for line in person.has("safeguarding")):
        yield Peace.SAFEGUARDING
    if not _ENTRIES.isdisjoint(person.unread):
        yield Peace.UNREAD


def _said(person: Invented, what: str) -> list[Line]:
    return [line for line in person.has(what) if line.status != "not-done"]


def _lately(lines: list[Line], today: date, days: int) -> bool:
    """Whether any of them is, or may be, of the last so many days."""
    return any(line.latest >= today - timedelta(days=days) for line in lines)


def quiet_topics(person: Invented, today: date) -> frozenset[str]:
    """The topics on which they said no within a year, or chose a day that is to come."""
    a_year_ago = today.replace(year=today.year - 1)
    return frozenset(
        line.what
        for line in person.lines
        if (line.ask_again or date.min) > today
        or (line.answer == "declined" and line.ask_again is None and line.on > a_year_ago)
    )
