""" "Ask me again in ...": the day on which a person is happy to be asked (PRODUCT 1.4).

With a no, or because they want to think about it.

A card has it among the reasons to close it, as CDS Hooks 2.0 has them, with codes of our own.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers
from rules.codes import OWN
from rules.days import Duration
from rules.record import Reply
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, Json, Surgery, closed, surgery, taken
from tests.served import Reply as Answer

NEVER, IN_3, IN_6, IN_12 = (
    "do-not-ask-again", "ask-again-in-3-months", "ask-again-in-6-months", "ask-again-in-12-months",
)  # fmt: skip
THINKS = "ask-again-in-4-weeks"


def ask(service: Surgery) -> Answer:
    return service.ask(service.a_call(margaret()))


def says(service: Surgery, day: str) -> str:
    """What holds it back at noon on a day; "" for a card."""
    service.now = datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)
    answer = ask(service)
    return "" if answer.cards else str(answer.held_back[COPD_RULE]["says"])


def codes(card: Json) -> list[str]:
    return [one["code"] for one in card["overrideReasons"]]


def test_below_the_five_reasons_a_card_has_the_days_that_a_person_may_choose(
    service: Surgery,
) -> None:
    *five, four, three, six, never = ask(service).card["overrideReasons"]
    assert len(five) == 5
    assert {one["system"] for one in five} == {
        "https://cds-hooks.hl7.org/CodeSystem/non-adherence-reason-codes"
    }
    chosen = (four, three, six, never)  # the soonest first
    assert [one["code"] for one in chosen] == [THINKS, IN_3, IN_6, NEVER]
    assert {one["system"] for one in chosen} == {OWN}
    assert four["display"] == "The person would like to think about it: ask again in 4 weeks"
    assert three["display"] == "The person would rather not: ask again in 3 months"
    assert never["display"] == "The person would rather not be asked again"


def test_twelve_months_can_be_chosen_where_a_plain_no_means_something_else(
    tmp_path: Path, library: Library
) -> None:
    (rule,) = (one for one in library.rules if one.id == COPD_RULE)
    periods = {**rule.quiet.periods, Reply.DECLINED: rule.quiet.periods[Reply.NOT_RIGHT]}
    longer = replace(rule, quiet=replace(rule.quiet, periods=periods))
    with surgery(tmp_path, replace(library, rules=(longer,))) as service:
        assert codes(ask(service).card)[5:] == [THINKS, IN_3, IN_6, IN_12, NEVER]


def test_four_weeks_are_not_said_once_more_where_a_plain_not_now_means_them(
    tmp_path: Path, library: Library
) -> None:
    (rule,) = (one for one in library.rules if one.id == COPD_RULE)
    periods = {**rule.quiet.periods, Reply.NOT_NOW: Duration(28, "day")}
    shorter = replace(rule, quiet=replace(rule.quiet, periods=periods))
    with surgery(tmp_path, replace(library, rules=(shorter,))) as service:
        assert codes(ask(service).card)[5:] == [IN_3, IN_6, NEVER]


def test_who_wants_to_think_about_it_is_asked_once_more_after_four_weeks_and_gently(
    service: Surgery,
) -> None:
    """Their own day stands, though "not now" rests for three months, and so does silence."""
    service.tell(closed(ask(service).card, NOW, THINKS))
    expected = (
        'Quiet until 19 December 2026: the person said "ask me again in 4 weeks" on'
        " 21 November 2026."
    )
    assert says(service, "2026-11-21") == says(service, "2026-12-18") == expected
    assert says(service, "2026-12-19") == ""  # the one return
    assert says(service, "2026-12-20").startswith("Quiet until 19 March 2027: the card was shown")
    assert says(service, "2027-03-18") != ""


def test_who_wants_to_think_about_it_has_not_said_no(service: Surgery) -> None:
    service.tell(closed(ask(service).card, NOW, THINKS))
    store = Answers(service.store)
    (said,) = store.history("test-person").said
    counted = {event.outcome for event in store.counted(NOW.date(), NOW.date())}
    store.close()
    assert (said.reply, said.ask_again) == (Reply.NOT_NOW, date(2026, 12, 19))
    assert counted == {"shown", "not now", "answered"}


@pytest.mark.parametrize(("no", "until"), [("patient-refuses", 2027), (NEVER, 9999)])
def test_a_no_outweighs_the_wish_to_think_whichever_was_said_first(
    tmp_path: Path, library: Library, no: str, until: int
) -> None:
    for number, order in enumerate(((THINKS, no), (no, THINKS))):
        with surgery(tmp_path / str(number), library) as service:
            card = ask(service).card
            for minute, reason in enumerate(order):
                service.tell(closed(card, NOW + timedelta(minutes=minute), reason))
            assert says(service, "2026-12-19") != ""
            assert (says(service, "2027-11-21") == "") is (until == 2027)


def test_it_is_quiet_until_the_day_they_chose_and_says_what_they_said(service: Surgery) -> None:
    service.tell(closed(ask(service).card, NOW, IN_6))
    expected = (
        'Quiet until 21 May 2027: the person said "ask me again in 6 months" on 21 November 2026.'
    )
    assert says(service, "2026-11-22") == says(service, "2027-05-20") == expected
    assert says(service, "2027-05-21") == ""


def test_who_would_rather_not_be_asked_again_is_not_asked_again(service: Surgery) -> None:
    service.tell(closed(ask(service).card, NOW, NEVER))
    for day in ("2026-11-22", "2027-11-22", "2126-11-22"):
        assert says(service, day) == (
            'Quiet until the person says otherwise: they said "don\'t ask again" on'
            " 21 November 2026."
        )
    assert ask(service).held_back[COPD_RULE]["step"] == "consent"


def test_the_same_answer_sent_twice_is_one_and_the_day_does_not_move(service: Surgery) -> None:
    met = closed(ask(service).card, NOW, IN_3)
    service.tell(met, met)
    service.now = NOW + timedelta(days=30)
    service.tell(met)
    assert says(service, "2027-02-20").startswith("Quiet until 21 February 2027")
    assert says(service, "2027-02-21") == ""


def test_a_no_that_was_pressed_and_a_day_that_was_chosen_with_it_are_one_no(
    service: Surgery,
) -> None:
    """Somebody presses the button, and then closes the card with the day: the day stands."""
    reply = ask(service)
    service.tell(taken(reply.card, reply.button("No, thank you"), NOW))
    service.tell(closed(reply.card, NOW + timedelta(minutes=1), IN_3))
    assert says(service, "2027-02-20") != ""
    assert says(service, "2027-02-21") == ""


def test_a_day_that_is_chosen_later_is_heard_however_late(service: Surgery) -> None:
    card = ask(service).card
    service.tell(closed(card, NOW, "limited-time"))
    service.tell(closed(card, NOW + timedelta(days=1), NEVER))
    service.now = NOW + timedelta(days=2)
    assert ask(service).held_back[COPD_RULE]["step"] == "consent"


def test_it_outlives_a_restart(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as service:
        service.tell(closed(ask(service).card, NOW, IN_6))
    with surgery(tmp_path, library) as service:
        assert '"ask me again in 6 months"' in says(service, "2027-05-20")
        assert says(service, "2027-05-21") == ""


def test_it_counts_for_what_else_was_offered_and_for_another_rule_that_offers_it(
    service: Surgery,
) -> None:
    service.tell(closed(ask(service).card, NOW, IN_6))
    store = Answers(service.store)
    (said,) = store.history("test-person").said
    store.close()
    assert (said.reply, said.ask_again) == (Reply.DECLINED, date(2027, 5, 21))
    assert len(said.offers) > 1


def test_it_is_counted_as_a_no_and_nothing_else(service: Surgery) -> None:
    service.tell(closed(ask(service).card, NOW, IN_6))
    store = Answers(service.store)
    counted = {event.outcome for event in store.counted(NOW.date(), NOW.date())}
    store.close()
    assert counted == {"shown", "declined", "answered"}
