"""Two versions of a rule, asked about one person: gained, lost, and by which line.

Of what was said before nothing is known here: it quiets both versions alike. What comes of many
people is a sum, the same whoever counted which of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from rules.answer import Answer
from rules.conditions import ask_apart
from rules.engine import evaluate
from rules.explain import deciders
from rules.outcome import Decision, Outcome
from rules.record import PatientRecord
from rules.rule import Rule


class Pair(NamedTuple):
    """The same rule before and after; None where there was none, or is none any more."""

    old: Rule | None
    new: Rule | None

    @property
    def id(self) -> str:
        """What it is called now, or was."""
        rule = self.new or self.old
        assert rule is not None  # one of the two is there
        return rule.id


class Reason(NamedTuple):
    """A line of one version that keeps it from asking. It says nothing of the record."""

    says: str
    line: int = 0  # in the file of that version; 0 where it stands in no one line
    excludes: str = ""  # the name of the exclusion; "" of what the rule is for


class Change(NamedTuple):
    """How the answer of a rule about somebody changed, and what is behind it.

    For whoever is gained, the lines of the old version that said no; for whoever is lost, those of
    the new one that do. Where nobody is prompted, the lines of the version that does not know.
    """

    rule: str
    was: Decision
    now: Decision
    because: tuple[Reason, ...]

    @property
    def gained(self) -> bool:
        """Whether the rule asks now and did not."""
        return self.now is Decision.PROMPT

    @property
    def lost(self) -> bool:
        """Whether the rule asked and does not now."""
        return self.was is Decision.PROMPT


@dataclass(slots=True)
class Sum:
    """How many people there are, whom each rule asks before and after, and what changed."""

    people: int = 0
    before: Counter[str] = field(default_factory=Counter[str])
    after: Counter[str] = field(default_factory=Counter[str])
    changes: Counter[Change] = field(default_factory=Counter[Change])

    def __add__(self, other: "Sum") -> "Sum":
        """Both together."""
        return Sum(
            self.people + other.people,
            self.before + other.before,
            self.after + other.after,
            self.changes + other.changes,
        )

    def of(self, rule: str) -> tuple[tuple[Change, int], ...]:
        """What changed of one rule, the most people first; the same order each time."""
        found = ((change, count) for change, count in self.changes.items() if change.rule == rule)
        return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def paired(old: Sequence[Rule], new: Sequence[Rule]) -> tuple[Pair, ...]:
    """Each rule with itself, under the name that it had before where it says so (``replaces``)."""
    left = {rule.id: rule for rule in old}
    pairs = [Pair(left.pop(rule.id, None), rule) for rule in new]
    pairs = [
        Pair(left.pop(pair.new.care.replaces, None), pair.new)
        if pair.old is None and pair.new is not None
        else pair
        for pair in pairs
    ]
    return (*pairs, *(Pair(rule, None) for rule in left.values()))


def count(pairs: Sequence[Pair], record: PatientRecord, today: date, into: Sum) -> list[Change]:
    """Ask both versions of every rule about somebody, and add what came of it to a sum."""
    into.people += 1
    was, now = (
        _asked((one.old for one in pairs), record, today),
        _asked((one.new for one in pairs), record, today),
    )
    found: list[Change] = []
    for pair, before, after in zip(pairs, was, now, strict=True):
        if before is not None and before.decision is Decision.PROMPT:
            into.before[pair.id] += 1
        if after is not None and after.decision is Decision.PROMPT:
            into.after[pair.id] += 1
        change = _change(pair, before, after)
        if change is not None:
            found.append(change)
    into.changes.update(found)
    return found


def _asked(
    rules: Iterable[Rule | None], record: PatientRecord, today: date
) -> Iterator[Outcome | None]:
    every = tuple(rules)
    outcomes = iter(evaluate((rule for rule in every if rule is not None), record, (), today))
    return (None if rule is None else next(outcomes) for rule in every)


_NO = frozenset({Decision.NO_PROMPT, Decision.EXCLUDED})
# Of two that do not prompt, the one that says the least is the one to speak of.
_SPEAKS = (Decision.WITHHELD, Decision.CANNOT_TELL)


def _change(pair: Pair, before: Outcome | None, after: Outcome | None) -> Change | None:
    was, now = _decided(before), _decided(after)
    if was is now or (was in _NO and now in _NO):
        return None
    if Decision.PROMPT in (was, now):
        quiet = before if now is Decision.PROMPT else after
    else:
        speaks = next(one for one in _SPEAKS if one in (was, now))
        quiet = before if was is speaks else after
    return Change(pair.id, was, now, _NOT_THERE if quiet is None else reasons(quiet))


def _decided(outcome: Outcome | None) -> Decision:
    return Decision.NO_PROMPT if outcome is None else outcome.decision


_NOT_THERE = (Reason("no such rule is asked as a record is opened"),)


def reasons(outcome: Outcome) -> tuple[Reason, ...]:
    """Every line that keeps a rule from asking about somebody, not only the first.

    Each of them has to go before somebody is gained: an exclusion that would have applied is told,
    though the rule was not for them anyway.
    """
    if outcome.decision is Decision.WITHHELD:
        return (Reason(outcome.because),)
    rule = outcome.rule
    found = [*_who_for(outcome)]
    for exclusion in rule.exclusions:
        applies = ask_apart(exclusion.condition, outcome.look)
        if applies is Answer.YES:
            found.append(Reason(exclusion.because, exclusion.at.line, exclusion.name))
        elif applies is Answer.CANNOT_TELL and exclusion.if_unknown_exclude:
            says = f"{_UNKNOWN} {exclusion.because}"
            found.append(Reason(says, exclusion.at.line, exclusion.name))
    return tuple(dict.fromkeys(found))


_UNKNOWN = "it is not known whether this is so:"


def _who_for(outcome: Outcome) -> Iterator[Reason]:
    rule = outcome.rule
    answer = ask_apart(rule.when, outcome.look)
    if answer is Answer.YES or (answer is Answer.CANNOT_TELL and rule.prompt_when_unknown):
        return
    for line in deciders(rule.when, answer, outcome):
        at = line.at if line.at.file == rule.at.file else rule.place("when")
        yield Reason(f'"{line.says}" {_SO[line.answer]}', at.line)


_SO: dict[Answer, str] = {
    Answer.YES: "is so",
    Answer.NO: "is not so",
    Answer.CANNOT_TELL: "is not known",
}
