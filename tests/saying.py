"""Whoever looks says what a card was worth, and whoever manages the rules replies, for tests."""

import html
import re
from datetime import timedelta
from uuid import uuid4

from cds_hooks.store.thumbs import Thumbs
from tests.fhir_builders import COPD_RULE
from tests.muting import OURS, Practice
from tests.privacy.pressing import box_of
from tests.served import NOW, Reply

MANAGER = {"x-goodday-user": "Ms Oakes", "x-goodday-role": "manager"}
LATER = NOW.date() + timedelta(days=1)


def say(here: Practice, press: str, link: str = "", **form: str) -> Reply:
    """Open the page of a card, of a new one where none is named, and press."""
    link = link or here.link(f"Practitioner/{uuid4()}")  # who has not seen eight cards yet
    box = box_of(here.browser.get(link).text)
    return here.press(link, {"box": box, "press": press, **form})


def counted(here: Practice) -> Thumbs:
    return here.answers.said.counted(LATER).get(COPD_RULE, Thumbs())


def words(here: Practice) -> list[str]:
    return [one.text for one in here.answers.said.read(NOW.date())]


def managed(here: Practice, **form: str) -> Reply:
    """The page of whoever manages the rules; with a form, what they reply."""
    client = here.surgery.client
    if form:
        return Reply(client.post("/said/words", data=form, headers={**MANAGER, **OURS}))
    return Reply(client.get("/said/words", headers=MANAGER))


def seen(page: str) -> str:
    """A page as it is read."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
