"""What whoever looks says of a card, on the page behind "Why this?" (PRODUCT 1.4).

A thumb, words for whoever manages the rules, or that the card is not for their role. What is kept
of it: tests/unit/cds_hooks/store/test_thumbs; what is replied: test_thumbs_replied.
"""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase
from cds_hooks.store.tables import FILE
from cds_hooks.store.thumbs import LONGEST, Thumbs
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.muting import GP, MUTE, OURS, SIGNED_IN, Practice, practice
from tests.privacy.pressing import box_of
from tests.saying import LATER, counted, say, seen, words
from tests.served import NOW
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


# ---- thumbs ------------------------------------------------------------------------------------


def test_one_tap_says_that_a_card_helped_and_another_that_it_did_not(
    place: Place, library: Library
) -> None:
    with practice(place, library) as here:
        link = here.link()
        page = here.browser.get(link).text
        assert page.count('<svg class="face"') == 2
        assert "This card helped" in seen(page)
        assert "This card did not help" in seen(page)
        first = say(here, "up", link)
        assert (first.status, "It is kept that this card helped." in first.text) == (200, True)
        assert counted(here) == Thumbs(1, 0)
        again = say(here, "down", link)
        assert (again.status, "did not help." in again.text) == (200, True)
        assert counted(here) == Thumbs(0, 1)
        assert say(here, "down", link).text == again.text  # nothing tells what was said before
        say(here, "up")
        assert counted(here) == Thumbs(1, 1)


def test_two_presses_at_once_are_one_thumb(place: Place, library: Library) -> None:
    with practice(place, library) as here:
        link = here.link()
        box = box_of(here.browser.get(link).text)
        forms = [{"box": box, "press": press, "words": press} for press in ("up", "down") * 4]
        with ThreadPoolExecutor(8) as pool:
            replies = [pool.submit(here.press, link, form) for form in forms]
        assert [one.result().status for one in replies] == [200] * 8
        found = counted(here)
        assert (found.up + found.down, len(words(here))) == (1, 1)


def test_a_press_is_no_look_and_in_no_log_and_nobody_is_in_what_is_kept(
    here: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    link = here.link()
    box = box_of(here.browser.get(link).text)
    looks, logged = here.looks(), len(caplog.records)
    assert here.press(link, {"box": box, "press": "up", "words": "Quick"}).status == 200
    assert here.press(link, {"box": box, "press": "wrong-role", "role": "gp"}).status == 200
    assert here.looks() == looks
    ours = [r.getMessage() for r in caplog.records[logged:] if not r.name.startswith("httpx")]
    assert not [line for line in ours if "thumb" in line or "press" in line or GP in line]


def test_the_page_does_not_say_what_was_pressed_before(here: Practice) -> None:
    link = here.link()
    before = here.browser.get(link).text
    say(here, "down", link, words="Not now")
    after = here.browser.get(link).text
    assert after.replace(box_of(after), "") == before.replace(box_of(before), "")


def test_a_practice_may_not_ask_for_it(tmp_path: Path, library: Library) -> None:
    silent = replace(library, practice=replace(library.practice, thumbs=False))
    with practice(Place(tmp_path / "store"), library) as here:
        link = here.link()
        box = box_of(here.browser.get(link).text)
    with practice(Place(tmp_path / "store"), silent) as here:
        page = here.browser.get(link).text
        assert "This card helped" not in seen(page)
        assert "Not for my role" not in seen(page)
        assert "Do not show me this rule" in seen(page)
        pressed = here.press(link, {"box": box, "press": "up"})
        assert (pressed.status, "does not ask for it" in pressed.text) == (409, True)
        assert counted(here) == Thumbs()


def test_whom_a_proxy_lets_in_presses_too_for_a_week_and_not_from_another_site(
    here: Practice,
) -> None:
    card = here.look().card["uuid"]
    address, client = f"/why/cards/{card}", here.surgery.client
    box = box_of(client.get(address, headers=SIGNED_IN).text)
    form = {"box": box, "press": "up"}
    assert client.post(address, data=form, headers=SIGNED_IN).status_code == 403
    assert client.post(address, data=form, headers={**SIGNED_IN, **OURS}).status_code == 200
    here.at(NOW.date() + timedelta(days=7))
    page = client.get(address.replace(card, card.upper()), headers=SIGNED_IN).text
    form = {"box": box_of(page), "press": "down"}
    assert client.post(address, data=form, headers={**SIGNED_IN, **OURS}).status_code == 200
    assert here.answers.said.counted(LATER + timedelta(days=7))[COPD_RULE] == Thumbs(0, 1)
    here.at(NOW.date() + timedelta(days=8))
    assert 'name="box"' not in client.get(address, headers=SIGNED_IN).text


# ---- what is no press of the page --------------------------------------------------------------


def test_nothing_is_kept_of_another_card_an_old_page_or_a_forged_form(here: Practice) -> None:
    link, other = here.link(), here.link()
    box = box_of(here.browser.get(other).text)
    for form in (
        {"press": "up"},
        {"press": "up", "rule": COPD_RULE},
        {"press": "up", "box": box},  # of the other card
        {"press": "up", "box": box[:-2]},
        {"press": "up", "box": "x" * 3000},
        {"press": "up", "box": "é"},
        {"press": "up", "box": link.rpartition("/")[2]},  # closed by us, for another purpose
    ):
        assert here.press(link, form).status == 400, form
    here.surgery.pass_time(minutes=20)
    card = here.look().card["uuid"]
    address, client = f"/why/cards/{card}", here.surgery.client
    form = {"box": box_of(client.get(address, headers=SIGNED_IN).text), "press": "up"}
    here.surgery.pass_time(minutes=31)
    pressed = client.post(address, data=form, headers={**SIGNED_IN, **OURS})
    assert (pressed.status_code, "half an hour" in pressed.text) == (400, True)
    assert here.answers.said.rules() == set()


def test_a_rule_that_is_not_on_the_card_has_no_form_there(here: Practice) -> None:
    link = here.link()
    page = here.browser.get(link).text
    assert page.count('name="box"') == 2  # of the one rule: the thumbs, and the role
    say(here, "up", link, rule=RESULTS_RULE)
    assert here.answers.said.rules() == {COPD_RULE}


def test_a_rule_that_is_not_in_force_any_more_is_404_and_has_no_form(
    tmp_path: Path, library: Library
) -> None:
    place = Place(tmp_path / "store")
    with practice(place, library) as here:
        link = here.link()
        box = box_of(here.browser.get(link).text)
    without = tuple(one for one in library.rules if one.id != COPD_RULE)
    with practice(place, replace(library, rules=without)) as here:
        assert here.press(link, {"box": box, "press": "up"}).status == 404
        assert 'name="box"' not in here.browser.get(link).text
        assert here.answers.said.rules() == set()


@pytest.mark.parametrize("many", [LONGEST, LONGEST + 1])
def test_words_have_an_end_and_what_is_too_long_is_said_and_not_cut(
    here: Practice, many: int
) -> None:
    longest = "\r\n" * 3 + "🙂" * (many - 1) + "\n."  # as a browser sends lines
    longest = longest.replace("🙂\n", "\n", 1)
    pressed = say(here, "up", words=longest)
    assert pressed.status == (200 if many <= LONGEST else 400)
    assert [len(one) for one in words(here)] == ([LONGEST] if many <= LONGEST else [])
    if many > LONGEST:
        assert "longer than 500 characters" in pressed.text
        assert counted(here) == Thumbs()


def test_what_cannot_be_seen_is_no_part_of_words(here: Practice) -> None:
    say(
        here,
        "up",
        words="\x00 One\u202e two\x1b[31m\r\nthree 🙂",
    )
    assert words(here) == ["One two[31m\nthree 🙂"]


def test_a_role_that_is_not_in_the_list_is_400(here: Practice) -> None:
    assert say(here, "wrong-role", role="Dr Quillfeather").status == 400
    assert here.answers.said.rules() == set()


def test_every_worker_knows_what_was_said_at_another(place: Place, library: Library) -> None:
    with practice(place, library) as here:
        say(here, "up", words="Good")
        other = Answers(place)
        assert other.said.rules() == {COPD_RULE}
        other.close()


def test_a_mute_is_pressed_as_before(here: Practice) -> None:
    link = here.link()
    assert here.press(link, MUTE).status == 200
    assert here.says(GP).startswith("mute: ")


def test_nothing_is_kept_of_a_card_of_somebody_who_was_erased_meanwhile(here: Practice) -> None:
    link = here.link()
    box = box_of(here.browser.get(link).text)
    with sqlite3.connect(here.surgery.store / FILE) as other:
        (person,) = other.execute("SELECT person FROM cards").fetchone()
    other.close()
    erase(Place(here.surgery.store), person, NOW.date())
    pressed = here.press(link, {"box": box, "press": "up", "words": "Too late"})
    assert (pressed.status, "Nothing is kept about this card" in pressed.text) == (404, True)
    assert here.answers.said.rules() == set()
