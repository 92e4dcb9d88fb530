"""rules/LIBRARY.md: what the library comes to in an invented practice, as a page."""

from collections.abc import Callable, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

from tests.crowd.asking import Seen
from tests.crowd.crowds import Some, practice, synthea
from tests.crowd.table import markdown

SEED, PEOPLE, FEWER = 6, 10_000, 500
TODAY = date(2026, 11, 22)
PAGE = Path(str(files("rules"))) / "LIBRARY.md"
Ask = Callable[[Sequence[Some], int], list[Seen]]

_TOP = """\
# What the library comes to in an invented practice

Every rule of the library, asked about {people:,} invented people on one day as if all forty were in
pilot at once, which no practice does. The people come from a generator (`tests/crowd`): nobody is
real, how often things are is rounded, and what is on record of offers is made up. So the figures
show **how the rules behave together**, and say nothing about any real practice. Before a practice
pilots a rule, it looks at its own people with it.

How to read the table:

- **for** is the number of people of whom the rule is true;
- **prompted** have it on their one card;
- **held** are those whom a hold keeps from it: *compassion* (palliative care, a loss, a new cancer,
  an emergency stay, a safeguarding flag, or somebody who asked not to be asked), *quiet* (a no, or
  a not now), *done* (what it offers is under way), *topic* (another rule asks about the same that
  day), or a list that could not be read;
- **excluded** are those for whom the rule itself says that it is not, and why;
- **cannot tell** are those of whom the record does not say enough. They are not prompted, unless
  the rule is a safety net that says otherwise.

Made with `python -m tests.crowd --write` (seed {seed}, {today}).
"""
_THEIRS = """\
## The 132 people that Synthea made

Records of a generator from the United States, each asked about on the day for which it was given to
us. They have American codes and no offers, so most rules find nothing in them: rules without a line
here were true of nobody, and could be told.
"""
_BELOW = """\
## The first {fewer} of these people

This part is worked out again with every run of the tests, so that a change of a rule shows here.
"""


def smaller(ask: Ask, processes: int = 0) -> str:
    """The part of the page that a test works out again."""
    crowd = ask(practice(SEED, FEWER, TODAY), processes)
    return f"{_BELOW.format(fewer=FEWER)}\n{markdown(crowd, SEED)}"


def write(ask: Ask, patients: Path, processes: int = 0) -> None:
    """Write the page anew; ``patients`` is where the Synthea people are."""
    crowd = ask(practice(SEED, PEOPLE, TODAY), processes)
    theirs = ask(synthea(patients), processes)
    parts = (
        _TOP.format(people=PEOPLE, seed=SEED, today=TODAY),
        markdown(crowd, SEED),
        _THEIRS,
        markdown(theirs, SEED, only_found=True),
        smaller(ask, processes),
    )
    PAGE.write_text("\n".join(parts), encoding="utf-8")
