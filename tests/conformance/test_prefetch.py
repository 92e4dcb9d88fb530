"""What came along, and what it may prove (CDS_HOOKS 1.6, R1 to R7; PRODUCT 4.4, T13 and T21).

Margaret has COPD and nothing else on her record, so a whole request about her is answered with a
card. Every test spoils one thing about that request. Her rule asks every list whether something
stands in it that speaks against a prompt, so a list that was not read must silence it.
"""

from collections.abc import Callable

import pytest

from tests.builders import Resource, a_bundle, a_patient, a_resource
from tests.fhir_builders import (
    COPD_RULE,
    RESULTS_RULE,
    a_booking,
    a_page,
    a_report,
    an_operation_outcome,
    copd,
    leroy,
    margaret,
)
from tests.served import BOOK, FHIR_SERVER, Json, Surgery

# The lists of Margaret's request, and the resource type that belongs into each.
LISTS = {
    "conditions": "Condition",
    "observations": "Observation",
    "procedures": "Procedure",
    "serviceRequests": "ServiceRequest",
    "flags": "Flag",
    "tasks": "Task",
    "carePlans": "CarePlan",
    "communications": "Communication",
    "documents": "DocumentReference",
}
# And those of a booking besides.
BOOKING_LISTS = {"diagnosticReports": "DiagnosticReport"}

Spoil = Callable[[Json, str], object]  # what the key holds now, and its type


def _own(bundle: Json) -> list[Resource]:
    return [entry["resource"] for entry in bundle["entry"]]


def _damaged(kind: str) -> Resource:
    """A resource with one element of the wrong sort; nobody can say what it would have said."""
    return a_resource(kind, "unreadable", id="bad", status=["final"])


UNKNOWN_STATES: dict[str, Spoil] = {
    "null": lambda _was, _kind: None,
    "an OperationOutcome": lambda _was, _kind: an_operation_outcome(),
    "a Bundle with an OperationOutcome in it": lambda was, _kind: a_bundle(
        *_own(was), an_operation_outcome("incomplete")
    ),
    "a Bundle with an OperationOutcome beside what was found": lambda was, _kind: {
        **was,
        "entry": [
            *was["entry"],
            {"resource": an_operation_outcome(), "search": {"mode": "outcome"}},
        ],
    },
    "the first page of several": lambda was, _kind: a_page(
        _own(was), link=[{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
    ),
    "a page that is not the first": lambda was, _kind: a_page(
        _own(was),
        link=[
            {"relation": "self", "url": "https://ehr.example/fhir?page=1"},
            {"relation": "next", "url": "https://ehr.example/fhir?page=2"},
        ],
    ),
    "fewer entries than the total": lambda was, _kind: a_page(_own(was), total=300),
    "fewer matches than the total, filled up with included": lambda was, _kind: {
        "resourceType": "Bundle",
        "total": 2,
        "entry": [
            *({"resource": one, "search": {"mode": "match"}} for one in _own(was)),
            *[{"resource": {"resourceType": "Practitioner"}, "search": {"mode": "include"}}] * 2,
        ],
    },
    "a single resource instead of a list": lambda _was, kind: a_resource(kind, "single"),
    "a resource of another type": lambda _was, _kind: {"resourceType": "Encounter"},
    "a list of another type": lambda _was, _kind: a_bundle({"resourceType": "Encounter"}),
    "a Bundle inside a Bundle": lambda was, _kind: a_bundle(was),
    "an entry without a resource": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"fullUrl": "https://ehr.example/fhir/x/1"}],
    },
    "an entry whose resource is null": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"resource": None}],
    },
    "an entry that cannot be read": lambda was, kind: a_bundle(*_own(was), _damaged(kind)),
    "an entry without a type": lambda was, _kind: a_bundle(*_own(was), {"id": "x"}),
    "an entry that is a text": lambda was, _kind: {**was, "entry": [*was["entry"], "x"]},
    "entries that are an object": lambda was, _kind: {**was, "entry": {"resource": 1}},
    "a total that is a text": lambda was, _kind: {**was, "total": "300"},
    "links that are an object": lambda was, _kind: {**was, "link": {"relation": "next"}},
    "a search that is a text": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"search": "match"}],
    },
    "a Bundle whose id is a number": lambda was, _kind: {**was, "id": 7},
    "a text": lambda _was, _kind: "none",
    "an empty text": lambda _was, _kind: "",
    "a number": lambda _was, _kind: 0,
    "false": lambda _was, _kind: False,
    "a list": lambda was, _kind: was["entry"],
    "an empty list": lambda _was, _kind: [],
    "an object without a type": lambda _was, _kind: {},
    "entries that do not say whom they are about": lambda was, kind: a_bundle(
        *_own(was), {"resourceType": kind, "id": "whose"}
    ),
    "entries about somebody without a reference": lambda was, kind: a_bundle(
        *_own(was),
        {
            **a_resource(kind, "whose"),
            **{key: {"identifier": {"value": "1"}} for key in ("subject", "for")},
        },
    ),
}


@pytest.fixture
def call(all_day: Surgery) -> Json:
    """A whole request about Margaret."""
    return all_day.a_call(margaret())


def test_a_whole_request_is_answered_with_a_card(service: Surgery, call: Json) -> None:
    assert set(call["prefetch"]) == {"patient", *LISTS}
    assert service.ask(call).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("state", UNKNOWN_STATES)
@pytest.mark.parametrize("key", LISTS)
def test_a_list_that_was_not_read_whole_proves_nothing(
    all_day: Surgery, call: Json, key: str, state: str
) -> None:
    call["prefetch"][key] = UNKNOWN_STATES[state](call["prefetch"][key], LISTS[key])
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


@pytest.mark.parametrize("key", ["patient", *LISTS])
def test_an_absent_key_is_412_and_is_named(all_day: Surgery, call: Json, key: str) -> None:
    del call["prefetch"][key]
    reply = all_day.ask(call)
    assert reply.status == 412
    assert f"not sent: {key}." in reply.says()


@pytest.mark.parametrize("how", ["absent", "null", "empty"])
def test_without_any_prefetch_every_key_is_named(all_day: Surgery, call: Json, how: str) -> None:
    call["prefetch"] = {} if how == "empty" else None
    if how == "absent":
        del call["prefetch"]
    reply = all_day.ask(call)
    assert reply.status == 412
    assert all(key in reply.says() for key in ("patient", *LISTS))


@pytest.mark.parametrize("key", LISTS)
def test_an_empty_list_is_known_to_be_empty(service: Surgery, call: Json, key: str) -> None:
    call["prefetch"][key] = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    expected = "nothing" if key == "conditions" else "card"
    assert service.ask(call).decided(COPD_RULE) == expected


@pytest.mark.parametrize("key", LISTS)
def test_null_is_empty_only_for_a_client_that_is_known_to_mean_it(
    trusting: Surgery, key: str
) -> None:
    call = trusting.a_call(margaret())
    call["prefetch"][key] = None
    expected = "nothing" if key == "conditions" else "card"
    assert trusting.ask(call).decided(COPD_RULE) == expected


def test_a_client_that_means_empty_by_null_still_has_to_send_every_key(trusting: Surgery) -> None:
    call = trusting.a_call(margaret())
    del call["prefetch"]["flags"]
    assert trusting.ask(call).status == 412


@pytest.mark.parametrize("state", [s for s in UNKNOWN_STATES if s != "null"])
def test_only_null_means_empty_to_anybody(trusting: Surgery, state: str) -> None:
    call = trusting.a_call(margaret())
    call["prefetch"]["procedures"] = UNKNOWN_STATES[state](
        call["prefetch"]["procedures"], "Procedure"
    )
    assert trusting.ask(call).cards == []


# ---- the person -----------------------------------------------------------------------------

NO_PERSON: dict[str, object] = {
    "null": None,
    "an OperationOutcome": an_operation_outcome(),
    "an empty Bundle": a_bundle(),
    "a Bundle with an OperationOutcome": a_bundle(an_operation_outcome()),
    "another type": {"resourceType": "Practitioner", "id": "test-person"},
    "a text": "Margaret",
    "a list": [a_patient()],
    "a Patient that cannot be read": {**a_patient(), "birthDate": 1966},
    "a Patient in a Bundle that cannot be read": a_bundle({**a_patient(), "name": [7]}),
    "without a date of birth": {"resourceType": "Patient", "id": "test-person"},
    "a date of birth that is no date": {**a_patient(), "birthDate": "long ago"},
    "died on a day that is no date": {**a_patient(), "deceasedDateTime": "some time"},
}


@pytest.mark.parametrize("how", NO_PERSON)
def test_a_person_of_whom_age_or_death_is_not_known_gets_no_card(
    all_day: Surgery, call: Json, how: str
) -> None:
    call["prefetch"]["patient"] = NO_PERSON[how]
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) == "cannot-tell"


def test_the_person_may_come_in_a_bundle(service: Surgery, call: Json) -> None:
    call["prefetch"]["patient"] = a_bundle(call["prefetch"]["patient"])
    assert service.ask(call).decided(COPD_RULE) == "card"


def test_what_was_damaged_elsewhere_does_not_hide_the_person(service: Surgery, call: Json) -> None:
    call["prefetch"]["not-asked-for"] = 7
    assert service.ask(call).decided(COPD_RULE) == "card"


# ---- what does no harm ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Encounter", "MedicationRequest", "Practitioner"])
def test_something_included_that_we_do_not_read_may_be_damaged(
    service: Surgery, call: Json, kind: str
) -> None:
    included = {"resource": _damaged(kind), "search": {"mode": "include"}}
    call["prefetch"]["conditions"]["entry"].append(included)
    assert service.ask(call).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("key", LISTS)
def test_whole_lists_in_every_form_of_the_standard_are_whole(
    service: Surgery, call: Json, key: str
) -> None:
    bundle = call["prefetch"][key]
    bundle["total"] = len(bundle["entry"])
    bundle["link"] = [{"relation": "self", "url": "https://ehr.example/fhir/x"}]
    bundle["meta"] = {"lastUpdated": "2026-11-21T09:00:00Z"}
    for entry in bundle["entry"]:
        entry["search"] = {"mode": "match", "score": 1}
        entry["fullUrl"] = "https://ehr.example/fhir/x/1"
    assert service.ask(call).decided(COPD_RULE) == "card"


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


@pytest.fixture
def booking(all_day: Surgery) -> Json:
    """A whole request about Leroy, who is booking a visit."""
    call = all_day.a_call(leroy(), hook=BOOK)
    call["context"]["appointments"] = a_booking()
    return call


def test_a_whole_booking_is_answered_with_a_card(service: Surgery, booking: Json) -> None:
    assert service.ask(booking).decided(RESULTS_RULE) == "card"


def test_a_booking_may_be_a_list_as_the_older_example_has_it(
    service: Surgery, booking: Json
) -> None:
    booking["context"]["appointments"] = _own(booking["context"]["appointments"])
    assert service.ask(booking).decided(RESULTS_RULE) == "card"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="null"),
        pytest.param("soon", id="a text"),
        pytest.param(7, id="a number"),
        pytest.param(an_operation_outcome(), id="an OperationOutcome"),
        pytest.param(dict(_own(a_booking())[0]), id="an Appointment by itself"),
        pytest.param(a_bundle(an_operation_outcome()), id="an OperationOutcome in a Bundle"),
        pytest.param([an_operation_outcome()], id="an OperationOutcome in a list"),
        pytest.param(NO_RESOURCE, id="an entry without a resource"),
        pytest.param(
            a_bundle({**_own(a_booking())[0], "start": 2026}), id="an Appointment that is damaged"
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
    appointment = _own(booking["context"]["appointments"])[0]
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
