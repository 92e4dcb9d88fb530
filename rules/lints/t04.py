"""T04: a safety slip that no story would catch."""

from rules.lints.lint import Lint
from rules.rule import Status

LINT = Lint(
    code="T04",
    title="a safety slip that no story would catch",
    not_like_this="""\
tests:
  - name: Somebody with COPD
    person: margaret
    expect: prompt
""",
    like_this="""\
tests:
  - name: Somebody with COPD
    person: margaret
    expect: prompt
  - name: Receiving palliative care
    person: margaret
    plus:
      - condition: palliative-care
        date: 1 month ago
    expect: excluded
    because: palliative
""",
    why="A story that cannot fail proves nothing.",
    stops_from=Status.PILOT,
    find=None,
)
