"""One machine, as many processes as it has processors, and no more in memory than they work on."""

import gc
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_all_start_methods, get_context
from os import cpu_count
from types import TracebackType
from typing import NamedTuple, Protocol, Self, TypeVar

from fhir_adapters.bulk.files import BulkError

T = TypeVar("T")
R = TypeVar("R")

_FORKED = "fork" in get_all_start_methods()  # and not on Windows, which has no masks either
_AHEAD = 2  # tasks that are handed out for each process beside the one it works on


class SoFar(NamedTuple):
    """What is being done, how much of it is done, and of about how much, 0 where nobody knows."""

    what: str = ""
    done: int = 0
    of: int = 0
    in_bytes: bool = False


class _Counter(Protocol):
    """A number that all processes of a crew have in common."""

    value: int

    def get_lock(self) -> AbstractContextManager[object]: ...


class _Here:
    """The counter of the process that this is, while it belongs to a crew."""

    counter: _Counter | None = None


def advance(by: int) -> None:
    """So much more is done. Not for every line: each time all processes wait for one another."""
    if _Here.counter is not None:
        with _Here.counter.get_lock():
            _Here.counter.value += by


def _join(counter: _Counter) -> None:
    """What a process does first of all."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _FORKED:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _look_seldom()
    _Here.counter = counter


@contextmanager
def _interrupted_later() -> Generator[None]:
    """Ctrl-C waits meanwhile; in a process that is forked meanwhile, until it has joined."""
    if not _FORKED:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # one that came just now raises
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _look_seldom() -> None:
    """Thousands of people are in memory at once, and hardly anything of theirs is in a circle: to
    look for one after every 700 objects was a fifth of what people with little on record cost.
    """
    gc.set_threshold(50_000, 20, 20)


class Workers(Protocol):
    """Whoever works on tasks, in other processes or on other machines."""

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """What comes of each task, in the order of the tasks."""
        ...


class Crew:
    """Processes that work on tasks; with one, everything happens in this process."""

    def __init__(self, processes: int = 0) -> None:
        self.processes = processes or cpu_count() or 1
        gc.freeze()  # rules and modules stay: looking through them again and again frees nothing
        _look_seldom()
        # Forked ones have what is loaded already. Begin before any thread does.
        context = get_context("fork" if _FORKED else "spawn")
        self._counter = _Here.counter = context.Value("Q", 0)
        self._begun = SoFar()
        self._pool = (
            # Ctrl-C reaches every process at a terminal: these end at once, and without a word.
            ProcessPoolExecutor(self.processes, context, _join, (self._counter,))
            if self.processes > 1
            else None
        )
        if self._pool is not None:
            with _interrupted_later():
                self._pool.submit(int)  # they are all begun with the first task

    def __enter__(self) -> Self:
        """The crew itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let everybody go; what has not begun is not done."""
        _Here.counter = None
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def begin(self, what: str, of: int = 0, *, in_bytes: bool = False) -> None:
        """Something else is being done now, of which there is so much, if that is known."""
        self._counter.value = 0
        self._begun = SoFar(what, 0, of, in_bytes)

    @property
    def so_far(self) -> SoFar:
        """How far it is. Any thread may ask."""
        return self._begun._replace(done=self._counter.value)

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """What comes of each task, in the order of the tasks. Raises BulkError."""
        if self._pool is None:
            yield from map(work, tasks)
            return
        waiting: deque[Future[R]] = deque()
        try:
            for task in tasks:
                waiting.append(self._pool.submit(work, task))
                if len(waiting) > self.processes * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise BulkError(
                "A process was ended from outside, perhaps for want of memory; "
                "try again with fewer of them (--processes 1)."
            ) from None
