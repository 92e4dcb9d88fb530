"""Asks about one person twice, in a process of its own, and prints which files of ours took part.

The profiler hears only threads that are begun after it, so nothing may have run before.
"""

import json
import sys
import threading
from pathlib import Path
from types import FrameType

from tests.architecture.project import PACKAGES, ROOT
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import piloting, surgery


class Steps:
    """Our files, in the order in which each is first stepped into, by any thread begun since."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self._ours = tuple(f"{ROOT / package}/" for package in PACKAGES)

    def step(self, frame: FrameType, event: str, _what: object) -> None:
        """One call of a function, as Python's profiler reports it."""
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(self._ours):
            self.files.setdefault(str(Path(name).relative_to(ROOT)))

    def taken(self) -> list[str]:
        """The files since the last time this was asked."""
        files = list(self.files)
        self.files.clear()
        return files


def walk(folder: Path) -> dict[str, list[str]]:
    """The files of a look that is answered with a card, and of the next look at the same person."""
    steps = Steps()
    library = piloting(folder / "practice", COPD_RULE, RESULTS_RULE)
    threading.setprofile(steps.step)
    with surgery(folder, library) as here:
        calls = here.a_call(margaret()), here.a_call(margaret())  # two looks, not one repeated
        steps.taken()
        return {here.ask(call).decided(COPD_RULE): steps.taken() for call in calls}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(walk(Path(sys.argv[1]))))
