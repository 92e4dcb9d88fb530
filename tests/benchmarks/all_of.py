"""The processor time of a command and of everything that it begins, as one line: seconds.

``python -m tests.benchmarks.all_of COMMAND ...``. What outlives who began it, as Spark's JVM does,
comes to this process and is waited for: so nothing is left out, and nothing goes on afterwards.
Whoever does not ask when its own processes end, as the one that begins Spark's workers, is never
told what they took: they are looked at while they work. Linux only. What the command prints goes
to standard error; its exit code is ours.
"""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import NamedTuple

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, of linux/prctl.h
_OFTEN = 0.1  # seconds between two looks: what a process takes after the last one is not counted
_TICKS = os.sysconf("SC_CLK_TCK")


class Seen(NamedTuple):
    """A process: who began it, and the seconds that it took so far."""

    parent: int
    took: float


def main() -> int:
    """Run it, and wait for everything."""
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError
    begun = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    untold: dict[int, float] = {}
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if ended == begun.pid:
            begun.returncode = os.waitstatus_to_exitcode(status)
        if ended:
            untold.pop(ended, None)  # it came to us, with what it took
        else:
            untold.update(_untold())
            sleep(_OFTEN)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime + sum(untold.values()))
    return begun.returncode


def _untold() -> dict[int, float]:
    """What each process of ours took so far whose parent will not be told."""
    every = dict(_processes())
    ours = {one for one in every if os.getpid() in _ancestors(one, every)}
    deaf = {one for one in ours if _is_deaf(one)}
    return {one: every[one].took for one in ours if every[one].parent in deaf}


def _processes() -> Iterator[tuple[int, Seen]]:
    for each in Path("/proc").glob("[0-9]*"):
        try:
            found = (each / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        yield int(each.name), Seen(int(found[1]), sum(map(int, found[11:15])) / _TICKS)


def _ancestors(one: int, every: dict[int, Seen]) -> Iterator[int]:
    while one in every:
        one = every[one].parent
        yield one


def _is_deaf(one: int) -> bool:
    """Whether a process ignores that one of its own has ended."""
    try:
        text = Path(f"/proc/{one}/status").read_text()
    except OSError:
        return False
    ignored = int(text.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored >> (signal.SIGCHLD - 1) & 1)


if __name__ == "__main__":
    sys.exit(main())
