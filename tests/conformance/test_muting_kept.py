"""What is kept of a mute names nobody, is counted nowhere, and is told from five people on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.store.mutes import FILE, SOME
from cds_hooks.store.opening import Place
from rules.rule import Library, Purpose
from tests.fhir_builders import COPD_RULE
from tests.muting import HELD, MUTE, NURSE, SHOW, Practice, practice
from tests.served import NOW


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


def test_a_press_is_no_look_and_is_in_no_audit_log_or_count(
    here: Practice, capfd: pytest.CaptureFixture[str]
) -> None:
    link = here.link()
    here.browser.get(link)
    before = here.looks()
    capfd.readouterr()
    here.press(link, MUTE)
    here.press(link, SHOW)
    here.press(link, MUTE)
    assert here.looks() == before
    assert "".join(capfd.readouterr()) == ""
    assert here.says() == HELD
    here.tally.flush(here.answers)
    day = NOW.date()
    counted = {event.outcome for event in here.answers.counted(day, day)}
    assert "looked" in counted  # so it was flushed
    assert not [one for one in counted if "mute" in one]


def test_what_is_kept_with_a_card_says_nothing_of_a_mute(here: Practice) -> None:
    here.press(here.link(), MUTE)
    nurses = here.answers.issued(here.look(NURSE).card["uuid"])
    here.press(here.link(NURSE), MUTE)
    others = here.answers.issued(here.look("Practitioner/third").card["uuid"])
    assert nurses is not None
    assert others is not None
    assert nurses.steps == others.steps
    assert not [says for _, way in nurses.steps for _, says in way if "you asked" in says]


def test_some_people_is_said_from_five_on_and_nothing_before(here: Practice) -> None:
    def told() -> tuple[bool, bool]:
        state = here.surgery.client.get("/status").json()
        (rule,) = [one for one in state["rules"] if one["id"] == COPD_RULE]
        page = here.surgery.client.get("/status", headers={"accept": "text/html"}).text
        return "mutedBySome" in rule, "Some people have muted it." in page

    links = [here.link(f"Practitioner/{number}") for number in range(SOME)]
    for number, link in enumerate(links):
        assert told() == (False, False), number
        here.press(link, MUTE)
        here.press(link, MUTE)
    assert SOME == 5
    assert told() == (True, True)
    here.press(links[0], SHOW)
    assert told() == (False, False)
    assert "mutesUnread" not in here.surgery.client.get("/status").json()
    here.press(links[0], MUTE)
    here.at(NOW.date() + timedelta(days=30))
    assert told() == (False, False)


def test_where_it_cannot_be_looked_up_there_are_fewer_cards_and_it_is_said(
    here: Practice,
) -> None:
    link = here.link()
    here.press(link, MUTE)
    (here.surgery.store / FILE).unlink()
    says = "mute: Not shown: whether you asked not to see this rule could not be looked up."
    assert here.says() == here.says(NURSE) == says
    page = here.browser.get(link)
    assert page.status_code == 200
    assert "cannot be looked up at the moment" in page.text
    assert here.press(link, SHOW).status == 503
    assert here.surgery.client.get("/status").json()["mutesUnread"] is True
    status = here.surgery.client.get("/status", headers={"accept": "text/html"}).text
    assert "Which rules somebody has muted cannot be looked up." in status


def test_where_it_cannot_be_looked_up_a_safety_net_speaks(tmp_path: Path, library: Library) -> None:
    rules = tuple(replace(one, purpose=Purpose.SAFETY_NET) for one in library.rules)
    with practice(Place(tmp_path / "store"), replace(library, rules=rules)) as here:
        assert here.look().card
        (here.surgery.store / FILE).unlink()
        assert here.look().card


def test_who_muted_what_is_in_no_file(here: Practice) -> None:
    here.press(here.link("Practitioner/dr-quillfeather"), MUTE)
    for file in here.surgery.store.iterdir():
        kept = file.read_bytes()
        assert b"quillfeather" not in kept
        assert COPD_RULE.encode() not in kept or not file.name.startswith(FILE)
