"""A reminder can end once there is nothing left to be reminded of, and for no other reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from prompts.ceilings import room
from prompts.choose import choose
from prompts.endings import endings, may_end, with_endings
from prompts.history import History, Shown
from prompts.prompt import Held
from rules.care import PilotGroup
from rules.days import Span, on
from rules.engine import evaluate
from rules.outcome import Decision
from rules.people import record_of
from rules.record import Entry, Kind, PatientRecord, Reply, index
from rules.rule import OfferKind, Practice, Status
from tests.builders import shipped

TODAY = date(2026, 11, 21)
LOADED = shipped()
RULE = next(one for one in LOADED.library.rules if one.id == "copd-self-management")
OFFER = next(one for one in RULE.offers if one.kind is OfferKind.TAG)
assert OFFER.code is not None
TAG = Entry(Kind.TAG, (OFFER.code,), "active", on(date(2026, 9, 1)), reference="Flag/f1")
STORIES = {story.name: story for story in LOADED.stories[RULE.id]}
NOTHING = "Nothing about self-management is on Margaret's record"


def code_of(list_name: str) -> Entry:
    code = LOADED.library.code_lists[list_name].first
    return Entry(Kind.PROCEDURE, (code,), "completed", on(date(2026, 11, 1)))


def record(*more: Entry) -> PatientRecord:
    found, _ = record_of(STORIES[NOTHING])
    entries = [one for each in found.by_code.values() for one in each]
    return PatientRecord(found.person, index([*entries, *more]), {})


def can_end(*more: Entry, held: Held | None = None) -> list[str]:
    outcomes = evaluate((RULE,), record(*more), (), TODAY)
    return [one.because for one in endings(outcomes, {RULE.id: held} if held else {})]


def test_a_reminder_whose_offer_is_recorded_can_end_and_says_why() -> None:
    (because,) = can_end(TAG, code_of("copd-self-management-offer"))
    assert "an offer of self-management is recorded in the last 12 months" in because
    assert may_end(evaluate((RULE,), record(TAG, code_of("copd-self-management-offer")), (), TODAY))


def test_a_reminder_that_still_reminds_of_something_stays() -> None:
    assert can_end(TAG) == []
    assert not may_end(evaluate((RULE,), record(TAG), (), TODAY))


def test_a_condition_that_is_over_ends_its_reminder() -> None:
    over = Entry(
        Kind.CONDITION,
        (LOADED.library.code_lists["copd-resolved"].first,),
        "active",
        on(date(2026, 10, 1)),
    )
    assert len(can_end(TAG, over)) == 1


@pytest.mark.parametrize("reply", list(Reply))
def test_a_no_ends_it_and_not_now_does_not(reply: Reply) -> None:
    held = Held(RULE, "quiet", "Quiet until 2 March 2027.", date(2027, 3, 2), reply)
    settled = (Reply.DECLINED, Reply.ACCEPTED, Reply.ALREADY_DONE, Reply.NOT_RIGHT)
    assert can_end(TAG, held=held) == (["Quiet until 2 March 2027."] if reply in settled else [])


@pytest.mark.parametrize(
    "tag",
    [
        TAG._replace(status="inactive"),
        TAG._replace(status="unknown"),
        TAG._replace(ends=Span(date(2026, 11, 1), date(2026, 11, 20))),
        TAG._replace(sure=False),
        TAG._replace(kind=Kind.PROCEDURE),
    ],
    ids=["inactive", "a status that says nothing", "over", "not sure", "no tag"],
)
def test_what_is_no_reminder_in_force_is_left_alone(tag: Entry) -> None:
    assert can_end(tag, code_of("copd-self-management-offer")) == []


def test_whoever_is_left_alone_is_not_asked_about_a_reminder_either() -> None:
    dying = code_of("palliative-care")._replace(kind=Kind.CONDITION, status="active")
    assert can_end(TAG, code_of("copd-self-management-offer"), dying) == []


def test_what_could_not_be_read_ends_nothing() -> None:
    whole = record(TAG)
    for kind in Kind:
        unread = PatientRecord(whole.person, whole.by_code, {kind: "it was not sent"})
        outcomes = evaluate((RULE,), unread, (), TODAY)
        assert endings(outcomes, {}) == (), kind


def test_a_rule_that_only_its_own_reminder_keeps_quiet_does_not_end_it() -> None:
    """Or it would be set and ended in turns."""
    from rules.fact import All, IsTrue, Not

    tagged = next(fact for fact in RULE.looks_at if fact.find == "tag")
    untagged = replace(RULE, when=All((RULE.when, Not(IsTrue(tagged)))))
    outcomes = evaluate((untagged,), record(TAG), (), TODAY)
    assert outcomes[0].decision is Decision.NO_PROMPT
    assert endings(outcomes, {}) == ()


def test_a_rule_that_put_itself_in_shadow_asks_about_no_reminder_either() -> None:
    outcomes = evaluate((RULE,), record(TAG, code_of("copd-self-management-offer")), (), TODAY)
    stopped = Practice("A test", paused={f"shadow:{RULE.id}": "shown 40 times"})
    for practice, cards in ((Practice("A test"), 1), (stopped, 0)):
        choice = choose(outcomes, History(), TODAY, practice)
        choice = with_endings(choice, outcomes, History(), TODAY, practice, lambda _: True)
        assert len(choice.prompts) == cards


@pytest.mark.parametrize(
    ("group", "user", "cards"),
    [
        (PilotGroup(), "Practitioner/1", 1),
        (PilotGroup(clinicians=("Practitioner/1",)), "Practitioner/1", 1),
        (PilotGroup(clinicians=("Practitioner/1",)), "https://ehr.example/Practitioner/1 ", 1),
        (PilotGroup(clinicians=("Practitioner/1/",)), "Practitioner/1/_history/3", 1),
        (PilotGroup(clinicians=("Practitioner/1",)), "Practitioner/2", 0),
        (PilotGroup(sites=("South",)), "Practitioner/1", 1),
        (PilotGroup(sites=("North",)), "Practitioner/1", 0),
        (PilotGroup(share=(0, 5)), "Practitioner/1", 0),
    ],
)
def test_whom_a_pilot_is_not_for_is_asked_about_none_of_its_reminders(
    group: PilotGroup, user: str, cards: int
) -> None:
    rule = replace(RULE, status=Status.PILOT, care=replace(RULE.care, pilot=group))
    outcomes = evaluate((rule,), record(TAG, code_of("copd-self-management-offer")), (), TODAY)
    ours = Practice("A test", site="South")
    choice = choose(outcomes, History(), TODAY, ours, user)
    choice = with_endings(choice, outcomes, History(), TODAY, ours, lambda _: True, user)
    assert len(choice.prompts) == cards


@pytest.mark.parametrize(("until", "asked"), [(1, False), (30, False), (0, True), (31, True)])
def test_who_has_muted_a_rule_is_not_asked_about_its_reminders(until: int, asked: bool) -> None:
    outcomes = evaluate((RULE,), record(TAG, code_of("copd-self-management-offer")), (), TODAY)
    history = History(muted=((RULE.id, TODAY + timedelta(days=until)),))
    choice = choose(outcomes, history, TODAY, Practice("A test"))
    choice = with_endings(choice, outcomes, history, TODAY, Practice("A test"), lambda _: True)
    assert bool(choice.prompts) is asked


def test_a_card_about_a_reminder_and_one_with_the_offers_of_its_rule_are_two_cards() -> None:
    offers = Shown(TODAY - timedelta(days=9), (RULE.id,), (RULE.quiet.topic,))
    ends = Shown(TODAY - timedelta(days=8), (RULE.id,), (f"reminder-of-{RULE.quiet.topic}",))
    for shown, left in (((offers, offers), 1), ((ends, ends), 1), ((offers, ends), 0)):
        assert room(History(shown=shown), TODAY)[0].cards == left
