"""The people in the stories of the shipped rules, as tests put a line more on their records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

from rules.codes import Code, CodeList
from rules.days import on, span
from rules.fact import Condition, Fact, Give, IsTrue, Not
from rules.lints.logic import together
from rules.people import Story, record_of
from rules.record import ENTRY_KINDS, Entry, Kind, PatientRecord, Said, index
from rules.rule import Rule
from tests.builders import TODAY, USUAL_STATUS, shipped

LOADED = shipped()
RULES = LOADED.library.rules
PRACTICE = LOADED.library.practice
# ``find: entry`` and ``find: offer`` look into every list in which a statement may stand.
ANYWHERE = frozenset({"entry", "offer"})


def rule_called(name: str) -> Rule:
    """One of the rules that we ship."""
    return next(rule for rule in RULES if rule.id == name)


@cache
def story_of(rule: Rule) -> Story:
    """The first story in which the rule prompts."""
    return next(story for story in LOADED.stories[rule.id] if story.expect == "prompt")


@cache
def told(rule: Rule) -> tuple[PatientRecord, tuple[Said, ...]]:
    """The record of the person in that story, and what they said before."""
    story = story_of(rule)
    assert story.today == TODAY
    return record_of(story)


def lines(record: PatientRecord) -> list[Entry]:
    """Every line of a record, each once."""
    return list({id(one): one for found in record.by_code.values() for one in found}.values())


def plus(record: PatientRecord, *more: Entry) -> PatientRecord:
    """A record with some lines more."""
    return replace(record, by_code=index([*lines(record), *more]))


def a_line(kind: Kind, code: Code, when: date | str) -> Entry:
    """A line of a record, with a status that counts."""
    day = span(when) if isinstance(when, str) else on(when)
    return Entry(kind, (code,), USUAL_STATUS[kind], day, "test", reference=f"{kind}/{code.code}")


def anywhere(code: Code, when: date | str) -> Iterator[Entry]:
    """The same said in every list of the record in which it may stand (CONTENT 3.2)."""
    for kind in ENTRY_KINDS:
        yield a_line(kind, code, when)


def kept_by(rule: Rule) -> list[Fact]:
    """The facts that keep a rule silent by themselves: under a "not" of its when, or left alone.

    Those that the person of its story has already cannot be added once more.
    """
    parts: list[Condition] = list(together(rule.when))
    facts = [p.part.fact for p in parts if isinstance(p, Not) and isinstance(p.part, IsTrue)]
    for exclusion in rule.exclusions:
        if isinstance(exclusion.condition, IsTrue):
            facts.append(exclusion.condition.fact)
    return [fact for fact in facts if fact.give is Give.EXISTS]


def first_codes(lists: Iterable[CodeList]) -> list[Code]:
    """What a story means by each of these lists."""
    return list(dict.fromkeys(one.first for one in lists))
