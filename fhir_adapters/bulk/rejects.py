"""What was set aside, kept apart: as many lines as were counted.

A line stands there as it came. What is no line, a file or one that is too long, has a line of JSON
with its place in the stead of it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from fhir_adapters.bulk.people import Fault, SetAside

# The files of this folder in a scratch folder are kept, those of sorting among them.
REJECTS = "rejects"


def noted(fault: Fault) -> bytes:
    """The line for what is none."""
    return msgspec.json.encode({"place": fault.place, "why": fault.why}) + b"\n"


def made(folder: Path) -> Path:
    """A folder of a scratch folder, made if nobody has made it. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


class Rejects:
    """Where lines are kept that are set aside while people are read; nowhere without a folder.

    ``what`` names the part that is read: to read it again writes the same again.
    """

    def __init__(self, scratch: Path | None, what: str) -> None:
        self._path = None if scratch is None else scratch / REJECTS / what
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def keep(self, text: bytes) -> None:
        """Keep one line. Raises OSError."""
        if self._path is None:
            return
        made(self._path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._path, flags, 0o600), "ab") as file:
            file.write(text if text.endswith(b"\n") else text + b"\n")

    def note(self, each: Iterable[SetAside]) -> SetAside:
        """All of them together; each is of one thing that is no line. Raises OSError."""
        whole = SetAside()
        for aside in each:
            for fault in aside.first:
                self.keep(noted(fault))
            whole += aside
        return whole
