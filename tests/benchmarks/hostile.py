"""What a hostile rule file costs: processor time and memory above idle, each in its own process."""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.load import load_library
from tests.gallery.hostile import HOSTILE

MOST_MB, MOST_MS = 50, 200


def _megabytes(what: str) -> float:
    """A line of the kernel's account of this process: VmRSS is now, VmHWM the most there was."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


def _one(name: str) -> None:
    """Read one file in this process and print milliseconds and megabytes above idle."""
    with TemporaryDirectory() as empty, TemporaryDirectory() as folder:
        Path(folder, "hostile.yaml").write_bytes(HOSTILE[name])
        load_library(Path(empty))
        began = time.process_time()
        load_library(Path(empty))
        without = time.process_time() - began
        idle = _megabytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the most there was begins again from now
        began = time.process_time()
        load_library(Path(folder))
        taken = time.process_time() - began - without
        print(f"{max(taken, 0.0) * 1000:.0f} {max(_megabytes('VmHWM') - idle, 0.0):.1f}")


def main() -> int:
    """Print the figures of every file, and which of them are over the limits; 1 if any is."""
    worst_ms = worst_mb = 0.0
    for name, source in HOSTILE.items():
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.hostile", name],
            capture_output=True,
            text=True,
            check=True,
        )
        ms, mb = map(float, done.stdout.split())
        worst_ms, worst_mb = max(worst_ms, ms), max(worst_mb, mb)
        over = "   over the limit" if ms > MOST_MS or mb > MOST_MB else ""
        print(f"{name:40} {len(source) / 1000:4.0f} kB {ms:5.0f} ms {mb:6.1f} MB above idle{over}")
    print(
        f"hostile rule files: at most {worst_ms:.0f} ms CPU and {worst_mb:.1f} MB above idle"
        f" (limits {MOST_MS} ms, {MOST_MB} MB)"
    )
    return int(worst_ms > MOST_MS or worst_mb > MOST_MB)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "name", nargs="?", metavar="name", choices=HOSTILE, help="one of them, in this process"
    )
    if (told := parser.parse_args()).name:
        _one(told.name)
    else:
        sys.exit(main())
