"""S03: prompts on an empty record."""

from collections.abc import Iterable, Iterator
from datetime import date

from rules.days import Duration, on
from rules.engine import evaluate
from rules.fact import Give, IsTrue, NoneOf, Not, facts_of, parts_of
from rules.lints.lint import Found, Lint, Seen
from rules.outcome import Decision
from rules.record import PatientRecord, Person
from rules.rule import Rule, Status

_DAY = date(2026, 11, 21)


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if any(_prompts(rule, age) for age in _ages(rule)):
        yield Found(
            rule.place("when"),
            "This rule prompts for somebody with an age and nothing on the record.",
            _start_from(rule),
            _about_what_is_missing(rule),
        )


def _ages(rule: Rule) -> Iterable[int]:
    """Every age at which the answer may be another one; of a rule that never looks, any one."""
    looks = rule.expressions or any(fact.find == "age" for fact in rule.looks_at)
    return range(121) if looks else (50,)


def _about_what_is_missing(rule: Rule) -> tuple[str, ...]:
    """The lines that are true of somebody about whom nothing is known."""
    missing = [
        f"not {part.fact.name} (line {part.at.line})"
        for whole in parts_of(rule.when)
        if isinstance(whole, Not | NoneOf)
        for part in parts_of(whole)
        if isinstance(part, IsTrue)
    ]
    lines = ", ".join(dict.fromkeys(missing))
    return (f"True of everybody without a record: {lines}.",) if lines else ()


def _start_from(rule: Rule) -> str:
    asked = facts_of(rule.when)
    other = [f for f in rule.facts.values() if f.give is Give.EXISTS and f not in asked]
    example = f"- {other[0].name}" if other else "a condition or a result"
    return f"Say under when: what has to be on the record, for example {example}."


def _prompts(rule: Rule, age: int) -> bool:
    person = Person("nobody", birth=on(Duration(age, "year").before(_DAY)))
    (outcome,) = evaluate((rule,), PatientRecord(person, {}, {}), (), _DAY)
    return outcome.decision is Decision.PROMPT


LINT = Lint(
    code="S03",
    title="prompts on an empty record",
    not_like_this="""\
when:
  not: offered_in_last_year
""",
    like_this="""\
when:
  all:
    - has_copd
    - not: offered_in_last_year
""",
    why="A rule about nothing that is there is a rule about everybody.",
    stops_from=Status.DRAFT,
    find=_find,
)
