"""Q and R: what a call may hold, what was sent along, and what that proves."""

import json

import pytest

from tests.builders import a_bundle, a_resource
from tests.conformance.standard import check_refusal
from tests.fhir_builders import COPD_RULE, a_page, an_operation_outcome, copd, margaret
from tests.served import Json, Surgery


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ('{"hook"', '{"hook": "order-sign", "hook"'),
        ('"context": {', '"context": {"patientId": "another", '),
        ('"prefetch": {', '"prefetch": {"procedures": null, '),
    ],
)
def test_q10_a_member_that_is_named_twice_is_an_error(
    all_day: Surgery, call: Json, place: str, first: str
) -> None:
    text = json.dumps(call)
    assert all_day.post(text.encode()).status == 200
    check_refusal(all_day.post(text.replace(place, first, 1).encode()), 400, "a member twice")


def test_r1_a_key_that_is_missing_is_noticed(all_day: Surgery, call: Json) -> None:
    del call["prefetch"]["procedures"]
    check_refusal(all_day.ask(call), 412, "procedures")


def test_r2_an_operation_outcome_is_not_an_empty_list(all_day: Surgery, call: Json) -> None:
    call["prefetch"]["procedures"] = an_operation_outcome()
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


def test_r3_without_any_data_it_is_412_and_every_key_is_named(all_day: Surgery, call: Json) -> None:
    del call["prefetch"]
    says = all_day.ask(call).says()
    assert all(key in says for key in all_day.templates())


def test_r4_a_page_is_not_the_list(all_day: Surgery, call: Json) -> None:
    link = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
    call["prefetch"]["procedures"] = a_page([], link=link)
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


def test_r5_what_was_left_out_of_a_list_for_want_of_rights_proves_nothing(
    all_day: Surgery, call: Json
) -> None:
    warning = {"search": {"mode": "outcome"}, "resource": an_operation_outcome("suppressed")}
    call["prefetch"]["procedures"]["entry"] = [warning]
    assert all_day.ask(call).cards == []


@pytest.mark.parametrize("mark", ["SUBSETTED", "REDACTED", "MASKED"])
@pytest.mark.parametrize("key", ["patient", "procedures", "carePlans", "documentCategories"])
@pytest.mark.parametrize("place", ["tag", "security"])
def test_r5_an_entry_from_which_something_was_left_out_proves_nothing(
    all_day: Surgery, call: Json, key: str, mark: str, place: str
) -> None:
    """Its codes may be what was left out; of a Patient, that they have died."""
    meta = {place: [{"code": mark}]}
    kind = {"carePlans": "CarePlan", "documentCategories": "DocumentReference"}.get(key)
    if key == "patient":
        call["prefetch"]["patient"]["meta"] = meta
    else:
        less = a_resource(kind or "Procedure", id="less", status="completed", meta=meta)
        less.pop("code", None)
        call["prefetch"][key] = a_bundle(less)
    reply = all_day.ask(call)
    assert reply.cards == []
    assert reply.decided(COPD_RULE) in ("cannot-tell", "answers")


@pytest.mark.parametrize("key", ["patient", "conditions"])
def test_r6_another_patients_data_is_refused(all_day: Surgery, call: Json, key: str) -> None:
    if key == "patient":
        call["prefetch"][key]["id"] = "somebody-else"
    else:
        call["prefetch"][key] = a_bundle(copd("somebody-else"))
    check_refusal(all_day.ask(call), 400)


def test_r7_null_is_unknown_unless_this_client_is_known_to_mean_empty(
    all_day: Surgery, trusting: Surgery
) -> None:
    for surgery, decided in ((all_day, "cannot-tell"), (trusting, "card")):
        call = surgery.a_call(margaret())
        call["prefetch"]["procedures"] = None
        assert surgery.ask(call).decided(COPD_RULE) == decided
