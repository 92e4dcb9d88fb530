"""Hypothesis strategies: days, people, records, histories, and the FHIR they may come from.

They make what can really stand in a record, odd and old and partial as it is, and not only what is
tidy. Codes come from ``builders.LISTS``, so that rules made there find them.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rules.answer import Answer
from rules.days import Duration, Span, span
from rules.facts.statuses import STATUSES
from rules.record import Entry, Kind, PatientRecord, Person, Reply, Said
from tests.builders import LISTS, TODAY, Resource, a_record, a_resource, code

ANSWERS = st.sampled_from(Answer)
REPLIES = st.sampled_from(Reply)
KINDS = st.sampled_from(Kind)
CODES = st.sampled_from([name for names in LISTS.values() for name in names])

# Every day there is, and much more often a day near today, a month end or a leap day.
_CORNERS = (
    TODAY, date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 1), date(2026, 3, 29),
    date(2026, 10, 25), date(2025, 11, 21), date(2026, 12, 31), date(2026, 1, 1),
    date.min, date.max,
)  # fmt: skip
NEAR_DAYS = st.integers(-800, 800).map(lambda days: TODAY + timedelta(days=days))
DAYS: SearchStrategy[date] = NEAR_DAYS | st.sampled_from(_CORNERS) | st.dates()

DURATIONS: SearchStrategy[Duration] = st.builds(
    Duration,
    st.integers(0, 40) | st.integers(0, 9999),
    st.sampled_from(["day", "week", "month", "year"]),
)


def _partial(day: date, length: int) -> str:
    return day.isoformat()[:length]


# Dates as FHIR writes them: a day, a month or a year.
DATE_TEXTS: SearchStrategy[str] = st.builds(_partial, DAYS, st.sampled_from([10, 10, 10, 7, 4]))
NEAR_DATE_TEXTS: SearchStrategy[str] = st.builds(
    _partial, NEAR_DAYS, st.sampled_from([10, 10, 10, 7, 4])
)


def _read(text: str) -> Span:
    found = span(text)
    assert found is not None, text
    return found


SPANS: SearchStrategy[Span] = DATE_TEXTS.map(_read)
NEAR_SPANS: SearchStrategy[Span] = NEAR_DATE_TEXTS.map(_read)


def statuses(kind: Kind) -> SearchStrategy[str]:
    """FHIR's words for this kind of line, now and then none or one that nobody knows."""
    counts, does_not = STATUSES[kind]
    usual = st.sampled_from(sorted(counts))
    return usual | usual | st.sampled_from(sorted(does_not)) | st.sampled_from(["", "unknown"])


@st.composite
def entries(
    draw: st.DrawFn,
    kinds: SearchStrategy[Kind] = KINDS,
    codes: SearchStrategy[str] = CODES,
    spans: SearchStrategy[Span] = NEAR_SPANS,
) -> Entry:
    """One line of a record."""
    kind = draw(kinds)
    names = draw(st.lists(codes, min_size=1, max_size=2, unique=True))
    return Entry(
        kind=kind,
        codes=tuple(code(name) for name in names),
        status=draw(statuses(kind)),
        when=draw(st.none() | spans | spans | spans),
        dated_by="test",
        ends=draw(st.none() | st.none() | spans),
        words=names[0],
        reference=f"{kind}/{names[0]}",
        sure=draw(st.sampled_from([True, True, True, False])),
        filed=draw(ANSWERS),
        answer=draw(st.sampled_from(["", "declined", "not-now", "something-else"])),
        ask_again=draw(st.none() | st.none() | NEAR_DAYS),
    )


# Names as people have them, and as keyboards, imports and attackers make them.
_ODD_NAMES = (
    "Sam", "Zoë", "Siân", "O'Brien", "Anne-Marie", "Mary Jane", "J.", "Nguyễn", "李", "Ольга", "",
    " ", "Wilhelmina-Josephine", "Wilhelmina-Josephines", "<b>Sam</b>", "**Sam**", "[Sam](http://x)",
    "Sam\nJones", "Sam\u202egnihtyna", "NULL", "123", "Sam_", "`rm`", "{{name}}", "<first_name>",
    "Sam &amp; Co", "Sam\u0000", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤a", "-", "'", "a" * 300,
)  # fmt: skip
FIRST_NAMES: SearchStrategy[str] = st.sampled_from(_ODD_NAMES) | st.text(max_size=40)


@st.composite
def people(draw: st.DrawFn, names: SearchStrategy[str] = FIRST_NAMES) -> Person:
    """Somebody of any age, or whose age and death nobody knows for sure."""
    died_on = draw(st.none() | st.none() | NEAR_SPANS)
    return Person(
        "test-person",
        draw(names),
        draw(st.none() | SPANS | NEAR_SPANS),
        draw(st.sampled_from([Answer.NO, Answer.NO, Answer.NO, Answer.YES, Answer.CANNOT_TELL])),
        died_on,
    )


UNREAD: SearchStrategy[Sequence[Kind]] = st.just(()) | st.lists(KINDS, max_size=3)


@st.composite
def records(
    draw: st.DrawFn,
    lines: SearchStrategy[Entry] | None = None,
    persons: SearchStrategy[Person] | None = None,
    unread: SearchStrategy[Sequence[Kind]] = UNREAD,
) -> PatientRecord:
    """A record, some of whose lists could not be read."""
    bookings = entries(st.just(Kind.APPOINTMENT), st.sampled_from(["visit", "cough"]))
    return a_record(
        *draw(st.lists(entries() if lines is None else lines, max_size=6)),
        person=draw(people() if persons is None else persons),
        unread=draw(unread),
        booking=draw(st.just(()) | st.lists(bookings, max_size=2)),
    )


TOPICS = st.sampled_from(["coughing", "wheezing", "something-else"])


def replies(
    topics: SearchStrategy[str] = TOPICS, days: SearchStrategy[date] = NEAR_DAYS
) -> SearchStrategy[Said]:
    """One answer given before, on one of a few topics."""
    return st.builds(
        Said,
        topics,
        REPLIES,
        days,
        st.none() | st.none() | days,
        st.just("here"),
    )


def histories(
    topics: SearchStrategy[str] = TOPICS, days: SearchStrategy[date] = NEAR_DAYS
) -> SearchStrategy[tuple[Said, ...]]:
    """Everything that one person said before."""
    return st.lists(replies(topics, days), max_size=6).map(tuple)


# ---- FHIR -----------------------------------------------------------------------------------

# For each resource type that has a list of its own, the element that carries its main date.
DATED_BY = {
    "Condition": "onsetDateTime",
    "Observation": "effectiveDateTime",
    "Procedure": "performedDateTime",
    "ServiceRequest": "authoredOn",
    "Task": "authoredOn",
    "CarePlan": "created",
    "Communication": "sent",
    "CommunicationRequest": "authoredOn",
    "DocumentReference": "date",
    "DiagnosticReport": "effectiveDateTime",
    "Appointment": "start",
    "MedicationRequest": "authoredOn",
    "MedicationStatement": "effectiveDateTime",
    "QuestionnaireResponse": "authored",
    "Goal": "startDate",
    "Consent": "dateTime",
}
IN_A_PERIOD = ("Flag", "Encounter")  # and these by the start of theirs


def _moment(day: date, time: str, zone: str) -> str:
    return f"{day.isoformat()}T{time}{zone}"


# Times as FHIR writes them beside plain dates: with a zone, in summer and winter, near midnight.
TIME_TEXTS: SearchStrategy[str] = st.builds(
    _moment,
    NEAR_DAYS,
    st.sampled_from(["00:00:00", "12:00:00", "23:30:00", "23:59:59.999"]),
    st.sampled_from(["Z", "+00:00", "+01:00", "-11:00", "+14:00"]),
)


@st.composite
def resources(draw: st.DrawFn, of: str = "test-person") -> Resource:
    """One coded resource about somebody, as a server may send it."""
    kind = draw(st.sampled_from([*IN_A_PERIOD, *sorted(DATED_BY)]))
    names = draw(st.lists(CODES, min_size=1, max_size=2, unique=True))
    made = a_resource(kind, *names, of=of, id=draw(st.sampled_from(["a", "b", "c"])))
    text = draw(st.none() | NEAR_DATE_TEXTS | TIME_TEXTS)
    if text is not None and kind in IN_A_PERIOD:
        made["period"] = {"start": text}
    elif text is not None:
        made[DATED_BY[kind]] = text
    status = draw(st.sampled_from(["", "active", "completed", "final", "not-done", "booked"]))
    if status and kind == "Condition":
        made["clinicalStatus"] = {"coding": [{"code": status}]}
    elif status:
        made["lifecycleStatus" if kind == "Goal" else "status"] = status
    return made


# Any JSON value: what may stand in place of any part of a request.
JSON: SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)
