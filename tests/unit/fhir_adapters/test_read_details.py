"""Which date counts, what was measured and filed, and who the person is (CONTENT 3.2)."""

import json
from datetime import date

import pytest

from fhir_adapters.bundle import record_from_bundle
from fhir_adapters.systems import ASK_AGAIN_AFTER
from rules.answer import Answer
from rules.codes import OWN
from rules.days import Span, on
from rules.record import Kind
from tests.builders import Resource, a_patient, a_resource, concept
from tests.fhir_builders import KIND, entries, one, read

# ---- dates ----------------------------------------------------------------------------------

DAY = on(date(2020, 3, 1))
DATES: dict[str, tuple[str, Resource, str]] = {
    "onset": ("Condition", {"onsetDateTime": "2020-03-01", "recordedDate": "2021"}, "onset"),
    "onset period": ("Condition", {"onsetPeriod": {"start": "2020-03-01"}}, "onset"),
    "recorded": ("Condition", {"recordedDate": "2020-03-01"}, "recorded"),
    "recorded, where the onset period has no start": (
        "Condition",
        {"onsetPeriod": {"end": "2019"}, "recordedDate": "2020-03-01"},
        "recorded",
    ),
    "effective": (
        "Observation",
        {"effectiveDateTime": "2020-03-01", "issued": "2021-01-01T00:00:00Z"},
        "effective",
    ),
    "effective period": ("Observation", {"effectivePeriod": {"start": "2020-03-01"}}, "effective"),
    "effective instant": (
        "Observation",
        {"effectiveInstant": "2020-03-01T10:00:00Z"},
        "effective",
    ),
    "issued": ("Observation", {"issued": "2020-03-01T10:00:00Z"}, "issued"),
    "performed": ("Procedure", {"performedDateTime": "2020-03-01"}, "performed"),
    "performed period": ("Procedure", {"performedPeriod": {"start": "2020-03-01"}}, "performed"),
    "authored": (
        "ServiceRequest",
        {"authoredOn": "2020-03-01", "occurrenceDateTime": "2021"},
        "authored",
    ),
    "planned": ("ServiceRequest", {"occurrenceDateTime": "2020-03-01"}, "planned"),
    "flagged": ("Flag", {"period": {"start": "2020-03-01"}}, "period start"),
    "task": ("Task", {"authoredOn": "2020-03-01"}, "authored"),
    "plan": (
        "CarePlan",
        {"period": {"start": "2020-03-01"}, "created": "2019"},
        "period start",
    ),
    "plan created": ("CarePlan", {"created": "2020-03-01"}, "created"),
    "sent": ("Communication", {"sent": "2020-03-01T10:00:00Z"}, "sent"),
    "received": ("Communication", {"received": "2020-03-01T10:00:00Z"}, "received"),
    "asked for": ("CommunicationRequest", {"authoredOn": "2020-03-01"}, "authored"),
    "document": ("DocumentReference", {"date": "2020-03-01T10:00:00Z"}, "dated"),
    "report": ("DiagnosticReport", {"effectiveDateTime": "2020-03-01"}, "effective"),
    "visit": ("Appointment", {"start": "2020-03-01T10:00:00Z"}, "start"),
    "medicine": ("MedicationRequest", {"authoredOn": "2020-03-01"}, "authored"),
    "medicine taken": (
        "MedicationStatement",
        {"effectiveDateTime": "2020-03-01", "dateAsserted": "2021"},
        "effective",
    ),
    "medicine taken for a while": (
        "MedicationStatement",
        {"effectivePeriod": {"start": "2020-03-01"}},
        "effective",
    ),
    "meeting": ("Encounter", {"period": {"start": "2020-03-01T10:00:00Z"}}, "start"),
    "form": ("QuestionnaireResponse", {"authored": "2020-03-01T10:00:00Z"}, "authored"),
    "goal": ("Goal", {"startDate": "2020-03-01", "statusDate": "2021"}, "start"),
    "consent": ("Consent", {"dateTime": "2020-03-01"}, "dated"),
}


@pytest.mark.parametrize(("kind", "said", "by"), DATES.values(), ids=DATES)
def test_the_date_that_counts_and_its_name(kind: str, said: Resource, by: str) -> None:
    found = one({**a_resource(kind, "cough"), **said})
    assert (found.when, found.dated_by) == (DAY, by)


@pytest.mark.parametrize("kind", KIND)
def test_when_it_was_stored_is_no_date(kind: str) -> None:
    found = one(a_resource(kind, "cough", meta={"lastUpdated": "2020-03-01T00:00:00Z"}))
    assert found.when is None


def test_a_partial_date_is_the_days_that_it_may_mean() -> None:
    found = one(a_resource("Condition", "cough", onsetDateTime="2020"))
    assert found.when == Span(date(2020, 1, 1), date(2020, 12, 31))


def test_an_onset_keeps_beside_it_when_it_was_recorded() -> None:
    both = one(a_resource("Condition", "cough", onsetDateTime="2015", recordedDate="2024-05-03"))
    day = date(2024, 5, 3)
    assert (both.dated_by, both.recorded) == ("onset", Span(day, day))
    alone = one(a_resource("Condition", "cough", recordedDate="2024-05-03"))
    assert (alone.dated_by, alone.recorded) == ("recorded", None)


@pytest.mark.parametrize("text", ["", "long ago", "2020-13-01", "2020-02-30", "20200301", "1/3/20"])
def test_a_date_that_is_none_is_not_replaced_by_the_next_best(text: str) -> None:
    """The first date was meant; another one would be about something else."""
    found = one(a_resource("Condition", "cough", onsetDateTime=text, recordedDate="2020-03-01"))
    assert (found.when, found.dated_by) == (None, "onset")


def test_the_end_of_a_period_is_kept() -> None:
    tag = a_resource("Flag", "cough", period={"start": "2020", "end": "2021-02"})
    assert one(tag).ends == Span(date(2021, 2, 1), date(2021, 2, 28))


LASTING: dict[str, Resource] = {
    "a condition that ended": a_resource("Condition", "cough", abatementDateTime="2021-02"),
    "a condition that ended some time": a_resource(
        "Condition", "cough", abatementPeriod={"start": "2021-01", "end": "2021-02"}
    ),
    "a medicine that was taken": a_resource(
        "MedicationStatement", "cough", effectivePeriod={"end": "2021-02"}
    ),
    "a stay": a_resource("Encounter", "cough", period={"start": "2020", "end": "2021-02"}),
    "a consent": a_resource("Consent", "cough", provision={"period": {"end": "2021-02"}}),
}


@pytest.mark.parametrize("lasting", LASTING.values(), ids=LASTING)
def test_the_end_of_what_lasts_is_kept(lasting: Resource) -> None:
    assert one(lasting).ends == Span(date(2021, 2, 1), date(2021, 2, 28))


def test_a_goal_that_starts_with_an_event_has_no_day() -> None:
    found = one(a_resource("Goal", "cough", startCodeableConcept=concept("x")))
    assert (found.when, found.dated_by) == (None, "")


# ---- results --------------------------------------------------------------------------------


def report(result: str, **more: object) -> Resource:
    filed: Resource = {
        "status": "final",
        "result": [{"reference": result}],
        "resultsInterpreter": [{"reference": "Practitioner/gp"}],
    }
    return {**a_resource("DiagnosticReport", "report"), **filed, **more}


RESULT = a_resource("Observation", "cough", id="r1", status="final")


@pytest.mark.parametrize(
    "reference",
    [
        "Observation/r1",
        "Observation/r1/_history/3",
        "https://ehr.example/fhir/Observation/r1",
        "https://ehr.example/fhir/Observation/r1/_history/3",
    ],
)
@pytest.mark.parametrize("report_first", [True, False])
def test_a_result_in_a_report_that_somebody_interpreted_is_filed(
    reference: str, report_first: bool
) -> None:
    pair = [report(reference), RESULT] if report_first else [RESULT, report(reference)]
    assert one(*pair).filed is Answer.YES


@pytest.mark.parametrize("where", ["code", "category", "conclusionCode"])
def test_a_report_says_what_it_is_in_its_code_its_category_and_its_conclusion(where: str) -> None:
    said = concept("cough") if where == "code" else [concept("cough")]
    found = one({**a_resource("DiagnosticReport", "report", status="final"), where: said})
    assert (found.kind, found.status) == (Kind.REPORT, "final")


NOT_FILED: dict[str, tuple[Resource, ...]] = {
    "no report": (RESULT,),
    "a report about another result": (RESULT, report("Observation/r2")),
    "a report that nobody interpreted": (
        RESULT,
        report("Observation/r1", resultsInterpreter=[]),
    ),
    "a report that is preliminary": (RESULT, report("Observation/r1", status="preliminary")),
    "a report that was entered in error": (
        RESULT,
        report("Observation/r1", status="entered-in-error"),
    ),
    "a report without a status": (RESULT, report("Observation/r1", status=None)),
}


@pytest.mark.parametrize("resources", NOT_FILED.values(), ids=NOT_FILED)
def test_without_a_sign_of_filing_nobody_can_tell(resources: tuple[Resource, ...]) -> None:
    assert one(*resources).filed is Answer.CANNOT_TELL


@pytest.mark.parametrize("status", ["registered", "preliminary", "partial", "cancelled"])
def test_a_result_that_is_not_final_is_not_filed_whatever_a_report_says(status: str) -> None:
    assert one({**RESULT, "status": status}, report("Observation/r1")).filed is Answer.NO


def test_a_report_points_at_results_by_urn_inside_a_bundle() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:p", "resource": a_patient()},
            {"fullUrl": "urn:uuid:r", "resource": RESULT},
            {"fullUrl": "urn:uuid:d", "resource": report("urn:uuid:r")},
        ],
    }
    (found,) = entries(record_from_bundle(json.dumps(bundle).encode()))
    assert found.filed is Answer.YES


# ---- answers in the record ------------------------------------------------------------------


def test_the_answer_of_a_person_and_the_day_they_chose_are_read_back() -> None:
    refused = a_resource(
        "Procedure",
        "cough",
        status="not-done",
        statusReason={"coding": [{"system": OWN, "code": "declined"}]},
        extension=[
            {"url": "http://example.org/x", "valueDate": "2099-01-01"},
            {"url": ASK_AGAIN_AFTER, "valueDate": "2027-02"},
        ],
    )
    found = one(refused)
    assert (found.answer, found.ask_again) == ("declined", date(2027, 2, 28))


def test_a_reason_in_another_code_system_is_not_an_answer_of_ours() -> None:
    reason = {"coding": [{"system": "http://example.org", "code": "declined"}]}
    assert one(a_resource("Procedure", "cough", statusReason=reason)).answer == ""


def test_a_person_shows_nothing_of_themselves_when_printed() -> None:
    cough = a_resource("Condition", "cough", of="canary-id")
    record = read(cough, patient=a_patient("canary-id", name="Canary"))
    for thing in (record.person, record):
        assert "anary" not in repr(thing) + str(thing)
        assert "1966" not in repr(thing)
