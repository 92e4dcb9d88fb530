"""Sees to it that what was paused, or put itself in shadow, is so here within seconds.

A thread looks into the store. While the store cannot be read, what was paused stays paused, and
after a minute of that nothing is said at all: somebody may have paused it.
"""

import threading
from datetime import datetime

from cds_hooks import clock as real_clock
from cds_hooks import logs
from cds_hooks.clock import Clock
from cds_hooks.live import InForce, Live
from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import SAID_EVERY
from cds_hooks.store.tables import StoreError

EVERY = 5.0  # seconds: a pause is to be in force within a minute, on every worker
_STOPS_WITHIN = 1.0  # seconds; nothing is lost with a look


class Pausing:
    """Looks every few seconds, and once at the start before anything is answered."""

    def __init__(
        self,
        answers: Answers,
        live: Live,
        every: float = EVERY,
        clock: Clock = real_clock.now,
    ) -> None:
        self._answers, self._live, self._every, self._clock = answers, live, every, clock
        self._said: tuple[InForce, datetime] | None = None
        self._over, self._looking = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._look_on, name="pauses", daemon=True)

    def start(self) -> None:
        """Look now, and go on in a thread of its own. From here on the switch has to be read."""
        self._live.follow()
        self.look()
        self.say_in_force()
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_STOPS_WITHIN)

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

    def say_in_force(self) -> None:
        """Have the store know what can be paused: whoever is in a hurry has its name at hand."""
        rules, now = self._live.rules, self._clock()
        if self._said is not None and self._said[0] is rules and now - self._said[1] < SAID_EVERY:
            return
        library = rules.library
        try:
            names = (rule.id for rule in library.rules)
            self._answers.say_in_force(library.practice.name, names, now)
            self._look_beside(library.practice.name, now)
        except StoreError:
            return  # the next look tries again
        except Exception as error:
            logs.event("watching-fault", where="in-force", kind=type(error).__name__)
            return
        self._said = rules, now

    def _look_beside(self, own: str, now: datetime) -> None:
        """Whether another practice uses the store: what is paused of it is paused here too."""
        beside = self._answers.practices(now) - {own}
        if beside - self._live.beside:
            logs.event("other-practices", count=len(beside))
        self._live.beside = beside

    def _look_on(self) -> None:
        while not self._over.wait(self._every):
            self.look()
            self.say_in_force()
