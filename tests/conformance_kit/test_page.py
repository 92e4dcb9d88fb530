"""The report as a page: no wider than a phone or a desk, nothing fetched, and accessible."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cds_hooks.conformance.examine import examine
from cds_hooks.conformance.report import as_html
from tests.conformance_kit.serving import wanted
from tests.functional.test_demo import AXE, SIZES, browser

__all__ = ["browser"]  # a fixture


@pytest.fixture(scope="module")
def report(wrong: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which nearly everything is found."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(as_html(examine(wanted(wrong, "every card"))), encoding="utf-8")
    return file


@pytest.mark.long
@pytest.mark.parametrize("width", SIZES)
def test_the_page_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, report: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert asked == [report.as_uri()]
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
