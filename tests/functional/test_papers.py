"""Letters and sheets in real Chromium: no wider than the screen, and everybody can use them."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cds_hooks.pages.papers import LAYOUTS, Layout, Shown
from tests.functional.test_demo import AXE, SIZES, browser
from tests.lengths import every
from tests.papers import HERE, PAGES

__all__ = ["browser"]  # a fixture


# Every fourth of these nine: each paper once and each layout once.
EACH = every(4, product(PAGES, LAYOUTS))


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(("name", "layout"), EACH)
def test_a_paper_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, tmp_path: Path, name: str, layout: Layout, width: int
) -> None:
    file = tmp_path / "paper.html"
    file.write_bytes(PAGES[name](Shown(HERE, layout)))
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
