"""S03: prompts on an empty record."""

from collections.abc import Iterator
from datetime import date

from rules.days import Duration, on
from rules.engine import evaluate
from rules.lints.lint import Found, Lint, Seen
from rules.outcome import Decision
from rules.record import PatientRecord, Person
from rules.rule import Rule, Status

_DAY = date(2026, 11, 21)


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if any(_prompts(rule, age) for age in range(121)):
        yield Found(
            rule.place("when"),
            "This rule prompts for somebody with an age and nothing on the record.",
            "Say under when: what has to be on the record.",
        )


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
