"""A clinician mutes a rule for themselves, on the page behind "Why this?" (PRODUCT 1.4).

For 30 days and for nobody else; and what is kept of it names nobody, and is counted nowhere.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.looking import Looking
from cds_hooks.muting import MOST_BYTES
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.mutes import FILE, SOME
from cds_hooks.store.opening import Place
from rules.rule import Library, Purpose
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, Json, Reply, Surgery
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

ADDRESS = "https://good-day.example"
PROXY, SOMEBODY = "192.0.2.7", "192.0.2.8"
GP, NURSE = "Practitioner/gp", "Practitioner/nurse"
SIGNED_IN = {"x-goodday-user": GP, "x-goodday-role": "clinical"}
OURS = {"sec-fetch-site": "same-origin"}
MUTE, SHOW = {"rule": COPD_RULE, "press": "mute"}, {"rule": COPD_RULE, "press": "show"}
UNTIL = "21 December 2026"
BUTTON, BACK = "Do not show me this rule for 30 days", "Show it to me again"


@dataclass
class Practice:
    """A service with pages; people whom nobody has seen yet open their door one after another."""

    surgery: Surgery
    browser: TestClient
    answers: Answers
    audit: Audit

    def look(self, who: str = GP, **context: object) -> Reply:
        """Somebody opens the record of one more person."""
        person = f"p-{uuid4()}"
        call = self.surgery.a_call(margaret(person), of=person)
        call["context"] |= {"userId": who, **context}
        return self.surgery.ask(call)

    def says(self, who: str = GP) -> str:
        """What keeps a card from somebody; "" for a card."""
        reply = self.look(who)
        return "" if reply.cards else f"{reply.decided(COPD_RULE)}: {_said(reply)}"

    def link(self, who: str = GP) -> str:
        """The page of a card that somebody is shown."""
        return link_of(self.look(who).card)

    def press(self, link: str, form: dict[str, str], **headers: str) -> Reply:
        """A button of a page."""
        return Reply(self.browser.post(link, data=form, headers=headers))

    def at(self, day: date) -> None:
        """Noon of a day."""
        self.surgery.now = datetime(day.year, day.month, day.day, 12, tzinfo=NOW.tzinfo)

    def looks(self) -> list[Looked]:
        return list(self.audit.entries())


def _said(reply: Reply) -> str:
    return str(reply.held_back[COPD_RULE]["says"])


def link_of(card: Json) -> str:
    (link,) = [one["url"] for one in card["links"] if one["label"] == "Why this?"]
    return str(link).removeprefix(ADDRESS)


@contextmanager
def practice(place: Place, library: Library) -> Generator[Practice]:
    settings = Settings(data=place.folder, proxies=(PROXY,))
    answers = Answers(place)
    audit = Audit(place.folder, answers.key.bytes_for("audit"))
    told: list[Surgery] = []
    looking = Looking(Access(settings, answers.key), audit, ADDRESS)
    app = create_app(
        settings,
        library,
        answers,
        clock=lambda: told[0].clock() if told else NOW,
        looking=looking,
    )
    with TestClient(app, base_url=ADDRESS, client=(PROXY, 1)) as client:
        told.append(Surgery(client, place.folder))
        elsewhere = TestClient(app, base_url=ADDRESS, client=(SOMEBODY, 1))
        yield Practice(told[0], elsewhere, answers, audit)


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


HELD = f"mute: Not shown: you asked not to see this rule until {UNTIL}."


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
    here.press(here.link(spelt), MUTE)
    assert here.says() == HELD
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
    with practice(Place(tmp_path / "store"), replace(library, rules=rules)) as here:
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
    assert f"where the record system calls you {GP}" in page.text
    # Without it a browser would send no origin with the form.
    assert page.headers["referrer-policy"] == "same-origin"
    answer = here.surgery.client.post(path, data=MUTE, headers={**SIGNED_IN, **ours})
    assert answer.status_code == 200
    assert here.says() == HELD
    assert here.says(NURSE) == ""


@pytest.mark.parametrize("role", ["auditor", "manager"])
def test_whoever_has_no_clinical_role_cannot_press(here: Practice, role: str) -> None:
    path = f"/why/cards/{here.look().card['uuid']}"
    sent = {**SIGNED_IN, **OURS, "x-goodday-role": role}
    assert here.surgery.client.post(path, data=MUTE, headers=sent).status_code == 403
    assert here.says() == ""


def test_a_link_that_does_not_say_who_looks_has_no_button_and_keeps_nothing(
    here: Practice,
) -> None:
    long = "x" * 300
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


# ---- what is kept of it -----------------------------------------------------------------------


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
    here.surgery.client.get("/status")  # and nothing of it waits to be counted either
    day = NOW.date()
    counted = {event.outcome for event in here.answers.counted(day, day)}
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
    assert here.surgery.client.get("/status").status_code == 200


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
