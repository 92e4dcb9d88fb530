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
class Alarm:
    """Something unusual about a rule, in a sentence. It stops nothing by itself."""

    rule: str
    kind: Literal["spike", "silent"]
    says: str
