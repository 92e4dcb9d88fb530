"""What a clinician judged of a rule before it goes live, and what that says of the rest.

Thirty people for whom it would be shown and thirty for whom it would not, drawn by chance; at most
one wrong in each (PRODUCT 1.4, "Go-live gate"). Pure arithmetic: nobody is in it.
"""

from dataclasses import dataclass
from math import ceil, comb

ENOUGH = 30  # people judged, of each sort
MOST_WRONG = 1  # of each sort
_UNSURE = 0.05  # one-sided: in so many of a hundred such samples the true share is higher


@dataclass(frozen=True, slots=True)
class Side:
    """How many were judged of one sort, and how many wait to be. "Cannot tell" is neither."""

    right: int = 0
    wrong: int = 0
    waiting: int = 0

    @property
    def judged(self) -> int:
        """How many were judged right or wrong."""
        return self.right + self.wrong

    def is_enough(self, *, for_few: bool = False) -> bool:
        """Whether that is enough to go live by.

        Of a rule ``for_few``, where so many were never there: everybody who was, and none wrong.
        """
        if self.judged >= ENOUGH:
            return self.wrong <= MOST_WRONG
        return for_few and self.judged > 0 and not self.waiting and not self.wrong

    @property
    def is_too_wrong(self) -> bool:
        """Whether no more judging can make it enough."""
        return self.wrong > MOST_WRONG


@dataclass(frozen=True, slots=True)
class Judged:
    """Both sorts: people for whom a rule would be shown, and people for whom it would not."""

    shown: Side = Side()
    silent: Side = Side()

    def is_enough(self, *, for_few: bool = False) -> bool:
        """Whether it may go live by what was judged."""
        return all(each.is_enough(for_few=for_few) for each in (self.shown, self.silent))

    @property
    def is_too_wrong(self) -> bool:
        """Whether it has to be changed, and judged anew."""
        return self.shown.is_too_wrong or self.silent.is_too_wrong

    def in_words(self) -> str:
        """How far it is, in a sentence or two."""
        says = (
            f"Judged by a clinician: {self.shown.judged} of {ENOUGH} for whom it would be shown,"
            f" and {self.silent.judged} of {ENOUGH} for whom it would not."
        )
        if not self.shown.wrong and not self.silent.wrong:
            return says
        return f"{says} Wrong: {self.shown.wrong} and {self.silent.wrong}."

    def leaves_open(self) -> str:
        """What such samples cannot rule out, in sentences; "" where nothing was judged."""
        sides = dict.fromkeys((s.wrong, s.judged) for s in (self.shown, self.silent) if s.judged)
        return " ".join(leaves_open(wrong, of) for wrong, of in sides)


def leaves_open(wrong: int, of: int) -> str:
    """How often a rule may be wrong though only so many were, in a sentence."""
    percent = at_most(wrong, of)
    share = "one in ten" if percent == 10 else f"{percent} in a hundred"
    return f"{wrong} wrong of {of}: the true share of wrong ones may still be up to about {share}."


def at_most(wrong: int, of: int) -> int:
    """The highest share that so many wrong ones leave open, in percent, rounded up.

    The one-sided 95 % bound of Clopper and Pearson; with none wrong it is the rule of three, put
    exactly. Raises ValueError where more are wrong than there are.
    """
    if not 0 <= wrong <= of:
        raise ValueError("No more can be wrong than were judged.")
    if wrong == of:
        return 100
    low, high = 0.0, 1.0
    for _ in range(50):  # each halves what is between the two
        share = (low + high) / 2
        if _no_more_than(wrong, of, share) > _UNSURE:
            low = share
        else:
            high = share
    return ceil(round(high * 100, 6))


def _no_more_than(wrong: int, of: int, share: float) -> float:
    """How likely so few are wrong, or fewer, if ``share`` of all are."""
    return sum(comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(wrong + 1))
