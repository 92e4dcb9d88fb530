"""Sees to it that the directory of local support, as it is published, is in memory.

A thread looks into its store: nothing is asked of a disk or a network while somebody waits for a
card. While it cannot be read, what was read last stays.
"""

import threading

from cds_hooks import logs
from cds_hooks.live import Live
from cds_hooks.store.directory import Directory
from cds_hooks.store.tables import StoreError

EVERY = 5.0  # seconds: that something is full is known to every process soon
_STOPS_WITHIN = 1.0  # seconds; nothing is lost with a look


class Supporting:
    """Looks every few seconds, and once at the start before anything is answered."""

    def __init__(self, directory: Directory, live: Live, every: float = EVERY) -> None:
        self.directory = directory
        self._live, self._every = live, every
        self._turn = -1
        self._over, self._looking = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._look_on, name="directory", daemon=True)

    def start(self) -> None:
        """Look now, and go on in a thread of its own."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and let go of the store."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_STOPS_WITHIN)
        self.directory.close()

    def look(self) -> None:
        """One look: what changed is taken as a whole. A fault ends this look and not the watch."""
        with self._looking:
            try:
                if self.directory.turn() == self._turn:
                    return
                self._turn, listed = self.directory.published()
            except StoreError:
                return
            except Exception as error:
                logs.event("watching-fault", where="directory", kind=type(error).__name__)
                return
            self._live.listed = listed
            logs.event("directory", count=len(listed))

    def _look_on(self) -> None:
        while not self._over.wait(self._every):
            self.look()
