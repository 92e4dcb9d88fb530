"""The law of "what would change it": whatever is listed, put on the record, really prompts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from prompts.standing import PROMPT, Case
from prompts.what_if import Flip, flips
from rules.answer import Answer
from rules.days import Duration, on
from rules.fact import All, AnyOf, Compare, Condition, Fact, Give, IsTrue, NoneOf, Not, SomeOf
from rules.fact import Test as Comparison
from rules.finding import Finding
from rules.record import Entry, Kind, Measurement, PatientRecord, Said, index
from rules.rule import Exclusion, Rule
from tests.builders import TODAY, USUAL_STATUS, a_person, a_record, a_rule, entry
from tests.strategies import NEAR_SPANS, entries, histories

# Each fact looks in a list of its own for a code of its own, so that one is changed at a time.
FACTS = """
has_cough: {find: condition, codes: cough}
had_tea: {find: procedure, codes: tea-group, within: 12 months}
planned: {find: care_plan, codes: no-tea}
wheezes: {find: referral, codes: wheeze, give: count}
last_test: {find: observation, codes: blow-test, within: 2 years, give: latest date}
first_visit: {find: message, codes: visit, since: 2025-06-01, give: earliest date}
"""
RULE = a_rule(
    facts=FACTS, when="{all: [has_cough, {age: {at_least: 18}}]}", exclude=None, tests=None
)
AGE = next(fact for fact in RULE.looks_at if fact.find == "age")
COUGH = RULE.facts["has_cough"]
YES_NO = [COUGH, RULE.facts["had_tea"], RULE.facts["planned"]]
DATED = [RULE.facts["last_test"], RULE.facts["first_visit"]]

_LENGTHS = st.builds(Duration, st.integers(0, 30), st.sampled_from(["day", "week", "month"]))
_NUMBERS = st.sampled_from(["above", "at_least", "below", "at_most", "equals"])
_NUMBER_TESTS = st.builds(Comparison, _NUMBERS, st.integers(0, 4)) | st.builds(
    Comparison, st.just("between"), st.just((1, 2))
)
_DATE_TESTS: SearchStrategy[Comparison] = (
    st.builds(Comparison, st.sampled_from(["within", "older_than", "before", "after"]), _LENGTHS)
    | st.builds(
        Comparison,
        st.sampled_from(["before", "after"]),
        st.sampled_from([date(2025, 6, 1), date(2026, 2, 28), TODAY]),
    )
    | st.builds(Comparison, st.just("is_known"), st.booleans())
)
_PARTS: SearchStrategy[Condition] = (
    st.sampled_from(YES_NO).map(IsTrue)
    | st.builds(Compare, st.just(RULE.facts["wheezes"]), st.tuples(_NUMBER_TESTS))
    | st.builds(Compare, st.just(AGE), st.tuples(st.builds(Comparison, _NUMBERS, st.just(18))))
    | st.builds(Compare, st.sampled_from(DATED), st.tuples(_DATE_TESTS))
)


def _joined(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return (
        st.builds(Not, inner)
        | st.builds(All, several)
        | st.builds(AnyOf, several)
        | st.builds(NoneOf, several)
        | st.builds(SomeOf, st.integers(1, 2), several)
    )


CONDITIONS: SearchStrategy[Condition] = st.recursive(_PARTS, _joined, max_leaves=4)
_KINDS = [kind for fact in RULE.facts.values() for kind in fact.kinds]
_CODES = ["cough", "tea-group", "no-tea", "wheeze", "blow-test", "visit"]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Anybody about whom anything is known, or could not be read."""
    lines = entries(st.sampled_from(_KINDS), st.sampled_from(_CODES), NEAR_SPANS)
    record = a_record(
        *draw(st.lists(lines, max_size=5)),
        person=a_person(age=draw(st.sampled_from([3, 17, 18, 60, None]))),
        unread=draw(st.just(()) | st.lists(st.sampled_from(_KINDS), max_size=2)),
    )
    out = draw(st.none() | CONDITIONS)
    rule = replace(
        RULE,
        facts={**RULE.facts, "age": AGE},
        when=draw(CONDITIONS),
        exclusions=() if out is None else (Exclusion("out", out, "Out", draw(st.booleans())),),
        prompt_when_unknown=draw(st.booleans()),
    )
    said = draw(st.just(()) | st.just(()) | histories())
    return Case(rule, record, said)


def as_if(record: PatientRecord, flip: Flip) -> PatientRecord:
    """The same record, with what one fact looks for as the flip has it."""
    return with_found(record, flip.fact, flip.finding)


def with_found(record: PatientRecord, fact: Fact, finding: Finding) -> PatientRecord:
    """Another record, in which looking for a fact finds this."""
    if fact.find == "age":
        assert finding.number is not None
        years = Duration(int(finding.number[0]), "year")
        return replace(record, person=replace(record.person, birth=on(years.before(TODAY))))
    kept = {id(e): e for found in record.by_code.values() for e in found}.values()
    # Another fact may look at the same line for another of its codes.
    lines = [e._replace(codes=tuple(c for c in e.codes if c not in fact.codes)) for e in kept]
    return replace(
        record,
        by_code=index((*lines, *_lines(fact, finding))),
        unread={kind: why for kind, why in record.unread.items() if kind not in fact.kinds},
    )


def _lines(fact: Fact, finding: Finding) -> Iterable[Entry]:
    code, kind = sorted(fact.codes)[0], fact.kinds[0]
    line = Entry(kind, (code,), USUAL_STATUS[kind], on(TODAY))
    if finding.answer is Answer.NO:
        return []
    if finding.day is not None:
        return [line._replace(when=finding.day)]
    if fact.give is Give.LATEST_VALUE and finding.number is not None:
        value = Measurement(Decimal(finding.number[0]), fact.unit)
        return [line._replace(values=(("", value),))]
    if finding.choices:
        return [line._replace(codes=(c,)) for c, w in fact.choices.items() if w in finding.choices]
    return [line._replace() for _ in range(int(finding.number[0]) if finding.number else 1)]


@given(case=cases())
def test_every_flip_that_is_listed_prompts_once_it_stands_on_the_record(case: Case) -> None:
    for flip in flips(case, TODAY):
        changed = replace(case, record=as_if(case.record, flip))
        assert changed.on(TODAY).word == PROMPT, flip.says


@given(case=cases(), fact=st.sampled_from(YES_NO), answer=st.sampled_from([Answer.YES, Answer.NO]))
def test_a_yes_or_no_that_would_prompt_is_listed(case: Case, fact: Fact, answer: Answer) -> None:
    now = case.on(TODAY)
    changed = replace(case, record=with_found(case.record, fact, Finding(fact, answer)))
    would = changed.on(TODAY).word == PROMPT
    still_held = case.on(TODAY).left_alone is not None
    if now.word == PROMPT or now.outcome.look(fact).answer is answer or still_held:
        return
    if fact not in _asked(case.rule):
        return
    listed = {(flip.fact.name, flip.finding.answer) for flip in flips(case, TODAY)}
    assert ((fact.name, answer) in listed) == would


def _asked(rule: Rule) -> tuple[Fact, ...]:
    from rules.fact import facts_of

    conditions = (rule.when, *(each.condition for each in rule.exclusions))
    return tuple(fact for each in conditions for fact in facts_of(each))


@given(case=cases())
def test_who_is_prompted_already_needs_no_flip(case: Case) -> None:
    if case.on(TODAY).word == PROMPT:
        assert flips(case, TODAY) == ()


SAM = a_record(entry(Kind.CONDITION, "cough", date="2020-03-01"))
VALUE = replace(RULE.facts["last_test"], give=Give.LATEST_VALUE, unit="mmol/mol", within=None)
CHOICE = replace(
    RULE.facts["last_test"],
    give=Give.LATEST_CHOICE,
    label="the cough",
    choices=dict(
        zip(
            sorted(RULE.facts["has_cough"].codes | RULE.facts["last_test"].codes),
            ("blown", "wet", "dry"),
            strict=True,
        )
    ),
)


def _with(condition: Condition) -> Case:
    return Case(replace(RULE, when=All((IsTrue(COUGH), condition))), SAM)


@pytest.mark.parametrize(
    ("test", "says"),
    [
        (Comparison("at_least", Decimal(58)), ["58 mmol/mol"]),
        (Comparison("above", Decimal(58)), ["59 mmol/mol"]),
        (Comparison("below", Decimal("7.5")), ["7.4 mmol/mol"]),
        (Comparison("between", (Decimal(48), Decimal(58))), ["48 mmol/mol", "58 mmol/mol"]),
    ],
)
def test_a_measured_value_is_tried_just_over_each_boundary(
    test: Comparison, says: list[str]
) -> None:
    case = _with(Compare(VALUE, (test,)))
    found = flips(case, TODAY)
    assert [flip.says for flip in found] == [f'if "last test" were {value}' for value in says]
    for flip in found:
        assert replace(case, record=as_if(SAM, flip)).on(TODAY).word == PROMPT


def test_a_choice_is_tried_by_every_name_it_may_have() -> None:
    test = Comparison("is_not", frozenset({"dry"}))
    case = _with(Compare(CHOICE, (test,)))
    assert [flip.says for flip in flips(case, TODAY)] == [
        'if "the cough" were blown',
        'if "the cough" were wet',
    ]


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ("{find: condition, codes: wheeze}", "if a condition from wheeze were recorded"),
        (
            "{find: entry, codes: wheeze, within: 12 months}",
            "if an entry from wheeze were recorded in the last 12 months",
        ),
        (
            "{find: observation, codes: wheeze, within: 42 days, filed: yes}",
            "if a filed observation from wheeze were recorded in the last 42 days",
        ),
        (
            "{find: tag, codes: wheeze, since: 2026-01-01}",
            "if a tag from wheeze were recorded since 1 January 2026",
        ),
        (
            "{find: referral, codes: wheeze, before: 6 months ago}",
            "if a referral from wheeze were recorded before 6 months ago",
        ),
        (
            "{find: procedure, codes: wheeze, since: last_cough}",
            'if a procedure from wheeze were recorded since "last cough"',
        ),
        (
            "{find: appointment, codes: wheeze, in_next: 14 days}",
            "if an appointment from wheeze were recorded for the next 14 days",
        ),
        ("{find: this_appointment, codes: visit}", 'if "the fact" were so'),
        ("{find: outcome, topic: tea, outcome: accepted}", 'if "the fact" were so'),
    ],
)
def test_a_flip_is_said_in_plain_words(fact: str, says: str) -> None:
    last = "\nhas_cough: {find: condition, codes: cough}"
    last += "\nlast_cough: {find: condition, codes: cough, give: latest date}"
    rule = a_rule(facts=f"{last}\nthe_fact: {fact}", when="{all: [has_cough, the_fact]}")
    assert [flip.says for flip in flips(Case(rule, SAM), TODAY)] == [says]


def test_what_is_in_the_way_is_said_as_nothing_of_it_recorded() -> None:
    rule = a_rule(facts=FACTS, when="{all: [has_cough, {not: had_tea}]}", exclude=None, tests=None)
    tea = entry(Kind.PROCEDURE, "tea-group", date="4 months ago")
    cough = entry(Kind.CONDITION, "cough")
    (flip,) = flips(Case(rule, a_record(cough, tea)), TODAY)
    assert flip.says == "if no procedure from tea-group were recorded in the last 12 months"
    undated = entry(Kind.PROCEDURE, "tea-group")
    (flip,) = flips(Case(rule, a_record(cough, undated)), TODAY)
    assert flip.says == (
        "if it were known that no procedure from tea-group is recorded in the last 12 months"
    )


def test_nothing_on_the_record_ends_a_quiet_period_sooner() -> None:
    from rules.record import Reply

    no = Said("coughing", Reply.DECLINED, date(2026, 9, 1))
    assert flips(Case(RULE, SAM, (no,)), TODAY) == ()
