"""The box: one start of the demo, and the next when somebody presses "Start again".

Each start has a folder of its own, with a store, an audit, records and a clock that begin there:
in no store does time go back, and what was said in one start is known in no other.
"""

import re
import shutil
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from cds_hooks.demo.behind import Behind
from cds_hooks.demo.days import Days
from cds_hooks.demo.ehr import Ehr
from cds_hooks.demo.kept import NotOurs

_FOLDER = re.compile(r"start-([1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class Start:
    """Everything that begins with a start. ``stop`` ends what runs beside the service."""

    service: FastAPI
    ehr: Ehr
    behind: Behind
    days: Days
    stop: Callable[[], None]


class Box:
    """The start that is on, as an ASGI app; ``begin`` makes one in a folder, with its number."""

    def __init__(self, data: Path, begin: Callable[[Path, int], Start]) -> None:
        """Go on with the latest start, or make the first. Raises OSError or StoreError."""
        self._data, self._begin = data, begin
        self._one_at_a_time = threading.Lock()
        data.mkdir(parents=True, exist_ok=True)
        self._number = max(self._numbers(), default=1)
        try:
            self.now = self._made()
        except NotOurs:  # somebody changed its files: leave them, and begin another
            self._number += 1
            self.now = self._made()
        self._tidy(self._number)

    def start_again(self) -> None:
        """Begin anew. Blocks; raises OSError or StoreError, and then nothing has changed."""
        with self._one_at_a_time:
            self._number += 1
            before, self.now = self.now, self._made()
            before.stop()
            # The one before stays for whoever is in the middle of something there.
            self._tidy(self._number - 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whatever comes goes to the service that is on."""
        await self.now.service(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncGenerator[None]:
        """Let go of what is open at the end."""
        yield
        self.now.stop()

    def _made(self) -> Start:
        folder = self._data / f"start-{self._number}"
        folder.mkdir(exist_ok=True)
        return self._begin(folder, self._number)

    def _numbers(self) -> list[int]:
        found = (_FOLDER.fullmatch(path.name) for path in self._data.iterdir() if path.is_dir())
        return [int(one[1]) for one in found if one]

    def _tidy(self, oldest: int) -> None:
        """What was said in starts that are over is let go of."""
        for number in self._numbers():
            if number < oldest:
                shutil.rmtree(self._data / f"start-{number}", ignore_errors=True)
