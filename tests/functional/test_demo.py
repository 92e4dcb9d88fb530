"""The EHR in a box, clicked through in real Chromium, and what must hold on every page of it."""

import re
import shutil
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.running import GOODDAY, demo_running

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Debian's Chromium, as root, in a closed network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The accessibility rules themselves; the package around them is not used.
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SIZES = [
    pytest.param(1280, id="desktop", marks=pytest.mark.long),
    pytest.param(360, id="phone"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_running(tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed (Debian's package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(
    browser: Browser, address: str, *, width: int = 1280, javascript: bool = False
) -> Generator[Page]:
    """A page after "Start again". Any request to elsewhere fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=javascript
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else elsewhere.append(request.url),
    )
    page.goto(f"{address}/demo")
    page.get_by_role("button", name="Start again").click()
    try:
        yield page
        assert elsewhere == []
    finally:
        context.close()


def open_record(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Open record of {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if wanted.evaluate("button => button === document.activeElement"):
            return
    raise AssertionError("the keyboard does not come there")


def quiet(page: Page) -> Locator:
    """What the page says where there is no card."""
    return page.locator(".quiet")


QUESTION = "What does a good day look like with your breathing?"


@pytest.mark.parametrize("width", SIZES)
def test_a_referral_is_taken_shown_added_and_then_it_is_quiet_for_a_year(
    browser: Browser, address: str, width: int
) -> None:
    with page_of(browser, address, width=width) as page:
        open_record(page, "Moira Inventson")
        expect(page.get_by_text(QUESTION, exact=True)).to_be_visible()
        press(page, "Refer to a self-management programme or group")
        expect(page.get_by_role("status")).to_contain_text("Draft a referral to")
        record = page.get_by_role("region", name="The record")
        expect(record).to_contain_text("Living well with COPD group (invented)")
        expect(record).to_contain_text("added here")
        page.get_by_text("ServiceRequest that was added").click()
        expect(page.get_by_role("status")).to_contain_text('"intent": "proposal"')
        press(page, "Look again")
        expect(quiet(page)).to_contain_text("an offer was taken up")
        expect(page.get_by_role("article")).to_have_count(0)


@pytest.mark.parametrize("width", SIZES[1:])
def test_a_day_that_the_person_chose_is_kept_for_both_clinicians_as_the_days_go_by(
    browser: Browser, address: str, width: int
) -> None:
    with page_of(browser, address, width=width) as page:
        open_record(page, "Moira Inventson")
        expect(page.get_by_role("region", name="Today")).to_contain_text("Makebelieve, GP")
        choice = page.get_by_label("When to ask again, if the person chooses")
        day = choice.locator("option", has_text="in 1 month").inner_text()
        choice.select_option(label=day)
        press(page, "Not now")
        expect(page.get_by_role("status").last).to_contain_text("This card is closed: Not now")
        in_words = day.partition("(")[2].rstrip(")")
        for button in ("As Rory Supposed, practice nurse", "A week later"):
            page.get_by_role("button", name=button).click()
            expect(quiet(page)).to_contain_text(f"Quiet until {in_words}")
            expect(quiet(page)).to_contain_text("chose that day")
        expect(page.get_by_role("region", name="Today")).to_contain_text("moved forward 7 days")
        expect(page.get_by_role("region", name="Today")).to_contain_text("practice nurse")
        page.get_by_role("link", name="Why is there no card?").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Why there is no card")
        expect(page.get_by_role("main")).to_contain_text("chose that day")
        page.get_by_role("link", name="Back to Moira Inventson").click()
        page.get_by_role("button", name="A month later").click()
        expect(page.get_by_text(QUESTION, exact=True)).to_be_visible()
        page.get_by_role("link", name="Why this?").click()
        expect(page.get_by_role("main")).to_contain_text("Nothing that was said before holds")


@pytest.mark.long
def test_a_letter_is_drafted_for_filed_results_before_a_visit(
    browser: Browser, address: str
) -> None:
    with page_of(browser, address) as page:
        open_record(page, "Donald Imagined")
        expect(
            page.get_by_text("What would you like to talk about when we meet?", exact=True)
        ).to_be_visible()
        press(page, "Draft a letter with the filed results for Donald")
        page.get_by_text("CommunicationRequest that was added").click()
        letter = page.get_by_role("status")
        expect(letter).to_contain_text("Dear Donald")
        expect(letter).to_contain_text("FEV1 compared with what is predicted: 62 %")
        expect(letter).to_contain_text('"status": "draft"')


@pytest.mark.parametrize("width", SIZES)
def test_every_page_passes_axe_and_never_scrolls_sideways(
    browser: Browser, address: str, width: int
) -> None:
    with page_of(browser, address, width=width, javascript=True) as page:
        faults: dict[str, list[str]] = {}

        def look(name: str) -> None:
            page.evaluate(AXE)
            faults[name] = page.evaluate("axe.run().then(r => r.violations.map(v => v.id))")
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, name

        look("people")
        open_record(page, "Moira Inventson")
        for summary in page.locator("summary").all():
            summary.click()
        look("card")
        page.get_by_role("link", name="Why this?").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Why this card was shown")
        look("why")
        page.go_back()
        press(page, "Add a reminder to ask, for whoever sees Moira next")
        press(page, "Not now")
        look("answered")
        press(page, "Look again")
        look("quiet")
        page.get_by_role("link", name="Why is there no card?").click()
        look("why there is no card")
        page.get_by_role("link", name="in the audit").click()
        look("who looked")
        page.goto(f"{address}/demo")
        press(page, "Look as Rory Supposed, practice nurse")
        page.get_by_role("button", name="A year later").click()
        look("people, a year later")
        open_record(page, "Rhona Halfread")
        look("unreadable")
        page.goto(f"{address}/demo/visits/999999")
        look("gone")
        page.goto(f"{address}/why/a-link-of-nobody")
        look("not for you")
        page.goto(f"{address}/status")
        look("status")
        assert not any(faults.values()), faults


def test_everything_can_be_done_with_the_keyboard(browser: Browser, address: str) -> None:
    with page_of(browser, address, javascript=True) as page:
        page.goto(f"{address}/demo")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Look as Rory Supposed")).to_be_focused()
        page.keyboard.press("Enter")
        reach(page, page.get_by_role("button", name="Tomorrow"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Today")).to_contain_text("moved forward 1 day.")
        expect(page.get_by_role("region", name="Today")).to_contain_text("practice nurse")
        reach(page, page.get_by_role("button", name="Open record of Moira Inventson"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Moira Inventson")
        wanted = page.get_by_role("button", name="No, thank you")
        reach(page, wanted)
        shadow = wanted.evaluate("button => getComputedStyle(button).backgroundColor")
        assert shadow == "rgb(255, 235, 59)"  # the focus can be seen
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").last).to_contain_text("No, thank you")


def test_a_page_on_another_port_of_this_machine_may_call_the_demo(
    browser: Browser, address: str
) -> None:
    integrator = HTTPServer(("127.0.0.1", 0), _EmptyPage)
    thread = threading.Thread(target=integrator.serve_forever, daemon=True)
    thread.start()
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"http://localhost:{integrator.server_port}/")
        asked = "address => fetch(address + '/cds-services').then(answer => answer.json())"
        found = page.evaluate(asked, address)
        assert {s["hook"] for s in found["services"]} == {"patient-view", "appointment-book"}
        posted = page.evaluate(
            "address => fetch(address + '/cds-services/good-day-patient-view',"
            " {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"
            ".then(answer => answer.status)",
            address,
        )
        assert posted == 400  # answered, and the page may read that it was not a call
    finally:
        context.close()
        integrator.shutdown()
        integrator.server_close()
        thread.join()


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_there_are_at_least_sixteen_people_and_every_number_is_from_the_test_range(
    address: str,
) -> None:
    page = httpx2.get(f"{address}/demo").text
    assert page.count("Open record") >= 16
    opened = httpx2.post(f"{address}/demo/people/moira", follow_redirects=True).text
    assert re.findall(r"\b\d{10}\b", opened)
    assert all(number.startswith("999") for number in re.findall(r"\b\d{10}\b", opened))


def test_another_site_cannot_press_buttons(address: str) -> None:
    answer = httpx2.post(
        f"{address}/demo/people/moira", headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_pages_allow_no_script_and_nothing_from_outside(address: str) -> None:
    answer = httpx2.get(f"{address}/demo")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)


@pytest.mark.long
def test_records_and_answers_survive_a_restart(tmp_path: Path) -> None:
    with demo_running(tmp_path) as address:
        opened = httpx2.post(f"{address}/demo/people/moira", follow_redirects=True)
        card = re.search(r'name="card" value="([^"]+)"', opened.text)
        suggestion = re.search(r'name="suggestion" value="([^"]+)"', opened.text)
        assert card
        assert suggestion
        form = {"card": card[1], "suggestion": suggestion[1]}
        httpx2.post(f"{opened.url}/take", data=form)
    with demo_running(tmp_path) as address:
        again = httpx2.post(f"{address}/demo/people/moira", follow_redirects=True).text
        assert "added here" in again
        assert "an offer was taken up" in again


def test_a_taken_port_gets_one_plain_sentence(tmp_path: Path, address: str) -> None:
    port = address.rpartition(":")[2]
    done = subprocess.run(
        [GOODDAY, "demo", "--port", port, "--data", str(tmp_path / "other")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"Port {port} on 127.0.0.1 is taken by another program. Choose another with --port.\n"
    )


def test_a_folder_that_cannot_be_written_to_gets_one_plain_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("not a folder")
    done = subprocess.run(
        [GOODDAY, "demo", "--port", "0", "--data", str(in_the_way / "below")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("The data folder")
    assert "Traceback" not in done.stderr
