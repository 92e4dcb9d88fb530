"""A practice that pilots forty rules, or as many as told: ours for COPD, and others not alike.

Each of them has what ``goodday serve`` wants of a pilot, with stories that come out as they say, so
that it reads what a practice would write. Not what ``check`` wants besides: no list is locked.
"""

from datetime import timedelta
from pathlib import Path

from tests.benchmarks.bodies import TODAY
from tests.benchmarks.forty import RULES, parts_of, write_forty

COPD = "copd-self-management"


def write_practice(folder: Path, rules: int = RULES) -> None:
    """The practice's folder."""
    write_forty(folder, rules - 1)
    names = [f"rule-{n:02}" for n in range(rules - 1)]
    for n, name in enumerate(names):
        path = folder / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + _care() + _stories(n), encoding="utf-8")
    pilots = "".join(f"  - {name}\n" for name in (COPD, *names))
    practice = f"name: The benchmark\ninvented: yes\npilots:\n{pilots}"
    (folder / "practice.yaml").write_text(practice, encoding="utf-8")


def _care() -> str:
    return f"""
co_produced_with:
  - The Riverside walking group (two meetings, October 2026)
evidence:
  - claim: People who are asked say what would help
    source: The benchmark
review_by: {TODAY + timedelta(days=180)}
pdsa:
  cycle: 1
  aim: More people are asked what would help
  measure: accepted or declined, out of all cards shown
  started: 2026-11-01
"""


def _stories(n: int) -> str:
    a, b, c, d = parts_of(n)
    return f"""
today: 2026-11-21
people:
  robin:
    about: 70, ill for sixteen years, nothing offered
    age: 70
    record:
      - condition: illness-{a}
        date: 2010-03-01
      - observation: test-{b}
        date: 1 month ago
        value: 100 %
tests:
  - name: Nothing was offered
    person: robin
    expect: prompt
  - name: Help was offered last month
    person: robin
    plus:
      - procedure: help-{c}-offered
        date: 1 month ago
    expect: no prompt
  - name: Robin has died
    person: robin
    change: {{deceased: yes}}
    expect: excluded
    because: deceased
  - name: Robin receives palliative care
    person: robin
    plus:
      - entry: palliative-care
        date: 1 month ago
    expect: excluded
    because: palliative
  - name: There was care last week
    person: robin
    plus:
      - procedure: care-{d}
        date: 1 week ago
    expect: excluded
    because: care_{d}
  - name: Robin said no in spring
    person: robin
    plus:
      - outcome: declined
        topic: help-{n}
        date: 2026-04-02
    expect: quiet
"""
