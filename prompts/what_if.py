"""What would make a rule prompt for somebody: one fact at a time, as if it were otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from prompts.next_time import compared_in
from prompts.standing import PROMPT, Case
from prompts.trying import is_new
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.days import Duration, in_words, on
from rules.fact import Condition, Fact, Sort, Test, facts_of
from rules.facts import look_up
from rules.finding import Finding, Look, RuleFault
from rules.rule import Rule

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flip:
    """One fact, found otherwise than it is, that makes the rule prompt."""

    fact: Fact
    finding: Finding
    says: str


def flips(case: Case, today: date) -> tuple[Flip, ...]:
    """The single facts that would make the rule prompt on a day on which it does not.

    That a rule is in its first week is no fact about anybody: it is asked as if that were over.
    """
    if is_new(case.rule, today):
        case = replace(case, rule=replace(case.rule, care=replace(case.rule.care, released=None)))
    now = case.on(today)
    if now.word == PROMPT:
        return ()
    found: list[Flip] = []
    for fact in _deciding(case.rule):
        for row in _otherwise(fact, now.outcome.look, case.rule):
            found += _at_an_edge([(flip, _prompts(case, today, flip)) for flip in row])
    return tuple(found)


def _prompts(case: Case, today: date, flip: Flip) -> bool:
    return case.on(today, LookUp(flip.finding)).word == PROMPT


def _at_an_edge(row: list[tuple[Flip, bool]]) -> Iterator[Flip]:
    """Of values in a row that prompt, those beside one that does not: 18, and not 19 as well."""
    everywhere = all(prompts for _, prompts in row)
    for place, (flip, prompts) in enumerate(row):
        beside = row[max(place - 1, 0) : place + 2]
        if prompts and (not all(each for _, each in beside) or (everywhere and place == 0)):
            yield flip


@dataclass(frozen=True, slots=True)
class LookUp:
    """Looks everything up as usual, and one fact as if it were otherwise."""

    other: Finding

    def __call__(self, fact: Fact, look: Look) -> Finding:
        """What is found, or would be."""
        return self.other if fact is self.other.fact else look_up(fact, look)


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    return (rule.when, *(exclusion.condition for exclusion in rule.exclusions))


def _deciding(rule: Rule) -> tuple[Fact, ...]:
    """The facts that decide, once each. The day is none: it changes by itself."""
    found = (fact for condition in _conditions(rule) for fact in facts_of(condition))
    return tuple(fact for fact in dict.fromkeys(found) if fact.find != "today")


def _otherwise(fact: Fact, look: Look, rule: Rule) -> Iterator[list[Flip]]:
    """Whatever else may be found for a fact that could make a difference; numbers in a row."""
    try:
        found = look(fact)
    except RuleFault:
        return  # what cannot be worked out is not otherwise either
    sort = fact.give.sort
    if sort is Sort.YES_NO:
        for answer in (YES, NO):
            if found.answer is not answer:
                yield [Flip(fact, Finding(fact, answer), _so(fact, answer, found.answer))]
        return
    tests = [
        test
        for condition in _conditions(rule)
        for part in compared_in(condition)
        if part.fact is fact
        for test in part.tests
    ]
    for row in _known(fact, tests, look.today):
        yield [Flip(fact, finding, f'if "{fact.label}" were {value}') for finding, value in row]
    if found.answer is not NO and fact.find != "age":
        nothing = Finding(fact, NO, number=(0, 0) if sort is Sort.NUMBER else None)
        yield [Flip(fact, nothing, f'if nothing were recorded for "{fact.label}"')]


def _known(fact: Fact, tests: list[Test], today: date) -> Iterator[list[tuple[Finding, str]]]:
    """Findings of values around each place where a test turns."""
    match fact.give.sort:
        case Sort.NUMBER:
            numbers = sorted({n for test in tests for n in _numbers(test) if n >= 0})
            yield [(Finding(fact, _some(n, fact), number=(n, n)), str(n)) for n in numbers]
        case Sort.QUANTITY:
            numbers = sorted({n for test in tests for n in _numbers(test)})
            unit = f" {fact.unit}" if fact.unit else ""
            yield [(Finding(fact, YES, number=(n, n)), f"{n}{unit}") for n in numbers]
        case Sort.DATE:
            near = {day for test in tests for day in _days(test, today)}
            days = sorted(day for day in near if _can_be_found(fact, day, today))
            yield [(Finding(fact, YES, day=on(day)), f"on {in_words(day)}") for day in days]
        case Sort.CHOICE:
            names = {w for t in tests if isinstance(t.value, frozenset) for w in t.value}
            for name in sorted(names | set(fact.choices.values())):
                yield [(Finding(fact, YES, choices=frozenset({name})), name)]
        case Sort.YES_NO:
            return


def _some(number: int | Decimal, fact: Fact) -> Answer:
    return NO if number == 0 and fact.find != "age" else YES


def _numbers(test: Test) -> Iterator[int | Decimal]:
    """The numbers on both sides of where a test turns."""
    bounds = test.value if isinstance(test.value, tuple) else (test.value,)
    for bound in bounds:
        if isinstance(bound, bool) or not isinstance(bound, (int, Decimal)):
            continue
        step = _last_place(bound) if isinstance(bound, Decimal) else 1
        yield from (bound - step, bound, bound + step)


def _last_place(number: Decimal) -> Decimal:
    """One in the last place that the author wrote: 1 for 58, 0.1 for 7.5."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)


def _days(test: Test, today: date) -> Iterator[date]:
    """The days on both sides of where a test turns."""
    value = test.value
    if isinstance(value, Duration):
        edge = value.after(today) if test.ahead else value.before(today)
    else:
        edge = value if isinstance(value, date) else today
    if date.min < edge < date.max:
        yield from (edge - _A_DAY, edge, edge + _A_DAY)


def _can_be_found(fact: Fact, day: date, today: date) -> bool:
    """Whether a fact can give a day: only visits lie ahead, and what is too old is not found."""
    if fact.kinds and fact.find != "appointment" and day > today:
        return False
    if fact.within is not None and day < fact.within.before(today):
        return False
    since = fact.since.before(today) if isinstance(fact.since, Duration) else fact.since
    before = fact.before.before(today) if isinstance(fact.before, Duration) else fact.before
    return not (isinstance(since, date) and day < since) and not (
        isinstance(before, date) and day >= before
    )


def _so(fact: Fact, answer: Answer, now: Answer) -> str:
    """A yes or no in words: if no procedure from tea were recorded in the last 12 months."""
    known = "it were known that " if now is CANNOT_TELL else ""
    verb = "is" if known else "were"
    if not fact.lists or fact.find == "this_appointment":
        says = f'"{fact.label}" {verb} {"so" if answer is YES else "not so"}'
        return f"if {known}{says}"
    noun = fact.find.replace("_", " ")
    filed = {None: "", YES: "filed ", NO: "unfiled "}.get(fact.filed, "")
    first = "no" if answer is NO else "an" if (filed or noun)[0] in "aeiou" else "a"
    names = " or ".join(one.id for one in fact.lists)
    return f"if {known}{first} {filed}{noun} from {names} {verb} recorded{_window(fact)}"


def _window(fact: Fact) -> str:
    words = ""
    if fact.within is not None:
        words += f" in the last {fact.within}"
    if fact.in_next is not None:
        words += f" for the next {fact.in_next}"
    for word, moment in (("since", fact.since), ("before", fact.before)):
        match moment:
            case None:
                pass
            case date():
                words += f" {word} {in_words(moment)}"
            case Duration():
                words += f" {word} {moment} ago"
            case Fact():
                words += f' {word} "{moment.label}"'
    return words
