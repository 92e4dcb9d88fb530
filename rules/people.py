"""The invented people and the stories in a rule file, as values and as records."""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from rules.answer import Answer
from rules.codes import Code
from rules.days import Duration, Span, duration, on, span
from rules.problems import Place
from rules.record import Entry, Kind, Measurement, PatientRecord, Person, Reply, Said, index
from rules.units import amount

# What a line in a story is taken to be where it says no status.
USUAL = {
    "condition": (Kind.CONDITION, "active"),
    "entry": (Kind.PROCEDURE, "completed"),
    "observation": (Kind.OBSERVATION, "final"),
    "procedure": (Kind.PROCEDURE, "completed"),
    "referral": (Kind.REFERRAL, "active"),
    "tag": (Kind.TAG, "active"),
    "care_plan": (Kind.CARE_PLAN, "active"),
    "message": (Kind.MESSAGE, "completed"),
    "appointment": (Kind.APPOINTMENT, "booked"),
    "medication": (Kind.MEDICATION, "active"),
    "task": (Kind.TASK, "requested"),
    "encounter": (Kind.ENCOUNTER, "finished"),
    "report": (Kind.REPORT, "final"),
    "questionnaire": (Kind.QUESTIONNAIRE, "completed"),
    "goal": (Kind.GOAL, "active"),
    "consent": (Kind.CONSENT, "active"),
}
REPLIES = {str(reply).replace(" ", "_"): reply for reply in Reply}


@dataclass
class Line:
    """One line of an invented record: ``condition: copd`` and what is said about it."""

    find: str
    name: str  # the code list, or for an outcome the reply
    at: Place
    codes: tuple[Code, ...] = ()
    said: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def called(self) -> str:
        """What a test calls it: condition copd."""
        return f"{self.find} {self.name}"

    def copy(self) -> "Line":
        """The same line, of which a test may change what is said."""
        return Line(self.find, self.name, self.at, self.codes, self.said.copy())


@dataclass
class Somebody:
    """An invented person."""

    about: str = ""
    age: str = ""
    deceased: str = ""
    said: dict[str, str] = field(default_factory=dict[str, str])  # sex, language and the like
    lines: list[Line] = field(default_factory=list[Line])
    booking: dict[str, str] = field(default_factory=dict[str, str])
    booking_codes: tuple[Code, ...] = ()
    name: str = ""  # what tests call them
    written: "Somebody | None" = None  # as they stand under ``people``, before a test's edits

    def copy(self) -> "Somebody":
        """The same person, whom a test may change.

        By hand, since each of thousands of stories has its own: that is half of reading the rules.
        """
        said, booking = self.said.copy(), self.booking.copy()
        lines = [line.copy() for line in self.lines]
        return replace(self, said=said, lines=lines, booking=booking)


@dataclass
class Story:
    """One test: somebody, on a day, and what is to happen."""

    name: str
    person: Somebody
    today: date
    at: Place
    expect: str
    because: str = ""
    offers: tuple[str, ...] | None = None
    summary_has: str = ""
    unavailable: frozenset[Kind] = frozenset()
    known_gap: bool = False  # a wrong answer that is accepted for now


Stories = tuple[Story, ...]
# As a story says it; a record may not say it clearly.
_DIED = {"yes": Answer.YES, "unknown": Answer.CANNOT_TELL}


def record_of(story: Story) -> tuple[PatientRecord, tuple[Said, ...]]:
    """The record of a story's person on its day, and what they said before."""
    today, somebody = story.today, story.person
    birth = on(Duration(int(somebody.age), "year").before(today)) if somebody.age else None
    died = _DIED.get(somebody.deceased, Answer.NO)
    entries: list[Entry] = []
    said: list[Said] = []
    for line in somebody.lines:
        when = day_meant(line.said.get("date", ""), today)
        if line.find == "outcome":
            reply = REPLIES[line.name]
            ask_again = day_meant(line.said.get("ask_again", ""), today)
            said.append(
                Said(
                    line.said["topic"],
                    reply,
                    when.first if when else today,
                    ask_again.first if ask_again else None,
                )
            )
            continue
        kind, usual = USUAL[line.find]
        if line.said.get("status") == "entered-in-error":
            continue  # that is not on the record at all
        entries.append(
            Entry(
                kind=kind,
                codes=line.codes[:1],
                status=line.said.get("status", usual),
                when=when,
                dated_by="story",
                ends=day_meant(line.said.get("end", ""), today),
                words=line.name,
                reference=line.called,
                filed=_filed(line),
                values=_values(line),
            )
        )
    booking: tuple[Entry, ...] = ()
    if somebody.booking:
        when = day_meant(somebody.booking.get("date", ""), today)
        booking = (Entry(Kind.APPOINTMENT, somebody.booking_codes, "proposed", when, "start"),)
    unread = dict.fromkeys(story.unavailable, "this story says that it could not be read")
    seen = tuple(e for e in entries if e.kind not in story.unavailable)
    person = Person(
        "story",
        "Sam",
        birth,
        died,
        sex=somebody.said.get("sex", ""),
        language=somebody.said.get("language", ""),
        needs_interpreter=_yes_or_no(somebody.said.get("needs_interpreter", "")),
        registered_here=_yes_or_no(somebody.said.get("registered_here", "yes")),
    )
    return PatientRecord(person, index(seen), unread, booking=booking), tuple(said)


def _filed(line: Line) -> Answer:
    if line.said.get("status") in ("registered", "preliminary", "partial"):
        return Answer.NO
    return _yes_or_no(line.said.get("filed", ""))


def _yes_or_no(word: str) -> Answer:
    return {"yes": Answer.YES, "no": Answer.NO}.get(word, Answer.CANNOT_TELL)


def _values(line: Line) -> tuple[tuple[str, Measurement], ...]:
    value = measurement(line.said.get("value", ""))
    return () if value is None else (("", value),)


def measurement(text: str) -> Measurement | None:
    """A measured value as a story writes it: 58 mmol/mol, >90 mL/min/1.73m2, 3 level."""
    found = _COMPARED.fullmatch(text)
    read = amount(found[2]) if found else None
    if found is None or read is None:
        return None
    number, unit = read
    return Measurement(number, unit, found[1] or "", unit)


_COMPARED = re.compile(r"(<=|>=|<|>)?\s*(.*)")


def day_meant(text: str, today: date) -> Span | None:
    """A date, part of a date, "4 months ago", "in 6 days" or "today"."""
    if not text:
        return None
    if text == "today":
        return on(today)
    if text.endswith(" ago") and (back := duration(text.removesuffix(" ago"))):
        return on(back.before(today))
    if text.startswith("in ") and (ahead := duration(text.removeprefix("in "))):
        return on(ahead.after(today))
    return span(text)
