"""Sees to it that what was paused, or put itself in shadow, is so here within seconds.

A thread looks into the store. While the store cannot be read, what was paused stays paused, and
after a minute of that nothing is said at all: somebody may have paused it.
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
        """Look now, and go on in a thread of its own. From here on the switch has to be read."""
        self._live.follow()
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def look(self) -> None:
        """One look; what it finds is not put aside by one that began before it.

        A fault ends this look and not the watch. The rules in force know since when nobody looked.
        """
        with self._looking:
            try:
                if self._live.read(self._answers.pauses()):
                    logs.event("paused", count=len(self._live.pauses))
            except StoreError:
                return  # told where somebody asks how the service is, as of every call
            except Exception as error:
                logs.event("watching-fault", where="pauses", kind=type(error).__name__)

    def _look_on(self) -> None:
        while not self._over.wait(self._every):
            self.look()
