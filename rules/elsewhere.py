"""What other systems leave on a record when they have asked about the same thing.

A box of another tool, a template, an alert: where it asked already, nobody is asked again by us.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from rules.codes import Code
from rules.days import Duration, Span
from rules.problems import Place
from rules.record import ENTRY_KINDS, NOT_AN_ENTRY, Entry, Kind, PatientRecord, on_record

NOWHERE = Place("")  # of what was not read from a file
FAMILY = "*"  # at the end of a code: it, and every code that begins so
EVERY_TOPIC = "all"
# Where it may stand, in the words of authors.
FOUND_IN: dict[str, tuple[Kind, ...]] = {
    "tag": (Kind.TAG,),
    "task": (Kind.TASK,),
    "message": (Kind.MESSAGE, Kind.DRAFT_MESSAGE),
    "care_plan": (Kind.CARE_PLAN,),
    "questionnaire": (Kind.QUESTIONNAIRE,),
    "condition": (Kind.CONDITION,),
    "observation": (Kind.OBSERVATION,),
    "procedure": (Kind.PROCEDURE,),
    "referral": (Kind.REFERRAL,),
    "entry": ENTRY_KINDS,
}
# A search finds whole codes and no beginnings of codes, so that where a family is looked for, the
# list is asked for whole. Of these lists one page of a search holds all that a record has.
SHORT_LISTS = ("tag", "task", "message", "care_plan", "questionnaire")


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """What one other system leaves, where, and for how long it counts.

    ``codes`` are whole; ``families`` are what the codes of a local system begin with.
    """

    name: str  # what people call the other system
    kinds: tuple[Kind, ...]
    codes: frozenset[Code] = frozenset()
    families: frozenset[Code] = frozenset()
    lists: tuple[str, ...] = ()  # the names of the lists that the codes are of
    lasting: Duration | None = None  # None: as long as after a card that nobody answered
    topics: frozenset[str] = frozenset()  # what it is about, of a practice's
    every_topic: bool = False
    at: Place = NOWHERE
    topics_at: Mapping[str, Place] = field(default_factory=dict[str, Place])  # as they are written

    def is_about(self, topics: frozenset[str]) -> bool:
        """Whether it is about a topic, under any name that it has had."""
        return self.every_topic or not self.topics.isdisjoint(topics)


class Left(NamedTuple):
    """What another system left on one record: when it last asked, and whether there is no day."""

    last: Span | None = None
    undated: bool = False


def left_by(one: Elsewhere, record: PatientRecord, today: date) -> Left:
    """When another system last asked, as far as the record tells.

    What is dated ahead is not on the record yet; what was not done or taken back was not asked.
    """
    last: Span | None = None
    undated = False
    for entry in _entries(one, record):
        if entry.kind not in one.kinds or entry.status in NOT_AN_ENTRY:
            continue
        when = entry.when
        if when is None:
            undated = True
        elif when.first <= today:
            when = Span(when.first, min(when.last, today))
            if last is None or (when.last, when.first) > (last.last, last.first):
                last = when
    return Left(last, undated)


def marks(some: Iterable[Elsewhere], record: PatientRecord) -> Iterator[Entry]:
    """Every entry of a record that any of these may have left, whatever its state and day."""
    return (entry for one in some for entry in _entries(one, record))


def _entries(one: Elsewhere, record: PatientRecord) -> Iterator[Entry]:
    by_code = record.by_code
    for code in on_record(by_code, one.codes):
        yield from by_code[code]
    for family in one.families:
        for code, found in by_code.items():
            if code.system == family.system and code.code.startswith(family.code):
                yield from found
