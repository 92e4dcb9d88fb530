"""Whose data came along, and whose visit is being booked (R6; PRODUCT 4.4, T13)."""

import pytest

from tests.builders import Resource, a_bundle, a_patient, a_resource
from tests.conformance.spoilt import BOOKING_LISTS, LISTS, UNKNOWN_STATES, entries_of
from tests.fhir_builders import (
    COPD_RULE,
    RESULTS_RULE,
    a_booking,
    a_report,
    an_operation_outcome,
    copd,
)
from tests.served import BOOK, FHIR_SERVER, Json, Surgery

# The lists of Margaret's request, and the resource type that belongs into each.
# ---- whose data it is -----------------------------------------------------------------------

OTHERS = {
    "by id": "Patient/another",
    "with a version": "Patient/another/_history/2",
    "on this server": f"{FHIR_SERVER}/Patient/another",
    "on another server": "https://other.example/fhir/Patient/another",
    "the same id on another server": "https://other.example/fhir/Patient/test-person",
    "by urn": "urn:uuid:1a2b3c4d-0000-4000-8000-000000000000",
    "contained": "#another",
    "an id that begins alike": "Patient/test-person-2",
    "an id that ends alike": "Patient/a-test-person",
    "in other letters": "Patient/TEST-PERSON",
    "a group": "Group/everybody",
    "empty": "",
}


@pytest.mark.parametrize("reference", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("key", LISTS)
def test_data_about_somebody_else_is_refused(
    all_day: Surgery, call: Json, key: str, reference: str
) -> None:
    theirs = a_resource(LISTS[key], "whose")
    theirs["for" if LISTS[key] == "Task" else "subject"] = {"reference": reference}
    call["fhirServer"] = FHIR_SERVER
    call["prefetch"][key]["entry"].append({"resource": theirs})
    reply = all_day.ask(call)
    assert reply.status == 400
    assert "not about the patient" in reply.says()
    assert "another" not in reply.text


@pytest.mark.parametrize("key", LISTS)
def test_data_about_two_people_is_refused(all_day: Surgery, call: Json, key: str) -> None:
    """Every element that says whom it is about has to name the patient, not only the first."""
    theirs = a_resource(LISTS[key], "whose")
    theirs["patient"] = {"reference": "Patient/another"}
    call["prefetch"][key]["entry"].append({"resource": theirs})
    assert all_day.ask(call).status == 400


OURS = {
    "by id": "Patient/test-person",
    "with a version": "Patient/test-person/_history/2",
    "on this server": f"{FHIR_SERVER}/Patient/test-person",
    "on this server, with a version": f"{FHIR_SERVER}/Patient/test-person/_history/2",
}


@pytest.mark.parametrize("reference", OURS.values(), ids=OURS)
@pytest.mark.parametrize("server", [FHIR_SERVER, f"{FHIR_SERVER}/", None])
def test_the_patient_may_be_named_in_every_form_that_fhir_allows(
    service: Surgery, call: Json, reference: str, server: str | None
) -> None:
    if server is not None:
        call["fhirServer"] = server
    for entry in call["prefetch"]["conditions"]["entry"]:
        entry["resource"]["subject"] = {"reference": reference}
    assert service.ask(call).decided(COPD_RULE) == "card"


@pytest.mark.parametrize(
    "patient",
    [
        pytest.param(a_patient("another"), id="by itself"),
        pytest.param(a_bundle(a_patient("another")), id="in a Bundle"),
        pytest.param(a_bundle(a_patient(), a_patient("another")), id="beside the right one"),
        pytest.param({"resourceType": "Patient"}, id="without an id"),
        pytest.param({**a_patient("another"), "birthDate": 7}, id="and damaged"),
    ],
)
@pytest.mark.parametrize("elsewhere", ["whole", "damaged"])
def test_another_patient_is_refused(
    all_day: Surgery, call: Json, patient: Resource, elsewhere: str
) -> None:
    call["prefetch"]["patient"] = patient
    if elsewhere == "damaged":
        call["prefetch"]["flags"] = "damaged"
    reply = all_day.ask(call)
    assert reply.status == 400
    assert "another" not in reply.text


def test_a_damaged_patient_in_a_bundle_is_nobody_we_know(all_day: Surgery, call: Json) -> None:
    call["prefetch"]["patient"] = a_bundle({**a_patient("another"), "birthDate": 7})
    assert all_day.ask(call).decided(COPD_RULE) == "cannot-tell"


def test_another_persons_resource_is_refused_where_something_else_is_damaged(
    all_day: Surgery, call: Json
) -> None:
    call["prefetch"]["flags"] = "damaged"
    call["prefetch"]["tasks"] = a_bundle(a_resource("Task", "whose", of="another"))
    assert all_day.ask(call).status == 400


def test_data_about_somebody_else_is_refused_under_a_key_of_another_type(
    all_day: Surgery, call: Json
) -> None:
    stray = {"resource": copd("another"), "search": {"mode": "include"}}
    call["prefetch"]["flags"]["entry"].append(stray)
    assert all_day.ask(call).status == 400


# ---- bookings -------------------------------------------------------------------------------

NO_RESOURCE: Json = {"resourceType": "Bundle", "entry": [{}]}


def test_a_whole_booking_is_answered_with_a_card(service: Surgery, booking: Json) -> None:
    assert service.ask(booking).decided(RESULTS_RULE) == "card"


def test_a_booking_may_be_a_list_as_the_older_example_has_it(
    service: Surgery, booking: Json
) -> None:
    booking["context"]["appointments"] = entries_of(booking["context"]["appointments"])
    assert service.ask(booking).decided(RESULTS_RULE) == "card"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="null"),
        pytest.param("soon", id="a text"),
        pytest.param(7, id="a number"),
        pytest.param(an_operation_outcome(), id="an OperationOutcome"),
        pytest.param(dict(entries_of(a_booking())[0]), id="an Appointment by itself"),
        pytest.param(a_bundle(an_operation_outcome()), id="an OperationOutcome in a Bundle"),
        pytest.param([an_operation_outcome()], id="an OperationOutcome in a list"),
        pytest.param(NO_RESOURCE, id="an entry without a resource"),
        pytest.param(
            a_bundle({**entries_of(a_booking())[0], "start": 2026}),
            id="an Appointment that is damaged",
        ),
    ],
)
def test_a_booking_that_cannot_be_read_is_refused_and_not_taken_for_no_booking(
    all_day: Surgery, booking: Json, value: object
) -> None:
    booking["context"]["appointments"] = value
    reply = all_day.ask(booking)
    assert reply.status == 400
    assert "context.appointments" in reply.says()


def test_a_booking_call_without_its_appointments_is_refused(
    all_day: Surgery, booking: Json
) -> None:
    del booking["context"]["appointments"]
    reply = all_day.ask(booking)
    assert reply.status == 400
    assert "context.appointments" in reply.says()


@pytest.mark.parametrize("reference", [r for r in OTHERS.values() if "Patient/" in r or ":" in r])
def test_a_booking_for_somebody_else_is_refused(
    all_day: Surgery, booking: Json, reference: str
) -> None:
    booking["fhirServer"] = FHIR_SERVER
    appointment = entries_of(booking["context"]["appointments"])[0]
    appointment["participant"] = [{"actor": {"reference": reference}}]
    assert all_day.ask(booking).status == 400


@pytest.mark.parametrize("state", [s for s in UNKNOWN_STATES if "whom" not in s])
def test_reports_that_were_not_read_file_nothing(
    all_day: Surgery, booking: Json, state: str
) -> None:
    """The sign of filing stands in a report; a part of the reports shows a part of the filing."""
    was = a_bundle()
    spoilt = UNKNOWN_STATES[state](was, "DiagnosticReport")
    booking["prefetch"]["diagnosticReports"] = spoilt
    assert all_day.ask(booking).cards == []


@pytest.mark.parametrize("key", [*LISTS, *BOOKING_LISTS])
def test_results_are_not_offered_on_lists_that_were_not_asked_for(
    all_day: Surgery, booking: Json, key: str
) -> None:
    """Each key of the booking service is there because a rule reads it; nothing else is read."""
    asked = key in all_day.templates(BOOK)
    booking["prefetch"][key] = a_bundle(
        a_report("Observation/x", of="another")
        if key == "diagnosticReports"
        else a_resource(LISTS[key], "whose", of="another")
    )
    assert all_day.ask(booking).status == (400 if asked else 200)
