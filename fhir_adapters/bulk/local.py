"""One machine, as many processes as it has processors, and no more in memory than they work on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context
from os import cpu_count
from signal import SIG_DFL, SIGINT, signal
from types import TracebackType
from typing import Protocol, Self, TypeVar

from fhir_adapters.bulk.files import BulkError

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # tasks that are handed out for each process beside the one it works on


class Workers(Protocol):
    """Whoever works on tasks, in other processes or on other machines."""

    def each(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """What comes of each task, in the order of the tasks."""
        ...


class Crew:
    """Processes that work on tasks; with one, everything happens in this process."""

    def __init__(self, processes: int = 0) -> None:
        self.processes = processes or cpu_count() or 1
        # Forked ones have what is loaded already. Begin before any thread does.
        start = "fork" if "fork" in get_all_start_methods() else "spawn"
        self._pool = (
            # Ctrl-C reaches every process at a terminal: these end at once, and without a word.
            ProcessPoolExecutor(self.processes, get_context(start), signal, (SIGINT, SIG_DFL))
            if self.processes > 1
            else None
        )

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
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

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
