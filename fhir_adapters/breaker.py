"""When a FHIR server is left alone: it asked to be, or it keeps not answering."""

from collections import deque
from collections.abc import Callable

FAILURES, WITHIN = 5, 10.0  # so many in so many seconds
LAST = 20  # or half of so many
REST = 15.0  # seconds until one call tries again
LONGEST_WAIT = 300.0  # seconds, whatever a server asks for


class Breaker:
    """Lets calls to one server through, or not. Knows no server, and no clock of its own.

    A call that is let in holds a number until it comes out. What a call from before the last change
    came to is too old to count.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._last: deque[bool] = deque(maxlen=LAST)
        self._open_since: float | None = None
        self._trying = False
        self._round = 0
        self._wait_until: float | None = None

    def waits(self) -> bool:
        """Whether the server asked for no further request yet."""
        if self._wait_until is not None and self._now() >= self._wait_until:
            self._wait_until = None
        return self._wait_until is not None

    def wait(self, seconds: float) -> None:
        """Nothing for so long, as the server asked; never for longer than is sensible."""
        until = self._now() + min(max(seconds, 0.0), LONGEST_WAIT)
        self._wait_until = max(until, self._wait_until or until)

    def let_in(self) -> int | None:
        """A number for a call that may go on; None for one that may not."""
        if self.waits():
            return None
        if self._open_since is not None:
            if self._trying or self._now() - self._open_since < REST:
                return None
            self._trying = True
        return self._round

    def came_out(self, number: int, *, well: bool | None) -> None:
        """What a call came to; None where it was given up without the server's doing."""
        if number != self._round:
            return
        if self._open_since is not None:
            self._trying = False
            if well is not None:
                self._change(None if well else self._now())
            return
        if well is None:
            return
        self._last.append(well)
        if not well:
            self._failures.append(self._now())
        if self._is_enough():
            self._change(self._now())

    def _is_enough(self) -> bool:
        quick = len(self._failures) == FAILURES and self._now() - self._failures[0] <= WITHIN
        return quick or (len(self._last) == LAST and self._last.count(False) * 2 >= LAST)

    def _change(self, open_since: float | None) -> None:
        self._open_since, self._trying = open_since, False
        self._round += 1
        self._failures.clear()
        self._last.clear()
