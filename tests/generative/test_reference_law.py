"""A slow, obvious evaluator, written from RULES.md alone, decides as the engine does.

The rule is written as text and read by both; the record is plain data for one of them and the
engine's own for the other. Everything that is not known is in it: lost and partial dates, doubtful
entries, words that say nothing, lists that could not be read, units nobody can turn into another.
"""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from hypothesis import given, note, settings
from hypothesis import strategies as st

import tests.reference
from rules.answer import Answer
from rules.days import span
from rules.engine import evaluate
from rules.reading import Reader
from rules.record import Entry, Kind, Measurement, PatientRecord, Reply, Said, index
from rules.record import Person as EnginePerson
from rules.rule import Rule
from rules.schema.names import Names
from rules.schema.rule import read_rule
from rules.text import read_text
from tests.builders import code, list_text, load_files, rule_text
from tests.lengths import examples
from tests.reference.evaluator import Asking, Verdict, read
from tests.reference.record import Line, Person, Record
from tests.reference.records import a_record
from tests.reference.rule_texts import CODE_LISTS, PRACTICE, Asked, a_rule
from tests.reference.world import Written

# 2,000 pairs of a rule and a record in CI, and 200,000 in soak: five records for every rule.
RECORDS_PER_RULE = 5
MANY = settings(max_examples=examples(100, 200) * 2)  # 2,000 pairs in CI

FILES = {
    **{f"value-sets/{name}.yaml": list_text(name, codes) for name, codes in CODE_LISTS.items()},
    "shared/facts.yaml": "has_no_tea: {find: entry, codes: wheeze, within: 12 months}\n",
    "shared/exclusions.yaml": (
        "no-tea: {if: {all: [has_no_tea]}, because: They never drink tea}\n"
        "in-doubt: {if: has_no_tea, because: Maybe, if_unknown: include}\n"
    ),
    "shared/offers.yaml": (
        "tea: {name: Tea, offered: visit, declined: cough-over, completed: [cough, hba1c]}\n"
    ),
}


@cache
def known_names() -> Names:
    """What rules may refer to: the practice's folder, read once through everybody's door."""
    return load_files(FILES).names


def text_of(asked: Asked) -> str:
    return rule_text(
        facts="\n" + asked.facts,
        when=asked.when,
        when_unknown=asked.when_unknown,
        exclude="\n" + asked.exclude if asked.exclude else None,
        offers="\n" + asked.offers,
        people=None,
        tests=None,
    )


def rule_of(text: str) -> Rule:
    """The rule as the engine reads it. What lints would say of it is no matter here."""
    node, problems = read_text(text.encode(), "coughing.yaml")
    found = read_rule(Reader(problems), node, "coughing", known_names()) if node else None
    assert found is not None, "\n".join(map(str, problems))
    assert not [problem for problem in problems if problem.stops], "\n".join(map(str, problems))
    return found.rule


def entry_of(line: Line) -> Entry:
    return Entry(
        kind=Kind(line.list),
        codes=tuple(code(name) for name in line.codes),
        status=line.status,
        when=span(line.date),
        ends=span(line.end),
        sure=line.confirmed,
        filed=Answer(line.filed),
        values=tuple(
            ("", Measurement(Decimal(value.number), value.unit, value.comparator))
            for value in line.values
        ),
        answer=line.answer,
    )


def person_of(person: Person) -> EnginePerson:
    return EnginePerson(
        id="test-person",
        first_name="Sam",
        birth=span(person.born),
        died=Answer(person.died),
        died_on=span(person.died_on),
        sex=person.sex,
        language=person.language,
        needs_interpreter=Answer(person.needs_interpreter),
        registered_here=Answer(person.registered_here),
    )


def record_of(record: Record) -> PatientRecord:
    return PatientRecord(
        person_of(record.person),
        index(entry_of(line) for line in record.lines),
        {Kind(name): f"the list of {name} entries could not be read" for name in record.unread},
        tuple(entry_of(line) for line in record.booking),
    )


def said_of(record: Record) -> tuple[Said, ...]:
    found: list[Said] = []
    for said in record.said:
        day = span(said.date)
        assert day is not None
        found.append(Said(said.topic, Reply(said.reply.replace("_", " ")), day.first))
    return tuple(found)


@MANY
@given(random=st.randoms(use_true_random=True))
def test_the_reference_decides_as_the_engine_does(random: Random) -> None:
    asked = a_rule(random)
    text = text_of(asked)
    rule, written = rule_of(text), read(text)
    for _ in range(RECORDS_PER_RULE):
        record = a_record(asked, random)
        fast, slow = both(rule, written, record, asked.today)
        if fast != slow:
            record = smaller(record, lambda one: differ(both(rule, written, one, asked.today)))
            note(f"{asked.today}\n{text}")
            note("\n".join(map(str, (*record.lines, *record.said, *record.booking))))
            note(f"{record.person}, unread: {sorted(record.unread)}")
        assert fast == slow


def both(rule: Rule, written: Written, record: Record, today: date) -> tuple[Verdict, Verdict]:
    """What the engine says, and what the reference says."""
    (outcome,) = evaluate((rule,), record_of(record), said_of(record), today)
    fast = Verdict(str(outcome.decision), tuple(offer.label.plain for offer in outcome.offers))
    return fast, Asking(written, record, today, PRACTICE).decide()


def differ(verdicts: tuple[Verdict, Verdict]) -> bool:
    return verdicts[0] != verdicts[1]


def smaller(record: Record, still: Callable[[Record], bool]) -> Record:
    """The record without the lines that have nothing to do with it, for whoever has to read it."""
    for line in record.lines:
        less = replace(record, lines=tuple(one for one in record.lines if one is not line))
        record = less if still(less) else record
    return record


def test_the_reference_shares_no_code_with_what_it_checks() -> None:
    (folder,) = tests.reference.__path__
    files = sorted(Path(folder).glob("*.py"))
    assert len(files) > 5
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            for name in names:
                assert name.partition(".")[0] not in (
                    "rules", "prompts", "fhir_adapters", "cds_hooks", "importlib",
                )  # fmt: skip
                assert not name.startswith("tests") or name.startswith("tests.reference")
