"""A whole rule in one sentence, as it is read out at a meeting: when, for whom, and not for whom.

Labels are the author's own words, so their grammar is met half way: a label that begins with
"has", "is" or "was" takes its place in the sentence, and every other one is quoted as it stands.
"""

import re
from collections.abc import Iterable
from typing import assert_never

from rules.days import Duration
from rules.english.writing import asked
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Fact,
    Give,
    IsTrue,
    Labelled,
    NoneOf,
    Not,
    SomeOf,
    Test,
)
from rules.record import Reply
from rules.rule import Exclusion, Quiet, Rule

MOMENTS = {
    "patient-view": "a record is opened",
    "appointment-book": "a visit is booked",
    "encounter-start": "a visit starts",
    "encounter-discharge": "somebody goes home after a stay",
    "order-select": "an order is chosen",
    "order-sign": "an order is signed",
    "order-dispatch": "an order is passed on to whoever carries it out",
    "problem-list-item-create": "a problem is added to the list",
    "allergyintolerance-create": "an allergy is added",
    "medication-refill": "a repeat prescription is asked for",
    "medication-verify": "a prescription is checked before it is filled",
}
_ROLES = {"gp": "GP"}
# After "people who": the verb that a label begins with, and the same for many.
_VERBS = {"has": "have", "is": "are", "was": "were", "does": "do", "needs": "need", "takes": "take"}
_PAST = (
    "asked", "said", "told", "chose", "declined", "had", "attended", "received", "missed",
)  # fmt: skip
_NEGATED = {
    "have": "do not have", "are": "are not", "were": "were not", "do": "do not",
    "need": "do not need", "take": "do not take",
}  # fmt: skip
_THERE_IS = re.compile(r"(?:an?|the) (.+? (?:is|was|has been) .+)", re.IGNORECASE | re.DOTALL)
_FOR_WHOM, _NOT_SO = "for whom", "for whom it is not so that"


def sentence(rule: Rule) -> str:
    """The rule in one sentence: when it is asked, for whom, and not for whom."""
    who_for = f"{when_asked(rule)}: for people {who(rule.when)}"
    not_for = who_not(rule.exclusions)
    return _ended(f"{who_for}; {not_for}" if not_for else who_for)


def when_asked(rule: Rule) -> str:
    """When the rule is asked: When a record is opened by a GP or nurse."""
    moments = listed((MOMENTS.get(hook, f"{hook} happens") for hook in rule.hooks), "or")
    roles = [_ROLES.get(role, role.replace("-", " ")) for role in rule.show_to]
    return f"When {moments}" + (f" by {_article(roles[0])} {listed(roles, 'or')}" if roles else "")


def who(condition: Condition) -> str:
    """Whom a condition is about, after "people": who have COPD and are 18 or over."""
    return _joined(_clauses(condition), "and")


def who_not(exclusions: Iterable[Exclusion]) -> str:
    """Who is left alone: not for anyone who has died, or who asked us not to raise it again."""
    said = [left_alone(exclusion) for exclusion in exclusions]
    return f"not for anyone {listed(said, 'or')}" if said else ""


def quiet_in_words(quiet: Quiet) -> tuple[tuple[str, str], ...]:
    """What was said, and how long people are left alone after it, longest first."""
    periods = sorted(quiet.periods.items(), key=lambda one: _long(one[1]), reverse=True)
    return tuple((_AFTER[reply], str(length)) for reply, length in periods)


def elsewhere_in_words(rule: Rule) -> tuple[str, ...]:
    """Where a rule rests because another system asked: a sentence for each that it names."""
    return tuple(
        f"It rests where {one.name} asked: for"
        f" {one.lasting or 'as long as after a card that nobody answered'}."
        for one in rule.elsewhere
    )


_AFTER = {
    Reply.SHOWN: "it was shown and nobody answered",
    Reply.NO_TIME: "there was not enough time that day",
    Reply.NOT_NOW: "the person said \u201cnot now\u201d, unless they chose another day",
    Reply.DECLINED: "the person said \u201cno, thank you\u201d",
    Reply.OVERRIDDEN: "the card was closed without a reason",
    Reply.ALREADY_DONE: "it was already offered or done",
    Reply.NOT_RIGHT: "it was not right for this person",
    Reply.ACCEPTED: "an offer was taken up",
}


def _long(length: Duration) -> int:
    return length.count * {"day": 1, "week": 7, "month": 30, "year": 365}[length.unit]


def listed(words: Iterable[str], joint: str) -> str:
    """a, b, and c; with semicolons where a part has commas of its own."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    between = "; " if any(", " in part for part in parts[:-1]) else ", "
    last = f"{between}{joint} " if between == "; " or len(parts) > 2 else f" {joint} "
    return between.join(parts[:-1]) + last + parts[-1]


def _clauses(condition: Condition) -> tuple[str, ...]:
    """The parts that must all hold, each as it stands after "people"."""
    match condition:
        case All(parts):
            return tuple(clause for part in parts for clause in _clauses(part))
        case IsTrue(fact):
            return (_so(fact),)
        case Not(IsTrue(fact)):
            return (_not_so(fact),)
        case Compare(fact, tests):
            return (_held(fact, tests),)
        case Labelled(label, _):
            return (f"{_FOR_WHOM} this is so: {label}",)
        case Computed(expression):
            return (f"{_FOR_WHOM} this is so: {expression.means.rstrip('.')}",)
        case NoneOf(parts) if all(isinstance(part, IsTrue) for part in parts):
            return tuple(_not_so(part.fact) for part in parts if isinstance(part, IsTrue))
        case AnyOf(parts):
            return (_either(parts),)
        case SomeOf(at_least, parts):
            return (f"{_FOR_WHOM} at least {at_least} of these are so: {_these(parts)}",)
        case NoneOf(parts):
            return (f"{_FOR_WHOM} none of these is so: {_these(parts)}",)
        case Not(part):
            return (f"{_FOR_WHOM} this is not so: {_these((part,))}",)
        case _:
            assert_never(condition)


def _either(parts: tuple[Condition, ...]) -> str:
    """One of several, as one clause: who either have asthma or are tired."""
    single = [clause for part in parts for clause in _clauses(part)]
    if len(single) == len(parts) == 1:
        return single[0]
    if len(single) == len(parts) and all(clause.startswith("who ") for clause in single):
        return f"who either {listed((c.removeprefix('who ') for c in single), 'or')}"
    return f"{_FOR_WHOM} either {_these(parts)}"


def _these(parts: Iterable[Condition]) -> str:
    """Each as a sentence of its own: they have asthma; or no offer is recorded."""
    groups = [[_alone(clause) for clause in _clauses(part)] for part in parts]
    return "; or ".join(" and ".join(group) for group in groups)


def _alone(clause: str) -> str:
    """A clause after "people" as a sentence of its own."""
    if clause.startswith("who "):
        return f"they {clause.removeprefix('who ')}"
    return clause.removeprefix(f"{_FOR_WHOM} ")


def _joined(clauses: Iterable[str], joint: str) -> str:
    """who have COPD, are 18 or over, and for whom no offer is recorded."""
    parts = list(clauses)
    said: list[str] = []
    for number, clause in enumerate(parts):
        same = number and clause.startswith("who ") and parts[number - 1].startswith("who ")
        said.append(clause.removeprefix("who ") if same else clause)
    if len(said) < 3:
        return f" {joint} ".join(said)
    return f"{', '.join(said[:-1])}, {joint} {said[-1]}"


def _so(fact: Fact) -> str:
    verb, rest = _verb(fact.label)
    return f"who {verb}{rest}" if verb else f"{_FOR_WHOM} {_clause(fact.label)}"


def _not_so(fact: Fact) -> str:
    verb, rest = _verb(fact.label)
    if verb in _NEGATED:
        return f"who {_NEGATED[verb]}{rest}"
    found = _THERE_IS.fullmatch(fact.label)
    if not verb and found:
        return f"{_FOR_WHOM} no {found[1]}"
    return f"{_NOT_SO} {_they(fact.label)}"


def _verb(label: str) -> tuple[str, str]:
    """The verb that a label begins with, for many people, and the rest of the label."""
    first, _, rest = label.partition(" ")
    if first in _VERBS and rest:
        return _VERBS[first], f" {rest}"
    return (first, f" {rest}") if first in _PAST and rest else ("", "")


def _clause(label: str) -> str:
    """A label that is a clause of its own, or that is said to be so."""
    return _small(label) if re.search(r" (?:is|are|was|has|have) ", label) else _is_so(label)


def _is_so(label: str) -> str:
    return f"this is so: {label}"


def _they(label: str) -> str:
    verb, _ = _verb(label)
    return f"they {label}" if verb else _small(label)


def _held(fact: Fact, tests: tuple[Test, ...]) -> str:
    if fact.give is Give.AGE and all(test.word in _AGES for test in tests):
        return f"who are {' and '.join(_aged(test) for test in tests)}"
    return f"{_FOR_WHOM} {_small(fact.label)} {' and '.join(asked(test, fact) for test in tests)}"


def _aged(test: Test) -> str:
    ages = test.value if isinstance(test.value, tuple) else (test.value,)
    return _AGES[test.word].format(*ages)


_AGES = {
    "above": "over {}",
    "at_least": "{} or over",
    "below": "under {}",
    "at_most": "{} or under",
    "between": "{} to {} years old",
    "equals": "{} years old",
}


def left_alone(exclusion: Exclusion) -> str:
    """One exclusion, after "anyone", in the words of its fact, or of its reason."""
    condition = exclusion.condition
    if isinstance(condition, IsTrue):
        first = condition.fact.label.partition(" ")[0]
        if first in _VERBS or first in _PAST:
            return f"who {condition.fact.label}"
    because = exclusion.because.rstrip(".")
    if because.startswith("This person "):
        return f"who {because.removeprefix('This person ')}"
    return f"where {_small(because)}"


def _small(text: str) -> str:
    """A sentence as the middle of one; COPD and HbA1c keep their capitals."""
    first = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if first[1:] == first[1:].lower() else text


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" else "a"


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
