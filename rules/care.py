"""What people decided about a rule: evidence, who helped, reviews, cycles, sign-off, release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we think it helps."""

    claim: str
    source: str
    strength: str = ""  # strong, moderate, mixed, consensus, experience; "" where it is not said
    link: str = ""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One Plan-Do-Study-Act cycle of a rule."""

    cycle: int
    aim: str
    measure: str
    started: date
    prediction: str = ""
    result: str = ""
    decision: str = ""  # adopt, adapt, abandon


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who took responsibility for the safety of one version, and when (DCB0160)."""

    by: str
    on: date
    for_version: int
    hazards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """A rule as goodday rules release left it: which version, and a fingerprint of it."""

    version: int
    fingerprint: str
    on: date | None = None  # None where it was released before that was written down
    offers: tuple[str, ...] = ()  # what they were remembered as (remembered.py); () before as well


@dataclass(frozen=True, slots=True)
class PilotGroup:
    """Who sees a rule in pilot; with nothing said, everybody at the practice."""

    sites: tuple[str, ...] = ()
    clinicians: tuple[str, ...] = ()
    share: "tuple[int, int] | None" = None  # (1, 5): one person in five, always the same ones


@dataclass(frozen=True, slots=True)
class Care:
    """What people decided about a rule: none of it changes an answer for anybody.

    Where several rules are free to speak, how strong the evidence is decides which goes first.
    """

    evidence: tuple[Evidence, ...] = ()
    co_produced_with: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    review_by: date | None = None
    pdsa: Cycle | None = None
    safety: SignOff | None = None
    released: Released | None = None
    replaces: str = ""
    formerly: tuple[str, ...] = ()  # that rule, the one that it replaced, and so on: their names
    pilot: PilotGroup | None = None
    # Warnings that were answered in the file, each with a reason.
    allow: Mapping[str, str] = field(default_factory=dict[str, str])
