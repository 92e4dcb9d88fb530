"""Whether a rule was asked often enough before everybody is shown it (PRODUCT 1.4, "Shadow mode").

Pure arithmetic over counts by day, in which nobody is: looks are counted there, and not people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from prompts.alarms import Day

DAYS, LOOKS, FIRINGS = 14, 100, 30
IF_FOR_FEW = 60  # days: a rule for few will not come to so many firings
LATELY = 180  # days before today, and today, that are looked at
_MEANT = (
    f"{DAYS} days, {LOOKS} times and {FIRINGS} are meant, or {IF_FOR_FEW} days if it is for few."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """On how many days a rule was asked, how often, and how often it would have spoken."""

    days: int = 0
    looked: int = 0
    fired: int = 0
    since: date | None = None  # the day from which; None: all days that are looked at
    changed: bool = False  # since it was released: of what it is now nothing was counted

    @property
    def is_enough(self) -> bool:
        """Whether that is enough to decide by; what never would have spoken was not seen at all."""
        often = self.days >= DAYS and self.looked >= LOOKS and self.fired >= FIRINGS
        return often or (self.days >= IF_FOR_FEW and self.fired > 0)

    def in_words(self, where: str, spoke: str = "would have spoken") -> str:
        """The same in a sentence: "In shadow it was asked on 9 days, 87 times, and ..."."""
        if not self.looked:
            return f"{where} nobody has asked it yet; {_MEANT}"
        days = "one day" if self.days == 1 else f"{self.days} days"
        spoken = times(self.fired) if self.fired else "at no time"
        found = f"{where} it was asked on {days}, {times(self.looked)}, and {spoke} {spoken}"
        return f"{found}. That is enough." if self.is_enough else f"{found}; {_MEANT}"


def counted(days: Iterable[Day]) -> Counted:
    """What comes of so many days. Those on which nobody asked the rule are no days here."""
    every = tuple(days)
    asked = sum(day.looked > 0 for day in every)
    return Counted(asked, sum(day.looked for day in every), sum(day.fired for day in every))


def times(number: int) -> str:
    """How often, in words."""
    return "once" if number == 1 else f"{number} times"
