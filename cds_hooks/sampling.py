"""Draws the people by whom a clinician will judge a rule, of everybody it is asked about.

In memory, off the way of an answer: a look costs a hash for each rule that is in shadow or pilot,
and nothing where there is none. Only whoever belongs among the lowest hashes so far is put aside,
and goes into the store with the counts (``tally.py``). Who that is stands in ``store/cases.py``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from time import monotonic
from typing import get_args

from cds_hooks.grounds import used
from cds_hooks.store.answers import Answers
from cds_hooks.store.cases import ABOVE_ALL, KEPT, Case, Drawn, Sort, who_of
from cds_hooks.store.kept import Used
from cds_hooks.store.keys import Key
from prompts.prompt import Held, HeldBy
from rules.fact import Fact, facts_of
from rules.fingerprint import judged_as
from rules.outcome import Decision, Outcome
from rules.rule import Rule, Status

JUDGED = frozenset({Status.SHADOW, Status.PILOT})
BY_ITS_CONDITIONS = "conditions"
BY_EXCLUSION = "exclude:"  # before the name of an exclusion
_STEPS: tuple[str, ...] = get_args(HeldBy)
# What is asked after shadow says nothing about whether the rule would speak.
_BEFORE_SHADOW = frozenset(_STEPS[: _STEPS.index("shadow")])
# Nobody knows then whether it would have spoken; or it spoke lately, and its manners hold it.
_NO_CASE = frozenset({"paused", "memory", "answers", "quiet", "most"})
SILENT_STEPS = _BEFORE_SHADOW - _NO_CASE
_READ_ANEW = 600.0  # seconds: what other workers drew, and what was judged or let go of


def to_judge(rules: Iterable[Rule]) -> dict[str, str]:
    """The rules that are judged now, by their ids, and what each of them is judged as."""
    return {rule.id: judged_as(rule) for rule in rules if rule.status in JUDGED}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: about whom, as the store knows them, when, and by which versions of the rules."""

    who: str = field(repr=False)
    today: date
    versions: Mapping[str, str]


@dataclass(slots=True)
class _Drawing:
    """One sample as this process knows it, and who is to come into it."""

    known: frozenset[str] = frozenset()
    below: str = ABOVE_ALL
    new: dict[str, Case] = field(default_factory=dict[str, Case])


class Sampling:
    """The samples of one process since they were last flushed. Any thread may add to them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._drawn: dict[Drawn, _Drawing] = {}
        self._read_at = -_READ_ANEW

    def see(self, seen: Seen, outcomes: Iterable[Outcome], held: Iterable[Held], key: Key) -> None:
        """Put aside whoever belongs in the sample of a rule, by what came of it."""
        stopped = {one.rule.id: one for one in held}
        hidden = ""
        for outcome in outcomes:
            rule = outcome.rule.id
            version = seen.versions.get(rule)
            found = _sort(outcome, stopped.get(rule)) if version is not None else None
            if version is None or found is None:
                continue
            sort, step = found
            of_it = self._drawn.get((rule, version, sort)) or self._begin(rule, version, sort)
            if not of_it.below:
                continue  # enough were judged
            hidden = hidden or key.hidden(seen.who)
            who = who_of(rule, version, hidden)
            if who >= of_it.below or who in of_it.known or who in of_it.new:
                continue
            facts = tuple(_facts(outcome, step))
            case = Case(rule, version, sort, who, seen.who, seen.today, step, facts)
            with self._lock:
                of_it.new[who] = case
                if len(of_it.new) >= 2 * KEPT:
                    _leave_the_lowest(of_it)

    def flush(self, answers: Answers) -> None:
        """Keep whoever was put aside, and learn how the samples stand. Raises StoreError."""
        due = monotonic() - self._read_at >= _READ_ANEW
        with self._lock:
            new = {drawn: of_it.new for drawn, of_it in self._drawn.items() if of_it.new}
            versions = {drawn[:2] for drawn in (self._drawn if due else new)}
            for drawn in new:
                self._drawn[drawn].new = {}
        if not versions:
            return
        try:
            cases = [case for found in new.values() for case in found.values()]
            samples = answers.cases().keep(cases, versions)
        except BaseException:
            with self._lock:
                for drawn, found in new.items():
                    of_it = self._drawn.setdefault(drawn, _Drawing())
                    of_it.new = {**found, **of_it.new}
            raise
        if due:
            self._read_at = monotonic()
        with self._lock:
            for drawn, sample in samples.items():
                of_it = self._drawn.setdefault(drawn, _Drawing())
                of_it.known, of_it.below = sample.known, sample.below

    def _begin(self, rule: str, version: str, sort: Sort) -> _Drawing:
        """A sample that was not known yet; what was drawn for another version is over with it."""
        with self._lock:
            for drawn in [one for one in self._drawn if one[0] == rule and one[1] != version]:
                del self._drawn[drawn]
            return self._drawn.setdefault((rule, version, sort), _Drawing())


def _leave_the_lowest(of_it: _Drawing) -> None:
    lowest = sorted(of_it.new)[:KEPT]
    of_it.new = {who: of_it.new[who] for who in lowest}
    of_it.below = min(of_it.below, lowest[-1])


def _sort(outcome: Outcome, held: Held | None) -> tuple[Sort, str] | None:
    """Whether a rule would be shown, and if not by which step; None where that cannot be told."""
    match outcome.decision:
        case Decision.NO_PROMPT:
            return "silent", BY_ITS_CONDITIONS
        case Decision.EXCLUDED:
            return "silent", f"{BY_EXCLUSION}{outcome.because}"
        case Decision.PROMPT:
            if held is None or held.step not in _BEFORE_SHADOW:
                return "shown", ""
            is_case = held.step in SILENT_STEPS and not held.unread
            return ("silent", held.step) if is_case else None
        case Decision.CANNOT_TELL | Decision.WITHHELD:
            return None


def _facts(outcome: Outcome, step: str) -> Iterator[Used]:
    """The rule's own facts that came into it, once each."""
    rule = outcome.rule
    conditions = [rule.when]
    for exclusion in rule.exclusions:
        if outcome.decision is Decision.PROMPT or step == f"{BY_EXCLUSION}{exclusion.name}":
            conditions.append(exclusion.condition)
    found: dict[Fact, None] = {}
    for condition in conditions:
        found |= dict.fromkeys(facts_of(condition))
    # What is worked out has been only where every expression of the rule was.
    told = (fact for fact in found if not fact.expression or outcome.decision is Decision.PROMPT)
    yield from dict.fromkeys(used(fact, outcome.look(fact)) for fact in told)
