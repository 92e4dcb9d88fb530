"""A terminal for a command, and what it shows there."""

import os
import pty
from collections.abc import Generator
from contextlib import contextmanager, suppress


class Terminal:
    """Both ends of one: a command has ``theirs``; what it showed there is ``shown``."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()

    def types(self, line: str) -> None:
        """Type a line, and press Enter."""
        os.write(self.ours, f"{line}\n".encode())

    def shown(self) -> str:
        """All that the command shows until it ends. To be asked once it has begun."""
        os.close(self.theirs)  # or else nobody would ever have gone
        shown = b""
        with suppress(OSError):  # so Linux says that the other side has gone
            while some := os.read(self.ours, 65_536):
                shown += some
        return shown.decode()


@contextmanager
def terminal() -> Generator[Terminal]:
    """One, for as long as a command takes."""
    one = Terminal()
    try:
        yield one
    finally:
        os.close(one.ours)
