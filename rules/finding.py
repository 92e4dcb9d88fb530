"""What a look-up found, as a value that can be asked, quoted and explained."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rules.answer import Answer
from rules.codes import Code
from rules.days import Span
from rules.elsewhere import Elsewhere, Left, left_by
from rules.fact import Expression, Fact, question
from rules.record import APPOINTMENT, Entry, PatientRecord, Said


class RuleFault(Exception):
    """A rule could not be asked about somebody. It says that, and nothing else, ever."""

    says = "a computed fact could not be worked out"

    def __init__(self) -> None:
        super().__init__(self.says)


class TooMuch(RuleFault):
    """Asking the rule about somebody would take the time of the rules beside it."""

    says = "it looks at more entries of the record than one rule may"


class TooMuchAtOnce(RuleFault):
    """All rules together ask more than there is time for, and this is one that asks most."""

    says = "the rules ask more at once than there is time for, and this is one that asks most"


class Finding(NamedTuple):
    """The answer to one fact, and what it rests on.

    ``number`` and ``day`` are ranges, both ends included: an age from a year of birth has two
    possible values, and a result of ">90" any from there on.
    ``doubt`` says in one sentence why we cannot tell.
    """

    fact: Fact
    answer: Answer
    number: tuple[int | Decimal, int | Decimal] | None = None
    choices: frozenset[str] = frozenset()  # the names it may go by; one, where it is clear
    day: Span | None = None
    entries: tuple[Entry, ...] = ()
    said: tuple[Said, ...] = ()
    doubt: str = ""
    looked_at: int = 0


def day_so_far(finding: Finding, today: date) -> Span | None:
    """The days that a date fact may give. What is on the record has begun: a month or year that
    reaches ahead means up to today, appointments apart.
    """
    day = finding.day
    begun = finding.fact.kinds and APPOINTMENT not in finding.fact.kinds
    if day is None or not begun or day.first > today:
        return day
    return Span(day.first, min(day.last, today))


class Look:
    """One person's facts on one day, each looked up once.

    Everything a look-up may depend on is here: the record, what was said before, and the day.
    """

    __slots__ = (
        "_asked", "_entries", "_found", "_left", "_look_up", "_worked_out",
        "codes", "record", "said", "size", "today",
    )  # fmt: skip

    def __init__(
        self,
        record: PatientRecord,
        said: tuple[Said, ...],
        today: date,
        look_up: "Callable[[Fact, Look], Finding]",
    ) -> None:
        self.record = record
        self.said = said
        self.today = today
        self.codes = frozenset(record.by_code)  # on record; a set remembers what they hash to
        self.size = record.size
        self._look_up = look_up
        self._found: dict[Fact, Finding] = {}
        self._asked: dict[object, Finding] = {}
        self._worked_out: dict[Expression, Answer] = {}
        self._entries: dict[frozenset[Code], int] = {}
        self._left: dict[Elsewhere, Left] = {}

    def __call__(self, fact: Fact) -> Finding:
        """What was found for a fact; the same answer however often it is asked."""
        finding = self._found.get(fact)
        if finding is None:
            asks = question(fact)
            same = self._asked.get(asks)
            if same is None:
                finding = self._asked[asks] = self._look_up(fact, self)
            else:
                finding = Finding(fact, *same[1:])  # what another fact asks, under this one's name
            self._found[fact] = finding
        return finding

    def entries(self, fact: Fact) -> int:
        """How many entries have a code that a fact looks for, whatever lists they are in."""
        number = self._entries.get(fact.codes)
        if number is None:
            count = self.record.count_of
            number = self._entries[fact.codes] = sum(map(count, self.codes & fact.codes))
        return number

    def left_by(self, other: Elsewhere) -> Left:
        """What another system left; read once, however many rules it is about."""
        left = self._left.get(other)
        if left is None:
            left = self._left[other] = left_by(other, self.record, self.today)
        return left

    def work_out(self, expression: Expression) -> Answer:
        """What an expression comes to; worked out once. Raises RuleFault where it cannot be."""
        answer = self._worked_out.get(expression)
        if answer is None:
            answer = expression.answer(*map(self, expression.facts))
            self._worked_out[expression] = answer
        return answer
