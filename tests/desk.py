"""The demo in a box without a network: pages are asked for and buttons pressed as a browser does.

The real clock stands still at ``NOW`` unless a test moves it; everything else is as it is run.
"""

import html
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import httpx2
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from cds_hooks.clock import practice_day
from cds_hooks.commands.demo import Beginning
from cds_hooks.demo.box import Box
from cds_hooks.demo.days import STEPS
from cds_hooks.demo.pages import demo_app
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.keys import read_key
from cds_hooks.traffic import Traffic
from rules.load import Loaded, load_library

ADDRESS = "http://desk.example"
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def demo_rules() -> Loaded:
    """The rules of the demo's own practice."""
    return load_library(Path(str(files("cds_hooks.demo").joinpath("practice"))))


@dataclass
class Shown:
    """A page, read as its text."""

    status: int
    address: str
    source: str

    @property
    def text(self) -> str:
        """What stands on the page, the calls and answers in full left out."""
        seen = re.sub(
            r"(?s)<head>.*?</head>|<details>.*?</details>|<select.*?</select>", "", self.source
        )
        inline = re.sub(r"</?(?:strong|em|span|a)\b[^>]*>", "", seen)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", inline))).strip()

    @property
    def cards(self) -> int:
        """How many cards are on it."""
        return self.source.count("<article")

    @property
    def reasons(self) -> list[str]:
        """What its first card can be closed with."""
        form = re.search(r'(?s)action="[^"]+/close".*?</form>', self.source)
        return re.findall(r'<option value="[^"]+">([^<]+)<', form[0]) if form else []

    def link(self, words: str) -> str:
        """The address of the link with these words."""
        found = re.search(rf'<a [^>]*href="([^"]+)">[^<]*{re.escape(words)}', self.source)
        assert found, f"no link: {words}"
        return found[1]


@dataclass
class Desk:
    """Somebody at the demo, in one browser."""

    folder: Path
    rules: Loaded
    now: datetime = NOW
    browser: TestClient = field(init=False)

    @contextmanager
    def running(self) -> Generator[None]:
        """The demo over the folder; again after it ended is a restart."""
        told: list[FastAPI] = []

        async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
            await told[0](scope, receive, send)

        client = httpx2.AsyncClient(base_url=ADDRESS, transport=httpx2.ASGITransport(app=pass_on))
        begin = Beginning(ADDRESS, self.rules, client, lambda: self.now, Traffic())
        told.append(demo_app(Box(self.folder, begin.start)))
        with TestClient(told[0], base_url=ADDRESS, client=("127.0.0.1", 1)) as self.browser:
            yield

    def get(self, address: str) -> Shown:
        """A page."""
        answer = self.browser.get(address)
        return Shown(answer.status_code, str(answer.url), answer.text)

    def post(self, address: str, **form: str) -> Shown:
        """What a button leads to."""
        answer = self.browser.post(address, data=form)
        return Shown(answer.status_code, str(answer.url), answer.text)

    def open(self, person: str, **how: str) -> Shown:
        """A record: now, ``by`` so much later, or as another ``looker``."""
        return self.post(f"/demo/people/{person}", **how)

    def take(self, page: Shown, label: str, **more: str) -> Shown:
        """Press a suggestion of a card."""
        for form in re.finditer(r'(?s)action="([^"]+/take)".*?</form>', page.source):
            if f">{label}" in form[0]:
                given = re.findall(r'name="(card|suggestion)" value="([^"]+)"', form[0])
                return self.post(form[1], **dict(given), **more)
        raise AssertionError(f"no button: {label}")

    def close(self, page: Shown, reason: str) -> Shown:
        """Close a card for a reason, as it is named on the page."""
        form = re.search(
            r'(?s)action="([^"]+/close)".*?name="card" value="([^"]+)".*?</form>', page.source
        )
        assert form, "no card to close"
        code = re.search(rf'<option value="([^"]+)">{re.escape(reason)}<', form[0])
        assert code, f"no reason: {reason}"
        return self.post(form[1], card=form[2], reason=code[1])

    def wait_until(self, day: date) -> None:
        """Let the days go by, with as few presses as it takes."""
        today = practice_day(self.now)
        for key, (_, by) in reversed(STEPS.items()):
            while by.after(today) <= day:
                assert self.post("/demo/later", by=key).status == 200
                today = by.after(today)

    def looks(self, start: int = 1) -> list[Looked]:
        """The audit of a start, once its demo has ended or beside it."""
        folder = self.folder / f"start-{start}"
        audit = Audit(folder, read_key(folder, make=False).bytes_for("audit"))
        try:
            assert audit.wrong() == []
            return list(audit.entries())
        finally:
            audit.close()
