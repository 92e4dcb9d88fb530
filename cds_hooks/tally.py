"""What rules came to besides cards and answers, counted in memory and then in the store.

How often a rule was asked, held back by which step, or would have spoken in shadow. Cards and
answers are counted where they are kept; these here may lose what is not flushed yet, some seconds,
where a process is killed. Nobody is in it: no person, and nobody who looked.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from threading import Event as Signal
from threading import Lock

from cds_hooks.coded import Coded
from cds_hooks.sampling import Sampling
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import LOOKED, Event, held_by
from prompts.prompt import Held, Prompt
from rules.outcome import Outcome

SOME = 5  # cards of one rule after which it is looked at before its time


class Tally:
    """Counts of one process since they were last flushed. Any thread may add to them."""

    def __init__(self) -> None:
        self.sampling = Sampling()  # people, though: those by whom a rule will be judged
        self.coded = Coded()  # and people of whom something was said to be done already
        self._lock = Lock()
        self._looked: Counter[tuple[date, str]] = Counter()
        self._held: Counter[Event] = Counter()
        self._cards: Counter[str] = Counter()
        self._muted: set[tuple[date, str]] = set()  # would have spoken, but for a mute
        self._not_silent: set[tuple[date, str]] = set()  # of these it is kept already
        self.due = Signal()  # set where a rule was shown several times since it was looked at

    def looked(self, outcomes: Iterable[Outcome], today: date) -> None:
        """Each of these rules was asked about somebody."""
        with self._lock:
            self._looked.update((today, outcome.rule.id) for outcome in outcomes)

    def held(self, held: Iterable[Held], today: date) -> None:
        """Each of these rules would have spoken, and was held back.

        A mute is not counted: where one clinician works it would be theirs. Beside the mutes it is
        kept that such a rule is not silent, and that is in no count. Where nobody can look up who
        muted what, every rule waits, and that is counted: it is nobody's mute.
        """
        found: list[Event] = []
        muted: set[tuple[date, str]] = set()
        for one in held:
            if one.step != "mute" or one.unread:
                found.append(Event(today, one.rule.id, "", held_by(one.step)))
            else:
                muted.add((today, one.rule.id))
        with self._lock:
            self._held.update(found)
            self._muted |= muted - self._not_silent

    def shown(self, prompts: Iterable[Prompt]) -> None:
        """Cards were shown. They are counted where they are kept; here, only when to look."""
        names = [rule.id for prompt in prompts for rule in prompt.rules]
        if not names:
            return
        with self._lock:
            self._cards.update(names)
            if any(self._cards[name] >= SOME for name in names):
                self.due.set()

    def looking(self) -> None:
        """The cards shown so far are being looked at now."""
        with self._lock:
            self._cards.clear()
            self.due.clear()

    def flush(self, answers: Answers) -> None:
        """Count everything in the store; what cannot be stays here. Raises StoreError."""
        self._count(answers)
        self.sampling.flush(answers)
        self.coded.flush(answers)
        with self._lock:
            muted, self._muted = self._muted, set()
        try:
            for day in sorted({day for day, _ in muted}):
                answers.mutes().spoke({rule for on, rule in muted if on == day}, day)
        except BaseException:
            with self._lock:
                self._muted |= muted
            raise
        with self._lock:
            last = max((day for day, _ in muted), default=date.min)
            self._not_silent = {one for one in self._not_silent | muted if one[0] >= last}

    def _count(self, answers: Answers) -> None:
        with self._lock:
            looked, held = self._looked, self._held
            self._looked, self._held = Counter(), Counter()
        every = held.copy()
        for (day, rule), times in looked.items():
            every[Event(day, rule, "", LOOKED)] += times
        if not every:
            return
        try:
            answers.count(every)
        except BaseException:
            with self._lock:
                self._looked.update(looked)
                self._held.update(held)
            raise
