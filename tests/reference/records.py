"""Records as they may be, odd, doubtful and half unread, with much of what a rule looks for.

They are made from a ``Random`` and not drawn part by part: ten records of five lines would be more
choices than hypothesis likes to make, and it would leave most of them empty.
"""

from datetime import date
from random import Random

from tests.reference.calendar import ago, ahead
from tests.reference.record import Line, Person, Record, Remark, Value
from tests.reference.rule_texts import EDGES, LENGTHS, Asked
from tests.reference.statuses import COUNT, DO_NOT

_MEASURED = {
    "mmol/mol": ("47", "58", "59", "58.0", "75"),
    "%": ("6.5", "7.5", "7.45", "9"),
    "percent": ("7.5",),
    "kg": ("70", "70.1"),
    "[stone_av]": ("10", "11"),
    "lb": ("140",),
    "g": ("70000", "70"),
    "m": ("1.7",),
    "cm": ("170",),
    "level": ("2", "3"),
    "": ("3", "58"),
    "mg": ("58",),
}


def _near(day: date, days: int) -> str:
    number = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(number).isoformat()


class _Making:
    """The parts of one record."""

    def __init__(self, asked: Asked, random: Random) -> None:
        self.asked, self.today = asked, asked.today
        self.random = random
        self.one_of = random.choice

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def up_to(self, most: int) -> range:
        return range(self.random.randint(0, most))

    def date(self, missing: float = 0.0, *, whole: bool = False) -> str:
        """A day at the edge of a window or beside it, or the month or year that it lies in."""
        if self.chance(missing):
            return ""
        edges = [
            ago(self.one_of(LENGTHS), self.today),
            ago(self.one_of(LENGTHS[:8]), self.today),
            date.fromisoformat(self.one_of(EDGES)),
            ahead(self.one_of(("0 days", "1 month", "12 months")), self.today),
        ]
        day = _near(self.one_of(edges), self.one_of((0, 0, 0, -1, 1, -20, 20)))
        return day[: 10 if whole else self.one_of((10, 10, 10, 7, 4))]

    def value(self) -> Value:
        unit = self.one_of(tuple(_MEASURED))
        if self.chance(0.8):  # one that is turned into what the rule asks for
            usual: list[tuple[str, ...]] = []
            usual += [("mmol/mol", "%", "percent")] if "hba1c" in self.asked.facts else []
            usual += [("kg", "[stone_av]", "lb", "g")] if '"kg"' in self.asked.facts else []
            usual += [("level", "level", "")] if '"level"' in self.asked.facts else []
            unit = self.one_of(self.one_of(usual or [tuple(_MEASURED)]))
        comparator = self.one_of(("",) * 5 + (">", ">=", "<", "<=", "ad"))
        return Value(self.one_of(_MEASURED[unit]), unit, comparator)

    def line(self) -> Line:
        list_ = self.one_of([*self.asked.lists * 3, "observation", "condition"])
        measures = "unit:" in self.asked.facts and self.chance(0.6)
        list_ = "observation" if measures else list_
        if list_ == "procedure" and "topic" in self.asked.facts and self.chance(0.5):
            return Line(
                list_, ("coughing",), self.one_of(("not-done", "not-done", "completed")),
                self.date(0.2), answer=self.one_of(("", "declined", "not-now")),
            )  # fmt: skip
        status = self.one_of(sorted(COUNT[list_]))
        if self.chance(0.15):
            status = self.one_of(sorted(DO_NOT[list_]))
        elif self.chance(0.1):
            status = self.one_of(("", "unknown", "something-else"))
        codes = [self.one_of(self.asked.codes)]
        if "ended_by" in self.asked.facts and self.chance(0.3):
            codes = ["cough-over"]
        if measures:
            codes = [self.one_of([c for c in self.asked.codes if c in ("hba1c", "weight")])]
        if self.chance(0.15):
            codes.append(self.one_of(self.asked.codes))
        many = self.one_of((0, 1, 1, 1, 1, 1, 2)) if list_ == "observation" else 0
        return Line(
            list=list_,
            codes=tuple(dict.fromkeys(codes)),
            status=status,
            date=self.date(0.15),
            end=self.date(0.5),
            confirmed=not self.chance(0.1),
            filed=self.one_of(("yes", "no", "cannot tell")),
            values=tuple(self.value() for _ in range(many)),
        )

    def person(self) -> Person:
        born = ago(self.one_of(("17 years", "18 years", "40 years", "60 years")), self.today)
        text = _near(born, self.one_of((0, -1, 1, 100)))[: self.one_of((10, 10, 7, 4))]
        return Person(
            born=self.one_of((text, text, text, text, "", "2004-02-29")),
            died=self.one_of(("yes", "no", "cannot tell")),
            died_on=self.date(0.7),
            sex=self.one_of(("female", "male", "unknown", "")),
            language=self.one_of(("en", "en-gb", "pl", "")),
            needs_interpreter=self.one_of(("yes", "no", "cannot tell")),
            registered_here=self.one_of(("yes", "no", "cannot tell")),
        )

    def booking(self) -> Line:
        status = self.one_of(("proposed", "proposed", "booked", "cancelled", "noshow"))
        return Line("appointment", (self.one_of(("visit", "visit", "cough")),), status,
                    self.date(0.15))  # fmt: skip

    def remark(self) -> Remark:
        reply = self.one_of(("declined", "not_now", "shown", "accepted"))
        return Remark(self.one_of(("coughing", "wheezing")), reply, self.date(whole=True))

    def record(self) -> Record:
        lines = tuple(self.line() for _ in self.up_to(7))
        unread: frozenset[str] = frozenset()
        if self.chance(0.2):
            unread = frozenset({self.one_of((*self.asked.lists, "condition", "procedure"))})
            if self.chance(0.5):  # nothing of it was read; else only its first page was
                lines = tuple(line for line in lines if line.list not in unread)
        asks = self.asked.facts
        return Record(
            person=self.person(),
            lines=lines,
            unread=unread,
            said=tuple(self.remark() for _ in self.up_to(2)) if "topic" in asks else (),
            booking=tuple(self.booking() for _ in self.up_to(2))
            if "this_appointment" in asks
            else (),
        )


def a_record(asked: Asked, random: Random) -> Record:
    """A record in which there may be much of what the rule looks for."""
    return _Making(asked, random).record()
