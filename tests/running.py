"""The demo as a user runs it: a real process, a real port, and Ctrl-C."""

import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

GOODDAY = str(Path(sys.executable).parent / "goodday")


@contextmanager
def demo_running(folder: Path) -> Generator[str]:
    """`goodday demo` on a free port; gives its address and stops it as Ctrl-C would."""
    process = subprocess.Popen(
        [GOODDAY, "demo", "--port", "0", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    try:
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=15)
        assert process.returncode == 0, errors
        assert "Stopped." in output
        assert "Traceback" not in errors
