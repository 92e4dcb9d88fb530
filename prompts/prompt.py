"""A prompt, a hold, and the way of a rule to either, as values."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rules.outcome import Proposal
from rules.record import Reply
from rules.rule import Indicator, Link, Offer, Rule

# What can hold back a rule that is true, in the order in which it is asked (PRODUCT 1.6).
HeldBy = Literal[
    "paused",
    "memory",
    "compassion",
    "consent",
    "answers",
    "done",
    "quiet",
    "most",
    "elsewhere",
    "shadow",
    "capacity",
    "pilot",
    "topic",
    "person",
    "session",
    "mute",
]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The one card for one person: the question first, then what can be said yes or no to."""

    summary: str
    detail: str  # markdown; starts with the question
    source: str
    rules: tuple[Rule, ...]
    proposals: tuple[Proposal, ...]
    indicator: Indicator = "info"
    links: tuple[Link, ...] = ()
    choose_one: bool = False
    waiting: tuple[tuple[Rule, Offer], ...] = ()  # offers for which there was no room on it

    @property
    def topics(self) -> tuple[str, ...]:
        """What the card is about. One that only asks whether reminders can end is about these."""
        if self.proposals and all(one.ends is not None for one in self.proposals):
            return tuple(dict.fromkeys(topic for one in self.proposals for topic in one.topics))
        return tuple(dict.fromkeys(rule.quiet.topic for rule in self.rules))

    @property
    def offers(self) -> tuple[str, ...]:
        """The keys of everything that is offered on it."""
        made = (key for one in self.proposals if one.offer is not None for key in one.offers)
        return tuple(dict.fromkeys(made))


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that would have prompted and was held back: by what, until when, in a sentence."""

    rule: Rule
    step: HeldBy
    says: str
    until: date | None = None
    reply: Reply | None = None
    unread: bool = False  # held because something could not be read, not because of what it says


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rule on its way to a card: let through or not, in a sentence."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Way:
    """One rule's way, step by step. The first step that did not let it through is the last."""

    rule: Rule
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What to say, what was held back, and how each rule came to either."""

    prompts: tuple[Prompt, ...] = ()
    held: tuple[Held, ...] = ()
    ways: tuple[Way, ...] = ()

    @property
    def prompt(self) -> Prompt | None:
        """The first card, and for most practices the only one."""
        return self.prompts[0] if self.prompts else None
