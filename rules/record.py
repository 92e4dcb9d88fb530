"""One person's record as rules see it: coded entries, their dates, and what could not be read."""

from collections.abc import (
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Set,
    ValuesView,
)
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from rules.answer import Answer
from rules.codes import Code
from rules.days import Span


class Kind(StrEnum):
    """The lists that a record is made of, in everyday words."""

    CONDITION = "condition"
    OBSERVATION = "observation"
    PROCEDURE = "procedure"
    REFERRAL = "referral"
    TAG = "tag"
    TASK = "task"
    CARE_PLAN = "care plan"
    MESSAGE = "message"
    DRAFT_MESSAGE = "message request"
    DOCUMENT = "document"
    REPORT = "report"
    APPOINTMENT = "appointment"
    MEDICATION = "medication"
    STATEMENT = "medication statement"
    ENCOUNTER = "encounter"
    QUESTIONNAIRE = "questionnaire"
    GOAL = "goal"
    CONSENT = "consent"


APPOINTMENT: Final = Kind.APPOINTMENT  # by itself, as yes and no are (rules/answer.py)

# A statement that something was offered, done or said may stand in any of these (CONTENT 3.2).
ENTRY_KINDS = (
    Kind.CONDITION,
    Kind.OBSERVATION,
    Kind.PROCEDURE,
    Kind.REFERRAL,
    Kind.TAG,
    Kind.TASK,
    Kind.CARE_PLAN,
    Kind.MESSAGE,
    Kind.DOCUMENT,
)
# It was not done, taken back, or is not yet more than a draft: nothing was offered, done or said.
NOT_AN_ENTRY = frozenset(
    {"not-done", "draft", "preparation", "revoked", "rejected", "cancelled", "registered"}
    | {"failed", "superseded"}
)


class Measurement(NamedTuple):
    """A measured value as it was recorded; ``unit`` is the UCUM text or what stood in its place.

    ``codes`` is what it was measured under: of a part, the part's own codes and never the panel's;
    of a whole result, those of the result. None: every code of its entry, as invented records have.
    ``usual`` is what whoever measured it says is usual, as it was sent; "" where nobody says.
    """

    number: Decimal | None
    unit: str
    comparator: str = ""
    shown: str = ""  # the unit as people write it, where that differs
    codes: frozenset[Code] | None = None
    usual: str = ""

    def __str__(self) -> str:
        number = "" if self.number is None else format(self.number.normalize(), "f")
        return f"{self.comparator}{number} {self.shown or self.unit}".strip()


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """What somebody wrote first on a sheet before a visit, as it came: free text, never to be kept.

    ``question`` is the name of the question's text. Where nothing is written, ``ticked`` are the
    names of the texts that were ticked. Without ``theirs`` somebody else answered for the person,
    and neither is their own.
    """

    question: str
    words: str
    theirs: bool = True
    ticked: tuple[str, ...] = ()


class Entry(NamedTuple):
    """One coded line of the record. ``status`` is FHIR's word for it, "" where it has none.

    Two entries are the same only if they are the same object: a record may have the like twice. A
    tuple, because whole lists are made of them: it is read from bytes in half the time. Files have
    the elements in this order: a new one comes last, or else the file's format is another.
    """

    kind: Kind
    codes: tuple[Code, ...]
    status: str = ""
    when: Span | None = None
    dated_by: str = ""  # which date that is: onset, recorded, effective ...
    recorded: Span | None = None  # conditions with an onset: when somebody wrote it down
    ends: Span | None = None
    words: str = ""  # what the record calls it
    reference: str = ""  # Condition/123
    sure: bool = True  # False where the record itself says provisional or unconfirmed
    filed: Answer = Answer.CANNOT_TELL  # results: whether a clinician has filed it
    values: tuple[tuple[str, Measurement], ...] = ()  # what was measured, part by part
    answer: str = ""  # a person's answer kept in the record: declined, not-now
    ask_again: date | None = None  # and the day they chose to be asked again
    line: str = ""  # of a table: file:line; one line may stand in several lists
    written: Written | None = None  # a sheet: its first words

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    # There is no order of entries: whoever sorts them says by what.

    def __lt__(self, other: object) -> bool:
        return NotImplemented

    def __le__(self, other: object) -> bool:
        return NotImplemented

    def __gt__(self, other: object) -> bool:
        return NotImplemented

    def __ge__(self, other: object) -> bool:
        return NotImplemented

    def measured(self, codes: Set[Code]) -> tuple[Measurement, ...]:
        """What was measured under any of these codes; of one panel that may be several parts."""
        other = codes.isdisjoint(self.codes)
        return tuple(
            value
            for _, value in self.values
            if not (other if value.codes is None else codes.isdisjoint(value.codes))
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Who the record is about. Kept out of logs, errors and representations."""

    id: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    birth: Span | None = field(default=None, repr=False)
    died: Answer = Answer.NO
    died_on: Span | None = field(default=None, repr=False)
    sex: str = field(default="", repr=False)  # female, male, other, unknown; "" where not recorded
    language: str = field(default="", repr=False)  # BCP 47, lower case; "" where not recorded
    needs_interpreter: Answer = field(default=Answer.CANNOT_TELL, repr=False)
    registered_here: Answer = field(default=Answer.CANNOT_TELL, repr=False)

    def died_by(self, day: date) -> Answer:
        """Whether the record says that they had died by this day."""
        on = self.died_on
        return self.died if on is None else on.is_between(on.first, day)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PatientRecord:
    """Everything rules may read about one person, and which lists could not be read, and why."""

    person: Person
    by_code: Mapping[Code, tuple[Entry, ...]]
    unread: Mapping[Kind, str]
    booking: tuple[Entry, ...] = ()  # the appointments being booked in this very moment

    @property
    def size(self) -> int:
        """How many entries there are, each once for each of its codes."""
        by_code = self.by_code
        return by_code.size if isinstance(by_code, Unopened) else sum(map(len, by_code.values()))

    def count_of(self, code: Code) -> int:
        """How many entries have one code, which is on the record."""
        by_code = self.by_code
        return by_code.count(code) if isinstance(by_code, Unopened) else len(by_code[code])


class Numbers(Protocol):
    """The numbers of some entries, in the order in which a record has them."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[int]: ...


class Unopened(dict[Code, tuple[Entry, ...]]):
    """Entries by code, each made when one of its codes is first asked for.

    Of a whole list's entries most are never asked for, and a record of them costs what its codes
    cost. Told apart from a plain index only by how long it takes.
    """

    __slots__ = ("_made", "_make", "_places", "size")

    def __init__(
        self,
        places: Mapping[Code, Numbers],
        make: Callable[[int], Entry],
        size: int | None = None,
    ) -> None:
        """``size`` is how many numbers there are in ``places``, where that is known already."""
        super().__init__(dict.fromkeys(places, ()))
        self._places = places
        self._make = make
        self._made: dict[int, Entry] = {}
        self.size = sum(map(len, places.values())) if size is None else size

    def __getitem__(self, code: Code) -> tuple[Entry, ...]:
        """The entries of a code. Raises KeyError where there is none."""
        found = super().__getitem__(code)
        if not found:
            found = tuple([self._entry(number) for number in self._places[code]])
            super().__setitem__(code, found)
        return found

    # A dict gives these without asking __getitem__, and would give what is not made yet.

    def get(  # type: ignore[override] # - of a dict's three ways, the one that is asked for
        self, code: Code, default: tuple[Entry, ...] | None = None
    ) -> tuple[Entry, ...] | None:
        """The entries of a code, or what stands in for none."""
        return self[code] if code in self else default  # noqa: SIM401 - this is get

    def values(self) -> ValuesView[tuple[Entry, ...]]:  # type: ignore[override] # - a view of it
        """The entries of each code, all of them made."""
        return ValuesView(self)

    def items(self) -> ItemsView[Code, tuple[Entry, ...]]:  # type: ignore[override] # - and this too
        """Each code with its entries, all of them made."""
        return ItemsView(self)

    def count(self, code: Code) -> int:
        """How many entries a code has; none of them is made for it."""
        return len(self._places.get(code, ()))

    def _entry(self, number: int) -> Entry:
        entry = self._made.get(number)
        if entry is None:
            entry = self._made[number] = self._make(number)
        return entry


def on_record(by_code: Mapping[Code, object], codes: frozenset[Code]) -> Set[Code]:
    """Those of some codes that an index has. Whichever is shorter is gone through: Python would
    always go through the codes, and a list of them may have hundreds.
    """
    if len(by_code) < len(codes):
        return codes.intersection(by_code)
    return by_code.keys() & codes


def index(entries: Iterable[Entry]) -> dict[Code, tuple[Entry, ...]]:
    """The one index: entries by system and code, across all kinds."""
    by_code: dict[Code, list[Entry]] = {}
    for entry in entries:
        for code in entry.codes:
            by_code.setdefault(code, []).append(entry)
    return {code: tuple(found) for code, found in by_code.items()}


class Reply(StrEnum):
    """How a card or an offer was met. A tag or a letter taken is still only *shown*."""

    SHOWN = "shown"
    NO_TIME = "no time"
    NOT_NOW = "not now"
    DECLINED = "declined"
    OVERRIDDEN = "overridden"
    ALREADY_DONE = "already done"
    NOT_RIGHT = "not right"
    ACCEPTED = "accepted"


# The day that somebody chose who said "don't ask again": it holds until they say otherwise.
NEVER = date.max


@dataclass(frozen=True, slots=True)
class Said:
    """One reply on one topic, and the day the person chose to be asked again, if they chose.

    ``offers`` are the keys of what was answered: the same offer is quiet in every rule that has it.
    """

    topic: str
    reply: Reply
    on: date
    ask_again: date | None = None
    source: str = "here"  # here: our own store; record: the person's record
    offers: tuple[str, ...] = ()
