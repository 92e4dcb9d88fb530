"""Letters and sheets in real Chromium: no wider than the screen, and everybody can use them."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cds_hooks.pages.papers import (
    LAYOUTS,
    Layout,
    Shown,
    invitation_page,
    letter_page,
    sheet_page,
)
from rules.schema.papers import english
from tests.functional.test_demo import AXE, SIZES, browser
from tests.lengths import every
from tests.papers import HERE, a_letter

__all__ = ["browser"]  # a fixture


# Every fourth of these nine: each paper once and each layout once.
EACH = every(4, product(["letter", "sheet", "invitation"], LAYOUTS))


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(("name", "layout"), EACH)
def test_a_paper_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, tmp_path: Path, name: str, layout: Layout, width: int
) -> None:
    shown = Shown(HERE, layout)
    made = {
        "letter": letter_page(a_letter(), shown),
        "sheet": sheet_page(english(), shown, "1 December 2026"),
        "invitation": invitation_page(english(), shown),
    }
    file = tmp_path / "paper.html"
    file.write_bytes(made[name])
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
