"""The pages on which a clinician judges a rule before it goes live: all of them, and one case.

A case names the person as their record system does, for whoever is to open that record.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cds_hooks.pages.framed import page_of
from cds_hooks.pages.told import About
from prompts.judged import ENOUGH, MOST_WRONG, Judged
from rules.rule import Practice


@dataclass(frozen=True, slots=True)
class ToJudge:
    """One rule that is judged, and how far that is."""

    id: str
    title: str
    status: str
    judged: Judged

    @property
    def waits(self) -> bool:
        """Whether there is somebody to judge it by."""
        return bool(self.judged.shown.waiting or self.judged.silent.waiting)


@dataclass(frozen=True, slots=True)
class Saw:
    """Something that the rule looked for, and what it came to, as codes and days."""

    label: str
    says: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneCase:
    """One case, for whoever judges it."""

    version: str
    sort: str
    who: str
    is_shown: bool
    day: str
    person: str  # their id, as their record system has it
    client: str  # which record system that is, "" where there is one
    because: str  # why it would not have been shown, "" where it would
    saw: tuple[Saw, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a button, and whether it can be taken back: by which fields of a form."""

    status: int
    heading: str
    says: str
    rule: str = ""
    slip: tuple[tuple[str, str], ...] = ()
    waits: bool = False


def judging_page(practice: Practice, rules: Sequence[ToJudge]) -> bytes:
    """Every rule that is judged before it goes live."""
    return page_of("judging.html", practice, rules=rules, enough=ENOUGH, most=MOST_WRONG)


def case_page(practice: Practice, about: About, judged: Judged, case: OneCase | None) -> bytes:
    """One rule in words, and the next case of it, if there is one."""
    return page_of("case.html", practice, about=about, judged=judged, case=case)


def said_page(practice: Practice, said: Said) -> bytes:
    """What came of a button: nothing of the person is on it."""
    return page_of("judged.html", practice, said=said)
