"""``goodday serve`` while it is changed, stopped and started again: nobody who calls notices."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from time import sleep

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.functional.test_demo import AXE, SIZES, browser
from tests.pace import calling
from tests.running import GOODDAY
from tests.served import VIEW, Json, Running, a_call, piloting, prefetch_of, serving

pytestmark = pytest.mark.long

__all__ = ["browser"]  # a fixture

CALL = f"/cds-services/good-day-{VIEW}"
SOAK = settings().max_examples > 200
RESTARTS = 100 if SOAK else 3
# So many calls a second, and callers enough for those who wait while nothing answers.
RATE, CALLERS = 50, 120  # fewer than may be at work at once, or some would be told to come again


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    piloting(tmp_path / "practice", COPD_RULE)
    return tmp_path / "practice"


@pytest.fixture
def running(tmp_path: Path, practice: Path) -> Iterator[Running]:
    with serving(tmp_path, practice, "--reload", "0.1") as open_now:
        yield open_now


def state(running: Running) -> Json:
    return running.send("GET", "/status").body


def until(running: Running, found: str, *, seconds: float = 20) -> Json:
    """The state, once these words are in it."""
    for _ in range(int(seconds / 0.05)):
        now = state(running)
        if found in json.dumps(now):
            return now
        sleep(0.05)
    raise AssertionError(running.wrote())


# ---- rules that change ----------------------------------------------------------------------


def test_a_change_is_in_force_a_moment_later_and_a_bad_one_is_not(
    running: Running, practice: Path
) -> None:
    assert len(running.send("GET", "/cds-services").body["services"]) == 1
    piloting(practice, COPD_RULE, RESULTS_RULE, site="Three Rivers")
    text = (practice / "practice.yaml").read_text(encoding="utf-8").replace("Two", "Three")
    (practice / "practice.yaml").write_text(text, encoding="utf-8")
    until(running, "Three Rivers")
    assert len(running.send("GET", "/cds-services").body["services"]) == 2
    (practice / "practice.yaml").write_text("name: Four Rivers\npilots: [nothing]\n")
    now = until(running, "practice.yaml, line 2")
    assert now["practice"] == "Three Rivers Surgery"
    assert now["ready"]
    sleep(0.5)
    running.stop()
    events = [json.loads(line) for line in running.wrote().splitlines() if line.startswith("{")]
    # That it has another name now is told as well, whenever the watch comes round.
    assert [event["event"] for event in events if event["event"] != "other-practices"] == [
        "open", "started", "reloaded", "reload-failed", "stopping", "stopped",
    ]  # fmt: skip


def test_a_hangup_is_a_wish_to_look_now(tmp_path: Path, practice: Path) -> None:
    with serving(tmp_path, practice, "--reload", "0") as running:
        text = (practice / "practice.yaml").read_text(encoding="utf-8")
        (practice / "practice.yaml").write_text(text.replace("Two", "Three"), encoding="utf-8")
        sleep(0.3)
        assert state(running)["practice"] == "Two Rivers Surgery"
        running.process.send_signal(signal.SIGHUP)
        until(running, "Three Rivers Surgery")
        assert running.stop() == 0


# ---- stopped and started again --------------------------------------------------------------


def start(listening: socket, folder: Path, practice: Path) -> "subprocess.Popen[bytes]":
    """A service on a socket that we keep, once it answers."""
    number = listening.fileno()
    with (folder / "out").open("ab") as out:
        return subprocess.Popen(
            [GOODDAY, "serve", "--open", "--practice", str(practice), "--data", folder / "store"],
            env={**os.environ, "GOODDAY_FD": str(number), "GOODDAY_SETTLE": "0"},
            pass_fds=[number],
            stdout=out,
            stderr=out,
        )


def test_no_call_is_lost_over_restarts(tmp_path: Path, practice: Path) -> None:
    """Somebody else keeps the socket, as systemd does, so that what comes meanwhile can wait."""
    with closing(socket(AF_INET, SOCK_STREAM)) as listening:
        listening.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        port: int = listening.getsockname()[1]

        def once(_caller: int, _number: int) -> None:
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                head = {"Content-Type": "application/json"}
                connection.request("POST", CALL, body, head)
                response = connection.getresponse()
                text = response.read()
                assert response.status == 200, text
                assert b'"cards"' in text

        processes = [start(listening, tmp_path, practice)]
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/cds-services")
            (view,) = json.loads(connection.getresponse().read())["services"]
        body = json.dumps(a_call(prefetch_of(view["prefetch"], margaret())))
        with calling(RATE, CALLERS, once) as pace:
            for _ in range(RESTARTS):
                before = pace.answered
                while pace.answered < before + 20 and not pace.wrong:
                    sleep(0.01)
                processes[-1].terminate()
                assert processes[-1].wait(15) == 0
                processes.append(start(listening, tmp_path, practice))
        processes[-1].terminate()
        assert processes[-1].wait(15) == 0
    assert pace.wrong == []
    assert pace.answered > RESTARTS * 20
    if SOAK:
        assert pace.rate > 0.99 * RATE, pace.rate


def test_a_call_that_is_half_sent_when_it_is_told_to_stop_is_answered(
    running: Running,
) -> None:
    services = running.send("GET", "/cds-services").body["services"]
    body = json.dumps(a_call(prefetch_of(services[0]["prefetch"], margaret()))).encode()
    head = f"POST {CALL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with closing(socket(AF_INET, SOCK_STREAM)) as wire:
        wire.connect(("127.0.0.1", running.port))
        wire.sendall(head.encode() + body[:100])
        sleep(0.2)
        running.process.terminate()
        sleep(0.6)
        wire.sendall(body[100:])
        received = b""
        while part := wire.recv(65_536):
            received += part
    assert received.startswith(b"HTTP/1.1 200")
    assert b'"cards":[{' in received
    assert running.process.wait(15) == 0
    assert "Stopped." in running.wrote()


def test_told_to_stop_it_says_that_it_is_not_ready_before_it_goes(running: Running) -> None:
    assert running.send("GET", "/health/ready").status == 200
    running.process.terminate()
    sleep(0.4)  # of the second in which it goes on
    ready = running.send("GET", "/health/ready")
    assert (ready.status, ready.body["because"]) == (503, ["it is stopping"])
    assert running.process.wait(15) == 0


# ---- the page -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("wrong", [False, True], ids=["well", "not well"])
def test_the_page_fits_the_screen_and_everybody_can_use_it(
    browser: Browser, running: Running, practice: Path, width: int, wrong: bool
) -> None:
    if wrong:
        (practice / "practice.yaml").write_text("name: Four Rivers\npilots: [nothing]\n")
        until(running, "practice.yaml, line 2")
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"http://127.0.0.1:{running.port}/status")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert all(f":{running.port}/status" in address for address in asked)
    assert len(asked) == 2, "the page and its style"
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(run => run.violations.map(one => one.id + one.help))")
    assert found == []
    page.close()
