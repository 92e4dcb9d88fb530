"""What the service noticed about its own rules: canaries, and what is unusual. Of nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wrong:
    """A rule whose stories came out otherwise than written, and the code lists it may lie in."""

    rule: str
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Canaries:
    """The stories of the rules in force, told to them while they run: how many, and which wrong."""

    at: datetime
    asked: int
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """How often one rule was asked in the last 28 days before today, and what came of it.

    ``shadow``: it would have gone on to a card, and was in shadow. ``held`` by any other step.
    """

    days: int
    asked: int
    shown: int
    shadow: int
    held: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something unusual about a rule, in a sentence. It stops nothing by itself."""

    rule: str
    kind: Literal["spike", "silent"]
    says: str
