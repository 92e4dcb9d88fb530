"""The pages about rules in real Chromium: no wider than the screen, readable, and accessible."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cds_hooks.pages.documents import documents
from rules.load import load_library
from tests.builders import TODAY
from tests.functional.test_demo import AXE, SIZES, browser
from tests.lengths import first

__all__ = ["browser"]  # a fixture

PAGES = [
    "rules/copd-self-management.html",
    "for-patients/copd-self-management.html",
    "papers/health-plan-easy-read.html",
    "index.html",
    "lists-and-facts.html",
    "for-patients/agenda-sheet.html",
    "papers/results-letter-sample.html",
    "papers/results-letter-sample-easy-read.html",
    "papers/agenda-sheet-large-print.html",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("docs")
    for name, page in documents(load_library(None), TODAY).items():
        (to / name).parent.mkdir(exist_ok=True)
        (to / name).write_bytes(page)
    return to


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", first(3, PAGES))
def test_a_page_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, folder: Path, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert all(address.startswith("file:") for address in asked)
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
