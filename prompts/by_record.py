"""The steps after a rule that the record alone decides, for runs that know nothing of the store.

What was said to our own cards, what is paused, full, in shadow or tried with some only is left out:
these say how many people a rule has to ask, not whom it asks this morning.
"""

from collections.abc import Mapping
from datetime import date

from prompts.history import History, quieter
from prompts.prompt import Held
from prompts.restraint import STEPS, Asked
from rules.outcome import Outcome
from rules.rule import Practice

# Each of them, and what is said of whoever it leaves alone.
BY_RECORD: Mapping[str, str] = {
    "compassion": "It is a time to leave them in peace",
    "consent": 'They said "don\'t ask again"',
    "answers": "A list in which a no may stand could not be read",
    "done": "What it offers is under way",
    "quiet": "An answer that is on the record keeps it quiet",
    "elsewhere": "Another system asked about it lately",
}
_STEPS = tuple((name, step) for name, step in STEPS if name in BY_RECORD)
_NOTHING = History()


def left_alone(outcome: Outcome, today: date, practice: Practice) -> tuple[Held | None, ...]:
    """What each of the steps comes to by itself, in the order of ``BY_RECORD``."""
    asked = Asked(outcome._replace(rule=quieter(outcome.rule, practice)), _NOTHING, today, practice)
    found = [step(asked) for _, step in _STEPS]
    return tuple(one if isinstance(one, Held) else None for one in found)
