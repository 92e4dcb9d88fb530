"""A list that takes a while: it can be stopped, and whoever waits sees how far it is."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders import a_patient, a_resource
from tests.lists import ndjson
from tests.terminals import terminal

pytestmark = pytest.mark.long

COMMAND = [sys.executable, "-m", "cds_hooks"]
HOME = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HOME)}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody with so many entries in one packed file that it takes seconds to read them."""
    folder = tmp_path_factory.mktemp("long") / "export"
    folder.mkdir()
    (folder / "Patient.ndjson").write_bytes(ndjson([a_patient("ann")]))
    one = json.dumps(a_resource("Condition", "cough", of="ann", id="1")).encode() + b"\n"
    packed = gzip.compress(one * 50_000, 1)
    with (folder / "Condition.ndjson.gz").open("wb") as file:
        for _ in range(24):
            file.write(packed)
    return folder


def asked(export: Path, scratch: Path, processes: str) -> list[str]:
    scratch.mkdir()
    given = [str(export), "--scratch", str(scratch), "--processes", processes]
    return [*COMMAND, "population", "run", *given, "--today", "2026-11-21"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_ends_it_quietly_and_leaves_nothing(
    export: Path, tmp_path: Path, processes: str
) -> None:
    scratch = tmp_path / "scratch"
    with subprocess.Popen(
        asked(export, scratch, processes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
        start_new_session=True,
    ) as running:
        until = time.monotonic() + 60
        while not any(one.is_file() for one in scratch.rglob("*")) and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process at once
        said, errors = running.communicate(timeout=60)
    assert (running.returncode, said, errors) == (130, "", "")
    assert not list(scratch.iterdir())


IN_THE_INSTANT_OF_A_FORK = """
import os, signal, sys
begun = []
def interrupt():
    if len(begun) == 2:  # the last of two: so that all of them are there
        os.killpg(0, signal.SIGINT)
os.register_at_fork(before=lambda: begun.append(1), after_in_child=interrupt)
from cds_hooks.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_ctrl_c_before_a_process_is_ready_for_it_is_as_quiet(export: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    verb = asked(export, scratch, "2")[len(COMMAND) :]
    done = subprocess.run(
        [sys.executable, "-c", IN_THE_INSTANT_OF_A_FORK, *verb],
        capture_output=True,
        env=ENVIRONMENT,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("processes", ["1", "2"])
def test_whoever_waits_at_a_screen_sees_how_far_it_is_from_the_sorting_on(
    export: Path, tmp_path: Path, processes: str
) -> None:
    with (
        terminal() as screen,
        subprocess.Popen(
            asked(export, tmp_path / "scratch", processes),
            stdout=subprocess.PIPE,
            stderr=screen.theirs,
            env={**ENVIRONMENT, "TERM": "xterm"},
        ) as running,
    ):
        shown = screen.shown()
        said = running.communicate(timeout=60)[0]
    assert "Traceback" not in shown
    assert running.returncode == 0, shown[-300:]
    assert b"person" in said
    assert "Sorting" in shown
    assert len(set(re.findall(r"Sorting ([0-9]+) MB", shown))) > 2


def test_nothing_is_shown_where_nobody_looks(export: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        asked(export, tmp_path / "scratch", "2"),
        capture_output=True,
        env=ENVIRONMENT,
        check=True,
    )
    assert b"Sorting" not in done.stdout + done.stderr
