"""How often a client may call: evenly over a minute, with room for a minute's worth at once."""

import math


class Rate:
    """So many calls in a minute. Moments are seconds; one thread at a time."""

    def __init__(self, most_per_minute: int) -> None:
        self._most = float(most_per_minute)
        self._left = self._most
        self._at = float("-inf")

    def wait(self, now: float) -> int:
        """Count a call: 0 where it may go on, or else the seconds until one may."""
        if now > self._at:
            self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
            self._at = now
        if self._left < 1:
            return max(1, math.ceil((1 - self._left) * 60 / self._most))
        self._left -= 1
        return 0
