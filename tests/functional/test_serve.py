"""``goodday serve`` from outside: a real process, a real port, a whole visit over the wire."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from socket import socket

import pytest

from cds_hooks.store.tables import FILE
from tests.conformance.standard import check_answer, check_discovery
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.lengths import first
from tests.running import GOODDAY
from tests.served import NOW, VIEW, Json, Running, a_call, closed, piloting, prefetch_of, serving

CALL = f"/cds-services/good-day-{VIEW}"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE, RESULTS_RULE)
    return folder


@pytest.fixture
def running(tmp_path: Path, practice: Path) -> Iterator[Running]:
    with serving(tmp_path, practice) as open_now:
        yield open_now


def a_visit(running: Running, of: str = "test-person") -> Json:
    """A request about Margaret, made from what the running service asks for."""
    services = running.send("GET", "/cds-services").body["services"]
    (view,) = (s for s in services if s["hook"] == VIEW)
    return a_call(prefetch_of(view["prefetch"], margaret(of)), of)


def held(reply: Json) -> str:
    """What the answer says about the rule that it held back."""
    assert reply["cards"] == []
    (one,) = reply["extension"]["example.good-day.held-back"]
    return str(one["says"])


def feedback(card: Json, reason: str) -> Json:
    return {"feedback": [closed(card, NOW, reason)]}


# ---- while it runs --------------------------------------------------------------------------


def test_a_whole_visit_over_the_wire(running: Running) -> None:
    check_discovery(running.send("GET", "/cds-services").body)
    reply = running.post(CALL, a_visit(running)).body
    (card,) = reply["cards"]
    today = card["suggestions"][0]["actions"][0]["resource"]["authoredOn"]
    check_answer(reply, date.fromisoformat(today))
    assert running.post(f"{CALL}/feedback", feedback(card, "limited-time")).status == 200
    assert "there was no time" in held(running.post(CALL, a_visit(running)).body)


@pytest.mark.long
def test_what_was_acknowledged_survives_being_killed(tmp_path: Path, practice: Path) -> None:
    people = [f"person-{number}" for number in range(12)]
    with serving(tmp_path / "first", practice) as first:
        for of in people:
            (card,) = first.post(CALL, a_visit(first, of)).body["cards"]
            said = feedback(card, "patient-ineligible")
            assert first.post(f"{CALL}/feedback", said).status == 200
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        shutil.copytree(first.store, tmp_path / "second" / "store")
    with serving(tmp_path / "second", practice) as second:
        for of in people:
            assert "not right for this person" in held(second.post(CALL, a_visit(second, of)).body)


@pytest.mark.long
def test_many_at_once_each_get_their_own_card(running: Running) -> None:
    def visit(number: int) -> tuple[str, str]:
        of = f"person-{number:03}"
        return of, running.post(CALL, a_visit(running, of)).text

    with ThreadPoolExecutor(16) as visitors:
        for of, text in visitors.map(visit, range(80)):
            assert set(re.findall(r"Patient/([a-z0-9-]+)", text)) == {of}


def test_ctrl_c_stops_it_well(running: Running) -> None:
    running.send("GET", "/cds-services")
    assert running.stop() == 0
    assert running.wrote().count("Good Day is at http://127.0.0.1:") == 1
    assert "Stopped." in running.wrote()
    assert "The service is open" in running.wrote()
    assert "Traceback" not in running.wrote()


def test_its_log_has_one_line_of_json_for_each_call_and_no_access_log(running: Running) -> None:
    running.post(CALL, a_visit(running))
    running.post(CALL, b"{")
    running.post("/nowhere?name=Margaret", b"{}")
    running.stop()
    lines = [json.loads(line) for line in running.wrote().splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == [
        "open", "started", "asked", "refused", "stopping", "stopped",
    ]  # fmt: skip
    assert "Margaret" not in running.wrote()


# ---- what keeps it from starting ------------------------------------------------------------


def start(*options: str) -> tuple[int, str]:
    """The exit code and standard error of a start that does not come to anything."""
    found = subprocess.run(
        [GOODDAY, "serve", *options, "--open"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert found.stdout == ""
    return found.returncode, found.stderr.strip()


@pytest.mark.long
def test_a_taken_port_gets_one_sentence(tmp_path: Path, practice: Path) -> None:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, says = start("--practice", str(practice), "--data", str(tmp_path), "--port", port)
    assert (code, says) == (
        2,
        f"Port {port} on 127.0.0.1 is taken by another program. Choose another with --port.",
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "folder", first(1, ["/proc", "/dev/null/below", "/proc/below", "/dev/null"])
)
def test_a_folder_that_cannot_be_written_to_gets_one_sentence(practice: Path, folder: str) -> None:
    """Nobody can write there, not even root, who may run the tests."""
    code, says = start("--practice", str(practice), "--data", folder, "--port", "0")
    assert code == 2
    assert re.fullmatch(r"The data folder \S+ cannot be .*written to.* with --data\.", says), says


@pytest.mark.long
def test_a_store_of_another_version_gets_one_sentence(tmp_path: Path, practice: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("PRAGMA user_version = 99")
    code, says = start("--practice", str(practice), "--data", str(tmp_path), "--port", "0")
    assert code == 2
    assert "written by another version of Good Day (its format is 99" in says
    assert "\n" not in says


def test_a_practice_that_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    code, says = start("--practice", str(tmp_path / "none"), "--port", "0")
    assert code == 2
    assert says.startswith("There is no folder called")


def test_without_a_pilot_it_says_that_nothing_will_be_shown_and_serves(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "practice.yaml").write_text("name: A practice\n", encoding="utf-8")
    with serving(tmp_path, tmp_path / "p") as running:
        assert running.send("GET", "/cds-services").body == {"services": []}
        assert "No rule is in pilot" in running.wrote()
