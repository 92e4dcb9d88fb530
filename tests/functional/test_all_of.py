"""What a benchmark counts: everything that a command begins, whoever waits for it."""

import subprocess
import sys

import pytest

from tests.architecture.project import ROOT

pytestmark = [
    pytest.mark.long,  # for seconds there is work
    pytest.mark.skipif(sys.platform != "linux", reason="processes are counted on Linux only"),
]

WORKS = "import time\nwhile time.process_time() < 1: pass\n"
WAITED_FOR = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORKS!r}])"
# As Spark's daemon does with its workers.
IGNORED = (
    "import os, signal, subprocess, sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    f"one = subprocess.Popen([sys.executable, '-c', {WORKS + 'time.sleep(0.5)'!r}])\none.wait()\n"
)
LEFT_BEHIND = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WORKS!r}])"


@pytest.mark.parametrize("begins", [WAITED_FOR, IGNORED, LEFT_BEHIND])
def test_what_a_command_begins_is_counted_once(begins: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.all_of", sys.executable, "-c", begins],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 0.9 < float(done.stdout) < 1.8
