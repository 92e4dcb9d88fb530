"""Sees to it that the directory of local support, as it is published, is in memory.

A thread looks into its store: nothing is asked of a disk or a network while somebody waits for a
card. While it cannot be read, what was read last stays.
"""

import threading
from contextlib import suppress
from datetime import date

from cds_hooks import clock as real_clock
from cds_hooks import logs
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import InForce, Live
from cds_hooks.store.directory import Directory
from cds_hooks.store.tables import StoreError
from prompts.places import nearby_services
from rules.support import Listed

EVERY = 5.0  # seconds: that something is full is known to every process soon
_STOPS_WITHIN = 1.0  # seconds; nothing is lost with a look


class Supporting:
    """Looks every few seconds, and once at the start before anything is answered."""

    def __init__(
        self,
        directory: Directory,
        live: Live,
        clock: Clock = real_clock.now,
        every: float = EVERY,
    ) -> None:
        self.directory = directory
        self._live, self._clock, self._every = live, clock, every
        self._turn = -1
        self._chosen: tuple[InForce, tuple[Listed, ...], date] | None = None
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
        """One look: what changed is taken as a whole. A fault ends this look and not the watch.

        What each service looks for is worked out here: again for other rules, and on another day.
        """
        with self._looking:
            try:
                self._read()
                self._choose()
            except Exception as error:
                logs.event("watching-fault", where="directory", kind=type(error).__name__)

    def _read(self) -> None:
        try:
            if self.directory.turn() == self._turn:
                return
            self._turn, self._live.listed = self.directory.published()
        except StoreError:
            logs.event("without-directory")  # what was read last stays
            return
        logs.event("directory", count=len(self._live.listed))

    def _choose(self) -> None:
        rules, listed = self._live.rules, self._live.listed
        today, before = practice_day(self._clock()), self._chosen
        if before and before[0] is rules and before[1] is listed and before[2] == today:
            return
        self._live.nearby = nearby_services(rules.library, listed, today)
        self._chosen = rules, listed, today
        if before is None or before[2] != today:
            with suppress(StoreError):  # it is tried again tomorrow
                self.directory.let_go_of_names(today)

    def _look_on(self) -> None:
        while not self._over.wait(self._every):
            self.look()
