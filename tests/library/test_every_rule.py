"""What holds for each of the shipped rules alike: offer states, a no, windows, what is over.

The stories in the rule files say it person by person; here nobody can leave one out. CONTENT 7.9.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.answer import NO
from rules.codes import Code
from rules.days import Duration
from rules.fact import Fact, facts_of
from rules.outcome import Decision
from rules.record import Kind, Reply, Said
from rules.rule import Rule
from tests.builders import TODAY, card, decide
from tests.library.people import (
    ANYWHERE,
    RULES,
    a_line,
    anywhere,
    first_codes,
    kept_by,
    lines,
    plus,
    rule_called,
    told,
)

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
NOT_ASKED = {Decision.NO_PROMPT, Decision.EXCLUDED}
YESTERDAY = TODAY - timedelta(days=1)


@EVERY_RULE
def test_the_person_of_the_first_story_gets_a_card(rule: Rule) -> None:
    record, said = told(rule)
    prompt = card(rule, record, *said).prompt
    assert prompt is not None
    assert prompt.rules == (rule,)


def _counts_on(fact: Fact) -> date:
    """The latest day on which it counts: yesterday, or the last one of a window that is over."""
    if isinstance(fact.before, Duration):
        return fact.before.before(TODAY) - timedelta(days=1)
    return YESTERDAY


@EVERY_RULE
def test_a_state_counts_in_whatever_list_of_the_record_it_stands(rule: Rule) -> None:
    record, said = told(rule)
    for fact in kept_by(rule):
        if fact.find not in ANYWHERE:
            continue
        for code in first_codes(fact.lists):
            for line in anywhere(code, _counts_on(fact)):
                found = decide(rule, plus(record, line), *said)
                assert found in NOT_ASKED, f"{fact.name}: {code.code} as {line.kind}"


# What keeps a rule silent and is looked for in one list of the record only, with the reason.
_OURS = "Only this list has it: it is ours, or a thing of its own kind and no statement."
_RESULT = "Only a result waits to be filed."
ONE_LIST_ONLY: dict[str, dict[str, str]] = {
    "agenda-sheet": {"sheet_asked_for": _OURS, "sheet_filled_in": _OURS},
    "asthma-after-attack": {"in_hospital": _OURS},
    "carer-plan": {"talk_planned": _OURS},
    "dementia-people-places": {"talk_planned": _OURS},
    "diabetes-course-not-finished": {"said_no_lately": _OURS},
    "diabetes-education": {
        "has_dementia": "Living with it is a condition.",
        "said_no_long_ago": _OURS,
    },
    "diabetes-education-ask-again": {"has_dementia": "Living with it is a condition."},
    "frailty-what-matters": {"talk_planned": _OURS},
    "kidney-results": {"shared_since": _OURS, "result_not_filed": _RESULT},
    "nurse-check-in": {"call_planned": _OURS, "contact_since": _OURS, "back_in_hospital": _OURS},
    "osteoarthritis-moving": {
        "joint_replaced_lately": "Only what was done: a referral is not yet a new joint."
    },
    "referral-news": {"asking_already": _OURS},
    "results-ahead": {"sent_since": _OURS, "result_not_filed": _RESULT},
    "stay-by-your-side": {
        "talk_planned": _OURS,
        "told_of_cancer_lately": "Being told of it is a condition.",
        "safeguarding_on_record": "A flag is raised and taken down.",
        "in_hospital": _OURS,
    },
}


@EVERY_RULE
def test_what_is_looked_for_in_one_list_only_is_so_for_a_reason(rule: Rule) -> None:
    found = {fact.name for fact in kept_by(rule) if fact.find not in ANYWHERE}
    assert found - {"deceased"} == set(ONE_LIST_ONLY.get(rule.id, {}))


# ---- what is over ---------------------------------------------------------------------------

# What happened has happened, whatever became of it since.
COUNTS_WHEN_OVER = {
    "cardiac-rehabilitation": "A heart attack that is marked as over has happened all the same.",
    "stroke-living-after": "So has a stroke.",
}


@EVERY_RULE
def test_a_condition_that_is_over_prompts_nobody(rule: Rule) -> None:
    record, said = told(rule)
    conditions = [line for line in lines(record) if line.kind is Kind.CONDITION]
    if not conditions or rule.id in COUNTS_WHEN_OVER:
        return
    others = [line for line in lines(record) if line.kind is not Kind.CONDITION]
    for status in ("resolved", "inactive"):
        over = [line._replace(status=status) for line in conditions]
        found = decide(rule, plus(replace(record, by_code={}), *others, *over), *said)
        assert found is Decision.NO_PROMPT, status


# ---- a no -----------------------------------------------------------------------------------

A_YEAR = Duration(12, "month")


@EVERY_RULE
def test_a_no_is_heard_for_as_long_as_the_rule_says_and_not_a_day_longer(rule: Rule) -> None:
    record, before = told(rule)
    last = rule.quiet.periods[Reply.DECLINED].before(TODAY)
    for on, heard in ((last + timedelta(days=1), True), (last, False)):
        no = Said(rule.quiet.topic, Reply.DECLINED, on)
        assert (card(rule, record, *before, no).prompt is None) is heard, on


# Whose no of more than a year ago is for another rule, which asks more gently.
FOR_ANOTHER = {"diabetes-education": "diabetes-education-ask-again"}
YEARLY = [rule for rule in RULES if rule.quiet.periods[Reply.DECLINED] == A_YEAR]


@pytest.mark.parametrize("rule", YEARLY, ids=[rule.id for rule in YEARLY])
def test_a_no_holds_at_11_months_and_29_days_and_not_at_12_months_and_1_day(rule: Rule) -> None:
    record, before = told(rule)
    for on, heard in ((date(2025, 11, 22), True), (date(2025, 11, 20), False)):
        no = Said(rule.quiet.topic, Reply.DECLINED, on)
        asks = rule if heard else rule_called(FOR_ANOTHER.get(rule.id, rule.id))
        assert (card(asks, record, *before, no).prompt is None) is heard, on


@pytest.mark.parametrize(("first", "then"), FOR_ANOTHER.items())
def test_a_no_is_never_for_two_rules_on_the_same_day(first: str, then: str) -> None:
    """To the one they said no to it is over after a year; from the day after the other has it."""
    record, before = told(rule_called(first))
    year = A_YEAR.before(TODAY)
    for days, asks in ((-1, []), (0, [first]), (1, [then]), (400, [then])):
        no = Said(rule_called(first).quiet.topic, Reply.DECLINED, year - timedelta(days=days))
        found = [
            name for name in (first, then) if card(rule_called(name), record, *before, no).prompt
        ]
        assert found == asks, days


@EVERY_RULE
def test_a_no_that_stands_in_the_record_is_heard_in_whatever_list_it_stands(rule: Rule) -> None:
    record, before = told(rule)
    last = rule.quiet.periods[Reply.DECLINED].before(TODAY)
    for code in sorted(rule.quiet.declined_codes):
        for line in anywhere(code, last + timedelta(days=1)):
            found = card(rule, plus(record, line), *before)
            assert found.prompt is None, f"{code.code} as {line.kind}"


@EVERY_RULE
def test_an_offer_of_the_rule_that_was_not_done_is_heard_as_a_no(rule: Rule) -> None:
    record, before = told(rule)
    for code in sorted(rule.quiet.not_done_codes):
        no = a_line(Kind.PROCEDURE, code, YESTERDAY)._replace(status="not-done")
        assert card(rule, plus(record, no), *before).prompt is None, code.code


# ---- windows and partial dates --------------------------------------------------------------


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _windowed(rule: Rule) -> list[Fact]:
    return [fact for fact in kept_by(rule) if fact.within is not None and fact.lists]


def _kept_by_another(rule: Rule, fact: Fact, code: Code, day: date) -> bool:
    """Whether another fact of the rule looks further back for the same."""
    return any(
        code in other.codes and (other.within is None or other.within.before(TODAY) <= day)
        for other in facts_of(rule.when)
        if other is not fact
    )


@EVERY_RULE
def test_a_month_that_lies_on_both_sides_of_a_window_never_prompts(rule: Rule) -> None:
    """It may have been offered inside the window, and nobody can tell."""
    record, said = told(rule)
    for fact in _windowed(rule):
        assert fact.within is not None
        start = fact.within.before(TODAY)
        assert start.day > 1, "the month has days before the window"
        for code in first_codes(fact.lists):
            line = a_line(fact.kinds[0], code, _month(start))
            found = decide(rule, plus(record, line), *said)
            assert found is not Decision.PROMPT, f"{fact.name}: {code.code}"
            if not _kept_by_another(rule, fact, code, start):
                assert found is Decision.CANNOT_TELL, f"{fact.name}: {code.code}"


@EVERY_RULE
def test_a_year_alone_never_prompts_where_it_may_lie_in_a_window(rule: Rule) -> None:
    record, said = told(rule)
    for fact in _windowed(rule):
        assert fact.within is not None
        year = str(fact.within.before(TODAY).year)
        for code in first_codes(fact.lists):
            line = a_line(fact.kinds[0], code, year)
            assert decide(rule, plus(record, line), *said) is not Decision.PROMPT, fact.name


@EVERY_RULE
def test_the_first_day_of_a_window_keeps_quiet_and_the_day_before_it_does_not(rule: Rule) -> None:
    record, said = told(rule)
    for fact in _windowed(rule):
        assert fact.within is not None
        start = fact.within.before(TODAY)
        before = start - timedelta(days=1)
        for code in first_codes(fact.lists):
            inside = plus(record, a_line(fact.kinds[0], code, start)._replace(filed=NO))
            assert decide(rule, inside, *said) in NOT_ASKED, f"{fact.name}: {code.code}"
            outside = plus(record, a_line(fact.kinds[0], code, before)._replace(filed=NO))
            if not _kept_by_another(rule, fact, code, before):
                found = decide(rule, outside, *said)
                assert found is Decision.PROMPT, f"{fact.name}: {code.code}"
