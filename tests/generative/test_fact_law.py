"""Laws of look-ups and conditions: what is not known never makes somebody a prompt.

A record is *blurred* when a list in it cannot be read, a date is cut to its month or year or lost,
a status says nothing. Whatever was certain of the blurred record is certain of the sharp one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rules.answer import Answer, opposite
from rules.codes import Code
from rules.conditions import ask
from rules.days import Duration, Span, on
from rules.engine import evaluate
from rules.fact import All, AnyOf, Compare, Condition, Fact, IsTrue, NoneOf, Not
from rules.fact import Test as Comparison
from rules.facts import look_up
from rules.facts.statuses import STATUSES
from rules.finding import Look
from rules.outcome import Decision
from rules.record import Entry, Kind, PatientRecord, Person, Said, index
from rules.rule import Rule
from tests.builders import TODAY, a_record, a_rule, entry
from tests.strategies import (
    DURATIONS,
    KINDS,
    NEAR_DAYS,
    SPANS,
    histories,
)

QUARTER = settings(max_examples=max(settings().max_examples // 4, 20))
HALF = settings(max_examples=max(settings().max_examples // 2, 20))

# One fact for everything that a look-up can be told.
FACTS = """
ended: {find: condition, codes: cough, ended_by: cough-over}
lately: {find: entry, codes: cough, within: 12 months}
between_days: {find: procedure, codes: cough, since: 2026-01-01, before: 6 months ago}
filed: {find: observation, codes: blow-test, within: 42 days, filed: yes}
planned: {find: care_plan, codes: cough}
plan_over: {find: care_plan, codes: cough, status: completed}
plan_lately: {find: care_plan, codes: cough, within: 6 months}
visit_soon: {find: appointment, codes: visit, in_next: 14 days}
visit_on: {find: appointment, codes: visit, give: date}
booked_on: {find: this_appointment, codes: visit, give: date}
coughs: {find: procedure, codes: cough, give: count}
coughs_lately: {find: entry, codes: cough, within: 12 months, give: count}
last_cough: {find: entry, codes: cough, give: latest date}
first_cough: {find: condition, codes: cough, give: earliest date}
last_test: {find: observation, codes: blow-test, within: 12 months, give: latest date}
after_test: {find: condition, codes: cough, since: last_test}
before_cough: {find: observation, codes: wheeze, before: first_cough}
said_no: {find: outcome, topic: coughing, outcome: declined, within: 12 months}
"""
# What reads a line without a date as one thing or the other says so on purpose, and is no law.
GUESSING = """
count_it: {find: entry, codes: cough, within: 12 months, if_undated: count it}
ignore_it: {find: entry, codes: cough, within: 12 months, if_undated: ignore it}
"""
_OUT = "\n- shared: palliative\n- shared: deceased"
RULE: Rule = a_rule(facts=FACTS + GUESSING, when="lately", exclude=_OUT)
BY_NAME = RULE.facts
LAWFUL = [fact for name, fact in BY_NAME.items() if name not in ("count_it", "ignore_it")]
YES_NO = [fact for fact in LAWFUL if fact.give.value == "exists"]
NUMBERS = [fact for fact in LAWFUL if fact.give.value == "count"]
DATED = [fact for fact in LAWFUL if fact.give.value not in ("exists", "count")]

_LENGTHS = st.builds(Duration, st.integers(0, 30), st.sampled_from(["day", "week", "month"]))
_NUMBER_WORDS = ["above", "at_least", "below", "at_most", "equals"]
_NUMBER_TESTS = st.builds(
    Comparison,
    st.sampled_from(["above", "at_least", "below", "at_most", "equals"]),
    st.integers(0, 4),
)
_DATE_TESTS: SearchStrategy[Comparison] = (
    st.builds(Comparison, st.sampled_from(["within", "older_than", "before", "after"]), _LENGTHS)
    | st.builds(Comparison, st.sampled_from(["before", "after"]), NEAR_DAYS)
    | st.builds(Comparison, st.sampled_from(["at_least", "at_most"]), _LENGTHS, st.just(True))
)
_PARTS: SearchStrategy[Condition] = (
    st.sampled_from(YES_NO).map(IsTrue)
    | st.builds(Compare, st.sampled_from(NUMBERS), st.tuples(_NUMBER_TESTS))
    | st.builds(Compare, st.sampled_from(DATED), st.tuples(_DATE_TESTS))
)


def _joined(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return (
        st.builds(Not, inner)
        | st.builds(All, several)
        | st.builds(AnyOf, several)
        | st.builds(NoneOf, several)
    )


CONDITIONS: SearchStrategy[Condition] = st.recursive(_PARTS, _joined, max_leaves=5)

# Days on which windows of these facts begin and end, the days beside them, and days that share a
# month; a law that only meets days far from any edge proves little.
_EDGES = [date(2026, 1, 1), *(Duration(n, "month").before(TODAY) for n in (1, 6, 12, 24))]
_PAST = st.one_of(
    st.sampled_from(_EDGES).flatmap(lambda day: st.integers(-2, 2).map(lambda n: _near(day, n))),
    st.dates(date(2026, 11, 1), TODAY),
    st.dates(date(2024, 10, 1), TODAY),
)
_AHEAD = st.integers(0, 40).map(lambda days: Duration(days, "day").after(TODAY))


def _near(day: date, days: int) -> date:
    return min(day + timedelta(days=days), TODAY)


def _behind(fact: Fact) -> Iterator[tuple[tuple[Kind, ...], frozenset[Code]]]:
    """The lists and codes that a fact's answer may rest on."""
    yield fact.kinds, fact.codes
    if fact.ended_by:
        yield (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE), fact.ended_by
    for moment in (fact.since, fact.before):
        if isinstance(moment, Fact):
            yield from _behind(moment)


@st.composite
def _line(draw: st.DrawFn, places: Sequence[tuple[tuple[Kind, ...], frozenset[Code]]]) -> Entry:
    kinds, codes = draw(st.sampled_from(places))
    kind = draw(st.sampled_from(kinds))
    counts, does_not = STATUSES[kind]
    statuses = draw(st.sampled_from([counts, counts, counts, counts, does_not, {"unknown"}]))
    over_in = draw(st.none() | st.none() | st.integers(-20, 40))
    return Entry(
        kind,
        (draw(st.sampled_from(sorted(codes))),),
        draw(st.sampled_from(sorted(statuses))),
        on(draw(_AHEAD if kind is Kind.APPOINTMENT else _PAST)),
        ends=None if over_in is None else on(TODAY + timedelta(days=over_in)),
        filed=draw(st.sampled_from([Answer.YES, Answer.NO])),
    )


def _widened(when: Span, width: str) -> Span:
    """A day as its month or its year."""
    first, last = when.first, when.last
    if width == "month":
        start = first.replace(day=1)
        return Span(start, Duration(1, "day").before(Duration(1, "month").after(start)))
    return Span(first.replace(month=1, day=1), last.replace(month=12, day=31))


_HOW = st.sampled_from(["month", "year", "lost", "end", "status", "filed"])


@st.composite
def _blurred(draw: st.DrawFn, line: Entry) -> Entry:
    """The same line, as somebody may have recorded it who knew less."""
    match draw(_HOW):
        case "month" | "year" as width if line.when is not None:
            return line._replace(when=_widened(line.when, width))
        case "end" if line.ends is not None:
            return line._replace(ends=_widened(line.ends, draw(st.sampled_from(["month", "year"]))))
        case "lost":
            return line._replace(when=None)
        case "status":
            return line._replace(status="unknown")
        case "filed":
            return line._replace(filed=Answer.CANNOT_TELL)
        case _:
            return line


@st.composite
def _pair(
    draw: st.DrawFn, line: Entry, unread: frozenset[Kind]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """A line as it is, and as we could read it: either may be nothing at all."""
    if line.kind in unread and draw(st.booleans()):
        return (line,), ()
    match draw(st.sampled_from(["known", "known", "doubted", "blurred", "blurred", "blurred"])):
        case "doubted" if line.kind is not Kind.APPOINTMENT:  # those are never unconfirmed
            return draw(st.sampled_from([(line,), ()])), (line._replace(sure=False),)
        case "blurred":
            return (line,), (draw(_blurred(line)),)
        case _:
            return (line,), (line,)


SAM = Person("test-person", "Sam", on(date(1966, 5, 1)))


def _record(
    lines: Iterable[Entry], unread: Iterable[Kind] = (), booking: Iterable[Entry] = ()
) -> PatientRecord:
    return PatientRecord(SAM, index(lines), dict.fromkeys(unread, "a test"), tuple(booking))


@dataclass(frozen=True)
class Known:
    """One person's record as it is, and as we could read it; and a fact that looks there."""

    fact: Fact
    sharp: PatientRecord
    blurred: PatientRecord


@st.composite
def _known(draw: st.DrawFn, facts: list[Fact]) -> Known:
    fact = BY_NAME[draw(st.sampled_from([fact.name for fact in facts]))]
    booking = fact.find == "this_appointment"
    places = [((Kind.APPOINTMENT,), fact.codes)] if booking else list(_behind(fact))
    kinds = sorted({kind for kinds, _ in places for kind in kinds})
    some = st.frozensets(st.sampled_from(kinds), max_size=2)
    unread = frozenset[Kind]() if booking else draw(st.just(frozenset[Kind]()) | some)
    lines = draw(st.lists(_line(places), min_size=1, max_size=2))
    pairs = [draw(_pair(line, unread)) for line in lines]
    sharp = [line for before, _ in pairs for line in before]
    blurred = [line for _, after in pairs for line in after]
    if booking:  # the one list that comes with the question and is always read
        return Known(fact, _record((), (), sharp), _record((), (), blurred))
    return Known(fact, _record(sharp), _record(blurred, unread))


def _answer(condition: Condition, record: PatientRecord, *said: Said) -> Answer:
    return ask(condition, Look(record, said, TODAY, look_up))


@pytest.mark.parametrize("name", [fact.name for fact in YES_NO if fact.find != "outcome"])
@QUARTER
@given(data=st.data())
def test_a_yes_or_no_about_a_blurred_record_is_the_same_about_the_sharp_one(
    name: str, data: st.DataObject
) -> None:
    known = data.draw(_known([BY_NAME[name]]))
    answer = _answer(IsTrue(known.fact), known.blurred)
    assert answer in (Answer.CANNOT_TELL, _answer(IsTrue(known.fact), known.sharp))


@given(known=_known(DATED), test=_DATE_TESTS)
def test_a_comparison_of_blurred_dates_is_the_same_of_the_sharp_ones(
    known: Known, test: Comparison
) -> None:
    answer = _answer(Compare(known.fact, (test,)), known.blurred)
    assert answer in (Answer.CANNOT_TELL, _answer(Compare(known.fact, (test,)), known.sharp))


@given(known=_known(DATED + NUMBERS))
def test_what_a_fact_gives_of_a_sharp_record_is_among_what_it_gives_of_the_blurred_one(
    known: Known,
) -> None:
    sharp = look_up(known.fact, Look(known.sharp, (), TODAY, look_up))
    hazy = look_up(known.fact, Look(known.blurred, (), TODAY, look_up))
    if sharp.day is not None and hazy.day is not None:
        assert hazy.day.first <= sharp.day.first
        assert sharp.day.last <= hazy.day.last
    if sharp.number is not None and hazy.number is not None:
        assert hazy.number[0] <= sharp.number[0] <= sharp.number[1] <= hazy.number[1]


# Whole conditions, over lines that many of these facts look at.
_COUGHING = [
    ((Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.TAG), BY_NAME["lately"].codes)
]


@given(
    lines=st.lists(_line(_COUGHING), max_size=4),
    unread=st.frozensets(KINDS, max_size=1),
    more=st.frozensets(KINDS, min_size=1, max_size=3),
    when=CONDITIONS,
    said=histories(),
)
def test_one_more_list_that_could_not_be_read_never_makes_a_prompt(
    lines: list[Entry],
    unread: frozenset[Kind],
    more: frozenset[Kind],
    when: Condition,
    said: tuple[Said, ...],
) -> None:
    rule = replace(RULE, when=when)
    (first,) = evaluate((rule,), _record(lines, unread), said, TODAY)
    for kept in (lines, [line for line in lines if line.kind not in more]):
        (second,) = evaluate((rule,), _record(kept, unread | more), said, TODAY)
        if second.decision is Decision.PROMPT:
            assert first.decision is Decision.PROMPT


@HALF
@given(lines=st.lists(_line(_COUGHING), max_size=5), order=st.randoms(), when=CONDITIONS)
def test_the_order_of_the_record_never_matters_nor_how_often_one_asks(
    lines: list[Entry], order: Random, when: Condition
) -> None:
    look = Look(_record(lines), (), TODAY, look_up)
    shuffled = list(lines)
    order.shuffle(shuffled)
    assert ask(when, look) is _answer(when, _record(shuffled)) is ask(when, look)


_LONG_AGO = SPANS.filter(lambda when: when.last <= TODAY)


@given(when=_LONG_AGO, length=DURATIONS)
def test_within_and_older_than_are_opposites_for_what_is_past(when: Span, length: Duration) -> None:
    line = entry(Kind.CONDITION, "cough")
    record = a_record(line._replace(when=when))
    within, older = (
        _answer(Compare(BY_NAME["first_cough"], (Comparison(word, length),)), record)
        for word in ("within", "older_than")
    )
    assert within is opposite(older)


@HALF
@given(known=_known([f for f in LAWFUL if f.kinds and f.find != "appointment"]), data=st.data())
def test_an_entry_dated_in_the_future_changes_nothing(known: Known, data: st.DataObject) -> None:
    line = data.draw(_line(list(_behind(known.fact))))
    ahead = line._replace(when=on(data.draw(st.dates(date(2026, 11, 22)))))
    lines = {id(one): one for found in known.blurred.by_code.values() for one in found}
    before = look_up(known.fact, Look(known.blurred, (), TODAY, look_up))
    record = _record([*lines.values(), ahead], known.blurred.unread)
    after = look_up(known.fact, Look(record, (), TODAY, look_up))
    assert (after.answer, after.day, after.number) == (before.answer, before.day, before.number)
