"""Pages with long words in real Chromium: no wider than the screen, and everybody can use them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cds_hooks.pages.html import style
from cds_hooks.pages.to_code import Item, to_code_page
from cds_hooks.population.try_report import Cards, Group, Report, Row, Split
from cds_hooks.population.try_written import as_html
from rules.attrition import Sort
from rules.rule import Practice
from tests.functional.test_demo import AXE, SIZES, browser

__all__ = ["browser"]  # a fixture

LONGEST_ID = "0123456789abcdef" * 4  # FHIR has no longer one


def to_be_coded() -> bytes:
    item = Item(LONGEST_ID, "north", "Ask about a plan", "21 November 2026", ("A plan: 391131001",))
    page = to_code_page(Practice("Example Surgery"), [item], 3)
    link = b'<link rel="stylesheet" href="/why/style.css">'
    assert link in page
    return page.replace(link, b"<style>" + style() + b"</style>")


def tried() -> bytes:
    group = Group("Asian: Bangladeshi", 12345, 12345, 12345)
    splits = tuple(Split(by, (group,)) for by in ("ethnic category", "interpreter"))
    rows = (Row(Sort.WHO_FOR.value, "who have cough", 12345, 12345, 12345, 12345, 12345),)
    report = Report(
        rule="coughing",
        title="Ask people with cough",
        version=1,
        status="draft",
        practice="Example Surgery",
        as_of="2026-11-21",
        true_counts=False,
        people=12345,
        rows=rows,
        prompted=12345,
        splits=splits,
        burden=Cards(rules=1, asked=None, by_several=None),
    )
    return as_html(report).encode()


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("made", [to_be_coded, tried])
def test_a_page_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, tmp_path: Path, made: Callable[[], bytes], width: int
) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(made())
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
