"""Watches the rules while they run: what is held is counted, spikes are stopped, canaries asked.

A thread looks every few seconds, and at once when a rule was shown several times. A rule that is
shown far more often than is usual puts itself in shadow, in the store, so that every process stops
within seconds and a restart does not forget; a person takes it back. A safety net never stops by
itself: of it there is only an alarm.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import monotonic

from cds_hooks import clock as real_clock
from cds_hooks import logs
from cds_hooks.canary import canaries
from cds_hooks.clock import Clock, practice_day
from cds_hooks.counted import asked_before, judged_so_far, led_to_answers
from cds_hooks.live import Live
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import HELD, LOOKED, SHADOW, SHOWN, Event
from cds_hooks.store.pauses import Pause
from cds_hooks.store.tables import StoreError
from cds_hooks.tally import Tally
from cds_hooks.watched import Alarm, Canaries, Figures, Wrong
from prompts.alarms import BASELINE, SILENT, Day, expected, is_silent, spike_from
from prompts.counted import times
from prompts.restraint import IN_SHADOW
from prompts.stories import tell
from rules.codes import Code
from rules.days import in_words
from rules.people import Stories, Story
from rules.rule import Purpose, Rule, Status
from rules.schema.lock import lists_of

EVERY = 5.0  # seconds between two looks
_FLUSHED = 10.0  # seconds between two times that what is held is counted in the store
_STOPS_WITHIN = 6.0  # seconds: the store lets nobody wait longer for whoever writes there
CANARIES_EVERY = timedelta(hours=1)
_A_WHILE = 0.02  # seconds between two canaries: whoever calls us comes first
_LOOKED_AT_ANEW = timedelta(minutes=10)
# People for whom a rule has to speak, and people for whom it has to be silent.
_MUST = frozenset({"prompt", "no prompt", "excluded"})
# What was shown, or would have gone on to be, had not somebody stopped the rule or tried it on some
# people only: by this a rule is compared with itself before and after.
_ON_ITS_WAY = (SHOWN, SHADOW, *(f"{HELD}{step}" for step in ("paused", "capacity", "pilot")))


class Watching:
    """Looks every few seconds, and when the tally says so; once an hour it asks the canaries."""

    def __init__(
        self,
        answers: Answers,
        live: Live,
        tally: Tally,
        clock: Clock,
        paused: Callable[[], None],
        every: float = EVERY,
    ) -> None:
        """``paused`` has what is paused looked up anew, for the calls that come now."""
        self._answers, self._live, self._tally = answers, live, tally
        self._clock, self._paused, self._every = clock, paused, every
        self._flushed = monotonic()
        self._usual: _Usual | None = None
        self._asked = live.rules.since  # or whenever canaries were asked last
        self._first: dict[tuple[str, int, str], Code] = {}
        self._over = threading.Event()
        # Apart, so that no spike goes on while canaries are being asked.
        self._threads = (
            threading.Thread(target=self._look_on, name="watching", daemon=True),
            threading.Thread(target=self._ask_on, name="canaries", daemon=True),
        )

    def start(self) -> None:
        """Begin to look, in threads of its own."""
        self._remember_codes()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Look no more. What is being counted is in the store then, or waits too long for it."""
        self._over.set()
        self._tally.due.set()
        looking, _ = self._threads  # canaries keep nothing
        if looking.is_alive():
            looking.join(_STOPS_WITHIN)

    def _look_on(self) -> None:
        while not self._over.is_set():
            self._tally.due.wait(self._every)
            if not self._over.is_set():
                self._whatever_comes(self.look, "counts")

    def _ask_on(self) -> None:
        while not self._over.wait(self._every):
            self._whatever_comes(self.ask_canaries, "canaries")

    def _whatever_comes(self, work: Callable[[], None], where: str) -> None:
        """A fault ends this look and not the watch, and is told until there is a look without."""
        try:
            work()
        except Exception as error:
            logs.event("watching-fault", where=where, kind=type(error).__name__)
            self._live.faults = {where: real_clock.now(), **self._live.faults}  # ours may fail
            self._over.wait(self._every)  # and not at once again, were it woken all the time
        else:
            if where in self._live.faults:
                self._live.faults = {k: at for k, at in self._live.faults.items() if k != where}

    def look(self) -> None:
        """One look at what was counted."""
        now = self._clock()
        self._tally.looking()
        try:
            if monotonic() - self._flushed >= _FLUSHED:
                self._flushed = monotonic()
                self._tally.flush(self._answers)
            self._compare(now)
        except StoreError:
            pass  # what is not counted yet stays in the tally; the next look may find it

    def ask_canaries(self) -> None:
        """Ask them, where an hour is over since they were asked, or since the start.

        However often the rules change meanwhile, and if the clock is put back, nobody waits longer.
        """
        now = self._clock()
        self._remember_codes()
        if not timedelta() <= now - self._asked < CANARIES_EVERY:
            self._asked = now
            self._ask(now)

    # ---- what is unusual ----

    def _compare(self, now: datetime) -> None:
        """Put in shadow what spikes, and say what is silent. Raises StoreError."""
        today = practice_day(now)
        usual = self._usual_on(now, today)
        lately = self._answers.counted(today, today)
        back = {rule for rule, at in self._answers.taken_back() if practice_day(at) == today}
        stopped = {one.what for one in self._live.pauses}
        alarms: list[Alarm] = []
        silent = self._silent(usual, today)
        for rule in self._live.rules.library.shown().rules:
            shown = lately.get(Event(today, rule.id, "", SHOWN), 0)
            # One that took over from another is compared with that, until it has days of its own.
            most = next((m for m in map(usual.most.get, rule.names) if m is not None), None)
            spikes = most is not None and shown >= most and rule.id not in back
            if spikes and rule.purpose is Purpose.SAFETY_NET:
                says = f"shown {times(shown)} today, where fewer than {most} would be usual"
                alarms.append(Alarm(rule.id, "spike", says))
            elif spikes and f"{IN_SHADOW}{rule.id}" not in stopped:
                because = f"shown {times(shown)} on {in_words(today)}; usual is fewer than {most}"
                self._answers.pause(Pause(f"{IN_SHADOW}{rule.id}", now, because))
                self._paused()
                logs.event("spiked", rule=_own(rule.id), count=shown)
            if rule.id in silent:
                alarms.append(Alarm(rule.id, "silent", silent[rule.id]))
        known = {(one.rule, one.kind) for one in self._live.alarms}
        for alarm in alarms:
            if (alarm.rule, alarm.kind) not in known:
                logs.event("alarm", rule=_own(alarm.rule), kind=alarm.kind)
        self._live.alarms, self._live.figures = tuple(alarms), usual.figures

    def _usual_on(self, now: datetime, today: date) -> "_Usual":
        """What the days before today say; they hardly change any more. Raises StoreError."""
        known = self._usual
        if known is None or known.today != today or now - known.at >= _LOOKED_AT_ANEW:
            first = today - timedelta(days=BASELINE + SILENT)
            found = self._answers.counted(first, today - timedelta(days=1))
            self._look_back(today)
            known = self._usual = _usual(now, today, found)
        return known

    def _silent(self, usual: "_Usual", today: date) -> Mapping[str, str]:
        """The rules that are silent, and none that was held by mutes, which nobody counts."""
        silent = usual.silent
        if not silent:
            return silent
        rules = [one.names for one in self._live.rules.library.rules if one.id in silent]
        try:
            muted = self._answers.mutes().not_silent(rules, today)
        except StoreError:
            return {}  # nobody knows; that mutes cannot be looked up is told by itself
        return {rule: says for rule, says in silent.items() if rule not in muted}

    def _look_back(self, today: date) -> None:
        """What was counted over months of the rules in force. Raises StoreError."""
        rules = self._live.rules.library.rules
        since = {
            rule.id: rule.care.released.on if rule.care.released else None
            for rule in rules
            if rule.status is Status.SHADOW
        }
        self._live.in_shadow = asked_before(self._answers, since, today)
        self._live.judged = judged_so_far(self._answers, rules)
        shown = [rule.id for rule in rules if rule.id not in since]
        self._live.led = led_to_answers(self._answers, shown, today)
        self._live.resting = self._answers.resting(today)
        self._tally.coded.look_for(self._answers.coding().items(today))

    # ---- canaries ----

    def _remember_codes(self) -> None:
        """The code by which each story of a rule knew a list first, as long as it is its version.

        Stories say names of lists, and would go along with whatever stands in them later.
        """
        rules = self._live.rules
        for rule in rules.library.rules:
            for story in rules.stories.get(rule.id, ()):
                for line in story.person.lines:
                    if line.codes:
                        self._first.setdefault((rule.id, rule.version, line.name), line.codes[0])

    def _ask(self, now: datetime) -> None:
        """Ask every canary, and say what came of it."""
        rules = self._live.rules
        wrong: dict[str, tuple[str, ...]] = {}
        told: dict[str, Stories] = {}
        shown = rules.library.shown().rules
        lists = rules.library.code_lists.values()
        for rule in shown:
            stories = rules.stories.get(rule.id, ())
            told[rule.id] = tuple(
                one for one in stories if one.expect in _MUST and not one.known_gap
            )
            for story in told[rule.id]:
                then, gone = self._as_it_was(rule, story)
                if not _comes_out(rule, then):
                    wrong.setdefault(rule.id, gone or tuple(sorted(lists_of(rule, lists))))
        try:
            at_fault = canaries(rules, told, _A_WHILE)
        except Exception:  # whatever it is, it is a canary that was not answered
            at_fault = [rule.id for rule in shown]
        if self._over.is_set():
            return  # what is not answered while we stop says nothing of the rules
        for name in at_fault:
            wrong.setdefault(name, ())
        asked = sum(map(len, told.values()))
        found = tuple(Wrong(rule, lists) for rule, lists in wrong.items())
        logs.event("canaries", count=asked, rules=len(found))
        for one in found:
            logs.event("canary-wrong", rule=_own(one.rule), lists=tuple(map(_own, one.lists)))
        self._live.canaries = Canaries(now, asked, found)

    def _as_it_was(self, rule: Rule, story: Story) -> tuple[Story, tuple[str, ...]]:
        """A story with the codes it had first, and the lists in which these no longer stand."""
        gone: dict[str, None] = {}
        lines = list(story.person.lines)
        for number, line in enumerate(lines):
            first = self._first.get((rule.id, rule.version, line.name))
            if first is not None and first not in line.codes:
                lines[number] = replace(line, codes=(first,))
                gone[line.name] = None
        if not gone:
            return story, ()
        return replace(story, person=replace(story.person, lines=lines)), tuple(gone)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is usual on a day: from how many cards on a rule spikes, and which are silent."""

    at: datetime
    today: date
    most: Mapping[str, int | None]
    silent: Mapping[str, str]
    figures: Mapping[str, Figures]


def _usual(now: datetime, today: date, before: Mapping[Event, int]) -> _Usual:
    by_day: dict[str, dict[date, Counter[str]]] = {}
    for event, many in before.items():
        if event.offer == "":
            days = by_day.setdefault(event.rule, {})
            days.setdefault(event.day, Counter())[event.outcome] += many
    most: dict[str, int | None] = {}
    silent: dict[str, str] = {}
    figures: dict[str, Figures] = {}
    for rule, days in by_day.items():
        most[rule] = spike_from(
            [
                sum(days[day][outcome] for outcome in _ON_ITS_WAY)
                for day in _days(today, BASELINE)
                if day in days and days[day][LOOKED]
            ]
        )
        lately = [_day(days[day]) for day in _days(today, SILENT) if day in days]
        begins = today - timedelta(days=SILENT)
        earlier = [_day(days[day]) for day in _days(begins, BASELINE) if day in days]
        if is_silent(lately, earlier):
            usually = times(round(expected(lately, earlier)))
            silent[rule] = f"silent for {SILENT} days, where it would usually have spoken {usually}"
        figures[rule] = _figures([days[day] for day in _days(today, BASELINE) if day in days])
    return _Usual(now, today, most, silent, figures)


def _figures(days: list[Counter[str]]) -> Figures:
    every = sum(days, Counter[str]())
    held = sum(times for outcome, times in every.items() if outcome.startswith(HELD))
    asked = sum(1 for day in days if day[LOOKED])
    return Figures(asked, every[LOOKED], every[SHOWN], every[SHADOW], held)


def _day(found: Counter[str]) -> Day:
    held = sum(times for outcome, times in found.items() if outcome.startswith(HELD))
    return Day(found[LOOKED], found[SHOWN] + found[SHADOW] + held)


def _comes_out(rule: Rule, story: Story) -> bool:
    try:
        return tell(rule, story).right
    except Exception:  # one that could not be told did not come out as written
        return False


def _own(name: str) -> str:
    """A name as it may stand in the log."""
    return name if logs.is_own_word(name) else "unnamed"


def _days(today: date, many: int) -> list[date]:
    """So many days before this one, the oldest first."""
    return [today - timedelta(days=back) for back in range(many, 0, -1)]
