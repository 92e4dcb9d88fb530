"""The processor time of a command and of everything that it begins, as one line: seconds.

``python -m tests.benchmarks.all_of COMMAND ...``. What outlives who began it, as Spark's JVM does,
comes to this process and is waited for: so nothing is left out, and nothing goes on afterwards.
Linux only. What the command prints goes to standard error; its exit code is ours.
"""

import ctypes
import os
import resource
import subprocess
import sys

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, of linux/prctl.h


def main() -> int:
    """Run it, and wait for everything."""
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError
    code = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False).returncode
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime)
    return code


if __name__ == "__main__":
    sys.exit(main())
