"""A reminder that was set lives until there is nothing left to be reminded of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import Resource
from tests.fhir_builders import margaret
from tests.served import Json, Surgery, surgery

FLAG: Json = {
    "resourceType": "Flag",
    "id": "set-by-us",
    "meta": {"versionId": "2"},
    "extension": [{"url": "https://ehr.example/x", "valueString": "the record system's own"}],
    "status": "active",
    "code": {"coding": [{"system": "", "code": ""}], "text": "Ask about support"},
    "subject": {"reference": "Patient/test-person"},
    "period": {"start": "2026-09-01", "end": "2027-09-01"},
}
OFFERED: Resource = {
    "resourceType": "Procedure",
    "id": "offered",
    "status": "completed",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "391131001"}]},
    "subject": {"reference": "Patient/test-person"},
    "performedDateTime": "2026-11-01",
}


@pytest.fixture
def service(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    with surgery(tmp_path, library) as open_now:
        yield open_now


def set_by(service: Surgery) -> Resource:
    """The Flag that pressing the button of a card would create, as a record system keeps it."""
    card = service.ask(service.a_call(margaret())).card
    drafts = [action["resource"] for one in card["suggestions"] for action in one["actions"]]
    flag = next(draft for draft in drafts if draft["resourceType"] == "Flag")
    service.pass_time(days=400)
    kept = {name: FLAG[name] for name in ("id", "meta", "extension")}
    return {**flag, **kept, "period": {"start": "2027-09-01", "end": "2028-09-01"}}


def offered() -> Resource:
    return {**OFFERED, "performedDateTime": "2027-11-01"}


def test_once_the_offer_is_recorded_the_next_look_asks_whether_the_reminder_can_end(
    service: Surgery,
) -> None:
    flag = set_by(service)
    card = service.ask(service.a_call([*margaret(), flag, offered()])).card
    assert card["detail"].startswith("**Can it end?**")
    assert "an offer of self-management is recorded" in card["detail"]
    (suggestion,) = card["suggestions"]
    assert suggestion["label"].startswith("End the reminder: ")
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    assert action["resource"] == {
        **flag,
        "status": "inactive",
        "period": {"start": "2027-09-01", "end": service.now.date().isoformat()},
    }


def test_it_asks_once_and_then_leaves_it(service: Surgery) -> None:
    call = [*margaret(), set_by(service), offered()]
    assert service.ask(service.a_call(call)).cards
    assert service.ask(service.a_call(call)).cards == []
    service.pass_time(days=90)
    assert service.ask(service.a_call(call)).cards == []
    service.pass_time(days=1)
    assert service.ask(service.a_call(call)).cards


def test_a_reminder_that_was_ended_is_not_asked_about(service: Surgery) -> None:
    flag = {**set_by(service), "status": "inactive"}
    assert service.ask(service.a_call([*margaret(), flag, offered()])).cards == []


def test_a_reminder_that_still_reminds_stands_beside_the_card(service: Surgery) -> None:
    card = service.ask(service.a_call([*margaret(), set_by(service)])).card
    labels = [one["label"] for one in card["suggestions"]]
    assert not [label for label in labels if label.startswith("End the reminder")]


def test_that_a_reminder_may_end_silences_no_prompt(service: Surgery) -> None:
    """Whoever was asked about a reminder was not asked about support."""
    flag = set_by(service)
    assert service.ask(service.a_call([*margaret(), flag, offered()])).cards
    service.pass_time(days=1)
    card = service.ask(service.a_call(margaret())).card
    assert "good day" in card["detail"]


def test_where_the_list_of_reminders_cannot_be_read_nothing_is_ended(service: Surgery) -> None:
    call = service.a_call([*margaret(), set_by(service), offered()])
    call["prefetch"]["flags"] = {"resourceType": "OperationOutcome", "issue": []}
    assert service.ask(call).cards == []
