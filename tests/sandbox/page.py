"""Chromium with the sandbox's renderer in it: what the texts of cards become there.

Nothing leaves the browser: what it asks for besides the page itself is counted and goes nowhere.
"""

import shutil
import unicodedata
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, sync_playwright

from tests.conformance.standard import members, parts

BUNDLE = Path(__file__).parent / "node_modules" / "cards.js"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Debian's Chromium, as root, in a closed network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
_HERE = "http://ehr.example/"
_PAGE = "<!doctype html><html><head><title>An EHR</title></head><body></body></html>"
_AT_ONCE = 2_000
_SETTLED_MS = 400  # time for what a text has started to ask for something or to run

# All that the text of a card may become: paragraphs, words set apart, lists and ends of lines.
CLOSED = frozenset({"p", "strong", "em", "code", "ul", "ol", "li", "br"})


# The members of an answer that somebody reads.
READ = frozenset(
    {"summary", "detail", "label", "description", "says", "display", "text", "contentString"}
    | {"diagnostics"}
)
# What nobody sees and what turns writing round; a text has no control besides the ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
IGNORED = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# For the files of tests in this folder.
NEEDED = [
    pytest.mark.skipif(not BUNDLE.exists(), reason="make sandbox has not made the page"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of some texts: elements that no card may have, what ran, what was asked for."""

    besides: Mapping[str, Sequence[str]]  # by the text that they come from
    words: Mapping[str, str]  # what can be read of each text
    ran: tuple[str, ...]
    asked: tuple[str, ...]


class Ehr:
    """A page that shows the texts of cards."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._asked: list[str] = []
        page.context.route("**/*", self._route)
        page.on("request", self._note)  # what is not routed, such as data:
        page.on("dialog", lambda dialog: dialog.dismiss())
        self._open()

    def show(self, texts: Iterable[str]) -> Shown:
        """Show each text once, and see what comes of it."""
        besides: dict[str, Sequence[str]] = {}
        words: dict[str, str] = {}
        ran: list[str] = []
        asked: list[str] = []
        each = list(dict.fromkeys(texts))
        for start in range(0, len(each), _AT_ONCE):
            some = each[start : start + _AT_ONCE]
            # Any: what comes out of a browser.
            shown: list[dict[str, Any]] = self._page.evaluate("texts => show(texts)", some)
            self._page.wait_for_timeout(_SETTLED_MS)
            for text, one in zip(some, shown, strict=True):
                words[text] = one["words"]
                if marks := [mark for mark in one["marks"] if not _is_closed(mark)]:
                    besides[text] = marks
            ran += self._page.evaluate("() => typeof ran === 'undefined' ? ['it went away'] : ran")
            asked += self._asked
            self._open()
        return Shown(besides, words, tuple(ran), tuple(asked))

    def _open(self) -> None:
        self._page.goto(_HERE)
        self._page.evaluate(BUNDLE.read_text(encoding="utf-8"))
        self._asked.clear()

    def _route(self, route: Route) -> None:
        if route.request.url == _HERE:
            route.fulfill(body=_PAGE, content_type="text/html")
        else:
            route.abort()

    def _note(self, request: Request) -> None:
        if request.url != _HERE:
            self._asked.append(request.url)


def _is_closed(mark: str) -> bool:
    """An element without any attribute; a list may begin with another number than one."""
    name, _, attributes = mark.partition(" ")
    return name in CLOSED and (not attributes or (name == "ol" and attributes.startswith("start=")))


@contextmanager
def an_ehr() -> Generator[Ehr]:
    """A browser of its own with that page open in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = browser.new_page()
            page.set_default_timeout(60_000)
            yield Ehr(page)
        finally:
            browser.close()


def check_shown(shown: Shown) -> None:
    """Nothing came of these texts but words."""
    assert shown.besides == {}, dict(shown.besides)
    assert shown.ran == (), shown.ran
    assert shown.asked == (), shown.asked


def texts_of(answer: object) -> Iterator[str]:
    """What somebody reads of an answer, after a look at all that is in it."""
    for path, value in parts(answer):
        if isinstance(value, str):
            assert not unseen_in(value), (path, value)
            if path.rpartition("/")[2] in READ:
                yield value
        if path.endswith("/links"):
            for _, link in members(value):
                assert link["url"].startswith("https://www.nhs.uk/")


def unseen_in(text: str) -> bool:
    """Whether a text holds something that nobody sees."""
    return any((unicodedata.category(c) in UNSEEN and c != "\n") or c in IGNORED for c in text)
