"""What a clinician presses on the page of a card, and what is written with it."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Protocol

from tests.fhir_builders import COPD_RULE
from tests.served import Reply


class Browser(Protocol):
    """Whatever sends a clinician's requests."""

    def send(
        self, method: str, path: str, body: object = None, form: dict[str, str] | None = None
    ) -> Reply:
        """One request."""
        ...


def box_of(page: str) -> str:
    """What a form of the page of a card says it is about."""
    found = re.search(r'name="box" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def pressed(
    browser: Browser, page: str, said: MutableMapping[str, str]
) -> Mapping[str, dict[str, str]]:
    """Press a thumb on the page of a card, with words; and what is to be replied to them where."""
    box = box_of(browser.send("GET", page).text)
    form = {"box": box, "press": "up", "words": "It came at the right moment."}
    reply = browser.send("POST", page, form=form)
    assert reply.status == 200, reply.text
    said["a thumb"] = f"{reply.headers}\n{reply.text}"
    return {"/said/words": {"rule": COPD_RULE, "reply": "Thank you. It stays as it is."}}
