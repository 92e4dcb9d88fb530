"""The demo's manners, at its own pages: two clinicians, and days that go by at a button."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers, kept_as
from rules.load import Loaded
from tests.desk import NOW, Desk, demo_rules

GP, NURSE = "Dr Ailsa Makebelieve, GP", "Rory Supposed, practice nurse"


@pytest.fixture(scope="module")
def rules() -> Loaded:
    return demo_rules()


@pytest.fixture
def desk(tmp_path: Path, rules: Loaded) -> Iterator[Desk]:
    desk = Desk(tmp_path, rules)
    with desk.running():
        yield desk


def test_what_one_clinician_heard_is_remembered_for_the_other(desk: Desk) -> None:
    first = desk.open("moira")
    assert f"You look as {GP}." in first.text
    assert '"userId": "Practitioner/invented-gp"' in first.source.replace("&#34;", '"')
    desk.close(first, "The person would rather not")
    other = desk.open("moira", looker="nurse")
    assert f"You look as {NURSE}." in other.text
    assert '"userId": "Practitioner/invented-nurse"' in other.source.replace("&#34;", '"')
    assert other.cards == 0
    no = 'Said "no, thank you" on 1 December 2026; nobody asks again until 1 December 2027.'
    assert no in other.text
    assert f"You look as {NURSE}." in desk.get("/demo").text  # and stays so, in this browser


def test_a_card_that_stands_there_is_not_told_once_more_and_its_answer_is(desk: Desk) -> None:
    page = desk.open("moira")
    assert page.cards == 1
    assert "What is remembered" not in page.text
    assert "What is remembered" in desk.close(page, "Not enough time today").text


def test_who_looks_is_chosen_on_the_page_of_people(desk: Desk) -> None:
    assert f"Look as {NURSE}" in desk.get("/demo").text
    chosen = desk.post("/demo/clinician", looker="nurse")
    assert f"You look as {NURSE}." in chosen.text
    assert f"Look as {GP}" in chosen.text
    assert f"by {NURSE}" in desk.open("moira").text


# What closes a card, and what is remembered of it.
REASONS = [
    ("Not enough time today", "There was not enough time"),
    ("Already offered or done", "Marked as already offered or done"),
    ("The person would rather not", 'Said "no, thank you"'),
    ("Not right for this person", "Marked as not right for this person"),
    ("Service not available", "A card was shown"),
]


@pytest.mark.parametrize(("reason", "says"), REASONS)
def test_every_reason_can_be_pressed_is_told_in_words_and_ends_on_the_day_that_is_said(
    desk: Desk, reason: str, says: str
) -> None:
    closed = desk.close(desk.open("moira"), reason)
    assert f"This card is closed: {reason}." in closed.text
    assert f"{says} on 1 December 2026" in closed.text
    told = re.search(r"nobody asks again until (\d+ \w+ \d{4})\.", closed.text)
    assert told
    until = datetime.strptime(told[1], "%d %B %Y").replace(tzinfo=UTC).date()
    desk.wait_until(until - timedelta(days=1))
    quiet = desk.open("moira")
    assert quiet.cards == 0
    assert f"Quiet until {told[1]}" in quiet.text
    assert desk.open("moira", by="day").cards == 1


def test_whatever_reason_a_card_names_can_be_pressed_and_is_said_back(desk: Desk) -> None:
    named = desk.open("moira").reasons
    assert {reason for reason, _ in REASONS} <= set(named)
    for reason in named:
        desk.post("/demo/start-again")
        closed = desk.close(desk.open("moira"), reason)
        assert f"This card is closed: {reason}." in closed.text
        assert "nobody asks again until" in closed.text


def test_a_day_that_the_person_chose_is_said_and_kept(desk: Desk) -> None:
    said = desk.take(desk.open("moira"), "Not now", ask_again="2027-01-01")
    words = (
        'Said "not now" on 1 December 2026; nobody asks again until 1 January 2027,'
        " the day that was chosen."
    )
    assert words in said.text
    assert words in desk.open("moira", by="week").text
    assert desk.open("moira", by="month").cards == 1


def test_who_wants_to_think_about_it_is_asked_once_more_after_four_weeks(desk: Desk) -> None:
    reason = "The person would like to think about it: ask again in 4 weeks"
    page = desk.open("moira")
    assert page.reasons.index(reason) == 5  # below the five, the soonest day first
    closed = desk.close(page, reason)
    words = (
        'Said "not now" on 1 December 2026; nobody asks again until 29 December 2026,'
        " the day that was chosen."
    )
    assert words in closed.text
    desk.wait_until(date(2026, 12, 28))
    assert '"ask me again in 4 weeks"' in desk.open("moira").text
    assert desk.open("moira", by="day").cards == 1


def test_a_reminder_is_suggested_to_be_ended_once_the_offer_was_taken_up(desk: Desk) -> None:
    desk.take(desk.open("moira"), "Add a reminder to ask")
    desk.wait_until(date(2027, 4, 1))
    taken = desk.take(desk.open("moira", looker="nurse"), "Refer to a")
    assert "1 December 2026 to 1 December 2027, active" in taken.text
    ending = desk.open("moira", looker="gp")
    assert "A reminder on this record may have done its work." in ending.text
    ended = desk.take(ending, "End the reminder")
    assert "1 December 2026 to 1 April 2027" in ended.text


def test_a_reminder_that_nobody_ends_is_over_by_itself_after_a_year(desk: Desk) -> None:
    desk.take(desk.open("moira"), "Add a reminder to ask")
    again = "Add a reminder to ask"
    assert again not in desk.open("moira", by="month").text
    later = desk.open("moira", by="year")
    assert later.cards == 1
    assert again in later.text


def test_records_stay_where_they_are_while_the_days_go_by(desk: Desk) -> None:
    before = desk.open("alec").text
    given = "COPD self-management plan given 1 August 2026"
    assert given in before
    after = desk.open("alec", by="year")
    assert given in after.text
    assert after.cards == 1  # by now that is longer ago than a year
    assert "On 1 December 2026: COPD." in after.text


def test_a_visit_whose_day_has_passed_is_no_longer_being_booked(desk: Desk) -> None:
    assert "Being booked Planned review on 8 December 2026" in desk.open("donald").text
    later = desk.open("donald", by="month").text
    assert "Being booked" not in later
    assert "When the visit is booked" not in later


def test_why_this_works_on_a_moved_day_for_both_and_each_look_is_in_the_audit(desk: Desk) -> None:
    desk.post("/demo/later", by="week")
    for person, looker in (("moira", "gp"), ("morag", "nurse")):
        page = desk.open(person, looker=looker)
        why = desk.get(page.link("Why this?"))
        assert why.status == 200
        assert "It was shown on 8 December 2026" in why.text
    old = page.link("Why this?")
    desk.post("/demo/later", by="day")
    assert desk.get(old).status == 403  # good for half an hour
    assert "A card was shown on 8 December 2026" in desk.open("morag").text
    looks = desk.looks()
    assert [(one.who, one.action, one.allowed) for one in looks] == [
        ("Practitioner/invented-gp", "trace", True),
        ("Practitioner/invented-nurse", "trace", True),
    ]
    assert {(one.at - NOW) // timedelta(days=1) for one in looks} == {7}


NO_CARD = [
    pytest.param("moira", ["Quiet until", "Nobody has paused it."], id="held"),
    pytest.param("alec", ["No prompt:", "is recorded in the last 12 months"], id="not for them"),
    pytest.param("ishbel", ["Excluded:", "palliative care"], id="left in peace"),
    pytest.param("rhona", ["Cannot tell", "Not known"], id="cannot tell"),
]


@pytest.mark.parametrize(("person", "says"), NO_CARD)
def test_why_there_is_no_card_is_one_press_away_and_in_the_audit(
    desk: Desk, person: str, says: list[str]
) -> None:
    desk.open(person)
    page = desk.open(person, looker="nurse")
    assert page.cards == 0
    why = desk.get(page.link("Why is there no card"))
    assert "Why there is no card" in why.text
    for words in says:
        assert words in why.text
    (look,) = desk.looks()
    assert (look.who, look.action) == ("Practitioner/invented-nurse", "trace")
    assert look.what.startswith("no-card:")


def test_one_clinician_mutes_a_rule_the_other_still_sees_it_and_start_again_forgets_it(
    desk: Desk,
) -> None:
    rule = "copd-self-management"
    why = desk.open("moira", looker="gp").link("Why this?")
    assert "Do not show me this rule for 30 days" in desk.get(why).text
    pressed = desk.post(why, rule=rule, press="mute")
    assert "You are not shown this rule until 31 December 2026" in pressed.text
    assert "Show it to me again" in desk.get(why).text
    muted = "Not shown: you asked not to see this rule until 31 December 2026."
    page = desk.open("morag", looker="gp")
    assert page.cards == 0
    assert muted in page.text
    assert muted in desk.get(page.link("Why is there no card")).text
    other = desk.open("morag", looker="nurse")
    assert other.cards == 1
    assert "Do not show me this rule" in desk.get(other.link("Why this?")).text
    desk.post("/demo/start-again")
    assert desk.post(why, rule=rule, press="mute").status == 403  # a link of the start before
    assert desk.open("morag", looker="gp").cards == 1


def test_the_ceiling_of_a_session_is_for_one_clinician_and_is_over_tomorrow(desk: Desk) -> None:
    store = Answers(desk.folder / "start-1")
    try:
        with store.sitting(kept_as("Practitioner/invented-gp", ""), NOW) as lately:
            lately.more = 8
    finally:
        store.close()
    page = desk.open("moira")
    assert page.cards == 0
    waits = "Waits: 8 cards were shown here in the last 4 hours."
    assert waits in desk.get(page.link("Why is there no card")).text
    assert desk.open("moira", looker="nurse").cards == 1
    assert desk.open("morag", looker="gp").cards == 0
    assert desk.open("morag", by="day").cards == 1


def test_who_looked_can_be_seen_and_that_look_too(desk: Desk) -> None:
    page = desk.open("moira")
    desk.get(page.link("Why this?"))
    desk.get(desk.open("moira", by="day", looker="nurse").link("Why is there no card"))
    assert (
        f"3 looks, the latest first {NURSE}: This page 2 December 2026"
        f" {NURSE}: Why there is no card 2 December 2026 {GP}: Why a card was shown 1 December 2026"
    ) in desk.get("/demo/audit").text


def test_what_has_no_room_is_told_as_the_reason_for_no_card(desk: Desk) -> None:
    for person in ("moira", "morag", "duncan"):
        desk.close(desk.open(person), "Service not available")
    page = desk.open("fergus")  # who has the reminder already: nothing is left to offer
    assert page.cards == 0
    assert "has no room" in desk.get(page.link("Why is there no card")).text


def test_no_look_without_its_place_in_the_audit(desk: Desk) -> None:
    address = desk.open("alec").link("Why is there no card")
    (desk.folder / "start-1" / "audit.sqlite").rename(desk.folder / "away")
    refused = desk.get(address)
    assert refused.status == 503
    assert "self-management" not in refused.text


def test_where_nothing_can_be_looked_up_the_page_says_so(desk: Desk) -> None:
    address = desk.open("moira").address
    (desk.folder / "start-1" / "answers.sqlite").rename(desk.folder / "away")
    assert "What was said before cannot be looked up at the moment." in desk.get(address).text


def test_an_answer_of_another_day_says_that_it_is_old(desk: Desk) -> None:
    address = desk.open("moira").address
    assert "look again" not in desk.get(address).text.partition("What Good Day says")[2]
    desk.post("/demo/later", by="day")
    assert "Today is 2 December 2026: look again" in desk.get(address).text


def test_the_days_go_on_after_a_restart_and_start_again_brings_the_real_day(
    tmp_path: Path, rules: Loaded
) -> None:
    desk = Desk(tmp_path, rules)
    with desk.running():
        desk.close(desk.open("moira"), "The person would rather not")
        moved = desk.post("/demo/later", by="week").text
        assert "Today is Tuesday 8 December 2026, moved forward 7 days." in moved
    desk.now += timedelta(days=2)
    with desk.running():
        assert "Today is Thursday 10 December 2026, moved forward 7 days." in desk.get("/demo").text
        assert 'Said "no, thank you" on 1 December 2026' in desk.open("moira").text
        again = desk.post("/demo/start-again").text
        assert "Today is Thursday 3 December 2026. You look as" in again
        assert desk.open("moira").cards == 1
    with desk.running():
        assert "Said" not in desk.open("moira").text
    assert [one.name for one in sorted(tmp_path.iterdir())] == ["start-2"]


@pytest.mark.long
@pytest.mark.parametrize("file", ["clock.json", "ehr.json"])
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"moved": -1, "reached": "x", "added": 1}'])
def test_files_that_are_not_its_own_are_left_and_another_start_begins(
    tmp_path: Path, rules: Loaded, file: str, text: str
) -> None:
    desk = Desk(tmp_path, rules)
    with desk.running():
        desk.open("moira")
    (tmp_path / "start-1" / file).write_text(text)
    with desk.running():
        assert desk.open("moira").cards == 1
    assert (tmp_path / "start-2" / file).exists()


def test_it_goes_no_further_than_five_years_and_says_so(desk: Desk) -> None:
    for _ in range(5):
        desk.post("/demo/later", by="year")
    assert "A year later" not in desk.get("/demo").text
    too_far = desk.post("/demo/later", by="year")
    assert too_far.status == 409
    assert "Start again to go back to the real day." in too_far.text
    assert desk.open("moira").cards == 1  # somebody looks at the rules again every year


def test_it_never_goes_back(desk: Desk) -> None:
    desk.post("/demo/later", by="week")
    for by in ("", "-1", "yesterday", "week "):
        assert desk.post("/demo/later", by=by).status == 404
    desk.now -= timedelta(days=3)
    assert "Today is Tuesday 8 December 2026" in desk.get("/demo").text
    kept = json.loads((desk.folder / "start-1" / "clock.json").read_text())
    assert kept["moved"] == 7


@pytest.mark.parametrize("path", ["later", "clinician", "start-again", "people/moira"])
def test_another_site_moves_nothing(desk: Desk, path: str) -> None:
    away = {"Origin": "https://elsewhere.example"}
    form = {"by": "week", "looker": "nurse"}
    assert desk.browser.post(f"/demo/{path}", data=form, headers=away).status_code == 403
    here = desk.get("/demo").text
    assert "Today is Tuesday 1 December 2026." in here
    assert f"You look as {GP}." in here


def test_another_site_makes_nobody_look(desk: Desk) -> None:
    address = desk.open("alec").link("Why is there no card")
    away = {"Sec-Fetch-Site": "cross-site"}
    assert desk.browser.get(address, headers=away).status_code == 403
    assert desk.looks() == []


@pytest.mark.parametrize(
    "address",
    ["visits/7", "visits/x", "visits/1/why/another", "visits/7/why/good-day-patient-view"],
)
def test_a_page_that_is_not_there_says_so_and_shows_the_way_back(desk: Desk, address: str) -> None:
    desk.open("alec")
    gone = desk.get(f"/demo/{address}")
    assert gone.status == 404
    assert "This page, card or button is not there any more." in gone.text
