"""C06: what another line says already, and windows that do not go with the rest."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from rules.days import Duration, in_words
from rules.fact import All, AnyOf, Condition, Fact, Give, IsTrue, NoneOf, SomeOf, parts_of, question
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import Asked, Where, asked_of, asks, conditions_of, together
from rules.lints.spans import names_a_day, passes
from rules.problems import Place
from rules.rule import Rule

_DAY = date(2026, 11, 21)
_NEARLY = 0.04  # 52 weeks and 12 months, 90 days and 3 months
_TAKE_OUT = "Take it out, or write what is meant."


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    for where in conditions_of(rule):
        for part in parts_of(where.condition):
            yield from _twice(rule, where, part)
        for together_here in _groups(where.condition):
            yield from _implied(rule, where, together_here)
    done: dict[object, str] = {}
    for exclusion in rule.exclusions:
        first = done.setdefault(asks(exclusion.condition), exclusion.name)
        if first != exclusion.name or _is_second(rule, exclusion.at, exclusion.name):
            says = f'The exclusion "{first}" leaves the same people out already.'
            yield Found(own(rule, exclusion.at, "exclude"), says, _TAKE_OUT)
    yield from _unlike_the_rest(rule)
    for fact in rule.facts.values():
        if seen.today and isinstance(fact.since, date) and fact.since > seen.today:
            says = f"{in_words(fact.since)} is still to come: until then nothing is found."
            yield Found(fact.at, says, "Write a day that is past, or a time ago.")


def _is_second(rule: Rule, at: Place, name: str) -> bool:
    return at != next(each.at for each in rule.exclusions if each.name == name)


def _groups(condition: Condition) -> Iterator[tuple[Condition, ...]]:
    """What has to hold together, at the top and inside every list."""
    yield together(condition)
    for part in parts_of(condition):
        if isinstance(part, AnyOf | SomeOf):
            yield from (together(each) for each in part.parts)


def _twice(rule: Rule, where: Where, part: Condition) -> Iterator[Found]:
    if not isinstance(part, All | AnyOf | NoneOf | SomeOf):
        return
    for one, other in combinations(part.parts, 2):
        if asks(one) == asks(other):
            at = next((each.at for each in asked_of(together(other))), where.at)
            yield Found(own(rule, at, where.heading), "This stands here twice.", _TAKE_OUT)


def _implied(rule: Rule, where: Where, parts: tuple[Condition, ...]) -> Iterator[Found]:
    asked = [one for one in asked_of(parts) if one.test is not None]
    # A fact that starts at another is a yes only where the other is known.
    starts = {
        question(moment)
        for part in parts
        if isinstance(part, IsTrue)
        for moment in (part.fact.since, part.fact.before)
        if isinstance(moment, Fact)
    }
    for one in asked:
        others = [each for each in asked if each is not one and _same(each.fact, one.fact)]
        by = next((each for each in others if _says_already(each, one)), None)
        started = _is_known(one) and question(one.fact) in starts
        if by is not None or started:
            what = f'"{by.said}"' if by is not None else "a fact that starts at it"
            says = f'"{one.fact.label}" is {one.said} already, by {what}.'
            yield Found(own(rule, one.at, where.heading), says, _TAKE_OUT)


def _same(one: Fact, other: Fact) -> bool:
    return question(one) is question(other)


def _is_known(asked: Asked) -> bool:
    return asked.test is not None and asked.test.word == "is_known" and asked.test.value is True


def _says_already(by: Asked, one: Asked) -> bool:
    """Whether a comparison holds wherever another one of the same fact does."""
    if by.test is None or one.test is None:
        return False
    if _is_known(one):
        return by.test.word != "is_known" and one.fact.give is not Give.COUNT
    wide, narrow = passes(one.test, None), passes(by.test, None)
    if wide is None or narrow is None or names_a_day(one.test) != names_a_day(by.test):
        return False
    return wide.covers(narrow) and wide != narrow


def _unlike_the_rest(rule: Rule) -> Iterator[Found]:
    """Two lengths of time that are nearly the same: 12 months here and 52 weeks there."""
    said: dict[str, tuple[Duration, Place]] = {}
    for length, at in _lengths(rule):
        said.setdefault(str(length), (length, at))
    for (one, _), (other, at) in combinations(said.values(), 2):
        first, second = _days(one), _days(other)
        if first != second and abs(first - second) <= _NEARLY * max(first, second):
            yield Found(
                own(rule, at, "facts"),
                f"This is {other}, and another line says {one}: nearly the same, and not quite.",
                f"Write {one} here too, or leave both as they are.",
            )


def _lengths(rule: Rule) -> Iterator[tuple[Duration, Place]]:
    for fact in rule.facts.values():
        for length in (fact.within, fact.since, fact.before):
            if isinstance(length, Duration):
                yield length, fact.at
    for where in conditions_of(rule):
        for part in parts_of(where.condition):
            for asked in asked_of((part,)):
                if asked.test is not None and isinstance(asked.test.value, Duration):
                    yield asked.test.value, asked.at


def _days(length: Duration) -> int:
    return (_DAY - length.before(_DAY)).days


LINT = Lint(
    code="C06",
    title="another line says it already",
    not_like_this="""\
all:
  - offered: {is_known: yes}
  - offered: {older_than: 12 months}
""",
    like_this="""\
offered: {older_than: 12 months}
""",
    why="A line that changes nothing was meant to change something, or hides what does.",
    stops_from=None,
    find=_find,
)
