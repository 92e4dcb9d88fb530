"""What make says and does on a machine that is not as it needs to be, and at Ctrl-C."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, environment

STAMPS = ("made", "runtime", "project", "dev")
WAITING = f"""#!{sys.executable}
import sys, time
try:
    print("waiting", flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    print("Stopped.")
"""
# Runs a command at a terminal of its own, presses Ctrl-C once it waits, and says how it ended. In a
# process without threads, because it forks.
AT_A_TERMINAL = """
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b""
try:
    while b"waiting\\r\\n" not in said:
        said += os.read(terminal, 1024)
    os.write(terminal, b"\\x03")
    while more := os.read(terminal, 1024):
        said += more
except OSError:  # how Linux says that nobody has the terminal open any more
    pass
print(said.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder."""
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def program(file: Path, source: str) -> Path:
    """A program that can be run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder as it is cloned, as far as make looks at it."""
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


@pytest.fixture
def ready(fresh: Path) -> Path:
    """The same where everything is installed, with a demo that only waits."""
    program(fresh / ".venv" / "bin" / "goodday", WAITING)
    for stamp in STAMPS:
        (fresh / ".venv" / stamp).touch()
    return fresh


def test_make_alone_says_what_there_is(fresh: Path) -> None:
    said = make(fresh)
    assert said.returncode == 0
    targets = re.findall(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"^  make ([\w-]+) ", said.stdout, re.MULTILINE)
    assert set(named) == set(targets[0].split())


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        pytest.param(None, "Good Day needs Python 3.11 or newer", id="no Python"),
        pytest.param("exit 1", "Good Day needs Python 3.11 or newer", id="a Python too old"),
        pytest.param(
            'case "$*" in *ensurepip*) exit 1;; esac', "install python3-venv", id="Debian's half"
        ),
    ],
)
def test_a_python_that_will_not_do_gets_one_plain_sentence(
    fresh: Path, python: str | None, sentence: str
) -> None:
    name = fresh / "python"
    if python is not None:
        program(name, f"#!/bin/sh\n{python}\n")
    said = make(fresh, "venv", f"PYTHON={name}")
    assert said.returncode == 2
    assert said.stdout == ""
    assert re.fullmatch(rf"Makefile:\d+: \*\*\* .*{sentence}.*\n", said.stderr)
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_ctrl_c_on_a_terminal_ends_the_demo_without_a_word_from_make(
    ready: Path, shell: str
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", AT_A_TERMINAL, "make", "demo", f"SHELL={shell}"],
        cwd=ready,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["waiting", "^CStopped.", "0"]


def test_an_environment_that_is_there_is_not_made_again(ready: Path) -> None:
    assert make(ready, "venv").stdout == "make: Nothing to be done for 'venv'.\n"
