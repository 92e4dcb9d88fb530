"""T01: no story in which nobody is prompted."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    if seen.stories and all(story.expect == "prompt" for story in seen.stories):
        yield Found(
            seen.rule.place("tests"),
            "Every story ends in a prompt.",
            "Add one person who does not get it; goodday rules suggest has ideas.",
        )


LINT = Lint(
    code="T01",
    title="no story in which nobody is prompted",
    not_like_this="""\
tests:
  - name: Somebody with COPD
    person: margaret
    expect: prompt
""",
    like_this="""\
tests:
  - name: Offered four months ago
    person: margaret
    plus:
      - procedure: copd-self-management-offer
        date: 4 months ago
    expect: no prompt
""",
    why="A rule that prompts for everybody passes every story that ends in a prompt.",
    stops_from=Status.PILOT,
    find=_find,
)
