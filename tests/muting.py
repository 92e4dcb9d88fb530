"""A practice with the pages behind "Why this?", for tests in which somebody mutes a rule."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from starlette.testclient import TestClient

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.looking import Looking
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.opening import Place
from cds_hooks.tally import Tally
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, Json, Reply, Surgery, in_force_once

ADDRESS = "https://good-day.example"
PROXY, SOMEBODY = "192.0.2.7", "192.0.2.8"
GP, NURSE = "Practitioner/gp", "Practitioner/nurse"
SIGNED_IN = {"x-goodday-user": GP, "x-goodday-role": "clinical"}
OURS = {"sec-fetch-site": "same-origin"}
MUTE, SHOW = {"rule": COPD_RULE, "press": "mute"}, {"rule": COPD_RULE, "press": "show"}
HELD = "mute: Not shown: you asked not to see this rule until 21 December 2026."


@dataclass
class Practice:
    """A service with pages; people whom nobody has seen yet open their door one after another."""

    surgery: Surgery
    browser: TestClient
    answers: Answers
    audit: Audit
    tally: Tally

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
    tally = Tally()
    looking = Looking(Access(settings, answers.key), audit, ADDRESS)
    app = create_app(
        settings,
        in_force_once(library),
        answers,
        clock=lambda: told[0].clock() if told else NOW,
        looking=looking,
        tally=tally,
    )
    with TestClient(app, base_url=ADDRESS, client=(PROXY, 1)) as client:
        told.append(Surgery(client, place.folder))
        elsewhere = TestClient(app, base_url=ADDRESS, client=(SOMEBODY, 1))
        yield Practice(told[0], elsewhere, answers, audit, tally)
