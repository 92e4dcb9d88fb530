"""Local support in the demo: cards show invented places, and its two keepers publish others."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.desk import Desk, demo_rules

PLACES = ("Breathe Easy at the Lantern Hall", "Breathing together, online", "Singing for breath")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    at = Desk(tmp_path / "demo", demo_rules())
    with at.running():
        yield at


def test_a_card_shows_three_invented_places_with_whose_they_are(desk: Desk) -> None:
    page = desk.open("moira")
    assert "Nearby, for Living well with COPD group (invented):" in page.text
    assert page.text.count("last checked") == 3
    assert all(f"{name}:" in page.text for name in PLACES)
    assert "waiting time about 2 weeks" in page.text
    assert "From Invented town, CC BY 4.0. Invented for the demo of Good Day." in page.text
    assert "Lung café" not in page.text  # six weeks to wait
    listed = desk.get("/local-support").text
    assert "People are waiting, about 6 weeks" in listed
    assert "1 more was not checked for a year" in listed


def test_what_nobody_checked_for_a_year_is_on_no_card_while_its_rule_still_speaks(
    desk: Desk,
) -> None:
    for by in ("month",) * 11 + ("week",) * 3:
        assert desk.post("/demo/later", by=by).status == 200
    sleep(1.5)  # the service looks every half second
    page = desk.open("moira")
    assert page.cards == 1
    assert "Nearby" not in page.text


def test_two_keepers_publish_what_somebody_suggested(desk: Desk) -> None:
    form = {"name": "Brass band for beginners", "about": "We blow."}
    assert "Thank you" in desk.post("/local-support/suggest", **form).text
    for who, name, button in (
        ("one", "Morag Madeup", "Approve of it"),
        ("two", "Iqbal Imagined", "Publish it"),
    ):
        page = desk.post("/demo/keeper", who=who)
        assert f"You are {name}" in page.text
        assert button in page.text
        found = re.search(
            r'name="entry" value="(here:[^"]+)">\s*<input[^>]*name="seen" value="([^"]+)"',
            page.source,
        )
        assert found
        done = desk.browser.post(
            "/local-support/publish",
            data={"entry": found[1], "seen": found[2], "press": "approve", "checked": "yes"},
            headers={"sec-fetch-site": "same-origin"},
        )
        assert done.status_code == 200
    assert "Brass band for beginners" in desk.get("/local-support").text
    assert "A button of local support" in desk.get("/demo/audit").text


def test_nobody_is_believed_who_says_themselves_who_they_are(desk: Desk) -> None:
    signed = {"x-goodday-user": "Kim", "x-goodday-role": "directory, auditor"}
    assert desk.browser.get("/audit", headers=signed).status_code == 403
    page = desk.browser.get("/local-support/publish", headers=signed).text
    assert "You are Morag Madeup" in page
    assert "Kim" not in page
