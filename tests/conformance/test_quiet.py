"""How long it is quiet after each answer, and that the answer says so, to the very day.

The periods are those of PRODUCT 1 as the first cut has them. Each test lets time pass on the
surgery's own clock and asks again on the last quiet day and on the next.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from rules.codes import OWN
from rules.days import Duration
from tests.builders import Resource, a_resource
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, a_booking, leroy, margaret
from tests.served import BOOK, NOW, Json, Reply, Surgery, closed, piloting, surgery, taken

TODAY = NOW.date()
WEEKS_4 = Duration(4, "week")
MONTHS_3, MONTHS_6, MONTHS_12, MONTHS_24 = (Duration(n, "month") for n in (3, 6, 12, 24))


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
    "a tag, which is only a card that was shown": ("Add a reminder", MONTHS_3, "was shown on"),
    "not now": ("Not now", MONTHS_3, '"not now"'),
    "no, thank you": ("No, thank you", MONTHS_12, '"no, thank you"'),
}


def test_a_card_without_an_answer_is_quiet_for_three_months(service: Surgery) -> None:
    a_card(service)
    quiet_until(service, MONTHS_3.after(TODAY), because="nobody has said yes or no")


@pytest.mark.parametrize(("label", "period", "because"), BUTTONS.values(), ids=BUTTONS)
def test_a_suggestion_that_was_taken_is_quiet_for_its_period(
    service: Surgery, label: str, period: Duration, because: str
) -> None:
    card = a_card(service)
    button = next(s for s in card["suggestions"] if s["label"].startswith(label))
    assert service.tell(taken(card, button, NOW)).status == 200
    quiet_until(service, period.after(TODAY), because=because)


REASONS = {
    "limited-time": (MONTHS_3, "there was no time"),
    "action-completed": (MONTHS_12, "already offered or done"),
    "patient-does-not-want-change": (MONTHS_12, '"no, thank you"'),
    "patient-refuses": (MONTHS_12, '"no, thank you"'),
    "patient-ineligible": (MONTHS_24, "not right for this person"),
    "patient-contraindication": (MONTHS_24, "not right for this person"),
    "action-not-priority": (MONTHS_24, "not right for this person"),
    "service-not-available": (MONTHS_3, "was shown on"),
    "": (MONTHS_3, "closed on 21 November 2026 without a reason"),
    "ask-again-in-4-weeks": (WEEKS_4, '"ask me again in 4 weeks" on 21 November 2026'),
    "ask-again-in-3-months": (MONTHS_3, '"ask me again in 3 months" on 21 November 2026'),
    "ask-again-in-6-months": (MONTHS_6, '"ask me again in 6 months" on 21 November 2026'),
    "ask-again-in-12-months": (MONTHS_12, '"ask me again in 12 months" on 21 November 2026'),
    "a-reason-of-their-own": (MONTHS_3, "without a reason"),
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
    offered = [reason["code"] for reason in card["overrideReasons"]]
    assert len(offered) == len(set(offered)) == 5 + 4
    # The five of PRODUCT 1.5 first; twelve months are what the plain one of them means.
    assert offered[5:] == [
        "ask-again-in-4-weeks", "ask-again-in-3-months", "ask-again-in-6-months",
        "do-not-ask-again",
    ]  # fmt: skip
    assert set(offered) <= {*REASONS, "do-not-ask-again"}


def test_a_letter_that_was_taken_is_only_a_card_that_was_shown(service: Surgery) -> None:
    call = service.a_call(leroy(), hook=BOOK)
    call["context"]["appointments"] = a_booking()
    reply = service.ask(call)
    service.tell(taken(reply.card, reply.button("Draft a letter"), NOW), hook=BOOK)
    held = service.ask(call).held_back[RESULTS_RULE]
    assert held["until"] == MONTHS_3.after(TODAY).isoformat()


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
    service.pass_time(days=15)
    because = label.lower()  # and not that it was shown, which holds as long as "not now"
    quiet_until(service, period.after(TODAY), quiet_until_from_record, because=because)


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
    service.pass_time(days=93)  # the card that was shown is quiet no longer by itself
    assert ask(service, offered).decided(COPD_RULE) == "nothing"
    be_there_on(service, MONTHS_12.after(TODAY))
    assert ask(service, offered).decided(COPD_RULE) == "nothing"
    be_there_on(service, MONTHS_12.after(TODAY) + timedelta(days=1))
    assert ask(service, offered).decided(COPD_RULE) == "card"


def test_a_tag_that_was_added_is_not_an_offer(service: Surgery) -> None:
    tag = kept(service, "Add a reminder")
    service.pass_time(days=93)
    reply = ask(service, tag)
    assert reply.decided(COPD_RULE) == "card"
    assert not any(s["label"].startswith("Add a reminder") for s in reply.card["suggestions"])


def test_a_draft_of_a_referral_is_not_an_offer(service: Surgery) -> None:
    draft = kept(service, "Refer to")
    service.pass_time(days=93)
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
    """Taking one offer says nothing about the other: it was shown, and is quiet for that."""
    reply = two_topics.ask(two_topics.a_call(margaret()))
    assert reply.prompted == {"cough", "wheeze"}
    two_topics.tell(taken(reply.card, reply.button("Refer to the tea group"), NOW))
    again = two_topics.ask(two_topics.a_call(margaret()))
    assert again.cards == []
    assert again.held_back["cough"]["until"] == MONTHS_12.after(TODAY).isoformat()
    assert again.held_back["wheeze"]["until"] == MONTHS_3.after(TODAY).isoformat()


def test_no_thank_you_answers_everything_on_a_shared_card(two_topics: Surgery) -> None:
    reply = two_topics.ask(two_topics.a_call(margaret()))
    two_topics.tell(taken(reply.card, reply.button("No, thank you"), NOW))
    again = two_topics.ask(two_topics.a_call(margaret()))
    assert {held["until"] for held in again.held_back.values()} == {
        MONTHS_12.after(TODAY).isoformat()
    }
    assert set(again.held_back) == {"cough", "wheeze"}


def test_of_a_rule_that_nobody_looked_at_again_in_time_no_card_is_shown_and_nothing_is_told(
    tmp_path: Path,
) -> None:
    """It is in shadow, of which the answer has nothing; /status has: see test_reviews.py."""
    library = piloting(tmp_path / "practice", COPD_RULE)
    (rule,) = library.rules
    unseen = replace(rule, care=replace(rule.care, review_by=date(2026, 3, 31)))
    with surgery(tmp_path, replace(library, rules=(unseen,))) as practice:
        assert practice.ask(practice.a_call(margaret())).body == {"cards": []}
