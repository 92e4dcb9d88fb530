"""How cards were met, in every form of the standard (CDS_HOOKS 1.12, B2 to B12)."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from rules.days import Duration
from tests.builders import Resource
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import BOOK, NOW, Json, Reply, Surgery, closed, taken

TODAY = NOW.date()
MONTHS_3, MONTHS_12, MONTHS_24 = (Duration(count, "month") for count in (3, 12, 24))


def ask(service: Surgery, *more: Resource) -> Reply:
    """Open Margaret's record, with something more on it."""
    return service.ask(service.a_call([*margaret(), *more]))


def a_card(service: Surgery) -> Json:
    """The card that Margaret's record gives."""
    return ask(service).card


def be_there_on(service: Surgery, day: date) -> None:
    """Go to the middle of a day."""
    service.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def quiet_until(service: Surgery, day: date, *more: Resource, because: str = "") -> None:
    """Check that the rule is held back, and says so, to the very day; and speaks again on it."""
    held = ask(service, *more).held_back[COPD_RULE]
    assert (held["step"], held["until"]) == ("quiet", day.isoformat())
    assert f"Quiet until {day.day} {day:%B} {day.year}" in held["says"]
    assert because in held["says"]
    be_there_on(service, day - timedelta(days=1))
    assert ask(service, *more).decided(COPD_RULE) == "quiet"
    be_there_on(service, day)
    assert ask(service, *more).decided(COPD_RULE) == "card"


# ---- forms of feedback ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"overrideReason": {"userComment": "She was upset."}}, id="comment alone"),
        pytest.param({"overrideReason": None}, id="reason null"),
        pytest.param({"overrideReason": {"reason": None}}, id="reason inside null"),
        pytest.param({"overrideReason": {}}, id="reason empty"),
        pytest.param({"extension": {"a": 1}, "new": True}, id="members that we do not know"),
        pytest.param({"acceptedSuggestions": []}, id="no suggestions"),
    ],
)
def test_a_card_closed_in_any_form_is_a_card_closed_without_a_reason(
    service: Surgery, extra: Json
) -> None:
    item = {**closed(a_card(service), NOW), **extra}
    assert service.tell(item).status == 200
    assert "without a reason" in ask(service).held_back[COPD_RULE]["says"]


@pytest.mark.parametrize(
    "comment",
    ["", "x" * 100_000, 7, None, ["a"], {"text": "x"}],
    ids=["empty", "huge", "number", "null", "list", "object"],
)
def test_a_comment_is_not_even_read(service: Surgery, comment: object) -> None:
    item = closed(a_card(service), NOW, "action-completed")
    item["overrideReason"]["userComment"] = comment
    assert service.tell(item).status == 200
    quiet_until(service, MONTHS_12.after(TODAY))


def test_a_reason_needs_no_system_and_may_have_a_display(service: Surgery) -> None:
    item = closed(a_card(service), NOW)
    item["overrideReason"] = {"reason": {"code": "action-completed", "display": "Done"}}
    service.tell(item)
    assert ask(service).held_back[COPD_RULE]["until"] == MONTHS_12.after(TODAY).isoformat()


def test_several_suggestions_may_be_taken_at_once(service: Surgery) -> None:
    card = a_card(service)
    item = taken(card, card["suggestions"][2], NOW)
    item["acceptedSuggestions"].append({"id": card["suggestions"][0]["uuid"]})
    service.tell(item)
    quiet_until(service, MONTHS_12.after(TODAY), because="an offer was taken up")


def test_a_batch_may_be_about_several_people(service: Surgery) -> None:
    people = ["ann", "bea", "cem"]
    cards = [service.ask(service.a_call(margaret(of), of=of)).card for of in people]
    service.tell(*(closed(card, NOW, "action-completed") for card in cards))
    for of in people:
        held = service.ask(service.a_call(margaret(of), of=of)).held_back[COPD_RULE]
        assert held["until"] == MONTHS_12.after(TODAY).isoformat()


def test_an_empty_batch_is_heard(service: Surgery) -> None:
    assert service.tell().status == 200


def test_the_answer_to_feedback_is_an_empty_object(service: Surgery) -> None:
    reply = service.tell(closed(a_card(service), NOW))
    assert (reply.status, reply.body) == (200, {})
    assert reply.headers["content-type"] == "application/json"


def test_feedback_may_go_to_any_service_of_the_practice(service: Surgery) -> None:
    service.tell(closed(a_card(service), NOW, "action-completed"), hook=BOOK)
    assert ask(service).held_back[COPD_RULE]["until"] == MONTHS_12.after(TODAY).isoformat()


# ---- what we do not know --------------------------------------------------------------------


def test_an_unknown_card_harms_nobody_in_the_batch(service: Surgery) -> None:
    card = a_card(service)
    stranger = {"uuid": "00000000-0000-4000-8000-000000000000"}
    reply = service.tell(
        closed(stranger, NOW),
        closed({"uuid": "no uuid"}, NOW),
        closed(card, NOW, "action-completed"),
    )
    assert reply.status == 200
    assert ask(service).held_back[COPD_RULE]["until"] == MONTHS_12.after(TODAY).isoformat()


def test_a_suggestion_of_another_card_changes_nothing(service: Surgery) -> None:
    card = a_card(service)
    hers = service.ask(service.a_call(margaret("ann"), of="ann")).card
    assert service.tell(taken(card, hers["suggestions"][0], NOW)).status == 200
    assert "nobody has said yes or no" in ask(service).held_back[COPD_RULE]["says"]


def test_an_answer_about_one_person_quiets_nobody_else(service: Surgery) -> None:
    service.tell(closed(a_card(service), NOW, "patient-ineligible"))
    assert service.ask(service.a_call(margaret("ann"), of="ann")).decided(COPD_RULE) == "card"


BAD: dict[str, Any] = {  # whatever somebody may send
    "not an object": [],
    "no list": {},
    "a list of texts": {"feedback": ["accepted"]},
    "an object in place of the list": {"feedback": {"card": "x"}},
    "null": {"feedback": None},
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_a_body_of_another_shape_is_400(service: Surgery, body: object) -> None:
    reply = Reply(service.client.post(f"/cds-services/good-day-{BOOK}/feedback", json=body))
    assert reply.status == 400
    assert '"feedback"' in reply.says()


@pytest.mark.parametrize("name", ["card", "outcome", "outcomeTimestamp", "acceptedSuggestions"])
@pytest.mark.parametrize("how", ["absent", "null", "number", "empty"])
def test_an_item_without_what_the_standard_requires_is_named_and_takes_no_other_with_it(
    service: Surgery, name: str, how: str
) -> None:
    """What somebody said beside it would be lost with a client that sends nothing again."""
    card = a_card(service)
    item = taken(card, card["suggestions"][0], NOW)
    item[name] = {"null": None, "number": 7, "empty": "", "absent": None}[how]
    if how == "absent":
        del item[name]
    reply = service.tell(closed(card, NOW, "patient-ineligible"), item)
    if (name, how) == ("card", "empty"):
        assert reply.status == 200  # an empty name is one that we never issued
        return
    assert reply.status == 400
    assert name in reply.says()
    assert reply.says().startswith("Item 2: ")
    assert "All else was kept" in reply.says()
    service.now = NOW
    quiet_until(service, MONTHS_24.after(TODAY))


def test_the_items_that_cannot_be_read_are_named_by_what_is_wrong_with_them(
    service: Surgery,
) -> None:
    cards = [service.ask(service.a_call(margaret(of), of=of)).card for of in ("ann", "bea")]
    good = [closed(card, NOW, "action-completed") for card in cards]
    timeless = {**good[0], "outcomeTimestamp": "today"}
    reply = service.tell("accepted", timeless, good[0], {}, timeless, good[1])
    assert reply.status == 400
    said = reply.says()
    assert 'Items 1, 4: each item of "feedback" is an object with' in said
    assert 'Items 2, 5: "outcomeTimestamp" needs a date and time' in said
    for of in ("ann", "bea"):
        held = service.ask(service.a_call(margaret(of), of=of)).held_back[COPD_RULE]
        assert held["until"] == MONTHS_12.after(TODAY).isoformat()


def test_a_batch_that_was_mended_is_heard_and_what_was_kept_is_kept_once(service: Surgery) -> None:
    card = a_card(service)
    first, second = closed(card, NOW, "action-completed"), taken(card, card["suggestions"][-1], NOW)
    assert service.tell(first, {**second, "outcome": "taken"}).status == 400
    assert service.tell(first, second).status == 200
    quiet_until(service, MONTHS_12.after(TODAY), because='"no, thank you"')


def test_a_batch_of_which_nothing_can_be_read_is_not_kept(service: Surgery) -> None:
    reply = service.tell({}, {})
    assert reply.status == 400
    assert "Items 1, 2: " in reply.says()
    assert "Nothing was kept" in reply.says()


def test_a_comment_that_is_no_text_is_named_and_takes_no_other_item_with_it(
    service: Surgery,
) -> None:
    card = a_card(service)
    item = closed(card, NOW, "action-completed")
    item["overrideReason"]["userComment"] = "words"
    item["card"] = str(uuid4())
    body = json.dumps({"feedback": [item, closed(card, NOW, "patient-ineligible")]}).encode()
    path = f"/cds-services/good-day-{BOOK}/feedback"
    sent = body.replace(b"words", b"\xff\xfe")
    kind = {"content-type": "application/json"}
    reply = Reply(service.client.post(path, content=sent, headers=kind))
    assert reply.status == 400
    assert 'Item 1: "userComment" is not text in UTF-8.' in reply.says()
    quiet_until(service, MONTHS_24.after(TODAY))


@pytest.mark.parametrize("outcome", ["ignored", "ACCEPTED", "declined"])
def test_there_are_two_outcomes_and_no_others(service: Surgery, outcome: str) -> None:
    item = {**closed(a_card(service), NOW), "outcome": outcome}
    assert service.tell(item).status == 400


# ---- repeats, and clocks that are wrong -----------------------------------------------------


@pytest.mark.parametrize(
    "claimed",
    [
        pytest.param(NOW, id="right"),
        pytest.param(NOW + timedelta(days=300), id="ahead"),
        pytest.param(NOW - timedelta(days=300), id="behind"),
    ],
)
def test_the_same_answer_sent_again_later_changes_nothing(
    service: Surgery, claimed: datetime
) -> None:
    item = closed(a_card(service), claimed, "action-completed")
    for _ in range(3):
        assert service.tell(item, item).status == 200
        service.pass_time(days=1)
    service.now = NOW
    quiet_until(service, MONTHS_12.after(TODAY))


@pytest.mark.parametrize(
    ("stamp", "counts_from"),
    [
        pytest.param("2026-11-23T08:00:00Z", date(2026, 11, 23), id="two days later"),
        pytest.param("2026-11-23T08:00:00+00:00", date(2026, 11, 23), id="with an offset"),
        pytest.param("2026-11-23T23:30:00-05:00", date(2026, 11, 24), id="of another zone"),
        pytest.param("2026-11-23T08:00:00.123456Z", date(2026, 11, 23), id="with fractions"),
        pytest.param("2026-11-23t08:00:00z", date(2026, 11, 23), id="in small letters"),
        pytest.param("1999-01-01T00:00:00Z", TODAY, id="before the card was shown"),
        pytest.param("2099-01-01T00:00:00Z", date(2026, 11, 25), id="after now"),
        pytest.param("0001-01-01T00:00:00Z", TODAY, id="the first moment there is"),
        pytest.param("9999-12-31T23:59:59Z", date(2026, 11, 25), id="the last moment there is"),
    ],
)
def test_an_answer_that_comes_late_counts_from_when_it_can_have_been_given(
    service: Surgery, stamp: str, counts_from: date
) -> None:
    item = closed(a_card(service), NOW, "patient-ineligible")
    service.pass_time(days=4)
    assert service.tell({**item, "outcomeTimestamp": stamp}).status == 200
    quiet_until(service, MONTHS_24.after(counts_from))


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-11-21T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "10000-01-01T00:00:00Z",
        "2026-W47-6",
        "20261121",
        "2026-11-21",
        "2026-11-21T09",
        "2026-11-21T09:30:00",
        "2026-11-21 09:30:00Z",
        "2026-11-21T09:30:00+0000",
    ],
)
def test_a_moment_that_is_none_is_400(service: Surgery, stamp: str) -> None:
    reply = service.tell({**closed(a_card(service), NOW), "outcomeTimestamp": stamp})
    assert reply.status == 400
    assert "outcomeTimestamp" in reply.says()


def test_answers_in_sequence_are_all_remembered_and_the_longest_stands(service: Surgery) -> None:
    card = a_card(service)
    service.tell(closed(card, NOW, "action-completed"))
    service.pass_time(hours=1)
    service.tell(taken(card, card["suggestions"][-1], service.now))
    service.tell(closed(card, service.now))
    quiet_until(service, MONTHS_12.after(TODAY), because='"no, thank you"')


def test_a_request_holds_five_hundred_items_and_no_more(service: Surgery) -> None:
    item = closed(a_card(service), NOW, "action-completed")
    assert service.tell(*[item] * 501).status == 413
    assert ask(service).held_back[COPD_RULE]["until"] != MONTHS_12.after(TODAY).isoformat()
    assert service.tell(*[item] * 500).status == 200
    assert ask(service).held_back[COPD_RULE]["until"] == MONTHS_12.after(TODAY).isoformat()


def test_a_request_names_five_hundred_suggestions_and_no_more(service: Surgery) -> None:
    """Or one item would keep the store, which all calls share, as long as somebody likes."""
    card = a_card(service)
    item = taken(card, card["suggestions"][-1], NOW)
    item["acceptedSuggestions"] *= 251
    assert service.tell(item, item).status == 413
    assert "nobody has said yes or no" in ask(service).held_back[COPD_RULE]["says"]
    item["acceptedSuggestions"].pop()
    assert service.tell(item, item).status == 200
    assert '"no, thank you"' in ask(service).held_back[COPD_RULE]["says"]


def test_an_answer_finds_its_way_back_where_its_service_is_gone(service: Surgery) -> None:
    stranger = {"uuid": "00000000-0000-4000-8000-000000000000"}
    assert service.tell(closed(stranger, NOW), hook="gone").status == 404
    assert service.tell(closed(a_card(service), NOW, "action-completed"), hook="gone").status == 200
    quiet_until(service, MONTHS_12.after(TODAY))
