"""A clinician judges a rule in real Chromium, with the keyboard, JavaScript off and on."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.looking import Looking
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.opening import Place
from rules.rule import Library, Status
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.functional.test_demo import AXE, browser, reach
from tests.judging import in_status, kept, many, see
from tests.lengths import first
from tests.muting import SIGNED_IN, practice
from tests.served import NOW, piloting

__all__ = ["browser"]

HERE = "127.0.0.1"


@contextmanager
def serving(folder: Path, library: Library) -> Generator[str]:
    """The service at an address of this machine, which is its proxy as well."""
    listening = socket.create_server((HERE, 0))
    address = f"http://{HERE}:{listening.getsockname()[1]}"
    settings = Settings(data=folder, proxies=(HERE,))
    answers = Answers(folder)
    audit = Audit(folder, answers.key.bytes_for("audit"))
    looking = Looking(Access(settings, answers.key), audit, address)
    app = create_app(settings, library, answers, clock=lambda: NOW, looking=looking)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield address
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)
    return in_status(made, Status.SHADOW)


@pytest.fixture
def place(tmp_path: Path, library: Library) -> Place:
    """A store in which people wait to be judged."""
    place = Place(tmp_path / "store")
    with practice(place, library) as here:
        see(here, *many("person-with-copd-", 3))
        see(here, *many("somebody-else-", 3), would=False)
    return place


@contextmanager
def signed_in(browser: Browser, width: int, *, javascript: bool) -> Generator[Page]:
    """A page of a clinician whom the proxy names."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=javascript,
        extra_http_headers=SIGNED_IN,
    )
    yield context.new_page()
    context.close()


@pytest.mark.long
@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with it"])
@pytest.mark.parametrize("width", first(1, [360, 1280]))
def test_a_rule_is_judged_with_the_keyboard(
    browser: Browser,
    place: Place,
    library: Library,
    tmp_path: Path,
    javascript: bool,
    width: int,
) -> None:
    with (
        serving(place.folder, library) as address,
        signed_in(browser, width, javascript=javascript) as page,
    ):
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

        def look(name: str) -> None:
            page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
            if javascript:
                page.evaluate(AXE)
                assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

        def press(button: str) -> None:
            reach(page, page.get_by_role("button", name=button, exact=True))
            page.keyboard.press("Enter")

        title = page.get_by_role("heading", level=1)
        page.goto(f"{address}/judging")
        expect(title).to_have_text("Rules to be judged")
        look("list")
        reach(page, page.get_by_role("link", name="Look at the next person").first)
        page.keyboard.press("Enter")
        expect(title).to_have_text("It would have been shown. Was that right?")
        look("shown")
        press("Wrong")
        expect(title).to_have_text("Written down: wrong")
        look("pressed")
        press("That was a slip: take it back")
        expect(title).to_have_text("Taken back")
        page.get_by_role("link", name="Look at the next person").click()
        press("Right")
        expect(page.get_by_role("status")).to_contain_text("1 of 30 for whom it would be shown")
        page.get_by_role("link", name="Look at the next person").click()
        expect(title).to_have_text("It would not have been shown. Was that right?")
        look("silent")
        press("Cannot tell")
        expect(title).to_have_text("Written down: cannot tell")
        for _ in range(4):
            page.goto(f"{address}/judging/{COPD_RULE}")
            press("Right")
            expect(title).to_have_text("Written down: right")
        page.goto(f"{address}/judging/{COPD_RULE}")
        expect(page.get_by_role("status")).to_contain_text("Nobody waits to be looked at")
        look("none")
        assert faults == []  # nothing that the policy of the pages forbids
    verdicts = [row["verdict"] for row in kept(place) if row["rule"] == COPD_RULE]
    assert sorted(verdicts) == ["cannot tell", *["right"] * 5]
