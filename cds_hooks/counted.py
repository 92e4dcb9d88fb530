"""What the store has counted of rules over months, as the questions about them want it.

Whether a rule was asked enough before it is shown, and whether its cards lead to answers. Nobody is
in it: no person, and nobody who looked.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import get_args

from cds_hooks.sampling import to_judge
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import LOOKED, SHADOW, SHOWN, held_by
from prompts.alarms import WORTH, Day, Led
from prompts.counted import LATELY, Counted, counted
from prompts.judged import Judged
from prompts.prompt import HeldBy
from rules.record import Reply
from rules.rule import Rule

_STEPS: tuple[str, ...] = get_args(HeldBy)
# What stands behind shadow among the steps held a rule that shadow would have held before.
_WOULD_SPEAK = frozenset(
    {SHOWN, SHADOW, *(held_by(step) for step in _STEPS[_STEPS.index(SHADOW) + 1 :])}
)
# What a person said, or was said of what they have already: an answer that somebody was asked for.
_ANSWERS = frozenset(map(str, (Reply.ACCEPTED, Reply.DECLINED, Reply.NOT_NOW, Reply.ALREADY_DONE)))


def asked_before(
    answers: Answers, since: Mapping[str, date | None], today: date, until: date | None = None
) -> Mapping[str, Counted]:
    """How often each of these rules was asked in the last 180 days. Raises StoreError.

    ``since``: the day from which each counts, where not all these days do. With ``until``, days
    from that one on do not count either.
    """
    first, last = today - timedelta(days=LATELY), today
    if until is not None:
        last = min(last, until - timedelta(days=1))
    found = answers.counted_of(since, {LOOKED, *_WOULD_SPEAK}, first, last)
    days: dict[str, dict[date, Counter[str]]] = {rule: {} for rule in since}
    for event, times in found.items():
        from_then = since[event.rule]
        if from_then is None or event.day >= from_then:
            days[event.rule].setdefault(event.day, Counter())[event.outcome] += times
    return {rule: counted(map(_day, by_day.values())) for rule, by_day in days.items()}


def _day(found: Counter[str]) -> Day:
    return Day(found[LOOKED], sum(found[outcome] for outcome in _WOULD_SPEAK))


def judged_so_far(answers: Answers, rules: Iterable[Rule]) -> Mapping[str, Judged]:
    """How far the judging is of those rules in force that are not live yet. Raises StoreError.

    Whoever waits to be judged by a rule that left, or by what it was before, is let go of.
    """
    every = tuple(rules)
    versions = to_judge(every)
    elsewhere = {what.removeprefix("rule:") for what in answers.in_force()}
    here = {rule.id for rule in every}
    answers.cases().let_go_but(versions, (elsewhere - here) | set(versions))
    return answers.cases().judged(versions)


def led_to_answers(answers: Answers, rules: Collection[str], today: date) -> Mapping[str, Led]:
    """What came of the cards of each rule in the 90 days before today. Raises StoreError."""
    first, last = today - timedelta(days=WORTH), today - timedelta(days=1)
    found = answers.counted_of(rules, {SHOWN, *_ANSWERS}, first, last)
    began = answers.first_of(rules, SHOWN)
    shown, answered = Counter[str](), Counter[str]()
    for event, times in found.items():
        if event.outcome == SHOWN:
            shown[event.rule] += times
        else:
            answered[event.rule] += times
    return {rule: Led(shown[rule], answered[rule], began[rule]) for rule in rules if rule in began}
