"""How cards were met, in every form of the standard, and how long it is quiet afterwards.

CDS_HOOKS 1.12, B2 to B12; the periods are those of PRODUCT 1 as the first cut has them. Each test
lets time pass on the surgery's own clock and asks again on the last quiet day and on the next.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.codes import OWN
from rules.days import Duration
from tests.builders import Resource, a_resource
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, a_booking, leroy, margaret
from tests.served import BOOK, NOW, Json, Reply, Surgery, closed, taken

TODAY = NOW.date()
DAYS_14, DAYS_7 = Duration(14, "day"), Duration(7, "day")
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


BUTTONS = {
    "a referral": ("Refer to", MONTHS_12, "an offer was taken up"),
    "a recorded offer": ("Record that", MONTHS_12, "an offer was taken up"),
    "a tag, which is only a card that was shown": ("Add a reminder", DAYS_14, "was shown on"),
    "not now": ("Not now", MONTHS_3, '"not now"'),
    "no, thank you": ("No, thank you", MONTHS_12, '"no, thank you"'),
}


def test_a_card_without_an_answer_is_quiet_for_14_days(service: Surgery) -> None:
    a_card(service)
    quiet_until(service, DAYS_14.after(TODAY), because="nobody has answered it yet")


@pytest.mark.parametrize(("label", "period", "because"), BUTTONS.values(), ids=BUTTONS)
def test_a_suggestion_that_was_taken_is_quiet_for_its_period(
    service: Surgery, label: str, period: Duration, because: str
) -> None:
    card = a_card(service)
    button = next(s for s in card["suggestions"] if s["label"].startswith(label))
    assert service.tell(taken(card, button, NOW)).status == 200
    quiet_until(service, period.after(TODAY), because=because)


REASONS = {
    "limited-time": (DAYS_7, "there was no time"),
    "action-completed": (MONTHS_12, "already offered or done"),
    "patient-does-not-want-change": (MONTHS_12, '"no, thank you"'),
    "patient-refuses": (MONTHS_12, '"no, thank you"'),
    "patient-ineligible": (MONTHS_24, "not right for this person"),
    "patient-contraindication": (MONTHS_24, "not right for this person"),
    "action-not-priority": (MONTHS_24, "not right for this person"),
    "service-not-available": (DAYS_14, "was shown on"),
    "": (DAYS_14, "closed on 21 November 2026 without a reason"),
    "a-reason-of-their-own": (DAYS_14, "without a reason"),
}


@pytest.mark.parametrize(
    ("reason", "period", "because"),
    [pytest.param(r, *rest, id=r or "no reason") for r, rest in REASONS.items()],
)
def test_a_card_that_was_closed_is_quiet_for_its_reason(
    service: Surgery, reason: str, period: Duration, because: str
) -> None:
    assert service.tell(closed(a_card(service), NOW, reason)).status == 200
    quiet_until(service, period.after(TODAY), because=because)


def test_every_reason_on_the_card_is_understood_when_it_comes_back(service: Surgery) -> None:
    card = a_card(service)
    offered = {reason["code"] for reason in card["overrideReasons"]}
    assert len(offered) == 5
    assert offered <= set(REASONS)


def test_a_letter_that_was_taken_is_only_a_card_that_was_shown(service: Surgery) -> None:
    call = service.a_call(leroy(), hook=BOOK)
    call["context"]["appointments"] = a_booking()
    reply = service.ask(call)
    service.tell(taken(reply.card, reply.button("Draft a letter"), NOW), hook=BOOK)
    held = service.ask(call).held_back[RESULTS_RULE]
    assert held["until"] == DAYS_14.after(TODAY).isoformat()


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
    item = closed(a_card(service), NOW, "limited-time")
    item["overrideReason"]["userComment"] = comment
    assert service.tell(item).status == 200
    quiet_until(service, DAYS_7.after(TODAY))


def test_a_reason_needs_no_system_and_may_have_a_display(service: Surgery) -> None:
    item = closed(a_card(service), NOW)
    item["overrideReason"] = {"reason": {"code": "limited-time", "display": "No time"}}
    service.tell(item)
    assert ask(service).held_back[COPD_RULE]["until"] == DAYS_7.after(TODAY).isoformat()


def test_several_suggestions_may_be_taken_at_once(service: Surgery) -> None:
    card = a_card(service)
    item = taken(card, card["suggestions"][2], NOW)
    item["acceptedSuggestions"].append({"id": card["suggestions"][0]["uuid"]})
    service.tell(item)
    quiet_until(service, MONTHS_12.after(TODAY), because="an offer was taken up")


def test_a_batch_may_be_about_several_people(service: Surgery) -> None:
    people = ["ann", "bea", "cem"]
    cards = [service.ask(service.a_call(margaret(of), of=of)).card for of in people]
    service.tell(*(closed(card, NOW, "limited-time") for card in cards))
    for of in people:
        held = service.ask(service.a_call(margaret(of), of=of)).held_back[COPD_RULE]
        assert held["until"] == DAYS_7.after(TODAY).isoformat()


def test_an_empty_batch_is_heard(service: Surgery) -> None:
    assert service.tell().status == 200


def test_the_answer_to_feedback_is_an_empty_object(service: Surgery) -> None:
    reply = service.tell(closed(a_card(service), NOW))
    assert (reply.status, reply.body) == (200, {})
    assert reply.headers["content-type"] == "application/json"


def test_feedback_may_go_to_any_service_of_the_practice(service: Surgery) -> None:
    service.tell(closed(a_card(service), NOW, "limited-time"), hook=BOOK)
    assert ask(service).held_back[COPD_RULE]["until"] == DAYS_7.after(TODAY).isoformat()


# ---- what we do not know --------------------------------------------------------------------


def test_an_unknown_card_harms_nobody_in_the_batch(service: Surgery) -> None:
    card = a_card(service)
    stranger = {"uuid": "00000000-0000-4000-8000-000000000000"}
    reply = service.tell(
        closed(stranger, NOW), closed({"uuid": "no uuid"}, NOW), closed(card, NOW, "limited-time")
    )
    assert reply.status == 200
    assert ask(service).held_back[COPD_RULE]["until"] == DAYS_7.after(TODAY).isoformat()


def test_a_suggestion_of_another_card_changes_nothing(service: Surgery) -> None:
    card = a_card(service)
    hers = service.ask(service.a_call(margaret("ann"), of="ann")).card
    assert service.tell(taken(card, hers["suggestions"][0], NOW)).status == 200
    assert "nobody has answered" in ask(service).held_back[COPD_RULE]["says"]


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
def test_an_item_without_what_the_standard_requires_fails_the_whole_batch(
    service: Surgery, name: str, how: str
) -> None:
    """All or nothing, so that a client may mend the batch and send it again."""
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
    assert "nobody has answered" in ask(service).held_back[COPD_RULE]["says"]


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
    item = closed(a_card(service), claimed, "limited-time")
    for _ in range(3):
        service.tell(item, item)
        service.pass_time(days=1)
    service.now = NOW
    quiet_until(service, DAYS_7.after(TODAY))


@pytest.mark.parametrize(
    ("stamp", "counts_from"),
    [
        pytest.param("2026-11-23T08:00:00Z", date(2026, 11, 23), id="two days later"),
        pytest.param("2026-11-23T08:00:00+00:00", date(2026, 11, 23), id="with an offset"),
        pytest.param("2026-11-23T23:30:00-05:00", date(2026, 11, 24), id="of another zone"),
        pytest.param("2026-11-23T08:00:00.123456Z", date(2026, 11, 23), id="with fractions"),
        pytest.param("2026-11-23T08:00:00", date(2026, 11, 23), id="without a zone"),
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
    ],
)
def test_a_moment_that_is_none_is_400(service: Surgery, stamp: str) -> None:
    reply = service.tell({**closed(a_card(service), NOW), "outcomeTimestamp": stamp})
    assert reply.status == 400
    assert "outcomeTimestamp" in reply.says()


def test_answers_in_sequence_are_all_remembered_and_the_longest_stands(service: Surgery) -> None:
    card = a_card(service)
    service.tell(closed(card, NOW, "limited-time"))
    service.pass_time(hours=1)
    service.tell(taken(card, card["suggestions"][-1], service.now))
    service.tell(closed(card, service.now))
    quiet_until(service, MONTHS_12.after(TODAY), because='"no, thank you"')


# ---- answers that stand in the record -------------------------------------------------------


def kept(service: Surgery, label: str, chosen: date | None = None) -> Resource:
    """The resource that pressing a button leaves in the record, with the day a person chose."""
    button = ask(service).button(label)
    resource: Resource = {**button["actions"][0]["resource"], "id": "kept-1"}
    if chosen is not None:
        (extension,) = button["actions"][0]["resource"]["extension"]
        resource["extension"] = [{**extension, "valueDate": chosen.isoformat()}]
    return resource


@pytest.mark.parametrize(("label", "period"), [("Not now", MONTHS_3), ("No, thank you", MONTHS_12)])
def test_an_answer_in_the_record_is_heard_though_no_feedback_ever_came(
    service: Surgery, label: str, period: Duration
) -> None:
    quiet_until_from_record = kept(service, label)
    service.pass_time(days=15)  # the card that was shown is quiet no longer by itself
    quiet_until(service, period.after(TODAY), quiet_until_from_record)


@pytest.mark.parametrize("chosen", [date(2026, 12, 25), date(2027, 1, 31), date(2029, 2, 28)])
@pytest.mark.parametrize("label", ["Not now", "No, thank you"])
@pytest.mark.parametrize("told", ["with feedback", "without feedback"])
def test_the_day_that_a_person_chose_stands_in_place_of_our_period(
    service: Surgery, label: str, chosen: date, told: str
) -> None:
    reply = ask(service)
    resource = reply.button(label)["actions"][0]["resource"]
    resource["extension"][0]["valueDate"] = chosen.isoformat()
    if told == "with feedback":
        service.tell(taken(reply.card, reply.button(label), NOW))
    service.pass_time(days=15)
    quiet_until(service, chosen, {**resource, "id": "kept-1"}, because="chose that day")


def test_an_offer_that_was_recorded_ends_the_question_without_any_feedback(
    service: Surgery,
) -> None:
    offered = kept(service, "Record that")
    service.pass_time(days=15)
    assert ask(service, offered).decided(COPD_RULE) == "nothing"
    be_there_on(service, MONTHS_12.after(TODAY))
    assert ask(service, offered).decided(COPD_RULE) == "nothing"
    be_there_on(service, MONTHS_12.after(TODAY) + timedelta(days=1))
    assert ask(service, offered).decided(COPD_RULE) == "card"


def test_a_tag_that_was_added_is_not_an_offer(service: Surgery) -> None:
    tag = kept(service, "Add a reminder")
    service.pass_time(days=15)
    reply = ask(service, tag)
    assert reply.decided(COPD_RULE) == "card"
    assert not any(s["label"].startswith("Add a reminder") for s in reply.card["suggestions"])


def test_a_draft_of_a_referral_is_not_an_offer(service: Surgery) -> None:
    draft = kept(service, "Refer to")
    service.pass_time(days=15)
    assert ask(service, draft).decided(COPD_RULE) == "card"
    assert ask(service, {**draft, "status": "active"}).decided(COPD_RULE) == "nothing"


def test_a_no_that_was_entered_in_error_is_not_a_no(service: Surgery) -> None:
    refused = a_resource(
        "Procedure",
        "self-management-copd",
        id="no-1",
        status="entered-in-error",
        statusReason={"coding": [{"system": OWN, "code": "declined"}]},
        performedDateTime="2026-11-01",
    )
    assert ask(service, refused).decided(COPD_RULE) == "card"
    assert ask(service, {**refused, "status": "not-done"}).decided(COPD_RULE) == "quiet"


# ---- a card for two rules -------------------------------------------------------------------


def test_a_topic_that_was_not_answered_on_a_shared_card_was_still_shown(
    two_topics: Surgery,
) -> None:
    """Taking one offer says nothing about the other: it was shown, and is quiet for 14 days."""
    reply = two_topics.ask(two_topics.a_call(margaret()))
    assert reply.prompted == {"cough", "wheeze"}
    two_topics.tell(taken(reply.card, reply.button("Refer to the tea group"), NOW))
    again = two_topics.ask(two_topics.a_call(margaret()))
    assert again.cards == []
    assert again.held_back["cough"]["until"] == MONTHS_12.after(TODAY).isoformat()
    assert again.held_back["wheeze"]["until"] == DAYS_14.after(TODAY).isoformat()


def test_no_thank_you_answers_everything_on_a_shared_card(two_topics: Surgery) -> None:
    reply = two_topics.ask(two_topics.a_call(margaret()))
    two_topics.tell(taken(reply.card, reply.button("No, thank you"), NOW))
    again = two_topics.ask(two_topics.a_call(margaret()))
    assert {held["until"] for held in again.held_back.values()} == {
        MONTHS_12.after(TODAY).isoformat()
    }
    assert set(again.held_back) == {"cough", "wheeze"}
