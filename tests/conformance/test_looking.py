"""Pages about somebody are for those who were shown the card, or whom a trusted proxy names.

Every look is in the audit, and none of it says more than was asked.
"""

import base64
import random
import sqlite3
import string
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from starlette.testclient import TestClient

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.looking import Looking
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import FILE, Audit, Looked
from cds_hooks.store.keys import Key, read_key
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase
from rules.rule import Library
from tests.builders import load_files, rule_text
from tests.fhir_builders import margaret
from tests.served import NOW, Json, Surgery, in_force_once, in_pilot, surgery

ADDRESS = "https://good-day.example"
PROXY, SOMEBODY = "192.0.2.7", "192.0.2.8"
NURSE = {"x-goodday-user": "n.patel", "x-goodday-role": "clinical"}
AUDITOR = {"x-goodday-user": "i.gov", "x-goodday-role": "auditor"}
PRIVATE = ("Margaret", "test-person", "999")


@dataclass
class Here:
    """A service with pages, asked from its proxy and from elsewhere."""

    proxy: Surgery
    elsewhere: TestClient
    audit: Audit
    folder: Path

    def card(self) -> Json:
        return self.proxy.ask(self.proxy.a_call(margaret())).card

    def link(self) -> str:
        links = [one["url"] for one in self.card()["links"] if one["label"] == "Why this?"]
        assert len(links) == 1
        assert links[0].startswith(f"{ADDRESS}/why/")
        return str(links[0]).removeprefix(ADDRESS)

    def looks(self) -> list[Looked]:
        return list(self.audit.entries())


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Here]:
    with a_practice(tmp_path, library) as found:
        yield found


@contextmanager
def a_practice(tmp_path: Path, library: Library) -> Generator[Here]:
    """A service with pages over these rules."""
    settings = Settings(data=tmp_path, proxies=(PROXY,))
    answers = Answers(tmp_path)
    audit = Audit(tmp_path, answers.key.bytes_for("audit"))
    told: list[Surgery] = []

    def clock() -> datetime:
        return told[0].clock() if told else NOW

    looking = Looking(Access(settings, answers.key), audit, ADDRESS)
    app = create_app(settings, in_force_once(library), answers, clock=clock, looking=looking)
    with TestClient(app, base_url=ADDRESS, client=(PROXY, 1)) as client:
        told.append(Surgery(client, tmp_path))
        yield Here(
            told[0], TestClient(app, base_url=ADDRESS, client=(SOMEBODY, 1)), audit, tmp_path
        )


def test_a_card_links_to_the_page_that_says_why_it_was_shown(here: Here) -> None:
    page = here.elsewhere.get(here.link())
    assert page.status_code == 200
    assert "Why this card was shown" in page.text
    assert "21 November 2026" in page.text
    assert "copd-self-management" in page.text
    assert not [each for each in PRIVATE if each in page.text]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["content-security-policy"]


FIVE = "".join(
    f"\n- tag: {{label: Tea & cake {number} for <first_name>, code: t{number}, words: Tea}}"
    for number in range(5)
)


def many_offers() -> Library:
    """A rule for everybody grown up, with five offers."""
    text = rule_text(
        facts=None, when="{age: {at_least: 18}}", exclude=None, people=None, tests=None, offers=FIVE
    )
    return in_pilot(load_files({"coughing.yaml": text}).library)


def test_what_can_wait_is_a_link_of_the_card_to_what_it_is(tmp_path: Path) -> None:
    with a_practice(tmp_path, many_offers()) as here:
        card = here.card()
        assert "2 more can wait." in card["detail"]
        links = {one["label"]: one["url"].removeprefix(ADDRESS) for one in card["links"]}
        assert links["What can wait"] == f"{links['Why this?']}#can-wait"
        page = here.elsewhere.get(links["What can wait"])
        waits = page.text.partition('<h2 id="can-wait">What can wait</h2>')[2].partition("</ul>")[0]
        for number in (3, 4):
            assert f"this one can wait: Tea &amp; cake {number} for this person." in waits
        assert "Tea &amp; cake 2" not in waits
        assert "Somebody with a cough may like the tea group. Number 1 of 1: offer" in waits
        assert not [each for each in PRIVATE if each in page.text]
        (look,) = here.looks()
        assert (look.action, look.allowed) == ("trace", True)


def test_a_card_with_room_for_all_its_offers_has_no_such_link(here: Here) -> None:
    (link,) = here.card()["links"]
    assert link["label"] == "Why this?"
    assert "can wait" not in here.elsewhere.get(link["url"].removeprefix(ADDRESS)).text


def test_where_no_page_can_be_reached_the_card_says_how_many_wait(tmp_path: Path) -> None:
    with surgery(tmp_path, many_offers()) as place:
        card = place.ask(place.a_call(margaret())).card
    assert card["detail"].endswith("2 more can wait.")
    assert "links" not in card


def test_the_link_names_nobody(here: Here) -> None:
    link = here.link()
    assert not [each for each in (*PRIVATE, "Practitioner", "copd") if each in link]


def test_a_look_is_in_the_audit_with_whoever_was_shown_the_card(here: Here) -> None:
    here.elsewhere.get(here.link())
    (look,) = here.looks()
    assert (look.who, look.role, look.action) == ("Practitioner/gp", "clinical", "trace")
    assert look.allowed
    assert look.at == NOW


def test_a_link_is_good_for_half_an_hour(here: Here) -> None:
    link = here.link()
    here.proxy.now += timedelta(minutes=29)
    assert here.elsewhere.get(link).status_code == 200
    here.proxy.now += timedelta(minutes=2)
    page = here.elsewhere.get(link)
    assert page.status_code == 403
    assert "half an hour" in page.text
    assert len(here.looks()) == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "another key", "long", "nothing"])
def test_a_link_that_is_not_ours_lets_nobody_in(here: Here, damage: str) -> None:
    link = here.link()
    other = Access(Settings(), Key(b"o" * 32))
    forged = {
        "cut": link[:-4],
        "changed": link[:40] + ("A" if link[40] != "A" else "B") + link[41:],
        "another key": f"/why/{other.token('x', 'gp', '', int(NOW.timestamp()))}",
        "long": "/why/" + "a" * 60_000,
        "nothing": "/why/x",
    }[damage]
    assert here.elsewhere.get(forged).status_code == 403
    assert here.looks() == []


def test_without_a_link_or_a_trusted_proxy_it_is_403(here: Here) -> None:
    card = here.card()["uuid"]
    for headers in ({}, NURSE):
        page = here.elsewhere.get(f"/why/cards/{card}", headers=headers)
        assert page.status_code == 403
        assert "Nobody has said who you are" in page.text
    assert here.proxy.client.get(f"/why/cards/{card}").status_code == 403
    assert here.looks() == []


def test_whoever_a_trusted_proxy_names_may_look_by_their_role(here: Here) -> None:
    card = here.card()["uuid"]
    assert here.proxy.client.get(f"/why/cards/{card}", headers=NURSE).status_code == 200
    assert here.proxy.client.get(f"/why/cards/{card}", headers=AUDITOR).status_code == 403
    nobody = {**NURSE, "x-goodday-role": "manager"}
    assert here.proxy.client.get(f"/why/cards/{card}", headers=nobody).status_code == 403
    about = f"{card} about {read_key(here.folder, make=False).hidden('test-person')}"
    assert [(one.who, one.allowed, one.what) for one in here.looks()] == [
        ("n.patel", True, about),
        ("i.gov", False, about),
        ("n.patel", False, about),
    ]


def test_whose_card_was_looked_at_can_be_told_after_they_were_erased(here: Here) -> None:
    card = here.card()["uuid"]
    here.proxy.client.get(f"/why/cards/{card}", headers=NURSE)
    erase(Place(here.folder), "test-person", NOW.date())
    here.proxy.client.get(f"/why/cards/{card}", headers=NURSE)
    of_person = read_key(here.folder, make=False).hidden("test-person")
    assert [one.what for one in here.looks()] == [f"{card} about {of_person}", card]
    assert not any("test-person" in one.what for one in here.looks())


@pytest.mark.parametrize(
    "headers",
    [
        [("x-goodday-user", "a"), ("x-goodday-user", "b"), ("x-goodday-role", "clinical")],
        [("x-goodday-user", "a"), ("x-goodday-role", "clinical"), ("x-goodday-role", "auditor")],
        [("x-goodday-user", ""), ("x-goodday-role", "clinical")],
        [("x-goodday-user", "a" * 200), ("x-goodday-role", "clinical")],
        [("x-goodday-user", "a")],
    ],
    ids=["two users", "two roles", "no name", "a long name", "no role"],
)
def test_what_a_proxy_says_has_to_be_said_once_and_whole(
    here: Here, headers: list[tuple[str, str]]
) -> None:
    card = here.card()["uuid"]
    assert here.proxy.client.get(f"/why/cards/{card}", headers=headers).status_code == 403
    assert here.looks() == []


def test_who_looked_is_for_the_auditor_and_is_kept_too(here: Here) -> None:
    here.elsewhere.get(here.link())
    assert here.proxy.client.get("/audit", headers=NURSE).status_code == 403
    page = here.proxy.client.get("/audit", headers=AUDITOR)
    assert page.status_code == 200
    assert "as it was written: 3 looks" in page.text
    assert "Practitioner/gp" in page.text
    assert [one.action for one in here.looks()] == ["trace", "audit", "audit"]
    assert here.elsewhere.get("/audit", headers=AUDITOR).status_code == 403


def test_the_auditor_is_told_what_was_done_to_the_audit(here: Here) -> None:
    here.elsewhere.get(here.link())
    with sqlite3.connect(here.folder / FILE) as file:
        file.execute("UPDATE entries SET who = 'somebody else'")
    file.close()
    page = here.proxy.client.get("/audit", headers=AUDITOR)
    assert "Entry 1 is not as it was written" in page.text


def test_older_looks_are_on_a_page_of_their_own(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_hooks.looking.MOST_ENTRIES", 2)
    for number in range(4):
        here.audit.add(Looked(NOW, f"nurse-{number}", "clinical", "trace", "a-card", allowed=True))
    page = here.proxy.client.get("/audit", headers=AUDITOR)
    assert "2 of 5, the newest first" in page.text
    assert "nurse-3" in page.text
    assert '<a href="?before=4">Older looks</a>' in page.text
    older = here.proxy.client.get("/audit?before=4", headers=AUDITOR)
    assert ["nurse-3" in older.text, "nurse-2" in older.text, "nurse-1" in older.text] == [0, 1, 1]
    assert "as it was written: 6 looks" in older.text
    for odd in ("0", "-1", "x", "9" * 40, "٣"):
        assert here.proxy.client.get(f"/audit?before={odd}", headers=AUDITOR).status_code == 200


def test_where_a_look_cannot_be_kept_there_is_no_page(here: Here) -> None:
    link = here.link()
    with sqlite3.connect(here.folder / FILE) as file:
        file.execute("DROP TABLE entries")
    file.close()
    page = here.elsewhere.get(link)
    assert page.status_code == 503
    assert "Why this card" not in page.text


def test_a_card_that_nobody_was_shown_has_no_page(here: Here) -> None:
    page = here.proxy.client.get("/why/cards/no-such-card", headers=NURSE)
    assert page.status_code == 404
    assert "Nothing is kept" in page.text


def test_a_name_with_markup_in_it_is_only_text(here: Here) -> None:
    odd = {**AUDITOR, "x-goodday-user": "<script>alert(1)</script>"}
    page = here.proxy.client.get("/audit", headers=odd)
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


SOAK = settings().max_examples > 200
GUESSES = 1_000_000 if SOAK else 5_000


def guesses(real: str, seed: int) -> Iterator[str]:
    """Tokens by somebody who knows how ours are made, and has one that is good.

    Every one is another one than theirs, in its bytes: base64 has several spellings of one.
    """
    chance = random.Random(seed)
    mine = base64.urlsafe_b64decode(real + "=" * (-len(real) % 4))
    head, inside = 9, slice(9, len(mine) - 32)  # version and moment, then what is closed, its seal
    fresh = bytes([0x80]) + int(NOW.timestamp()).to_bytes(8, "big")
    while True:
        flipped = bytearray(mine)
        flipped[chance.randrange(len(mine))] ^= 1 << chance.randrange(8)
        for one in (
            bytes(flipped),
            fresh + chance.randbytes(len(mine) - head),
            fresh + mine[inside] + chance.randbytes(32),
            mine[: chance.randrange(len(mine))],
            mine + chance.randbytes(chance.randrange(1, 64)),
            chance.randbytes(chance.randrange(0, 200)),
        ):
            yield base64.urlsafe_b64encode(one).decode().rstrip("=")
        yield "".join(chance.choices(string.ascii_letters + string.digits + "-_", k=len(real)))
        yield str(UUID(bytes=chance.randbytes(16), version=4))


def test_of_so_many_guessed_links_none_is_good() -> None:
    """T16: 5,000 in CI, a million in the soak."""
    access = Access(Settings(), Key(b"k" * 32))
    now = int(NOW.timestamp())
    real = access.token(str(uuid4()), "Practitioner/gp", "", now)
    assert access.by_link(real, now), "a real one is good, or the rest would prove nothing"
    found = [one for one in islice(guesses(real, 16), GUESSES) if access.by_link(one, now)]
    assert found == []


def test_a_guessed_address_is_a_page_for_nobody_and_not_a_look(here: Here) -> None:
    real = here.link()
    for guess in islice(guesses(real.removeprefix("/why/"), 17), GUESSES // 25):
        page = here.elsewhere.get(f"/why/{guess}")
        assert page.status_code in (403, 404), guess  # 404: of an empty guess
        assert not [each for each in (*PRIVATE, "copd") if each in page.text]
    assert here.looks() == []
    assert here.elsewhere.get(real).status_code == 200


def test_a_guessed_card_is_unknown_to_whoever_may_look_too(here: Here) -> None:
    here.card()
    chance = random.Random(18)
    for _ in range(GUESSES // 100):
        card = UUID(bytes=chance.randbytes(16), version=4)
        page = here.proxy.client.get(f"/why/cards/{card}", headers=NURSE)
        assert page.status_code == 404
        assert "Nothing is kept about this card" in page.text
    assert len(here.looks()) == GUESSES // 100, "whoever tries is in the audit"
