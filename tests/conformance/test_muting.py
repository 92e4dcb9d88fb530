"""A clinician mutes a rule for themselves, on the page behind "Why this?" (PRODUCT 1.4).

For 30 days and for nobody else. What is kept of it: test_muting_kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.muting import MOST_BYTES
from cds_hooks.store.opening import Place
from rules.rule import Library, Purpose
from tests.fhir_builders import COPD_RULE
from tests.muting import (
    ADDRESS,
    GP,
    HELD,
    MUTE,
    NURSE,
    OURS,
    SHOW,
    SIGNED_IN,
    Practice,
    link_of,
    practice,
)
from tests.served import NOW
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

UNTIL = "21 December 2026"
BUTTON, BACK = "Do not show me this rule for 30 days", "Show it to me again"


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


def without_thumbs(library: Library) -> Library:
    """A practice that does not ask what a card was worth: its pages have no other form."""
    return replace(library, practice=replace(library.practice, thumbs=False))


def test_one_mutes_it_for_thirty_days_and_the_other_still_sees_it(
    place: Place, library: Library
) -> None:
    with practice(place, library) as here:
        link = here.link()
        pressed = here.press(link, MUTE)
        assert (pressed.status, f"not shown this rule until {UNTIL}" in pressed.text) == (200, True)
        assert here.says() == HELD
        assert here.says(NURSE) == ""
        held = here.look().held_back[COPD_RULE]
        assert (held["step"], held["until"]) == ("mute", "2026-12-21")
    with practice(place, library) as here:  # it outlives a restart
        for days in (1, 15, 29):
            here.at(NOW.date() + timedelta(days=days))
            assert here.says() == HELD
            assert here.says(NURSE) == ""
        for days in (30, 31, 32):
            here.at(NOW.date() + timedelta(days=days))
            assert here.says() == ""


def test_it_is_taken_back_with_the_button_that_stands_there_instead(here: Practice) -> None:
    link = here.link()
    page = here.browser.get(link).text
    assert (BUTTON in page, BACK in page) == (True, False)
    here.press(link, MUTE)
    page = here.browser.get(link).text
    assert (BUTTON in page, BACK in page) == (False, True)
    assert f"You asked not to see this rule until {UNTIL}" in page
    nurse = here.browser.get(here.link(NURSE)).text
    assert (BUTTON in nurse, BACK in nurse) == (True, False)
    assert "You see this rule again" in here.press(link, SHOW).text
    assert here.says() == ""
    assert here.press(link, SHOW).status == 200  # twice is once


def test_whoever_presses_it_again_has_thirty_days_from_then_and_no_more(here: Practice) -> None:
    link = here.link()
    here.press(link, MUTE)
    here.surgery.pass_time(minutes=20)
    here.press(link, MUTE)
    assert here.says() == HELD


@pytest.mark.parametrize(
    "spelt", [f"https://ehr.example/fhir/{GP}", f" {GP} ", f"{GP}/_history/2", f"/{GP}/"]
)
def test_one_who_is_written_in_many_ways_is_one(here: Practice, spelt: str) -> None:
    here.press(here.link(), MUTE)
    assert here.says(spelt) == HELD
    here.press(here.link(NURSE), SHOW)  # which is nobody else's
    here.press(here.link(NURSE), MUTE)
    assert here.says(spelt) == HELD
    here.at(NOW.date() + timedelta(days=30))
    here.press(here.link(spelt), MUTE)
    assert here.says().startswith("mute: ")
    assert here.says(f"{GP}2") == ""


def test_a_rule_that_took_over_from_a_muted_one_is_muted(tmp_path: Path, library: Library) -> None:
    place = Place(tmp_path / "store")
    with practice(place, library) as here:
        here.press(here.link(), MUTE)
    rules = tuple(
        replace(one, id="next", care=replace(one.care, replaces=COPD_RULE))
        if one.id == COPD_RULE
        else one
        for one in library.rules
    )
    with practice(place, replace(library, rules=rules)) as here:
        assert here.look().held_back["next"]["step"] == "mute"
        link = here.link(NURSE)
        assert here.look(NURSE).card
        page = here.browser.get(link).text
        assert 'name="rule" value="next"' in page
        here.at(NOW.date() + timedelta(days=10))
        link = here.link(NURSE)
        here.press(link, {"rule": "next", "press": "mute"})
        assert here.look(NURSE).held_back["next"]["until"] == "2026-12-31"
        here.press(link, {"rule": "next", "press": "show"})
        assert here.look(NURSE).card


def test_a_safety_net_cannot_be_muted_and_the_page_says_so(
    tmp_path: Path, library: Library
) -> None:
    rules = tuple(replace(one, purpose=Purpose.SAFETY_NET) for one in library.rules)
    library = without_thumbs(replace(library, rules=rules))
    with practice(Place(tmp_path / "store"), library) as here:
        link = here.link()
        page = here.browser.get(link).text
        assert "about somebody's safety. It cannot be muted" in page
        assert "<form" not in page
        pressed = here.press(link, MUTE)
        assert (pressed.status, "cannot be muted" in pressed.text) == (409, True)
        assert here.look().card


# ---- who may press ----------------------------------------------------------------------------


def test_without_a_link_or_a_trusted_proxy_it_is_403_and_nothing_is_kept(here: Practice) -> None:
    card = here.look().card
    link = link_of(card)
    assert here.press(f"/why/cards/{card['uuid']}", MUTE, **SIGNED_IN, **OURS).status == 403
    assert here.press("/why/x", MUTE).status == 403
    assert here.press(link[:-3], MUTE).status == 403
    here.surgery.pass_time(minutes=31)
    assert here.press(link, MUTE).status == 403
    assert here.says() == ""
    assert here.looks() == []


FOREIGN = [
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": ADDRESS},
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"origin": "http://good-day.example"},
    {"origin": f"{ADDRESS}.elsewhere.example"},
    {"referer": f"{ADDRESS}/why/cards/x"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=[str(one) for one in FOREIGN])
def test_a_form_of_another_site_changes_nothing_for_who_is_signed_in(
    here: Practice, headers: dict[str, str]
) -> None:
    path = f"/why/cards/{here.look().card['uuid']}"
    sent = {**SIGNED_IN, **headers}
    answer = here.surgery.client.post(path, data=MUTE, headers=sent)
    assert answer.status_code == 403
    assert "Another site cannot press buttons here" in answer.text
    assert here.says() == ""


@pytest.mark.parametrize("ours", [OURS, {"origin": ADDRESS}])
def test_whoever_a_trusted_proxy_names_mutes_it_for_that_name(
    here: Practice, ours: dict[str, str]
) -> None:
    path = f"/why/cards/{here.look().card['uuid']}"
    page = here.surgery.client.get(path, headers=SIGNED_IN)
    assert "by the same name as the sign-in does" in page.text
    assert GP not in page.text
    # Without it a browser would send no origin with the form.
    assert page.headers["referrer-policy"] == "same-origin"
    answer = here.surgery.client.post(path, data=MUTE, headers={**SIGNED_IN, **ours})
    assert answer.status_code == 200
    assert "That holds where the record system has the name for you" in answer.text
    assert here.says() == HELD
    assert here.says(NURSE) == ""


@pytest.mark.parametrize("role", ["auditor", "manager"])
def test_whoever_has_no_clinical_role_cannot_press(here: Practice, role: str) -> None:
    path = f"/why/cards/{here.look().card['uuid']}"
    sent = {**SIGNED_IN, **OURS, "x-goodday-role": role}
    assert here.surgery.client.post(path, data=MUTE, headers=sent).status_code == 403
    assert here.says() == ""


def test_a_link_that_does_not_say_who_looks_has_no_button_and_keeps_nothing(
    tmp_path: Path, library: Library
) -> None:
    long = "x" * 300
    with practice(Place(tmp_path / "store"), without_thumbs(library)) as here:
        link = here.link(long)
        page = here.browser.get(link)
        assert (page.status_code, "<form" in page.text) == (200, False)
        assert here.press(link, MUTE).status == 409
        assert here.says(long) == ""


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"rule": COPD_RULE}, 400),
        ({"rule": COPD_RULE, "press": "erase"}, 400),
        ({"press": "mute"}, 404),
        ({"rule": "no-such-rule", "press": "mute"}, 404),
        ({"rule": "x" * MOST_BYTES, "press": "mute"}, 413),
        ({**MUTE, "a": "1", "b": "2", "c": "3"}, 400),
        ({"rule": "é", "press": "mute"}, 404),
    ],
)
def test_what_is_no_button_of_the_page_changes_nothing(
    here: Practice, form: dict[str, str], status: int
) -> None:
    assert here.press(here.link(), form).status == status
    assert here.says() == ""


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&" * 500, b"%00=%ff&rule=%f0", b"a" * 100_000])
def test_bytes_that_are_no_form_are_refused(here: Practice, body: bytes) -> None:
    assert here.browser.post(here.link(), content=body).status_code in (400, 413)


def test_the_page_has_plain_forms_that_go_nowhere_else(here: Practice) -> None:
    link = here.link()
    page = here.browser.get(link)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self';" in policy
    assert '<form method="post">' in page.text
    assert "<script" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    answer = here.browser.post(link, data=MUTE)
    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "Margaret" not in answer.text
