"""B: how cards were met."""

import json
from uuid import uuid4

import pytest

from cds_hooks.store.opening import Place
from cds_hooks.store.people import export
from tests.conformance.standard import check_refusal
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import Json, Surgery, closed, taken


@pytest.fixture
def card(service: Surgery) -> Json:
    return service.ask(service.a_call(margaret())).card


def asked_again(service: Surgery) -> str:
    service.pass_time(days=92)
    return service.ask(service.a_call(margaret())).decided(COPD_RULE)


def test_b1_feedback_is_heard(service: Surgery, card: Json) -> None:
    no = card["suggestions"][-1]
    assert service.tell(taken(card, no, service.now)).status == 200
    assert asked_again(service) == "quiet"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"feedback": {}}'])
def test_b2_the_body_holds_a_list(service: Surgery, body: bytes) -> None:
    reply = service.client.post(
        "/cds-services/good-day-patient-view/feedback",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert reply.status_code == 400


def test_b3_a_card_is_one_that_we_issued(service: Surgery, card: Json) -> None:
    foreign = {**card, "uuid": str(uuid4())}
    assert service.tell(taken(foreign, card["suggestions"][-1], service.now)).status == 200
    assert asked_again(service) == "card"


def test_b4_there_are_two_outcomes(service: Surgery, card: Json) -> None:
    item = {**closed(card, service.now), "outcome": "ignored"}
    check_refusal(service.tell(item), 400)


def test_b5_when_it_was_is_a_moment_by_rfc_3339(service: Surgery, card: Json) -> None:
    check_refusal(service.tell({**closed(card, service.now), "outcomeTimestamp": "today"}), 400)
    offset = {**closed(card, service.now), "outcomeTimestamp": "2026-11-21T10:30:00+01:00"}
    assert service.tell(offset).status == 200


def test_b6_what_was_accepted_is_named(service: Surgery, card: Json) -> None:
    item = taken(card, card["suggestions"][0], service.now)
    del item["acceptedSuggestions"]
    check_refusal(service.tell(item), 400)


@pytest.mark.parametrize(
    ("told", "until"),
    [("a reason", "2028-11-21"), ("a comment", "2027-02-21"), ("both", "2028-11-21")],
)
def test_b7_a_reason_a_comment_or_both(service: Surgery, card: Json, told: str, until: str) -> None:
    reason = card["overrideReasons"][3]["code"] if told != "a comment" else ""
    item = closed(card, service.now, reason)
    if told != "a reason":
        item.setdefault("overrideReason", {})["userComment"] = "Later"
    assert service.tell(item).status == 200
    held = service.ask(service.a_call(margaret())).held_back[COPD_RULE]
    assert (held["step"], held["until"]) == ("quiet", until)
    assert ("not right for this person" in held["says"]) == bool(reason)


def test_b8_items_may_be_many_and_come_again(service: Surgery, card: Json) -> None:
    item = taken(card, card["suggestions"][-1], service.now)
    assert service.tell(item, item, closed(card, service.now)).status == 200
    assert service.tell(item).status == 200
    assert asked_again(service) == "quiet"


def test_b9_a_card_alone_leads_back_to_its_call(service: Surgery, card: Json) -> None:
    item = taken(card, card["suggestions"][-1], service.now)
    assert not {"hookInstance", "context", "patientId"} & set(item)
    service.tell(item)
    assert asked_again(service) == "quiet"


def test_b10_cards_and_suggestions_have_uuids(card: Json) -> None:
    uuids = [card["uuid"], *(one["uuid"] for one in card["suggestions"])]
    assert len(set(uuids)) == len(uuids) > 1


def test_b11_an_unknown_card_does_no_harm(service: Surgery, card: Json) -> None:
    foreign = closed({**card, "uuid": str(uuid4())}, service.now)
    no = taken(card, card["suggestions"][-1], service.now)
    assert service.tell(foreign, no).status == 200
    assert asked_again(service) == "quiet"


def test_b12_a_comment_is_kept_encrypted_and_read_with_the_key_alone(
    service: Surgery, card: Json
) -> None:
    comment = {"userComment": "Quillfeather would rather not"}
    service.tell({**closed(card, service.now), "overrideReason": comment})
    kept = b"".join(path.read_bytes() for path in service.store.rglob("*") if path.is_file())
    assert b"Quillfeather" not in kept
    told = export(Place(service.store), "test-person", with_comments=True)
    assert "Quillfeather would rather not" in json.dumps(told)


@pytest.mark.parametrize("comment", [None, 7, "", "  ", ["x"], {"x": 1}], ids=repr)
def test_a_comment_that_is_no_text_does_no_harm(
    service: Surgery, card: Json, comment: object
) -> None:
    item = {**closed(card, service.now), "overrideReason": {"userComment": comment}}
    assert service.tell(item).status == 200
    told = export(Place(service.store), "test-person", with_comments=True)
    assert '"comments": []' in json.dumps(told)
