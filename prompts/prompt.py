"""A prompt and a hold, as values."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rules.outcome import Proposal
from rules.record import Reply
from rules.rule import Indicator, Link, Rule


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


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that would have prompted and was held back: by what, until when, in a sentence."""

    rule: Rule
    step: Literal["quiet", "answers", "pilot", "review", "most"]
    says: str
    until: date | None = None
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What to say, and what was held back."""

    prompt: Prompt | None
    held: tuple[Held, ...] = ()
