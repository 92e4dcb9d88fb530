"""The pages of local support in real Chromium: without a script, on a phone and on a desktop."""

from collections.abc import Iterator
from datetime import date
from threading import Thread
from time import sleep

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.settings import Settings
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.supporting import Supporting
from rules.support import Room
from tests.directories import walks
from tests.fhir_builders import COPD_RULE
from tests.functional.test_demo import AXE, browser
from tests.served import NOW, a_store, piloting

pytestmark = pytest.mark.long

__all__ = ["browser"]

TODAY = date(2026, 11, 21)
WIDTHS = [pytest.param(1280, id="desktop"), pytest.param(360, id="phone")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that believes this machine who it is, over entries with all that they can have."""
    folder = tmp_path_factory.mktemp("local-support")
    place = Place(folder / "store")
    live = Live(in_force(piloting(folder / "practice", COPD_RULE), NOW))
    answers = a_store(place.folder)
    directory = Directory(place)
    full = walks(
        phone="01475 123456",
        url=f"https://walks.example/{'long-' * 40}",
        days="Saturdays",
        languages=("ur",),
        access=("Step-free",),
    )
    others = walks("w", name="W" * 150, about="x" * 300), walks("o", last_checked=date(2024, 1, 1))
    directory.take([(one, "") for one in (full, *others)], TODAY)
    for by in ("Kim", "Lee"):
        for one in (full, *others):
            directory.publish(one.id, by, TODAY)
    directory.set_room(others[0].id, Room.WAITING, 6, TODAY)
    directory.take([(walks(name="Changed", url="https://other.example"), "")], TODAY)
    supporting = Supporting(directory, live)
    supporting.look()
    app = create_app(
        Settings(data=place.folder, proxies=("127.0.0.1",)),
        live,
        answers,
        clock=lambda: NOW,
        supporting=supporting,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/local-support"
    server.should_exit = True
    thread.join(20)
    supporting.stop()


def opened(browser: Browser, width: int, who: str = "", *, script: bool = False) -> Page:
    """A window, with whom a proxy in front of the service would name."""
    named = {"x-goodday-user": who, "x-goodday-role": "directory"} if who else {}
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        bypass_csp=script,
        extra_http_headers=named,
    )
    context.set_default_timeout(10_000)
    return context.new_page()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["?old=yes", "/suggest", "/publish?words=w"])
def test_no_page_is_wider_than_the_window_or_keeps_anybody_out(
    browser: Browser, address: str, path: str, width: int
) -> None:
    page = opened(browser, width, "Jo Brown", script=True)
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    page.context.close()


def test_from_a_suggestion_to_the_page_with_two_people_and_no_script(
    browser: Browser, address: str
) -> None:
    anybody = opened(browser, 360)
    anybody.goto(address)
    anybody.get_by_role("link", name="Suggest a group").click()
    anybody.get_by_label("What is it called?").fill("Singing <b>together</b>")
    anybody.get_by_label("Its web address").fill("nowhere")
    anybody.get_by_role("button", name="Send the suggestion").click()
    expect(anybody.get_by_role("alert")).to_contain_text("Nothing was sent yet")
    anybody.get_by_label("What happens there").fill("We sing.")
    anybody.get_by_label("Its web address").fill("https://sing.example/")
    anybody.get_by_role("group", name="Does it cost anything?").get_by_label("It is free").check()
    anybody.get_by_role("button", name="Send the suggestion").click()
    expect(anybody.get_by_role("status")).to_contain_text("Two people here read it")
    for who, button in (("Jo Brown", "Approve of it"), ("Sam Green", "Publish it")):
        anybody.goto(f"{address}?words=singing")
        expect(anybody.get_by_role("heading", name="0 found")).to_be_visible()
        person = opened(browser, 1280, who)
        person.goto(f"{address}/publish?words=singing")
        entry = person.locator(".record").first
        entry.get_by_label("I rang or looked").check()
        entry.get_by_role("button", name=button).click()
        expect(person.get_by_role("heading", name="Done")).to_be_visible()
        person.context.close()
    anybody.goto(f"{address}?words=singing")
    expect(anybody.get_by_role("heading", name="Singing <b>together</b>")).to_be_visible()
    expect(anybody.get_by_text("21 November 2026")).to_be_visible()
    anybody.context.close()
