"""T04: a safety slip that no story would catch.

``rules check`` asks it of rules in pilot and live, ``rules release`` of a rule on its way there
(``prompts/proof.py``): stories are told to rules with a slip in them, which is no lint's work. Of a
draft, ``rules mutate`` says it.
"""

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
