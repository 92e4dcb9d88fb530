"""What a look-up may need: the record, the day, and the facts of the rule by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.reference.amounts import Numbers
from tests.reference.calendar import Days
from tests.reference.record import Practice, Record

Written = Mapping[str, Any]  # what an author wrote under one heading, as YAML reads it


@dataclass(frozen=True)
class Found:
    """What one fact comes to. ``answer``: is there one at all?"""

    sort: str  # "yes or no", "number", "quantity", "date", "choice"
    answer: str
    numbers: Numbers | None = None
    days: Days | None = None
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True)
class World:
    """One person on one day, and what the author's names stand for."""

    record: Record
    today: date
    practice: Practice
    facts: Mapping[str, Written]
    look_up: Callable[[str], Found]

    def codes(self, lists: object) -> set[str]:
        """All codes of one code list or several."""
        return {code for name in as_list(lists) for code in self.practice.lists[name]}


def as_list(written: object) -> list[Any]:  # any: what an author may have written
    """One thing, or a list of them."""
    if written is None:
        return []
    if isinstance(written, list):
        return written  # pyright: ignore[reportUnknownVariableType] - as YAML reads it
    return [written]
