"""The law of "when next": until the day that is told the answer stays, and on that day it changes.

Brute force is the judge: every day in between is asked by itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from prompts.next_time import Change, edges, when_next
from prompts.standing import PROMPT, Case
from rules.answer import Answer, yes_or_no
from rules.days import Duration, Span, on, span
from rules.fact import (
    All,
    AnyOf,
    Compare,
    Computed,
    Condition,
    Expression,
    Fact,
    Give,
    IsTrue,
    NoneOf,
    Not,
    facts_of,
)
from rules.fact import Test as Comparison
from rules.finding import Finding
from rules.record import Entry, Kind, Measurement, Person, Reply, Said
from rules.rule import Exclusion, Rule
from tests.builders import TODAY, USUAL_STATUS, a_person, a_record, a_rule, entry, said
from tests.spec.table import rule_asking
from tests.strategies import KINDS, NEAR_DAYS, NEAR_SPANS, entries, histories, people

QUARTER = settings(max_examples=max(settings().max_examples // 4, 20))
HALF = settings(max_examples=max(settings().max_examples // 2, 20))
# Far enough for every window of these facts to open and close, and short enough to ask every day.
LOOKED_AT = 500
FEW = settings(max_examples=max(settings().max_examples // 12, 10))

FACTS = """
ended: {find: condition, codes: cough, ended_by: cough-over}
lately: {find: entry, codes: cough, within: 12 months}
between_days: {find: procedure, codes: cough, since: 2026-12-01, before: 6 months ago}
plan_since: {find: care_plan, codes: cough, since: 2026-12-20}
plan_before: {find: procedure, codes: cough, before: 2026-12-10}
home: {find: encounter, codes: cough, give: latest end date, within: 2 months}
since_home: {find: procedure, codes: cough, since: home}
value: {find: observation, codes: blow-test, give: latest value, unit: level, within: 3 months}
needs: {find: medication, codes: cough, before: today}
since_ago: {find: observation, codes: cough, since: 5 weeks ago}
filed: {find: observation, codes: blow-test, within: 42 days, filed: yes}
planned: {find: care_plan, codes: cough}
plan_over: {find: care_plan, codes: cough, status: completed}
plan_lately: {find: care_plan, codes: cough, within: 6 months}
reminder: {find: tag, codes: cough}
visit_soon: {find: appointment, codes: visit, in_next: 14 days}
visit_on: {find: appointment, codes: visit, give: date}
booked_on: {find: this_appointment, codes: visit, give: date}
coughs: {find: procedure, codes: cough, give: count}
coughs_lately: {find: entry, codes: cough, within: 1 month, give: count}
last_cough: {find: entry, codes: cough, give: latest date}
first_cough: {find: condition, codes: cough, give: earliest date}
last_test: {find: observation, codes: blow-test, within: 1 year, give: latest date}
after_test: {find: condition, codes: cough, since: last_test}
before_cough: {find: observation, codes: wheeze, before: first_cough}
said_no: {find: outcome, topic: coughing, outcome: declined, within: 2 months}
last_said: {find: outcome, topic: wheezing, give: latest date}
count_it: {find: entry, codes: cough, within: 12 months, if_undated: count it}
"""
RULE: Rule = a_rule(
    facts=FACTS,
    when="{all: [lately, {age: {at_least: 18}}]}",
    exclude="\n- shared: palliative\n- shared: deceased",
    quiet="{topic: coughing, after_not_now: 5 months, also_known_as: [something-else],"
    " declined_codes: no-tea}",
)
AGE = next(fact for fact in RULE.looks_at if fact.find == "age")
DECEASED = next(fact for fact in RULE.looks_at if fact.find == "deceased")
# Of values and choices the edges are those of the entries they are read from.
CHOICE = replace(RULE.facts["last_test"], name="choice", give=Give.LATEST_CHOICE,
                 choices=dict.fromkeys(RULE.facts["last_test"].codes, "blown"))  # fmt: skip
YES_NO = [f for f in RULE.looks_at if f.give is Give.EXISTS]
NUMBERS = [AGE, *(f for f in RULE.looks_at if f.give is Give.COUNT)]
DATED = [
    f for f in RULE.looks_at if f.give in (Give.DATE, Give.EARLIEST, Give.LATEST, Give.LATEST_END)
]

_LENGTHS = st.builds(
    Duration, st.integers(0, 30), st.sampled_from(["day", "week", "month"])
) | st.builds(Duration, st.integers(1, 2), st.just("year"))
_NUMBER_TESTS = st.builds(
    Comparison,
    st.sampled_from(["above", "at_least", "below", "at_most", "equals"]),
    st.integers(0, 4) | st.integers(17, 19),
)
_DATE_TESTS: SearchStrategy[Comparison] = (
    st.builds(Comparison, st.sampled_from(["within", "older_than", "before", "after"]), _LENGTHS)
    | st.builds(Comparison, st.sampled_from(["before", "after"]), NEAR_DAYS)
    | st.builds(Comparison, st.sampled_from(["at_least", "at_most"]), _LENGTHS, st.just(True))
    | st.builds(Comparison, st.just("is_known"), st.booleans())
)
_PARTS: SearchStrategy[Condition] = (
    st.sampled_from(YES_NO).map(IsTrue)
    | st.builds(Compare, st.sampled_from(NUMBERS), st.tuples(_NUMBER_TESTS))
    | st.builds(Compare, st.sampled_from(DATED), st.tuples(_DATE_TESTS))
    | st.just(Compare(CHOICE, (Comparison("is", frozenset({"blown"})),)))
)


def _joined(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return (
        st.builds(Not, inner)
        | st.builds(All, several)
        | st.builds(AnyOf, several)
        | st.builds(NoneOf, several)
    )


CONDITIONS: SearchStrategy[Condition] = st.recursive(_PARTS, _joined, max_leaves=4)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that asks about anything, and leaves people alone for anything."""
    out = draw(st.none() | CONDITIONS)
    sure = draw(st.booleans())
    exclusions = () if out is None else (Exclusion("out", out, "Out", if_unknown_exclude=sure),)
    looks_at = {**RULE.facts, "age": AGE, "deceased": DECEASED, "choice": CHOICE}
    return replace(
        RULE,
        facts=looks_at,
        when=draw(CONDITIONS),
        exclusions=exclusions,
        prompt_when_unknown=draw(st.booleans()),
    )


# Month ends and leap days, on which a month or a year does not come out even.
_ENDS_OF_MONTHS = st.sampled_from(
    [date(2024, 2, 29), date(2025, 2, 28), date(2026, 1, 31), date(2026, 8, 31),
     date(2026, 11, 30), date(2027, 1, 31), date(2027, 2, 28), date(2028, 2, 29)]
)  # fmt: skip
_SPANS: SearchStrategy[Span] = NEAR_SPANS | NEAR_DAYS.map(on) | _ENDS_OF_MONTHS.map(on)
_LINES = entries(
    kinds=st.sampled_from(
        [Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.TAG, Kind.CARE_PLAN]
    )
    | KINDS,
    codes=st.sampled_from(
        ["cough", "cough", "cough", "wheeze", "blow-test", "cough-over", "visit", "no-tea",
         "coughing", "tea-group"]
    ),
    spans=_SPANS,
)  # fmt: skip
_BOOKED = entries(st.just(Kind.APPOINTMENT), st.just("visit"), _SPANS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Anybody, asked about anything, after having said anything."""
    born = draw(st.none() | _SPANS | NEAR_DAYS.map(lambda d: on(Duration(18, "year").before(d))))
    record = a_record(
        *draw(st.lists(_LINES, max_size=4)),
        person=replace(draw(people(st.just("Sam"))), birth=born),
        unread=draw(st.just(()) | st.just(()) | st.lists(KINDS, max_size=2)),
        booking=draw(st.just(()) | st.lists(_BOOKED, max_size=2)),
    )
    days = NEAR_DAYS | _ENDS_OF_MONTHS
    return Case(draw(rules()), record, draw(st.just(()) | histories(days=days)))


def the_law_holds(case: Case, today: date, days: int = LOOKED_AT) -> None:
    """Ask every day that can be seen; what was told has to be what comes."""
    change = when_next(case, today)
    now = case.on(today).word
    last = today + timedelta(days=days)
    changes = change.day if change else date.max
    prompts = change.prompts_on or changes if change and change.becomes == PROMPT else date.max
    if change is not None and change.prompts_on is not None:
        prompts = change.prompts_on
    day = today + timedelta(days=1)
    while day <= last and day <= max(changes, min(prompts, last)):
        word = case.on(day).word
        if day < changes:
            assert word == now, f"{word} on {day}, and it was to change on {changes}"
        elif day == changes:
            assert change is not None
            assert word == change.becomes != now
        if changes <= day < prompts:
            assert word != PROMPT, f"it prompts on {day}, and not only on {prompts}"
        elif day == prompts:
            assert word == PROMPT
        day += timedelta(days=1)


@HALF
@given(case=cases(), today=st.just(TODAY) | _ENDS_OF_MONTHS)
def test_nothing_changes_before_the_day_that_is_told_and_it_changes_on_that_day(
    case: Case, today: date
) -> None:
    the_law_holds(case, today)


def _compared(*tests: str) -> list[tuple[str, str]]:
    return [(name, test) for name in ("last_cough", "first_cough", "last_test") for test in tests]


# Every fact by itself: what is asked of many at once hides the edges of one.
ALONE = [
    *((fact.name, "") for fact in YES_NO),
    *((fact.name, "{at_least: 2}") for fact in NUMBERS if fact is not AGE),
    ("age", "{at_least: 1}"),
    ("age", "{below: 2}"),
    *_compared(
        "{within: 3 months}", "{older_than: 5 weeks}", "{before: 2027-01-31}",
        "{after: 2026-12-15}", "{is_known: yes}",
    ),
    ("visit_on", "{at_least: 5 days ahead}"),
    ("visit_on", "{at_most: 1 month ahead}"),
    ("booked_on", "{at_least: 2 months ahead, at_most: 3 months ahead}"),
    ("booked_on", "{within: 1 week}"),
    ("last_said", "{older_than: 1 month}"),
    ("home", "{older_than: 2 days}"),
    ("value", "{at_least: 1 level}"),
]  # fmt: skip
# One of each sort; the others in CI.
_ALWAYS = {
    "ended", "lately", "since_home", "coughs", "age", "first_cough", "visit_on", "last_said",
    "value",
}  # fmt: skip


def _alone_or_long() -> Iterator[ParameterSet]:
    seen: set[str] = set()
    for name, test in ALONE:
        yield pytest.param(name, test, marks=[] if name in _ALWAYS - seen else [pytest.mark.long])
        seen.add(name)


_SOON = st.integers(-70, 70).map(lambda days: TODAY + timedelta(days=days))
_SOON_SPANS = _SOON.map(on) | _SOON.map(lambda day: span_of(day.isoformat()[:7]))


def span_of(text: str) -> Span:
    found = span(text)
    assert found is not None
    return found


@cache
def _alone(name: str, test: str) -> Rule:
    rule = rule_asking(FACTS, f"{{{name}: {test}}}" if test else name)
    return replace(rule, quiet=replace(rule.quiet, topic="tea"))


def _a_visit(day: date) -> Entry:
    return entry(Kind.APPOINTMENT, "visit", date=day.isoformat())


@st.composite
def _somebody(draw: st.DrawFn, rule: Rule) -> Case:
    """A person about whom the one fact of a rule has something to say."""
    fact = facts_of(rule.when)[0]
    behind = fact.since if isinstance(fact.since, Fact) else fact.before
    looked_for = [fact, *([behind] if isinstance(behind, Fact) else [])]
    lines: list[Entry] = []
    for one in looked_for:
        for _ in range(draw(st.integers(0, 3)) if one.kinds else 0):
            kind = draw(st.sampled_from(one.kinds))
            ended = bool(one.ended_by) and draw(st.booleans())
            lines.append(
                Entry(
                    Kind.OBSERVATION if ended else kind,
                    (sorted(one.ended_by if ended else one.codes)[0],),
                    draw(st.sampled_from([*sorted(one.statuses or ()), *_USUAL[kind]])),
                    draw(_SOON_SPANS | st.none()),
                    ends=draw(st.none() | _SOON_SPANS),
                    filed=Answer.YES,
                    values=(("", Measurement(Decimal(2), "level")),),
                )
            )
    booked = _SOON.map(_a_visit)
    born = draw(_SOON_SPANS)
    year = born.first.replace(year=2025), born.last.replace(year=2025)
    died = draw(st.none() | _SOON_SPANS)
    person = Person("test-person", "Sam", Span(*year), died_on=died)
    return Case(
        rule,
        a_record(*lines, person=person, booking=draw(st.lists(booked, max_size=2))),
        draw(histories(days=_SOON)),
    )


_USUAL = {kind: (status, status) for kind, status in USUAL_STATUS.items()}


@pytest.mark.parametrize(("name", "test"), list(_alone_or_long()))
@FEW
@given(data=st.data())
def test_each_sort_of_fact_keeps_the_law_by_itself(
    name: str, test: str, data: st.DataObject
) -> None:
    the_law_holds(data.draw(_somebody(_alone(name, test))), TODAY, 430)


QUIET = a_rule(
    quiet="{topic: coughing, after_not_now: 5 months, also_known_as: [something-else],"
    " declined_codes: no-tea, not_done_codes: cough, most: 1 in 5 months}",
    exclude=None,
    people=None,
    tests=None,
)
_NOES = entries(
    st.sampled_from([Kind.PROCEDURE, Kind.PROCEDURE, Kind.OBSERVATION]),
    st.sampled_from(["no-tea", "coughing", "something-else", "cough", "tea-group"]),
    _SOON_SPANS | _SPANS,
)
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")


@QUARTER
@given(
    before=histories(days=NEAR_DAYS | _SOON | _ENDS_OF_MONTHS),
    lines=st.lists(_NOES, max_size=2),
    today=st.just(TODAY) | _ENDS_OF_MONTHS,
)
def test_the_end_of_a_quiet_period_is_told_to_the_day(
    before: tuple[Said, ...], lines: list[Entry], today: date
) -> None:
    the_law_holds(Case(QUIET, a_record(COUGH, *lines), before), today)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_an_expression_is_asked_every_day_because_it_may_count_days_in_any_way(
    length: int,
) -> None:
    """The edge of what is worked out can be read off nothing but the answer."""
    last = RULE.facts["last_cough"]

    def long_ago(found: Finding) -> Answer:
        # Of a look-up that ends on the day asked about, which moves on by a day each day.
        return yes_or_no(found.day is not None and (found.day.first.day % 7) == length)

    today = replace(last, name="today", find="today", kinds=())
    worked_out = Computed(Expression("x", "x", (today,), long_ago))
    the_law_holds(Case(replace(RULE, when=worked_out, exclusions=()), a_record()), TODAY)


_BRIEFLY = st.sampled_from([Reply.SHOWN, Reply.NO_TIME, Reply.OVERRIDDEN])
_LATELY = st.integers(0, 170).map(lambda days: TODAY - timedelta(days=days)) | _ENDS_OF_MONTHS


@QUARTER
@given(
    before=st.lists(st.builds(Said, st.just("coughing"), _BRIEFLY, _LATELY), max_size=4).map(tuple)
)
def test_being_shown_often_enough_is_over_on_the_day_that_is_told(before: tuple[Said, ...]) -> None:
    the_law_holds(Case(QUIET, a_record(COUGH), before), TODAY, 200)


def test_nothing_is_told_where_nothing_changes() -> None:
    assert when_next(Case(QUIET, a_record(COUGH)), TODAY) is None


def test_a_prompt_that_stops_and_comes_again_is_told_with_both_days() -> None:
    """An offer dated ahead counts when it comes, and no longer after twelve months and a day."""
    rule = a_rule(
        facts="\nhas_cough: {find: condition, codes: cough}"
        "\nhad_tea: {find: entry, codes: tea-group, within: 12 months}",
        when="{all: [has_cough, {not: had_tea}]}",
    )
    ahead = entry(Kind.REFERRAL, "tea-group", date="2026-11-27")
    assert when_next(Case(rule, a_record(COUGH, ahead)), TODAY) == Change(
        date(2026, 11, 27), "no prompt", date(2027, 11, 28)
    )


def test_five_years_are_looked_ahead_and_no_further() -> None:
    young = a_rule(when="{all: [has_cough, {age: {at_least: 18}}]}")
    for age, told in ((13, date(2031, 11, 21)), (12, None)):
        change = when_next(Case(young, a_record(COUGH, person=a_person(age=age))), TODAY)
        assert (change.day if change else None) == told


@pytest.mark.parametrize("today", [date.min, date.max, date(9998, 12, 31)])
def test_the_ends_of_the_calendar_are_no_trouble(today: date) -> None:
    case = Case(RULE, a_record(COUGH), (said(Reply.DECLINED, "2026-03-01"),))
    assert edges(case, today) == sorted(set(edges(case, today)))
