"""A rule is muted in real Chromium, with the keyboard, JavaScript off and on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.functional.test_demo import AXE, browser, open_record, page_of, press, quiet, reach
from tests.lengths import first
from tests.running import demo_running

__all__ = ["browser"]

MUTE, SHOW = "Do not show me this rule for 30 days", "Show it to me again"
AS_NURSE, AS_GP = "As Rory Supposed, practice nurse", "As Dr Ailsa Makebelieve, GP"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_running(tmp_path_factory.mktemp("demo")) as found:
        yield found


def heading(page: Page, says: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(says)


@pytest.mark.long
@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with it"])
@pytest.mark.parametrize("width", first(1, [360, 1280]))
def test_a_rule_is_muted_and_shown_again_with_the_keyboard(
    browser: Browser, address: str, javascript: bool, width: int
) -> None:
    with page_of(browser, address, width=width, javascript=javascript) as page:
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

        def look() -> None:
            if javascript:
                page.evaluate(AXE)
                assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

        open_record(page, "Moira Inventson")
        page.get_by_role("link", name="Why this?").click()
        heading(page, "Why this card was shown")
        look()
        why = page.url
        wanted = page.get_by_role("button", name=MUTE)
        reach(page, wanted)
        shadow = wanted.evaluate("button => getComputedStyle(button).backgroundColor")
        assert shadow == "rgb(255, 235, 59)"  # the focus can be seen
        page.keyboard.press("Enter")
        heading(page, "Not shown to you for now")
        expect(page.get_by_role("status")).to_contain_text("You are not shown this rule until")
        look()
        back = page.get_by_role("link", name="Why this card was shown")
        reach(page, back)
        page.keyboard.press("Enter")
        heading(page, "Why this card was shown")
        assert page.url == why
        expect(page.get_by_role("button", name=SHOW)).to_be_visible()
        look()

        page.goto(f"{address}/demo")
        open_record(page, "Morag Afterwards")
        expect(quiet(page)).to_contain_text("you asked not to see this rule until")
        page.get_by_role("button", name=AS_NURSE).click()
        expect(page.get_by_role("article")).to_have_count(1)

        page.goto(why)
        reach(page, page.get_by_role("button", name=SHOW))
        page.keyboard.press("Enter")
        heading(page, "Shown to you again")
        page.goto(f"{address}/demo")
        press(page, "Look as Dr Ailsa Makebelieve, GP")
        open_record(page, "Duncan Askagain")
        expect(page.get_by_role("article")).to_have_count(1)
        assert faults == []  # nothing that the policy of the page forbids
