"""What a rule came to for one person on one day, as a value."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from rules.finding import Look
from rules.record import Entry, Reply
from rules.rule import Offer, Rule
from rules.support import Listed


class Decision(StrEnum):
    """Where a rule ended. Staying quiet after an answer is decided later, in ``prompts``."""

    PROMPT = "prompt"
    NO_PROMPT = "no prompt"
    EXCLUDED = "excluded"
    CANNOT_TELL = "cannot tell"
    WITHHELD = "withheld"  # a fault in the rule: nobody is asked or told anything by it


# By themselves, as yes and no are (rules/answer.py): a whole list is asked for little else.
NO_PROMPT: Final = Decision.NO_PROMPT
PROMPT: Final = Decision.PROMPT


class Outcome(NamedTuple):
    """One rule, asked once. ``look`` remembers what was found, for wording and explaining."""

    rule: Rule
    decision: Decision
    look: Look
    because: str = ""  # the exclusion that applied, by name; or why it was withheld
    offers: tuple[Offer, ...] = ()


REMINDER_OF = "reminder-of-"  # before a topic: whether a reminder can end, not what it is about


@dataclass(frozen=True, slots=True)
class Proposal:
    """One button on a card: an offer in its words, or the two that are always there.

    ``counts_as`` is how it is remembered when it is taken: only a referral or a recorded offer is
    *accepted*; a tag or a letter taken was *shown*; and a no is a no.
    """

    label: str
    counts_as: Reply
    rules: tuple[Rule, ...]  # those that offer it; every rule on the card for "not now" and "no"
    offer: Offer | None = None
    reasons: tuple[Entry, ...] = ()  # the conditions that it is about
    results: tuple[Entry, ...] = ()  # and the filed results, for a letter
    visit: Entry | None = None
    letter: str = ""
    ask_again: date | None = None
    offers: tuple[str, ...] = ()  # the keys of what it answers
    ends: Entry | None = None  # a reminder that it would end, in place of an offer
    places: tuple[Listed, ...] = ()  # what there is nearby for it, of which the person chooses

    @property
    def topics(self) -> tuple[str, ...]:
        """What pressing it is an answer to."""
        of = REMINDER_OF if self.ends is not None else ""
        return tuple(dict.fromkeys(f"{of}{rule.quiet.topic}" for rule in self.rules))
