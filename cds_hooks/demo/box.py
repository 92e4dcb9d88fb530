"""The box: one start of the demo, and the next when somebody presses "Start again".

Each start has a folder of its own, with a store, an audit, records and a clock that begin there:
in no store does time go back, and what was said in one start is known in no other.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
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

    @asynccontextmanager
    async def alive(self) -> AsyncGenerator[None]:
        """While the service runs, as its own lifespan has it."""
        async with self.service.router.lifespan_context(self.service):
            yield
        self.stop()


class Box:
    """The start that is on, as an ASGI app; ``begin`` makes one in a folder, with its number."""

    def __init__(self, data: Path, begin: Callable[[Path, int], Start]) -> None:
        """Go on with the latest start, or make the first. Raises OSError or StoreError."""
        self._data, self._begin = data, begin
        self._one_at_a_time = asyncio.Lock()
        self._alive = AsyncExitStack()
        data.mkdir(parents=True, exist_ok=True)
        self._number = max(self._numbers(), default=1)
        try:
            self.now = self._made()
        except NotOurs:  # somebody changed its files: leave them, and begin another
            self._number += 1
            self.now = self._made()
        self._tidy(self._number)

    async def start_again(self) -> None:
        """Begin anew. Raises OSError or StoreError, and then nothing has changed."""
        async with self._one_at_a_time:
            self._number += 1
            made = await asyncio.to_thread(self._made)
            alive = AsyncExitStack()
            await alive.enter_async_context(made.alive())
            before, self._alive, self.now = self._alive, alive, made
            await before.aclose()
            # The one before stays for whoever is in the middle of something there.
            await asyncio.to_thread(self._tidy, self._number - 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whatever comes goes to the service that is on."""
        await self.now.service(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncGenerator[None]:
        """From the first start to the end of whichever is on then."""
        await self._alive.enter_async_context(self.now.alive())
        yield
        await self._alive.aclose()

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
