"""Sees to it that what was paused, or put itself in shadow, is so here within seconds.

A thread looks into the store. While the store cannot be read, what was paused stays paused.
"""

import threading

from cds_hooks import logs
from cds_hooks.live import Live
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError

EVERY = 5.0  # seconds: a pause is to be in force within a minute, on every worker


class Pausing:
    """Looks every few seconds, and once at the start before anything is answered."""

    def __init__(self, answers: Answers, live: Live, every: float = EVERY) -> None:
        self._answers, self._live, self._every = answers, live, every
        self._over, self._looking = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._look_on, name="pauses", daemon=True)

    def start(self) -> None:
        """Look now, and go on in a thread of its own."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def look(self) -> None:
        """One look; what it finds is not put aside by one that began before it."""
        with self._looking:
            try:
                found = self._answers.pauses()
            except StoreError:
                return
            if found != self._live.pauses:
                self._live.pauses = found
                logs.event("paused", count=len(found))

    def _look_on(self) -> None:
        while not self._over.wait(self._every):
            self.look()
