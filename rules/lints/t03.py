"""T03: a boundary that no story stands on."""

from collections.abc import Iterator
from datetime import timedelta

from rules.fact import Compare, Condition, Fact, Test, parts_of
from rules.lints.lint import Found, Lint, Seen
from rules.people import Story, record_of


def _find(seen: Seen) -> Iterator[Found]:
    if not seen.stories:
        return
    for fact, test in _ages(seen.rule.when):
        at = fact.at if fact.at.file == seen.rule.at.file else seen.rule.place("when")
        for age in _edges(test):
            if not any(story.person.age == str(age) for story in seen.stories):
                yield Found(
                    at,
                    f"No story is about somebody who is {age}.",
                    "Add a story with vary: age and a row for each side of the limit.",
                )
    for fact in seen.rule.facts.values():
        if fact.within is not None and not any(_on_edge(fact, story) for story in seen.stories):
            yield Found(
                fact.at,
                f'No story stands on the edge of "{fact.name}" ({fact.within}).',
                "Add a story on the last day that counts, and one on the day before it.",
            )


def _ages(condition: Condition) -> Iterator[tuple[Fact, Test]]:
    for part in parts_of(condition):
        if isinstance(part, Compare) and part.fact.find == "age":
            yield from ((part.fact, test) for test in part.tests)


def _edges(test: Test) -> tuple[int, ...]:
    match test.word, test.value:
        case "at_least" | "below", int() as limit:
            return limit - 1, limit
        case "above" | "at_most", int() as limit:
            return limit, limit + 1
        case "between", (int() as first, int() as last):
            return first - 1, first, last, last + 1
        case _:
            return ()


def _on_edge(fact: Fact, story: Story) -> bool:
    assert fact.within is not None
    edge = fact.within.before(story.today)
    near = {edge, edge - timedelta(days=1)}
    record, said = record_of(story)
    dated = {
        when.first
        for entries in record.by_code.values()
        for entry in entries
        if not fact.codes.isdisjoint(entry.codes)
        for when in (entry.when, entry.ends)
        if when is not None
    }
    return not near.isdisjoint(dated | {one.on for one in said if one.topic == fact.topic})


LINT = Lint(
    code="T03",
    title="a boundary that no story stands on",
    not_like_this="""\
when:
  age: {at_least: 18}
""",
    like_this="""\
tests:
  - name: Age limits
    person: margaret
    vary: age
    rows:
      17: no prompt
      18: prompt
""",
    why="Off by one is the slip that everybody makes.",
    stops_from=None,
    find=_find,
)
