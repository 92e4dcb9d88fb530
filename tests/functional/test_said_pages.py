"""What is said of a card and replied to, pressed in real Chromium, with and without JavaScript."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from cds_hooks.store.opening import Place
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.functional.test_demo import AXE, browser
from tests.muting import ADDRESS, Practice, practice
from tests.saying import MANAGER, say, words
from tests.served import piloting

pytestmark = pytest.mark.long

__all__ = ["browser"]

SIZES = [pytest.param(1280, id="desktop"), pytest.param(360, id="phone")]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)


@pytest.fixture
def here(tmp_path: Path, library: Library) -> Iterator[Practice]:
    with practice(Place(tmp_path / "store"), library) as found:
        yield found


@contextmanager
def page_of(
    browser: Browser, client: TestClient, *, width: int = 1280, javascript: bool = False
) -> Generator[Page]:
    """A page of a browser whose requests reach the service, and nothing else."""

    def answer(route: Route) -> None:
        request = route.request
        assert request.url.startswith(ADDRESS), request.url
        sent = client.request(
            request.method,
            request.url.removeprefix(ADDRESS),
            content=request.post_data_buffer or b"",
            headers=request.all_headers(),
        )
        route.fulfill(status=sent.status_code, headers=dict(sent.headers), body=sent.content)

    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=javascript
    )
    context.set_default_timeout(10_000)
    context.route("**/*", answer)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_a_thumb_takes_one_tap_and_words_two_more_without_javascript(
    browser: Browser, here: Practice
) -> None:
    link = here.link()
    with page_of(browser, here.browser) as page:
        page.goto(f"{ADDRESS}{link}")
        page.get_by_role("button", name="This card helped").click()
        expect(page.get_by_role("status")).to_contain_text("It is kept that this card helped.")
        page.get_by_role("link", name="Why this card was shown").click()
        page.get_by_text("Add a few words").click()
        page.get_by_label("What was good, or what was in the way?").fill("Too late,\nand twice.")
        page.get_by_role("button", name="This card did not help").click()
        expect(page.get_by_role("status")).to_contain_text("did not help")
        assert words(here) == ["Too late,\nand twice."]
        page.get_by_role("link", name="Why this card was shown").click()
        page.get_by_text("Say which role yours is").click()
        page.get_by_label("My role").select_option("pharmacist")
        page.get_by_role("button", name="Not for my role").click()
        expect(page.get_by_role("status")).to_contain_text("not for your role")
        page.get_by_role("link", name="Why this card was shown").click()
        page.get_by_role("link", name="What was said about our cards").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What was said about our cards")


def test_a_manager_replies_without_javascript(browser: Browser, here: Practice) -> None:
    say(here, "down", words="Too late.")
    client = here.surgery.client
    client.headers.update(MANAGER)
    with page_of(browser, client) as page:
        page.goto(f"{ADDRESS}/said")
        page.get_by_role("link", name="Read the words, and reply").click()
        expect(page.get_by_text("Too late.")).to_be_visible()
        page.get_by_label("Your reply").fill("It comes earlier now.")
        page.get_by_role("button", name="Reply").click()
        expect(page.get_by_role("status")).to_contain_text("It answers 1 of the words")
        page.get_by_role("link", name="Words about our cards").click()
        page.get_by_role("link", name="the page for everybody").click()
        expect(page.get_by_text("It comes earlier now.")).to_be_visible()
        assert "Too late." not in page.content()


@pytest.mark.parametrize("width", SIZES)
def test_every_page_passes_axe_and_never_scrolls_sideways(
    browser: Browser, here: Practice, width: int
) -> None:
    today = here.surgery.now.date()
    for number in range(6):
        long = "Supercalifragilisticexpialidocious" * 8 if number else "Too late,\nand twice."
        say(here, "up" if number % 3 else "down", words=long)
        say(here, "wrong-role", role="pharmacist")
    link = here.link()
    faults: dict[str, list[str]] = {}
    client = here.surgery.client
    client.headers.update(MANAGER)
    with page_of(browser, client, width=width, javascript=True) as page:

        def look(name: str, address: str) -> None:
            page.goto(f"{ADDRESS}{address}")
            for summary in page.locator("summary").all():
                summary.click()
            page.evaluate(AXE)
            faults[name] = page.evaluate("axe.run().then(r => r.violations.map(v => v.id))")
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, name

        look("why", link)
        look("words", "/said/words")
        here.answers.said.reply(COPD_RULE, "It comes earlier now.", today)
        here.at(today.replace(month=today.month + 1))
        look("said", "/said")
        look("status", "/status")
    assert faults == {name: [] for name in faults}
