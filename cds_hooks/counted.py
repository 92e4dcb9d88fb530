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
from cds_hooks.store.counting import ANSWERED, LOOKED, SHADOW, SHOWN, held_by
from cds_hooks.store.hearing import ANSWERS
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
_ANSWERS = frozenset(map(str, ANSWERS))
_NO_TIME, _DONE = str(Reply.NO_TIME), str(Reply.ALREADY_DONE)
_NOT_RIGHT = str(Reply.NOT_RIGHT)
_LED_TO_ONE = "led to an answer"  # a sum of our own, of what is counted as two sorts


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
    """What came of the cards of each rule in the 90 days before today. Raises StoreError.

    A card that was answered twice led to an answer once. Of the days before that was counted, each
    answer counts.
    """
    first, last = today - timedelta(days=WORTH), today - timedelta(days=1)
    found = answers.counted_of(
        rules, {SHOWN, ANSWERED, _NO_TIME, _NOT_RIGHT, *_ANSWERS}, first, last
    )
    began = answers.first_of(rules, SHOWN)
    since = min(answers.first_of(rules, ANSWERED).values(), default=date.max)
    times: dict[str, Counter[str]] = {rule: Counter() for rule in rules}
    for event, many in found.items():
        times[event.rule][event.outcome] += many
        if event.outcome in (ANSWERED, *_ANSWERS) and (
            (event.outcome == ANSWERED) is (event.day >= since)
        ):
            times[event.rule][_LED_TO_ONE] += many
    return {
        rule: Led(
            shown=of[SHOWN],
            answered=of[_LED_TO_ONE],
            first=began[rule],
            no_time=of[_NO_TIME],
            done=of[_DONE],
            not_right=of[_NOT_RIGHT],
        )
        for rule, of in times.items()
        if rule in began
    }
