"""An outcome in sentences: why, why not, and what each answer rests on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from rules.answer import Answer, opposite
from rules.conditions import ask_apart
from rules.days import Duration, in_words, span_in_words
from rules.fact import (
    NOT_WRITTEN,
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Sort,
    Test,
    facts_of,
    parts_of,
)
from rules.finding import Finding
from rules.outcome import Decision, Outcome
from rules.problems import Place
from rules.record import Entry, Measurement


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a condition: its answer, what it says, and what that rests on."""

    answer: Answer
    says: str
    rests_on: str
    depth: int = 0
    lists: tuple[str, ...] = ()  # the code lists that it looks for, by name
    briefly: str = ""  # the same for a headline: of what is in doubt only why
    at: Place = NOT_WRITTEN  # where it stands: its first name, or the first that it is made of


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one outcome, in the order in which it was decided."""

    headline: str
    who_for: tuple[Line, ...]
    who_not_for: tuple[Line, ...]
    data_quality: tuple[str, ...] = ()  # what in the record keeps a fact from being told


def explain(outcome: Outcome) -> Explanation:
    """Why a rule came out as it did for this person on this day."""
    rule = outcome.rule
    if outcome.decision is Decision.WITHHELD:
        return Explanation(_headline(outcome, ()), (), ())
    who_for = tuple(_lines(rule.when, outcome, 0))
    not_for = tuple(
        Line(
            ask_apart(exclusion.condition, outcome.look),
            exclusion.because,
            "; ".join(
                line.rests_on for line in _lines(exclusion.condition, outcome, 0) if line.rests_on
            ),
            lists=_lists(exclusion.condition),
            briefly=_briefly(_lines(exclusion.condition, outcome, 0)),
        )
        for exclusion in rule.exclusions
    )
    return Explanation(_headline(outcome, not_for), who_for, not_for, _data_quality(outcome))


def behind_no(outcome: Outcome) -> tuple[str, ...]:
    """The parts that keep a rule from asking, in its author's words; nothing of the record."""
    lines = deciders(outcome.rule.when, Answer.NO, outcome)
    said = (f'"{one.says}" is {"so" if one.answer is Answer.YES else "not so"}' for one in lines)
    return tuple(dict.fromkeys(said))


def _briefly(lines: Iterable[Line]) -> str:
    """What a headline rests on: it says why we cannot tell, and quotes no entry for it."""
    return "; ".join(words for line in lines if (words := line.briefly or line.rests_on))


def _data_quality(outcome: Outcome) -> tuple[str, ...]:
    """What could be put right in the record: entries that say too little to be counted or not."""
    look, unread = outcome.look, set(outcome.look.record.unread.values())
    found: dict[str, str] = {}
    for fact in outcome.rule.looks_at:
        if fact.expression is None and look(fact).doubt not in unread | {""}:
            found.setdefault(_found(fact, outcome), fact.label)
    return tuple(f"{label}: {says}" for says, label in found.items())


def _ask(condition: Condition, outcome: Outcome) -> Answer:
    """The answer; an exclusion that did not come into it may be one that cannot be worked out."""
    return ask_apart(condition, outcome.look)


def _headline(outcome: Outcome, who_not_for: tuple[Line, ...]) -> str:
    match outcome.decision:
        case Decision.PROMPT:
            if _ask(outcome.rule.when, outcome) is Answer.CANNOT_TELL:
                why = _parts(outcome, Answer.CANNOT_TELL)
                return f"Prompt, as this rule does where we cannot tell: {why}."
            return (
                "Prompt: everything that the rule asks for is so, and nobody is left alone by it."
            )
        case Decision.NO_PROMPT:
            return f"No prompt: {_parts(outcome, Answer.NO)}."
        case Decision.EXCLUDED:
            because = _deciding(outcome, who_not_for, Answer.YES).says
            return f"Excluded: {because[0].lower()}{because[1:]}."
        case Decision.CANNOT_TELL:
            if outcome.because:
                line = _deciding(outcome, who_not_for, Answer.CANNOT_TELL)
                return (
                    "Cannot tell, so no prompt: it is not known whether to leave this person alone"
                    f" ({line.briefly or line.rests_on or line.says})."
                )
            return f"Cannot tell, so no prompt: {_parts(outcome, Answer.CANNOT_TELL)}."
        case Decision.WITHHELD:
            return f"Withheld, and reported: {outcome.because}."
        case _:
            assert_never(outcome.decision)


def _deciding(outcome: Outcome, lines: tuple[Line, ...], answer: Answer) -> Line:
    """The exclusion that decided; several may go by the name of one fact."""
    return next(
        line
        for line, exclusion in zip(lines, outcome.rule.exclusions, strict=True)
        if exclusion.name == outcome.because
        and line.answer is answer
        and (answer is Answer.YES or exclusion.if_unknown_exclude)
    )


_SO = {
    Answer.YES: "is so",
    Answer.NO: "is not so",
    Answer.CANNOT_TELL: "is not known",
}


def _parts(outcome: Outcome, answer: Answer) -> str:
    """The parts of ``when`` that made it come to an answer, each with what it rests on."""
    return "; ".join(
        f'"{line.says}" {_SO[line.answer]}' + (f" ({why})" if why else "")
        for line in deciders(outcome.rule.when, answer, outcome)
        for why in (line.briefly or line.rests_on,)
    )


def deciders(condition: Condition, answer: Answer, outcome: Outcome) -> Iterator[Line]:
    """The parts of a condition that are behind its answer: what else was so does not matter."""
    match condition:
        case Not(part):
            yield from deciders(part, opposite(answer), outcome)
        case All(parts) | AnyOf(parts) | SomeOf(_, parts):
            for part in parts:
                if _ask(part, outcome) is answer:
                    yield from deciders(part, answer, outcome)
        case NoneOf(parts):
            yield from deciders(AnyOf(parts), opposite(answer), outcome)
        case IsTrue() | Compare() | Computed() | Labelled():
            yield from _lines(condition, outcome, 0)


def _lines(condition: Condition, outcome: Outcome, depth: int) -> Iterator[Line]:
    answer = ask_apart(condition, outcome.look)
    match condition:
        case IsTrue(fact):
            yield _about(condition, fact.means or fact.label, outcome, depth)
        case Compare(fact, tests):
            says = f"{fact.label} {' and '.join(_test(test) for test in tests)}"
            yield _about(condition, says, outcome, depth)
        case Not(IsTrue(fact)):
            yield _about(condition, f"not: {fact.means or fact.label}", outcome, depth)
        case Not(part):
            yield Line(answer, "not this:", "", depth)
            yield from _lines(part, outcome, depth + 1)
        case All(parts):
            if depth:
                yield Line(answer, "all of these:", "", depth)
            for part in parts:
                yield from _lines(part, outcome, depth + 1)
        case AnyOf(parts):
            yield Line(answer, "any of these:", "", depth)
            for part in parts:
                yield from _lines(part, outcome, depth + 1)
        case NoneOf(parts):
            yield Line(answer, "none of these:", "", depth)
            for part in parts:
                yield from _lines(part, outcome, depth + 1)
        case SomeOf(at_least, parts):
            yield Line(answer, f"at least {at_least} of these:", "", depth)
            for part in parts:
                yield from _lines(part, outcome, depth + 1)
        case Labelled(label, part):
            inside = tuple(_lines(part, outcome, depth))
            rests_on = "; ".join(line.rests_on for line in inside if line.rests_on)
            lists, brief = _lists(condition), _briefly(inside)
            yield Line(answer, label, rests_on, depth, lists, brief, _at(condition))
        case Computed(expression):
            made = _made_of(expression, outcome)
            brief = _made_of(expression, outcome, brief=True)
            yield Line(answer, expression.means, made, depth, _lists(condition), brief)
        case _:
            assert_never(condition)


def _about(condition: Condition, says: str, outcome: Outcome, depth: int) -> Line:
    """A line about one fact."""
    (fact,) = facts_of(condition)
    return Line(
        ask_apart(condition, outcome.look),
        says,
        _found(fact, outcome),
        depth,
        _lists(condition),
        _found(fact, outcome, brief=True),
        _at(condition),
    )


def _at(condition: Condition) -> Place:
    for part in parts_of(condition):
        if isinstance(part, IsTrue):
            return part.at
        if isinstance(part, Compare):
            return part.tests[0].at
    return NOT_WRITTEN


def _lists(condition: Condition) -> tuple[str, ...]:
    """The code lists that a condition looks for, once each."""
    return tuple(dict.fromkeys(one.id for fact in facts_of(condition) for one in fact.lists))


def _test(test: Test) -> str:
    word = test.word.replace("_", " ")
    match test.value:
        case bool():
            return "is known" if test.value else "is not known"
        case _ if test.written:
            return f"{word} {test.written}"
        case (first, last):
            return f"{word} {first} and {last}"
        case date():
            return f"{word} {in_words(test.value)}"
        case Duration():
            return f"{word} {test.value}{' ahead' if test.ahead else ''}"
        case frozenset():
            return f"{word} {' or '.join(sorted(test.value))}"
        case int() | Decimal():
            return f"{word} {test.value}"


def _made_of(expression: Expression, outcome: Outcome, *, brief: bool = False) -> str:
    """What each of its facts rests on; of those that are worked out themselves, their answer."""
    parts = (
        (
            fact,
            _worked_out(fact, outcome) if fact.expression else _found(fact, outcome, brief=brief),
        )
        for fact in expression.facts
    )
    return "; ".join(f"{fact.label}: {says}" for fact, says in parts)


def _worked_out(fact: Fact, outcome: Outcome) -> str:
    return str(ask_apart(IsTrue(fact), outcome.look))


def _found(fact: Fact, outcome: Outcome, *, brief: bool = False) -> str:
    """What a fact rests on; ``brief`` leaves out the entries that are in doubt."""
    if fact.expression is not None:
        return _made_of(fact.expression, outcome, brief=brief)
    finding = outcome.look(fact)
    if finding.doubt:
        entries = "" if brief else _entries(fact, finding)
        return f"{finding.doubt}: {entries}" if entries else finding.doubt
    if fact.give is Give.AGE and finding.number:
        least, most = finding.number
        return str(least) if least == most else f"{least} or {most}"
    return _value(finding) + _rests_on(fact, finding)


def _value(finding: Finding) -> str:
    """What was measured or chosen, before the entry that says so."""
    sort = finding.fact.give.sort
    words = ""
    if sort is Sort.QUANTITY and finding.number:
        low, high = (format(n, "f") for n in finding.number)
        number = low if low == high else f"between {low} and {high}"
        words = f"{number} {finding.fact.unit}".strip()
    elif sort is Sort.CHOICE and finding.choices:
        words = " or ".join(sorted(finding.choices))
    return f"{words}; " if words and finding.entries else words


def _rests_on(fact: Fact, finding: Finding) -> str:
    if finding.said:
        return "; ".join(f"{said.reply} on {in_words(said.on)}" for said in finding.said)
    if finding.entries:
        return _entries(fact, finding)
    if fact.give.sort is Sort.CHOICE and finding.choices:
        return ""
    if finding.answer is Answer.YES:
        return f"on {span_in_words(finding.day)}" if finding.day else "so recorded"
    if finding.looked_at:
        return f"none that counts among the {finding.looked_at} with these codes"
    return "none recorded"


def _entries(fact: Fact, finding: Finding) -> str:
    more = len(finding.entries) - 3
    shown = "; ".join(_entry(fact, entry, finding) for entry in finding.entries[:3])
    return f"{shown}; and {more} more" if more > 0 else shown


def _entry(fact: Fact, entry: Entry, finding: Finding) -> str:
    # What the record calls it may say more than its code: the list's own words are enough.
    words = next(
        (words for one in fact.lists for code, words in one.words.items() if code in entry.codes),
        "",
    )
    parts = (entry.kind, _when(fact, entry), entry.status, words)
    told = finding.number is None  # else the value has been said already
    values = (
        [_as_recorded(value) for value in entry.measured(fact.codes)]
        if told and fact.give.sort is Sort.QUANTITY
        else []
    )
    return ", ".join(part for part in (*parts, *values) if part)


def _when(fact: Fact, entry: Entry) -> str:
    """The date that counts, and which of its dates it is; of an onset, when it was recorded too."""
    if fact.give is Give.LATEST_END and entry.ends:
        return f"end {span_in_words(entry.ends)}"
    if entry.when is None:
        return "no date"
    recorded = f" (recorded {span_in_words(entry.recorded)})" if entry.recorded else ""
    return f"{entry.dated_by} {span_in_words(entry.when)}{recorded}"


_SIGNS_OF_A_UNIT = re.compile(r"\S{1,4}|(?=\S*[/%*\[{])\S{1,20}")


def _as_recorded(value: Measurement) -> str:
    """A value as the record has it. What stands for its unit may be any words, of anybody."""
    if value.number is None:
        return "without a number"
    if not (value.shown or value.unit):
        return f"{value} without a unit"
    if all(_SIGNS_OF_A_UNIT.fullmatch(unit) for unit in (value.shown, value.unit) if unit):
        return str(value)
    return f"{value._replace(unit='', shown='')} in a unit of its own"
