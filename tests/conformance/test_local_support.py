"""The pages of local support: anybody looks and suggests, two people publish (T34)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.local_support import MOST_BYTES, MOST_OF_ONE
from cds_hooks.settings import Settings
from cds_hooks.store.audit import Audit
from cds_hooks.store.directory import Directory
from cds_hooks.store.keys import read_key
from cds_hooks.store.opening import Place
from cds_hooks.supporting import Supporting
from rules.credits import HERE
from rules.support import Cost, Credit, Room, Spot, Support
from tests.directories import walks
from tests.fhir_builders import COPD_RULE
from tests.served import NOW, a_store, piloting

ADDRESS = "https://good-day.example"
PROXY = "192.0.2.7"
OURS = {"sec-fetch-site": "same-origin"}
TODAY = date(2026, 11, 21)


def signed_in(name: str, role: str = "directory") -> dict[str, str]:
    return {"x-goodday-user": name, "x-goodday-role": role, **OURS}


JO, SAM = signed_in("Jo Brown"), signed_in("Sam Green")
SUGGESTED = {
    "name": "Singing for breathing",
    "about": "We sing, and have tea.",
    "themes": "singing, Breathing",
    "where": "The hall, 1 Main Street",
    "postcode": "ka30 8ql",
    "cost": "free",
    "step_free": "yes",
    "languages": "Urdu, english",
    "peers": "yes",
    "phone": "01475 123456",
    "url": "https://sing.example/",
}


@dataclass
class Pages:
    """The pages as browsers reach them: through a proxy that signs in, and without."""

    proxy: TestClient
    anybody: TestClient
    directory: Directory
    supporting: Supporting
    live: Live

    def publish(self, *entries: Support) -> None:
        self.directory.take(((one, "") for one in entries), TODAY)
        for one in self.directory.everything():
            self.directory.publish(one.latest.id, "Jo", TODAY)
            self.directory.publish(one.latest.id, "Sam", TODAY)
        self.supporting.look()

    def names(self, **search: str) -> list[str]:
        text = self.anybody.get("/local-support", params=search).text
        return [unescape(one) for one in re.findall(r"<h3[^>]*>([^<]*)</h3>", text)]

    def waiting(self) -> dict[str, str]:
        """What the form of the first entry that waits would send."""
        page = self.proxy.get("/local-support/publish", headers=JO).text
        form = page[page.rindex("oldest first") :]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)[:2])

    def press(self, form: dict[str, str], headers: dict[str, str]) -> int:
        return self.proxy.post("/local-support/publish", data=form, headers=headers).status_code


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Pages]:
    live = Live(in_force(piloting(tmp_path / "practice", COPD_RULE), NOW))
    place = Place(tmp_path / "store")
    answers = a_store(place.folder)
    directory = Directory(place)
    supporting = Supporting(directory, live)
    settings = Settings(data=place.folder, proxies=(PROXY,), public_url=ADDRESS)
    app = create_app(settings, live, answers, clock=lambda: NOW, supporting=supporting)
    with TestClient(app, base_url=ADDRESS, client=(PROXY, 1)) as proxy:
        anybody = TestClient(app, base_url=ADDRESS, client=("192.0.2.8", 1))
        yield Pages(proxy, anybody, directory, supporting, live)
    supporting.stop()


def test_a_suggestion_is_shown_to_nobody_until_two_people_published_it(here: Pages) -> None:
    done = here.anybody.post("/local-support/suggest", data=SUGGESTED, headers=OURS)
    assert (done.status_code, "Thank you" in done.text) == (200, True)
    assert here.names() == []
    waits = here.proxy.get("/local-support/publish", headers=JO).text
    assert "From a suggestion made here." in waits
    assert "published by" not in waits
    form = here.waiting()
    approve = {**form, "press": "approve", "checked": "yes"}
    assert here.press(approve, JO) == 200
    assert here.names() == []
    assert here.press(approve, JO) == 409
    assert here.press(approve, signed_in("jo  brown")) == 409
    assert here.names() == []
    assert here.press(approve, SAM) == 200
    assert here.names() == ["Singing for breathing"]
    (one,) = here.live.listed
    entry = one.entry
    assert entry.source == HERE
    assert entry.themes == ("singing", "breathing")
    assert entry.spots == (Spot("The hall, 1 Main Street", "KA30 8QL"),)
    assert (entry.cost, str(entry.step_free), str(entry.peers)) == (Cost.FREE, "yes", "yes")
    assert entry.languages == ("ur", "en")
    assert one.last_checked == TODAY
    text = here.anybody.get("/local-support").text
    assert "From a suggestion made here" in text
    assert '<a href="https://sing.example/" rel="nofollow noopener noreferrer">' in text
    assert "21 November 2026" in text
    assert "Jo Brown" not in text


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"name": ""}, "name", "Say what it is called."),
        ({"name": "x" * 201}, "name", "200 characters"),
        ({"about": " "}, "about", "what happens there"),
        ({"about": "Buy at www.spam.example"}, "about", "into their own field"),
        ({"about": "x" * 601}, "about", "600 characters"),
        ({"days": "https://spam.example"}, "days", "into their own field"),
        ({"url": "javascript:alert(1)"}, "url", "https://"),
        ({"phone": "call me"}, "phone", "digits"),
        ({"email": "x@y"}, "email", "email address"),
        ({"name": "", "url": "nowhere"}, "url", "https://"),
        ({"languages": "Klingon"}, "languages", "English names"),
    ],
)
def test_what_has_to_be_put_right_is_said_at_its_field_and_nothing_is_lost(
    here: Pages, change: dict[str, str], field: str, says: str
) -> None:
    done = here.anybody.post("/local-support/suggest", data={**SUGGESTED, **change}, headers=OURS)
    assert done.status_code == 400
    assert f'id="{field}-wrong"' in done.text
    assert says in done.text
    assert "We sing" in done.text or "about" in change
    assert here.directory.everything() == ()


def test_what_is_fine_is_not_to_be_put_right_beside_what_is_not(here: Pages) -> None:
    change = {"email": "x@y", "phone": "01294  234567"}
    done = here.anybody.post("/local-support/suggest", data={**SUGGESTED, **change}, headers=OURS)
    assert 'id="email-wrong"' in done.text
    assert 'id="phone-wrong"' not in done.text


def test_only_who_keeps_the_directory_sees_and_presses(here: Pages) -> None:
    here.anybody.post("/local-support/suggest", data=SUGGESTED, headers=OURS)
    form = {**here.waiting(), "press": "approve"}
    for browser, headers in (
        (here.anybody, JO),
        (here.proxy, OURS),
        (here.proxy, signed_in("Kim", "clinical")),
    ):
        page = browser.get("/local-support/publish", headers=headers)
        assert page.status_code == 403
        assert "Singing" not in page.text
        done = browser.post("/local-support/publish", data=form, headers=headers)
        assert done.status_code == 403
    for elsewhere in (
        {**JO, "sec-fetch-site": "cross-site"},
        {**JO, "sec-fetch-site": "same-site"},
    ):
        assert here.press(form, elsewhere) == 403
    assert [str(one.state) for one in here.directory.everything()] == ["suggested"]


def test_what_changed_while_somebody_looked_is_looked_at_again(here: Pages) -> None:
    here.directory.take([(walks(), "")], TODAY)
    form = {**here.waiting(), "press": "approve"}
    here.directory.take([(walks(phone="09001 666"), "")], TODAY)
    assert here.press(form, JO) == 409
    assert here.press({"entry": form["entry"], "press": "approve"}, JO) == 409
    assert here.press({**here.waiting(), "press": "approve"}, JO) == 200


def test_the_page_says_what_waits_beside_what_is_on_show(here: Pages) -> None:
    here.publish(walks())
    here.directory.take([(walks(name="Other", url="https://changed.example"), "")], TODAY)
    page = here.proxy.get("/local-support/publish", headers=SAM).text
    assert "A change waits." in page
    assert "Name: was <strong>Hill Walking Group</strong>, would be <strong>Other</strong>" in page
    assert "<code>https://changed.example</code>" in page
    assert 'href="https://changed.example"' not in page


@pytest.mark.parametrize(
    ("pressed", "there", "room"),
    [
        ({"press": "hide"}, False, None),
        ({"press": "gone"}, False, None),
        ({"press": "full"}, True, (Room.FULL, 0)),
        ({"press": "waiting", "weeks": "6"}, True, (Room.WAITING, 6)),
        ({"press": "waiting", "weeks": ""}, True, (Room.WAITING, 0)),
    ],
)
def test_one_person_hides_or_says_that_it_is_full_and_takes_it_back(
    here: Pages, pressed: dict[str, str], there: bool, room: tuple[Room, int] | None
) -> None:
    here.publish(walks())
    assert here.press({"entry": walks().id, **pressed}, JO) == 200
    assert bool(here.live.listed) is there
    if room:
        (one,) = here.live.listed
        assert (one.room, one.weeks) == room
    for back in ("back", "open"):
        assert here.press({"entry": walks().id, "press": back}, SAM) == 200
    (one,) = here.live.listed
    assert one.room is Room.OPEN


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"press": "waiting", "weeks": "-1"}, 400),
        ({"press": "waiting", "weeks": "105"}, 400),
        ({"press": "waiting", "weeks": "٣"}, 400),
        ({"press": "nonsense"}, 400),
        ({}, 400),
        ({"press": "hide", "entry": "other"}, 404),
        ({"press": "approve"}, 409),
        ({"press": "drop"}, 404),
    ],
)
def test_a_press_that_is_none_changes_nothing(
    here: Pages, form: dict[str, str], status: int
) -> None:
    here.publish(walks())
    before = here.directory.everything()
    assert here.press({"entry": walks().id, **form}, JO) == status
    assert here.directory.everything() == before


def test_whoever_is_signed_in_and_suggests_is_neither_of_the_two(here: Pages) -> None:
    done = here.proxy.post("/local-support/suggest", data=SUGGESTED, headers=JO)
    assert done.status_code == 200
    assert "You suggested it." in here.proxy.get("/local-support/publish", headers=JO).text
    approve = {**here.waiting(), "press": "approve", "checked": "yes"}
    assert [here.press(approve, who) for who in (JO, SAM, JO)] == [409, 200, 409]
    assert here.names() == []
    assert here.press(approve, signed_in("Kim")) == 200
    assert here.names() == ["Singing for breathing"]


def test_whom_nobody_vouches_for_is_not_noted_as_having_suggested(here: Pages) -> None:
    here.anybody.post("/local-support/suggest", data=SUGGESTED, headers=JO)
    (one,) = here.directory.everything()
    assert one.suggested_by == ""


def test_who_pressed_what_is_in_the_audit_first_and_nothing_is_done_without(
    here: Pages, tmp_path: Path
) -> None:
    here.publish(walks())
    form = {"entry": walks().id, "press": "full"}
    assert here.press(form, JO) == 200
    store = tmp_path / "store"
    audit = Audit(store, read_key(store, make=False).bytes_for("audit"))
    told = [(one.who, one.role, one.action, one.what) for one in audit.entries()]
    audit.close()
    assert told == [("Jo Brown", "directory", "directory", "full aliss:walks")]
    (store / "audit.sqlite").rename(tmp_path / "away")
    assert here.press({**form, "press": "hide"}, JO) == 503
    assert [str(one.state) for one in here.directory.everything()] == ["published"]


def test_an_entry_has_links_to_where_it_is_from_and_to_its_licence(here: Pages) -> None:
    credit = Credit("From users", "https://www.aliss.example/about")
    here.publish(
        walks(source_url="https://www.aliss.example/walks", credits=(credit,)),
        walks("b", licence="As the council says"),
    )
    page = here.anybody.get("/local-support").text
    links = re.findall(r'<a href="(https://[^"]*)" rel="nofollow[^"]*">([^<]*)<', page)
    assert links == [
        ("https://www.aliss.example/walks", "The entry at ALISS"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://www.aliss.example/about", "From users"),
    ]
    assert "ALISS, As the council says" in page


def test_spam_is_dropped_by_one_person(here: Pages) -> None:
    here.anybody.post("/local-support/suggest", data=SUGGESTED, headers=OURS)
    assert here.press({**here.waiting(), "press": "drop"}, JO) == 200
    assert here.directory.everything() == ()


def test_people_say_that_it_has_changed_and_whoever_checks_it_takes_that_away(here: Pages) -> None:
    here.publish(walks())
    for _ in range(2):
        done = here.anybody.post("/local-support/changed", data={"entry": walks().id}, headers=OURS)
        assert done.status_code == 200
    assert here.anybody.post("/local-support/changed", data={"entry": "x"}).status_code == 404
    page = here.proxy.get("/local-support/publish", headers=JO).text
    assert "2 times people said that it has changed" in page
    assert here.press({"entry": walks().id, "press": "check"}, JO) == 200
    assert "times people said" not in here.proxy.get("/local-support/publish", headers=JO).text
    assert here.live.listed[0].last_checked == TODAY


def test_so_much_within_a_minute_and_no_more(here: Pages) -> None:
    sent = [
        here.anybody.post("/local-support/suggest", data=SUGGESTED, headers=OURS).status_code
        for _ in range(MOST_OF_ONE + 1)
    ]
    assert sent == [200] * MOST_OF_ONE + [429]
    late = here.anybody.post("/local-support/changed", data={"entry": "x"}, headers=OURS)
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert here.proxy.post("/local-support/suggest", data=SUGGESTED).status_code == 200


def test_what_is_no_form_of_ours_is_not_read(here: Pages) -> None:
    send = here.anybody.post
    assert send("/local-support/suggest", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert send("/local-support/suggest", content=b"\xff=\xff").status_code == 400
    many = "&".join(f"f{number}=x" for number in range(100))
    assert send("/local-support/suggest", content=many.encode()).status_code == 400
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert send("/local-support/suggest", data=SUGGESTED, headers=elsewhere).status_code == 403


def test_a_search_narrows_by_words_theme_place_cost_steps_language_and_age(here: Pages) -> None:
    here.publish(
        walks("a", name="Walks", access=("Step-free",), last_checked=date(2026, 11, 1)),
        walks("b", name="Songs", themes=("singing",), cost=Cost.PAID, languages=("ur",)),
        walks("c", name="Old", spots=(Spot("Pier, Troon"),), last_checked=date(2025, 1, 1)),
    )
    assert here.names() == ["Walks", "Songs"]
    assert here.names(old="yes") == ["Walks", "Songs", "Old"]
    assert here.names(words="song") == ["Songs"]
    assert here.names(theme="walking") == ["Walks"]
    assert here.names(place="ka30") == ["Walks", "Songs"]
    assert here.names(place="troon", old="yes") == ["Old"]
    assert here.names(free="yes") == ["Walks"]
    assert here.names(step_free="yes") == ["Walks"]
    assert here.names(language="ur") == ["Songs"]
    text = here.anybody.get("/local-support").text
    assert "1 more was not checked for a year" in text
    assert text.count("Last checked") == 2
    assert text.count("From ALISS, CC BY 4.0. Contains contributions from ALISS users.") == 2


def test_every_page_says_what_may_run_and_who_may_frame_it(here: Pages) -> None:
    for path in ("", "/suggest", "/publish"):
        headers = here.proxy.get(f"/local-support{path}", headers=JO).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert here.anybody.get("/local-support/style.css").status_code == 200


def test_without_a_directory_there_are_no_such_pages(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    app = create_app(Settings(), library, a_store(tmp_path / "store"), clock=lambda: NOW)
    with TestClient(app, base_url=ADDRESS) as client:
        assert client.get("/local-support").status_code == 404
        assert client.post("/local-support/suggest").status_code == 404
