"""What becomes of what was said of cards: it is read, replied to, and told at /status."""

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cds_hooks.store.opening import Place
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.muting import GP, OURS, SIGNED_IN, Practice, practice
from tests.privacy.pressing import box_of
from tests.privacy.whole_day import HERE, app_of
from tests.saying import LATER, MANAGER, managed, say, seen
from tests.served import NOW

MARKUP = '<script>alert("Quillfeather")</script> & </textarea>'


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


# ---- words and replies -------------------------------------------------------------------------


def test_words_reach_whoever_manages_the_rules_and_a_reply_reaches_everybody(
    here: Practice,
) -> None:
    link = here.link()
    say(here, "down", link, words="It came too late.")
    page = managed(here).text
    assert "It came too late." in seen(page)
    assert "waits for a reply" in seen(page)
    assert GP not in page
    told = managed(here, rule=COPD_RULE, reply="It comes\nearlier now.")
    assert (told.status, "It answers 1 of the words that wait." in told.text) == (200, True)
    for address in (f"{link}/said", "/said"):
        everybody = here.surgery.client.get(address, headers=SIGNED_IN).text
        assert "It comes earlier now." in seen(everybody)
        assert "21 November 2026" in everybody
        assert "too late" not in everybody
        assert "Ms Oakes" not in everybody
    assert "replied to" in seen(managed(here).text)


def test_a_card_links_to_what_was_said_and_so_does_the_status_page(here: Practice) -> None:
    link = here.link()
    token = link.rpartition("/")[2]
    assert f'href="{token}/said"' in here.browser.get(link).text
    assert here.browser.get(f"{link}/said").status_code == 200
    status = here.surgery.client.get("/status", headers={"accept": "text/html"}).text
    assert '<a href="said">What was said about our cards</a>' in status


def test_fewer_than_five_thumbs_are_not_told_apart_and_those_of_today_not_at_all(
    here: Practice,
) -> None:
    def told() -> str:
        return seen(here.surgery.client.get("/said", headers=SIGNED_IN).text)

    assert "Nobody said anything in these 90 days." in told()
    for press in ("up", "up", "up", "down"):
        say(here, press)
    assert "Nobody said anything in these 90 days." in told()
    here.at(LATER)
    assert "Fewer than 5 answers." in told()
    assert "It helped" not in told()
    say(here, "down")
    assert "Fewer than 5 answers." in told()
    here.at(LATER + timedelta(days=1))
    assert "It helped 3" in told()
    assert "It did not help 2" in told()


def test_markup_in_words_and_replies_is_shown_as_it_was_written(here: Practice) -> None:
    say(here, "down", words=MARKUP)
    page = managed(here).text
    assert "<script" not in page
    assert MARKUP in seen(page) or html.escape(MARKUP, quote=False) in page.replace("&#34;", '"')
    managed(here, rule=COPD_RULE, reply=MARKUP)
    everybody = here.surgery.client.get("/said", headers=SIGNED_IN).text
    assert "<script" not in everybody
    assert "&lt;script&gt;" in everybody


@pytest.mark.parametrize(
    ("reply", "status"), [("", 400), (" \n ", 400), ("x" * 501, 400), ("x" * 500, 200)]
)
def test_a_reply_that_says_nothing_or_too_much_is_400(
    here: Practice, reply: str, status: int
) -> None:
    say(here, "down", words="It came too late.")
    managed(here)
    assert managed(here, rule=COPD_RULE, reply=reply).status == status
    assert len(here.answers.said.replies()) == (status == 200)


def test_nobody_replies_to_a_rule_of_which_nothing_was_said(here: Practice) -> None:
    assert managed(here, rule=RESULTS_RULE, reply="Thank you.").status == 404
    assert here.answers.said.replies() == []


@pytest.mark.parametrize("role", ["clinical", "auditor", "", "manager2"])
def test_only_a_manager_reads_words_and_every_try_is_in_the_audit(
    here: Practice, role: str
) -> None:
    say(here, "down", words="It came too late.")
    client, looks = here.surgery.client, len(here.looks())
    headers = {"x-goodday-user": GP, "x-goodday-role": role}
    page = client.get("/said/words", headers=headers)
    assert (page.status_code, "too late" in page.text) == (403, False)
    look = here.looks()[looks]
    assert (look.who, look.action, look.allowed) == (GP, "words", False)
    form = {"rule": COPD_RULE, "reply": "Thank you."}
    assert client.post("/said/words", data=form, headers={**headers, **OURS}).status_code == 403
    assert managed(here).status == 200
    look = here.looks()[-1]
    assert (look.who, look.role, look.action, look.allowed) == (
        "Ms Oakes", "manager", "words", True,
    )  # fmt: skip
    assert "too late" not in repr(here.looks())


def test_words_and_replies_are_for_nobody_who_is_not_vouched_for(here: Practice) -> None:
    say(here, "down", words="It came too late.")
    looks = here.looks()
    assert here.browser.get("/said/words", headers=MANAGER).status_code == 403  # not by the proxy
    form = {"rule": COPD_RULE, "reply": "Thank you."}
    posted = here.browser.post("/said/words", data=form, headers={**MANAGER, **OURS})
    assert posted.status_code == 403
    elsewhere = {**MANAGER, "sec-fetch-site": "cross-site"}
    posted = here.surgery.client.post("/said/words", data=form, headers=elsewhere)
    assert posted.status_code == 403
    assert here.browser.get("/why/x/said").status_code == 403
    assert (here.answers.said.replies(), here.looks()) == ([], looks)


def test_without_the_store_nothing_is_shown_or_kept_and_status_says_so(here: Practice) -> None:
    link = here.link()
    box = box_of(here.browser.get(link).text)
    (here.surgery.store / "answers.sqlite").unlink()
    assert here.press(link, {"box": box, "press": "up"}).status == 503
    assert managed(here).status == 503
    assert here.browser.get(f"{link}/said").status_code == 503
    assert here.surgery.client.get("/status").json()["saidUnread"] is True


# ---- /status -----------------------------------------------------------------------------------


def status(here: Practice) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = here.surgery.client.get("/status").json()
    return {name: found[name] for name in ("repliesDue", "wrongRole") if name in found}


def test_words_that_wait_for_more_than_14_days_are_told_without_a_word_of_them(
    here: Practice,
) -> None:
    say(here, "down", words="It came too late.")
    here.at(NOW.date() + timedelta(days=14))
    assert status(here) == {}
    here.at(NOW.date() + timedelta(days=15))
    says = "Words about it have waited for more than 14 days for a reply."
    assert status(here) == {"repliesDue": [{"rule": COPD_RULE, "says": says}]}
    page = here.surgery.client.get("/status", headers={"accept": "text/html"}).text
    assert says in page
    assert "too late" not in page
    assert "waits for a reply for more than 14 days" in seen(managed(here).text)
    managed(here, rule=COPD_RULE, reply="It comes earlier now.")
    assert status(here) == {}


def test_five_of_one_role_have_the_rules_list_of_roles_looked_at(here: Practice) -> None:
    for number in range(5):
        assert status(here) == {}, number
        pressed = say(here, "wrong-role", role="pharmacist")
        assert "not for your role" in pressed.text
    (told,) = status(here)["wrongRole"]
    assert told == {
        "rule": COPD_RULE,
        "says": "At least 5 times since version 1 it was said: not for my role, pharmacist. In its"
        " file, leave out pharmacist. Type: show_to: [gp, nurse, physiotherapist, paramedic,"
        " care-coordinator]",
    }
    page = here.surgery.client.get("/status", headers={"accept": "text/html"}).text
    assert "Said to be for other roles" in page


def test_a_role_that_nobody_told_is_told_as_such(tmp_path: Path, library: Library) -> None:
    rules = tuple(replace(one, show_to=("gp", "nurse")) for one in library.rules)
    with practice(Place(tmp_path / "store"), replace(library, rules=rules)) as here:
        for _ in range(5):
            say(here, "wrong-role")
        (told,) = status(here)["wrongRole"]
        assert "not for my role, without saying which. Ask in the team whose it is" in told["says"]
        for _ in range(5):
            say(here, "wrong-role", role="nurse")
        (told,) = status(here)["wrongRole"]
        assert "leave out nurse. Type: show_to: [gp]" in told["says"]
        for _ in range(5):
            say(here, "wrong-role", role="gp")
        (told,) = status(here)["wrongRole"]
        assert "Ask in the team whose it is" in told["says"]


def test_answers_to_another_version_of_the_rule_do_not_count(
    tmp_path: Path, library: Library
) -> None:
    place = Place(tmp_path / "store")
    with practice(place, library) as here:
        for _ in range(5):
            say(here, "wrong-role", role="gp")
        assert status(here)
    rules = tuple(replace(one, version=one.version + 1) for one in library.rules)
    with practice(place, replace(library, rules=rules)) as here:
        assert status(here) == {}


def test_where_callers_are_listed_what_was_said_is_for_nobody_from_elsewhere(
    tmp_path: Path, library: Library
) -> None:
    app = app_of(tmp_path, library)
    with TestClient(app, client=("192.0.2.9", 1)) as stranger:
        assert stranger.get("/said", headers=MANAGER).status_code == 403
    app = app_of(tmp_path, library)
    with TestClient(app, client=(HERE, 1)) as here:
        assert here.get("/said").status_code == 200
        assert here.get("/said", headers={"x-forwarded-for": "192.0.2.9"}).status_code == 403
        passed_on = {"x-forwarded-for": "192.0.2.9", **SIGNED_IN}
        assert here.get("/said", headers=passed_on).status_code == 200
        no_role = {**passed_on, "x-goodday-role": "cleaner"}
        assert here.get("/said", headers=no_role).status_code == 403
