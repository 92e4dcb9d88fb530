"""The letter that takes results ahead of a visit: own words first, then what was measured.

No value is judged, compared or explained here. Somebody reads the draft before it is sent. What
stands in it is what was filed: this person's results, their own earlier ones, and the range that
the laboratory sent.
"""

from collections.abc import Iterator
from typing import NamedTuple

from prompts.words import NAMELESS, first_name, may_be_quoted
from rules.answer import Answer
from rules.codes import Code
from rules.days import span_in_words
from rules.fact import Fact
from rules.lints.l07 import RAW
from rules.outcome import Outcome
from rules.papers import Papers, papers_for
from rules.record import Entry, Kind, Measurement
from rules.rule import Practice
from rules.schema.papers import english
from rules.schema.wording import more_than_words

ASKS = ("ask_matters", "ask_results", "ask_visit")
EARLIER = 2  # so many own values of before, the latest first
_FINAL = frozenset({"final", "amended", "corrected"})


class Before(NamedTuple):
    """An own value of before, and its day in words."""

    value: str
    day: str


class Result(NamedTuple):
    """One result, or one part of it, as it is quoted. Days are in words; "" where none is known."""

    name: str
    value: str = ""
    day: str = ""
    before: tuple[Before, ...] = ()
    usual: str = ""  # the laboratory's range, as it was sent


class Letter(NamedTuple):
    """Everything that a letter says. ``papers`` has the words around it, in one language."""

    papers: Papers
    name: str  # "" where the person's first name is not known, or is no name
    visit: str  # the day of the visit in words, or ""
    results: tuple[Result, ...]
    phone: str = ""

    @property
    def hello(self) -> str:
        """How it begins."""
        said = self.papers
        return said.say("hello_named", name=self.name) if self.name else said.say("hello")

    def text(self) -> str:
        """The letter in plain text, as it is drafted."""
        say = self.papers.say
        lines = [self.hello, ""]
        if self.visit:
            lines += [say("visit", day=self.visit), ""]
        lines += [say("own_space"), *(f"- {say(ask)}" for ask in ASKS)]
        lines += ["", say("results")]
        lines += [f"- {self._line(result)}" for result in self.results]
        if any(result.usual for result in self.results):
            lines += ["", say("what_it_means")]
        ring = f" {say('ring', phone=self.phone)}" if self.phone else ""
        lines += ["", f"{say('worried')}{ring}", say("stop"), say("other_ways")]
        return "\n".join(lines)

    def _line(self, result: Result) -> str:
        say = self.papers.say
        line = f"{result.name}: {result.value}" if result.value else result.name
        line = say("on_day", value=line, day=result.day) if result.day else line
        earlier = "; ".join(on_day(self.papers, one) for one in result.before)
        if earlier:
            line += f". {say('before')}: {earlier}"
        if result.usual:
            line += f". {say('usual')}: {result.usual}"
        return line


def on_day(papers: Papers, before: Before) -> str:
    """An earlier value with its day, where it has one."""
    return papers.say("on_day", value=before.value, day=before.day) if before.day else before.value


def letter(outcome: Outcome, fact: Fact, practice: Practice) -> Letter:
    """The draft of a letter about the filed results that a fact found."""
    name = first_name(outcome)
    visit = visit_of(outcome)
    day = span_in_words(visit.when) if visit is not None and visit.when is not None else ""
    record = outcome.look.record
    papers = papers_for(record.person.language, practice.papers, english())
    earlier = _filed_before(outcome, fact)
    results = [
        result
        for entry in outcome.look(fact).entries
        for result in _results(entry, fact, [one for one in earlier if _is_before(one, entry)])
    ]
    return Letter(papers, "" if name == NAMELESS else name, day, tuple(results), practice.phone)


def visit_of(outcome: Outcome) -> Entry | None:
    """The visit that the rule is about: of those being booked, the soonest that it matched.

    Where none is being booked it is the next in the book, of those that the rule asks about.
    """
    booking = outcome.look.record.booking
    if not booking:
        return min(_in_the_book(outcome), key=_soonest_first, default=None)
    for fact in outcome.rule.looks_at:
        if fact.find == "this_appointment" and (entries := outcome.look(fact).entries):
            return entries[0]
    return booking[0]


def _in_the_book(outcome: Outcome) -> Iterator[Entry]:
    """Visits of the record that a rule asks about and that are still to come, for certain."""
    for fact in outcome.rule.looks_at:
        if fact.find == "appointment":
            for entry in outcome.look(fact).entries:
                if entry.when is not None and entry.when.first >= outcome.look.today:
                    yield entry


def _soonest_first(entry: Entry) -> tuple[int, str]:
    assert entry.when is not None  # only these were found
    return entry.when.first.toordinal(), entry.reference


def _filed_before(outcome: Outcome, fact: Fact) -> list[Entry]:
    """This person's own filed results of the same sorts, the latest first."""
    by_code = outcome.look.record.by_code
    found: dict[int, Entry] = {}
    for code in fact.codes:
        for entry in by_code.get(code, ()):
            filed = entry.filed is Answer.YES and entry.status in _FINAL
            if entry.kind is Kind.OBSERVATION and filed and entry.when is not None:
                found[id(entry)] = entry
    return sorted(found.values(), key=_newest_first)


def _newest_first(entry: Entry) -> tuple[int, str]:
    assert entry.when is not None  # only these were found
    return -entry.when.first.toordinal(), entry.reference


def _is_before(one: Entry, entry: Entry) -> bool:
    """Whether it is surely from before; of two on one day nobody can tell."""
    return one.when is not None and entry.when is not None and one.when.last < entry.when.first


def _results(entry: Entry, fact: Fact, earlier: list[Entry]) -> Iterator[Result]:
    words = next(
        (words for one in fact.lists for code, words in one.words.items() if code in entry.codes),
        "",
    )
    if not words or more_than_words(words):
        words = "A result"
    day = span_in_words(entry.when) if entry.when else ""
    measured = [(part, value) for part, value in entry.values if value.number is not None]
    if not measured:
        yield Result(words, day=day)
    for part, value in measured:
        if not all(may_be_quoted(text) for text in (part, value.unit, value.shown)):
            yield Result(words, "a value that only the record can show", day)
            continue
        before = tuple(
            Before(str(was), span_in_words(one.when))
            for one in earlier
            if one.when is not None
            for was in _alike(one, part, value, entry.codes)
        )
        usual = value.usual if may_be_quoted(value.usual) else ""
        named = _plainer(part)
        yield Result(
            f"{words}, {named}" if named else words, str(value), day, before[:EARLIER], usual
        )


def _plainer(part: str) -> str:
    """A part as the record calls it, without what only a code system says: "(finding)", "O/E"."""
    return " ".join(RAW.sub(" ", part).split()).strip(" -:,")


def _alike(one: Entry, part: str, value: Measurement, codes: tuple[Code, ...]) -> list[Measurement]:
    """What an earlier result has of the same part, in the same unit: nothing here is converted."""
    mine = value.codes if value.codes is not None else frozenset(codes)
    return [
        was
        for named, was in one.values
        if was.number is not None
        and named == part
        and (was.unit, was.shown) == (value.unit, value.shown)
        and not mine.isdisjoint(was.codes if was.codes is not None else one.codes)
    ]
