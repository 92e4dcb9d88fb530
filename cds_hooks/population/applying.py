"""Sends reminders to a FHIR server so that each is there once, whatever happens on the way.

What was answered is believed. What was not (a cut, a time that is over, a 5xx, a half answer) is
looked up: what is there is done, what is not there is sent again once the server has had its time
to finish. What somebody changed meanwhile is left as it is, for a person to look at.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from cds_hooks.clock import Clock, practice_day
from cds_hooks.population.journal import Came, Journal
from cds_hooks.population.tag_files import MOST_ENTRIES
from fhir_adapters.at_server import NoLook, Reply, Stands, send, stands, there
from fhir_adapters.breaker import LONGEST_WAIT
from fhir_adapters.reminders import Change
from fhir_adapters.sending import Line, NoAnswer, NoSignIn

TRIES = 6
_NONE_TAKEN = 5  # so many are not taken, and none is: it is not about them
_UNWELL = (502, 503, 504)
_LOOKED = {Stands.OVER: Came.ENDED, Stands.CHANGED: Came.CHANGED, Stands.GONE: Came.GONE}
_ENDED = (200, 201, 204)
_TAKEN = (Came.MADE, Came.ENDED)
_WAS_THERE = (Came.MADE, Came.THERE, Came.TWICE, Came.TAKEN_AWAY)

_T = TypeVar("_T")


class Stopped(Exception):
    """The rest cannot be sent now; says why in one sentence. The next run goes on from there."""


@dataclass
class Applying:
    """One run: a line to the server, the journal, and which night's reminders they are."""

    line: Line
    journal: Journal
    night: str
    settle: float  # seconds a server may go on with what it was asked, when nobody listens
    now: Clock
    tell: Callable[[str], None]
    may: Callable[[Sequence[Change]], Sequence[Change]]  # those that may be sent at this moment
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _ends: dict[str, Change] = field(default_factory=dict[str, Change])
    _doubted: set[str] = field(default_factory=set[str])
    _taken: int = 0
    _not_taken: int = 0

    async def send_all(self, changes: Sequence[Change]) -> None:
        """Each once; the journal has what came of it. Raises Stopped and JournalError."""
        self._ends = {one.key: one for one in changes if one.reference}
        try:
            self._taken = sum(
                1
                for row in self.journal.rows.values()
                if row.night == self.night and row.came in _TAKEN
            )
            await self._what_was_in_the_air()
            for waiting in await self._not_done(changes):
                for start in range(0, len(waiting), MOST_ENTRIES):
                    await self._deliver(waiting[start : start + MOST_ENTRIES])
            await self._each_once()
        except NoSignIn as error:
            raise Stopped(str(error)) from None

    async def _what_was_in_the_air(self) -> None:
        """What an earlier run had sent when it was killed: looked up before anything is sent."""
        rows = {
            key: row
            for key, row in self.journal.in_the_air().items()
            if key.startswith("add:") or key in self._ends
        }
        if not rows:
            return
        self.tell(f"Looking for {len(rows)} that an earlier run did not hear of.")
        self._doubted |= rows.keys()
        # Whoever sent it may have been waiting still when it was killed, a moment ago.
        last = max(row.at for row in rows.values())
        over = (last - self.now()).total_seconds() + self.line.within + self.settle
        rest = await self._settled(list(rows), min(self.settle, over))
        self._came(dict.fromkeys(rest, Came.NOT_THERE))

    async def _not_done(self, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
        """What is to be sent, and then what the server did not take before: it may by now."""
        rows, today = self.journal.rows, practice_day(self.now()).isoformat()
        fresh: list[Change] = []
        again: list[Change] = []
        added: list[Change] = []
        ended: list[Change] = []
        for change in changes:
            row = rows.get(change.key)
            if row is None or row.came is Came.NOT_THERE:
                fresh.append(change)
            elif row.came is Came.NOT_TAKEN:
                again.append(change)
            elif row.night == self.night:
                continue
            elif change.reference:
                ended.append(change)
            elif row.came in _WAS_THERE and row.until >= today:
                added.append(change)
            else:
                fresh.append(change)
        # There on an earlier night, and the source does not have it: it may be gone.
        await self._were_there([one.key for one in added], Came.TAKEN_AWAY)
        # Over on an earlier night, and the source has it as it was: so may the server, from a copy.
        return [*fresh, *await self._rest_of(ended, 0.0)], again

    async def _were_there(self, keys: Sequence[str], otherwise: Came) -> None:
        """Those that somebody had made before: how they stand now."""
        found = await self._look(keys)
        now = {key: found.get(key, otherwise) for key in keys}
        self._came({key: Came.THERE if one is Came.MADE else one for key, one in now.items()})

    async def _deliver(self, batch: Sequence[Change]) -> None:
        """One transaction, until each of its changes has come to something."""
        left, tries = list(batch), 0
        while left := self._that_may(left):
            sent_at = self.now()
            self.journal.sending(self.night, {one.key: one.ends_on for one in left}, sent_at)
            reply, says = Reply(0), ""
            try:
                reply = await send(self.line, left)
            except NoSignIn:
                self._none_of(left)
                raise
            except NoAnswer as none:
                says = str(none)
                if not none.begun:
                    self._none_of(left)
                    tries = await self._wait(tries, None, says)
                    continue
            says = says or f"it answered with {reply.status}"
            if reply.each:
                rest = await self._each_answered(left, reply.each)
            elif reply.status in (401, 403) or 300 <= reply.status < 400:
                self._none_of(left)
                raise Stopped(_not_let_in(reply.status))
            elif reply.status == 429:
                self._none_of(left)
                rest = left
            elif 400 <= reply.status < 500:
                rest = await self._rest_of(left, 0.0)
                self._none_of(rest)
            else:
                self._doubted |= {one.key for one in left}
                rest = await self._rest_of(left, self.settle)
            if len(rest) < len(left):
                left, tries = rest, 0
                continue
            # A conflict with somebody who writes at this moment may be over the next time.
            its_doing = 400 <= reply.status < 500 and reply.status != 429
            its_doing = its_doing and (reply.status != 409 or tries >= 1)
            if its_doing or (tries >= 1 and reply.status >= 500 and reply.status not in _UNWELL):
                if len(left) > 1:
                    half = len(left) // 2
                    await self._deliver(left[:half])
                    await self._deliver(left[half:])
                    return
                if its_doing or tries == TRIES - 1:
                    self._is_not_taken(left, reply.status)
                    return
            tries = await self._wait(tries, reply.wait, says)

    def _that_may(self, changes: Sequence[Change]) -> list[Change]:
        """Without those that may not be sent any more: a run is long, and people say no in it.

        Raises Stopped.
        """
        may = list(self.may(changes))
        if len(may) < len(changes):
            keys, in_the_air = {one.key for one in may}, self.journal.in_the_air()
            not_any_more = [one for one in changes if one.key not in keys]
            self._none_of([one for one in not_any_more if one.key in in_the_air])
        return may

    async def _each_answered(
        self, changes: Sequence[Change], statuses: Sequence[int]
    ) -> list[Change]:
        """What is left where the server said of each what came of it."""
        came: dict[str, Came] = {}
        before: list[str] = []
        unsure: list[tuple[Change, int]] = []
        for change, status in zip(changes, statuses, strict=True):
            if change.name and status == 201:
                came[change.key] = Came.MADE
            elif change.name and status == 200:
                before.append(change.key)
            elif change.reference and status in _ENDED:
                came[change.key] = Came.ENDED
            else:
                unsure.append((change, status))
        self._came(came)
        await self._were_there(before, Came.THERE)
        self._taken += len(before)
        rest = await self._rest_of([change for change, _ in unsure], 0.0)
        not_now = {change.key: status for change, status in unsure if 400 <= status < 500}
        self._none_of([one for one in rest if one.key in not_now])
        for change in list(rest):
            if not_now.get(change.key, 409) not in (409, 412, 429):
                self._is_not_taken([change], not_now[change.key])
                rest.remove(change)
        return rest

    async def _rest_of(self, changes: Sequence[Change], settle: float) -> list[Change]:
        """Those of which the server has nothing, once it has had so many seconds to finish."""
        rest = set(await self._settled([one.key for one in changes], settle))
        return [one for one in changes if one.key in rest]

    async def _settled(self, keys: Sequence[str], within: float) -> list[str]:
        until, pause = self.now() + timedelta(seconds=within), 0.25
        rest = list(keys)
        while rest:
            found = await self._look(rest)
            self._came(found)
            rest = [key for key in rest if key not in found]
            left = (until - self.now()).total_seconds()
            if left <= 0:
                break
            if rest:
                await self.sleep(min(pause, left))
                pause = min(pause * 2, 5.0)
        return rest

    async def _look(self, keys: Collection[str]) -> dict[str, Came]:
        """What came of each, as the server stands now; what it knows nothing of is not in it."""
        names = [key.removeprefix("add:") for key in keys if key.startswith("add:")]
        came: dict[str, Came] = {}
        if names:
            today = practice_day(self.now())
            found = await self._patiently(lambda: there(self.line, names, today))
            came = {f"add:{name}": _as_found(flags) for name, flags in found.items() if flags}
        for key in keys:
            if key in self._ends:
                now = await self._patiently(partial(stands, self.line, self._ends[key]))
                if now is not Stands.AS_READ:
                    came[key] = _LOOKED[now]
        return came

    async def _patiently(self, look: Callable[[], Awaitable[_T]]) -> _T:
        tries = 0
        while True:
            wait: float | None = None
            try:
                return await look()
            except NoAnswer as none:
                says = str(none)
            except NoLook as none:
                if none.status in (401, 403):
                    raise Stopped(_not_let_in(none.status)) from None
                if none.status < 500 and none.status != 429:
                    raise Stopped(
                        "The FHIR server cannot be asked which reminders are there (it answered"
                        f" with {none.status}): nothing is sent twice in the dark."
                    ) from None
                says, wait = f"it answered with {none.status}", none.wait
            tries = await self._wait(tries, wait, says)

    async def _each_once(self) -> None:
        """What was in doubt may have come about twice after all: that is told, and not hidden."""
        found = await self._look([key for key in self._doubted if key.startswith("add:")])
        self._came({key: came for key, came in found.items() if came is Came.TWICE})

    async def _wait(self, tries: int, asked: float | None, says: str) -> int:
        if tries + 1 >= TRIES or (asked or 0.0) > LONGEST_WAIT:
            raise Stopped(f"The FHIR server is left alone for now: {says}.")
        seconds = max(2.0**tries if asked is None else asked, 0.1)
        self.tell(f"The FHIR server: {says}. Trying again in {seconds:.0f} s.")
        await self.sleep(seconds)
        return tries + 1

    def _none_of(self, changes: Sequence[Change]) -> None:
        self._came({one.key: Came.NOT_THERE for one in changes})

    def _is_not_taken(self, changes: Sequence[Change], status: int) -> None:
        self._came({one.key: Came.NOT_TAKEN for one in changes})
        self._not_taken += len(changes)
        if self._not_taken >= _NONE_TAKEN and not self._taken:
            raise Stopped(
                f"The FHIR server takes none of them (it answers with {status}). Look at its"
                " address, and at what the token reaches."
            )

    def _came(self, came: Mapping[str, Came]) -> None:
        self.journal.came(self.night, came, self.now())
        self._taken += sum(1 for one in came.values() if one in _TAKEN)


def _as_found(flags: Mapping[str, bool]) -> Came:
    """What came of a reminder that is there; one that is over besides makes no second of it."""
    asking = sum(1 for over in flags.values() if not over)
    if not asking:
        return Came.WAS_OVER
    return Came.MADE if asking == 1 else Came.TWICE


def _not_let_in(status: int) -> str:
    if status == 401:
        return "The FHIR server did not take the access token. Nothing more was sent."
    if status == 403:
        return "The access token does not reach Flags at the FHIR server. Nothing more was sent."
    return f"The FHIR server points to another place (status {status}). Nothing more was sent."
