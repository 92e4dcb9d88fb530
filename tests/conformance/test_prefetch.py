"""What came along, and what it may prove (CDS_HOOKS 1.6, R1 to R7; PRODUCT 4.4, T13 and T21).

Margaret has COPD and nothing else on her record, so a whole request about her is answered with a
card. Every test spoils one thing about that request. Her rule asks every list whether something
stands in it that speaks against a prompt, so a list that was not read must silence it.
"""

import json

import pytest

from tests.builders import a_bundle, a_patient, a_resource
from tests.conformance.spoilt import LISTS, UNKNOWN_STATES, damaged
from tests.fhir_builders import (
    COPD_RULE,
    an_operation_outcome,
    margaret,
)
from tests.served import Json, Surgery


def test_a_whole_request_is_answered_with_a_card(service: Surgery, call: Json) -> None:
    others = {"appointments", "communicationRequests", "diagnosticReports"}  # for results ahead
    assert set(call["prefetch"]) == {"patient", *LISTS, *others}
    assert service.ask(call).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("state", UNKNOWN_STATES)
@pytest.mark.parametrize("key", LISTS)
def test_a_list_that_was_not_read_whole_proves_nothing(
    all_day: Surgery, call: Json, key: str, state: str
) -> None:
    call["prefetch"][key] = UNKNOWN_STATES[state](call["prefetch"][key], LISTS[key])
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers", "compassion")


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


@pytest.mark.parametrize("key", LISTS)
def test_what_is_no_text_where_nobody_reads_puts_only_its_list_in_doubt(
    service: Surgery, call: Json, key: str
) -> None:
    call["prefetch"][key]["entry"] = [
        *call["prefetch"][key].get("entry", ()),
        {
            "resource": {
                **a_resource(LISTS[key], "x", of=call["context"]["patientId"]),
                "contained": "@",
            }
        },
    ]
    body = json.dumps(call).encode()
    assert service.post(body).decided(COPD_RULE) == "card"
    spoilt = service.post(body.replace(b"@", b"Zo\xeb"))
    assert spoilt.cards == []
    assert spoilt.decided(COPD_RULE) == "cannot-tell"


def test_what_is_no_text_outside_of_prefetch_is_no_request(all_day: Surgery, call: Json) -> None:
    call["context"]["room"] = "@"
    reply = all_day.post(json.dumps(call).encode().replace(b"@", b"Zo\xeb"))
    assert reply.status == 400
    assert reply.says() == "The body is not a JSON object in UTF-8."


# ---- what does no harm ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Encounter", "MedicationRequest", "Practitioner"])
def test_something_included_that_we_do_not_read_may_bedamaged(
    service: Surgery, call: Json, kind: str
) -> None:
    included = {"resource": damaged(kind), "search": {"mode": "include"}}
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
