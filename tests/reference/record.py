"""A person's record as plain data: words, numbers and dates as text, as they were written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Value:
    """What was measured: "58", "mmol/mol", and "", "<", "<=", ">=", ">" or something else."""

    number: str
    unit: str
    comparator: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a list; dates are "2026-05-31", "2026-05", "2026" or "" for none."""

    list: str  # "condition", "care plan", "message request" ...
    codes: tuple[str, ...]
    status: str = ""
    date: str = ""
    end: str = ""
    confirmed: bool = True
    filed: str = "cannot tell"
    values: tuple[Value, ...] = ()
    answer: str = ""  # a person's answer that stands in the record


@dataclass(frozen=True)
class Remark:
    """What somebody said before to a card on a topic, and on which day."""

    topic: str
    reply: str  # "declined", "not_now" ...
    date: str


@dataclass(frozen=True)
class Person:
    """Who it is about; "" where nothing is recorded."""

    born: str = ""
    died: str = "no"
    died_on: str = ""
    sex: str = ""
    language: str = ""
    needs_interpreter: str = "cannot tell"
    registered_here: str = "cannot tell"


@dataclass(frozen=True)
class Record:
    """Everything that may be looked at."""

    person: Person = Person()
    lines: tuple[Line, ...] = ()
    unread: frozenset[str] = frozenset()
    said: tuple[Remark, ...] = ()
    booking: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Practice:
    """What a practice has besides its rules: code lists, and what stands under ``shared``."""

    lists: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, dict[str, object]])
    exclusions: Mapping[str, Mapping[str, object]] = field(
        default_factory=dict[str, dict[str, object]]
    )
    offers: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, dict[str, object]])
