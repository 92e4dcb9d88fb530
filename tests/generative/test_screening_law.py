"""What is told from the codes alone is what asking would have told."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine import decide, evaluate, evaluate_open
from rules.facts import look_up
from rules.finding import Look
from rules.load import load_library
from rules.outcome import Decision
from rules.record import Kind, PatientRecord
from rules.screening import gates, screen_of
from tests.builders import TODAY
from tests.builders import a_record as a_person_with
from tests.builders import a_rule as a_rule_that
from tests.builders import entry as an_entry
from tests.generative.test_reference_law import MANY, record_of, rule_of, said_of, text_of
from tests.reference.records import a_record
from tests.reference.rule_texts import a_rule


@pytest.mark.long
@MANY
@given(random=st.randoms(use_true_random=True))
def test_a_rule_that_is_not_asked_would_have_said_no(random: Random) -> None:
    asked = a_rule(random)
    rule = rule_of(text_of(asked))
    for _ in range(5):
        line = a_record(asked, random)
        record, said = record_of(line), said_of(line)
        (screened,) = evaluate((rule,), record, said, asked.today)
        alone = decide(rule, Look(record, said, asked.today, look_up))
        assert (screened.decision, screened.because) == (alone.decision, alone.because)
        left = evaluate_open((rule,), record, said, asked.today)
        told = [(one.decision, one.because) for one in left]
        assert told == [(alone.decision, alone.because)] or (
            not told and alone.decision is Decision.NO_PROMPT
        )


def test_most_rules_of_the_library_begin_with_something_that_has_to_stand_on_the_record() -> None:
    rules = load_library().usable().rules
    assert sum(bool(gates(rule)) for rule in rules) > len(rules) * 3 // 4


def test_a_list_that_could_not_be_read_opens_what_may_stand_in_it() -> None:
    rules = load_library().usable().rules
    rule = next(rule for rule in rules if rule.id == "copd-self-management")
    nobody, unread = a_person_with(), a_person_with(unread=(Kind.CONDITION,))
    assert screen_of((rule,)).shut_to(Look(nobody, (), TODAY, look_up)) == {rule}
    assert not screen_of((rule,)).shut_to(Look(unread, (), TODAY, look_up))


def test_a_rule_about_a_booking_is_asked_only_while_a_visit_is_booked() -> None:
    rules = load_library().usable().rules
    rule = next(rule for rule in rules if rule.id == "agenda-sheet")
    (condition,) = (fact for fact in rule.looks_at if fact.name == "lives_with_long_term_condition")
    entry = an_entry(Kind.CONDITION, sorted(condition.codes)[0].code)
    nobody, booking = (
        a_person_with(entry),
        a_person_with(entry, booking=(an_entry(Kind.APPOINTMENT),)),
    )
    assert screen_of((rule,)).shut_to(Look(nobody, (), TODAY, look_up)) == {rule}
    assert not screen_of((rule,)).shut_to(Look(booking, (), TODAY, look_up))


_MIXED = """
    has_cough: {find: condition, codes: cough}
    has_tag: {find: tag, codes: wheeze, label: has a reminder}
    is_visit: {find: this_appointment, codes: visit, label: comes for a visit}
"""
_COUGH, _TAG = an_entry(Kind.CONDITION, "cough"), an_entry(Kind.TAG, "wheeze")
_VISIT = an_entry(Kind.APPOINTMENT, "visit")


@pytest.mark.each
@pytest.mark.parametrize(
    ("person", "shut"),
    [
        (a_person_with(), True),
        (a_person_with(_COUGH), False),
        (a_person_with(_TAG), True),
        (a_person_with(booking=(_VISIT,)), True),
        (a_person_with(_TAG, booking=(_VISIT,)), False),
        (a_person_with(unread=(Kind.CONDITION,)), False),
        (a_person_with(unread=(Kind.TAG,)), True),
        (a_person_with(unread=(Kind.TAG,), booking=(_VISIT,)), False),
    ],
)
def test_one_of_several_is_shut_where_each_of_them_lacks_something(
    person: PatientRecord, shut: bool
) -> None:
    rule = a_rule_that(facts=_MIXED, when="{any: [has_cough, {all: [has_tag, is_visit]}]}")
    assert (rule in screen_of((rule,)).shut_to(Look(person, (), TODAY, look_up))) is shut
