"""Calls at a steady pace, as from a crowd that does not wait for each other's answers."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.client import HTTPException
from time import monotonic


class Pace:
    """So many calls a second, each made when it is due, however long others take.

    Where the service makes its callers wait, what is due meanwhile goes out as soon as one of them
    is free, so that the whole is as many calls as were due; ``rate`` says whether it was.
    """

    def __init__(self, per_second: float, callers: int, call: Callable[[int, int], None]) -> None:
        """``call`` is given the caller's number and the call's; what it raises is in ``wrong``."""
        self.wrong: list[str] = []
        self.answered = 0
        self._per_second, self._call = per_second, call
        self._next = 0
        self._began = self._ended = 0.0
        self._lock, self._over = threading.Lock(), threading.Event()
        self._callers = [
            threading.Thread(target=self._call_on, args=(number,), daemon=True)
            for number in range(callers)
        ]

    @property
    def rate(self) -> float:
        """Answers a second, over the whole time."""
        return self.answered / ((self._ended or monotonic()) - self._began)

    def start(self) -> None:
        """Begin to call."""
        self._began = monotonic()
        for caller in self._callers:
            caller.start()

    def stop(self) -> None:
        """Call no more, and wait for the answers to what is on its way."""
        self._over.set()
        for caller in self._callers:
            caller.join(90)
        self._ended = monotonic()

    def _call_on(self, caller: int) -> None:
        while not self.wrong:
            with self._lock:
                number = self._next
                self._next += 1
            if self._over.wait(self._began + number / self._per_second - monotonic()):
                return
            try:
                self._call(caller, number)
                with self._lock:
                    self.answered += 1
            except (OSError, HTTPException, AssertionError, ValueError, KeyError) as error:
                self.wrong.append(repr(error))


@contextmanager
def calling(per_second: float, callers: int, call: Callable[[int, int], None]) -> Generator[Pace]:
    """Calls at a steady pace, for as long as this lasts."""
    pace = Pace(per_second, callers, call)
    pace.start()
    try:
        yield pace
    finally:
        pace.stop()
