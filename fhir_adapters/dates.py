"""Which of its dates a resource is dated by, kind by kind."""

from fhir_adapters.elements import Resource
from rules.days import Span, span
from rules.record import Kind

# For each kind, the elements that may say when, in their order (RULES 4.4, CONTENT 3.2). When the
# server stored it (meta.lastUpdated) is no date of the person's and is not used.
_DATES: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.CONDITION: (
        ("onset", "onsetDateTime"),
        ("onset", "onsetPeriod"),
        ("recorded", "recordedDate"),
    ),
    Kind.OBSERVATION: (
        ("effective", "effectiveDateTime"),
        ("effective", "effectivePeriod"),
        ("effective", "effectiveInstant"),
        ("issued", "issued"),
    ),
    Kind.PROCEDURE: (("performed", "performedDateTime"), ("performed", "performedPeriod")),
    Kind.REFERRAL: (
        ("authored", "authoredOn"),
        ("planned", "occurrenceDateTime"),
        ("planned", "occurrencePeriod"),
    ),
    Kind.TAG: (("period start", "period"),),
    Kind.TASK: (("authored", "authoredOn"),),
    Kind.CARE_PLAN: (("period start", "period"), ("created", "created")),
    Kind.MESSAGE: (("sent", "sent"), ("received", "received")),
    Kind.DRAFT_MESSAGE: (("authored", "authoredOn"), ("planned", "occurrenceDateTime")),
    Kind.DOCUMENT: (("dated", "date"),),
    Kind.REPORT: (
        ("effective", "effectiveDateTime"),
        ("effective", "effectivePeriod"),
        ("issued", "issued"),
    ),
    Kind.APPOINTMENT: (("start", "start"),),
    Kind.MEDICATION: (("authored", "authoredOn"),),
    Kind.STATEMENT: (("effective", "effectiveDateTime"), ("effective", "effectivePeriod")),
    Kind.ENCOUNTER: (("start", "period"),),
    Kind.QUESTIONNAIRE: (("authored", "authored"),),
    Kind.GOAL: (("start", "startDate"),),
    Kind.CONSENT: (("dated", "dateTime"),),
}


def dated(resource: Resource, kind: Kind) -> tuple[Span | None, str]:
    """When it was, and which of its dates says so; an element that cannot be read has no day."""
    for name, element in _DATES[kind]:
        value = getattr(resource, element)
        if value is None:
            continue
        text = value if isinstance(value, str) else value.start
        if text is not None:
            return span(text), name
    return None, ""


def recorded(resource: Resource, dated_by: str) -> Span | None:
    """When a condition that has an onset was written down; with no onset, that is its own date."""
    return span(resource.recordedDate) if dated_by == "onset" and resource.recordedDate else None


def ends(resource: Resource, kind: Kind) -> Span | None:
    """The day on which it was over, where it says so."""
    if kind is _CONDITION:
        if resource.abatementDateTime:
            return span(resource.abatementDateTime)
        period = resource.abatementPeriod
    elif kind is _CONSENT:
        period = resource.provision.period if resource.provision else None
    elif kind is _PROCEDURE:
        period = resource.performedPeriod
    elif kind in _LASTING:
        period = resource.effectivePeriod
    else:
        period = resource.period
    return span(period.end) if period and period.end else None


# By themselves, because Python 3.11 is slow to reach an enum's member through its class.
_CONDITION, _CONSENT, _PROCEDURE = Kind.CONDITION, Kind.CONSENT, Kind.PROCEDURE
_LASTING = frozenset({Kind.OBSERVATION, Kind.STATEMENT})
