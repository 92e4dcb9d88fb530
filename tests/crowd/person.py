"""Somebody invented: who they are and what is on their record, before it is FHIR.

What a record cannot say well is said here as it was meant: a test that asks whether somebody is to
be left in peace looks at this, and not at what our own reading makes of it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Coded(NamedTuple):
    """A code and the words that stand beside it."""

    system: str
    code: str
    words: str


class Told(StrEnum):
    """How much of a day the record says."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    NOTHING = "nothing"


class Line(NamedTuple):
    """One line of a record."""

    kind: str  # the FHIR type
    what: str  # the code list, or the topic, that it was drawn from
    code: Coded
    on: date  # when it was, whatever the record says of that
    told: Told = Told.DAY
    status: str = ""  # "" is what such a line usually has
    ends: date | None = None
    doubt: str = ""  # a verification status: unconfirmed, refuted, entered-in-error
    value: float | None = None
    unit: str = ""
    answer: str = ""  # declined, not-now: something that was not done, and why
    ask_again: date | None = None
    reason: Coded | None = None  # of an encounter: what it was about

    @property
    def written(self) -> str:
        """The day as it stands on the record; "" where it has none."""
        days = {Told.DAY: 10, Told.MONTH: 7, Told.YEAR: 4, Told.NOTHING: 0}
        return self.on.isoformat()[: days[self.told]]

    @property
    def latest(self) -> date:
        """The last day that the record leaves possible."""
        if self.told is Told.DAY:
            return self.on
        if self.told is Told.NOTHING:
            return date.max
        month = 12 if self.told is Told.YEAR else self.on.month
        start_of_next = date(self.on.year + month // 12, month % 12 + 1, 1)
        return start_of_next - timedelta(days=1)


class Invented(NamedTuple):
    """One invented person."""

    number: int
    key: str  # the id of the Patient
    nhs_number: str
    given: str
    family: str
    sex: str
    born: date
    born_told: Told
    died: date | None
    language: str
    needs_interpreter: bool
    lines: tuple[Line, ...]
    filed: frozenset[int]  # places among the lines of the results that a clinician has filed
    unread: Mapping[str, int]  # FHIR types, and the line of which something was left out

    def has(self, *what: str) -> tuple[Line, ...]:
        """The lines drawn from any of these lists, but for what was entered in error."""
        void = ("entered-in-error", "refuted")
        return tuple(o for o in self.lines if o.what in what and o.doubt not in void)
