"""Laws of rebuilding a rule: with nothing changed it is the same rule, with a slip it is not."""

from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from rules.answer import Answer
from rules.fact import All, AnyOf, Compare, Computed, Expression, Labelled, NoneOf, SomeOf
from rules.fact import Test as Comparison
from rules.finding import Finding
from rules.mutants import mutants
from rules.mutants.rebuild import with_facts
from rules.record import PatientRecord, Said
from rules.rule import Rule, Variant
from tests.builders import a_rule, card, decide
from tests.strategies import histories, records

FACTS = """
a_cough: {find: condition, codes: cough, ended_by: cough-over}
coughs: {find: condition, codes: cough, give: count}
last_cough: {find: condition, codes: cough, within: 12 months, give: latest date}
tea_since: {find: procedure, codes: tea-group, since: last_cough}
tea_before: {find: entry, codes: tea-group, before: last_cough, if_undated: count it}
tag_there: {find: tag, codes: visit}
said_no: {find: outcome, topic: wheezing, outcome: declined, within: 6 months}
"""
OFFERS = """
- refer: {label: Refer to the tea group, service: tea-group, needs: a_cough}
- tag: {label: Add a reminder, code: a-reminder, words: A reminder, if: {not: tag_there}}
"""


@cache
def the_rule() -> Rule:
    """A rule with a condition of each sort and a variant of its card."""
    rule = a_rule(
        facts=FACTS,
        when="""
            any:
              - a_cough
              - coughs: {at_least: 2}
              - last_cough: {within: 3 months}
        """,
        exclude="\n- shared: palliative\n- if: {all: [tea_since, {none: [tea_before, said_no]}]}"
        "\n  because: They had tea",
        card="""
            summary: A cough since <last_cough>
            question: What does a good day look like?
            source: The test suite
        """,
        offers=OFFERS,
    )
    facts = rule.facts
    worked_out = Expression("tea_since", "had tea", (facts["tea_since"],), _answer)
    some = SomeOf(
        1, (Computed(worked_out), Labelled("tagged", rule.offers[1].condition or rule.when))
    )
    variant = Variant(AnyOf((some, NoneOf((rule.when,)))), rule.card.words)
    asked = All(
        (rule.when, Compare(facts["coughs"], (Comparison("above", 0), Comparison("below", 9))))
    )
    return replace(rule, when=asked, card=replace(rule.card, variants=(variant,)))


def _answer(finding: Finding) -> Answer:
    return finding.answer


@given(records(), histories())
def test_a_rule_rebuilt_with_copies_of_its_facts_decides_as_before(
    record: PatientRecord, said: tuple[Said, ...]
) -> None:
    rule = the_rule()
    copied = with_facts(rule, {fact: replace(fact) for fact in rule.looks_at})
    assert not set(copied.looks_at) & set(rule.looks_at)
    assert decide(copied, record, *said) == decide(rule, record, *said)
    before, after = (card(each, record, *said) for each in (rule, copied))
    assert (before.prompt is None) == (after.prompt is None)
    if before.prompt and after.prompt:
        assert after.prompt.summary == before.prompt.summary
        assert after.prompt.detail == before.prompt.detail
        labels = [[p.label for p in prompt.proposals] for prompt in (before.prompt, after.prompt)]
        assert labels[0] == labels[1]
    assert [held.says for held in after.held] == [held.says for held in before.held]


def test_a_rule_rebuilt_with_nothing_changed_reads_the_same() -> None:
    rule = the_rule()
    assert repr(with_facts(rule, {})) == repr(rule)
    copied = with_facts(rule, {fact: replace(fact) for fact in rule.looks_at})
    assert repr(copied) == repr(rule)


@given(st.data())
def test_no_mutant_reads_like_the_rule_it_was_made_of(data: st.DataObject) -> None:
    rule = the_rule()
    mutant = data.draw(st.sampled_from(mutants(rule)))
    assert repr(mutant.rule) != repr(rule)


@given(records(), histories(), st.data())
def test_every_mutant_can_be_asked_about_anybody(
    record: PatientRecord, said: tuple[Said, ...], data: st.DataObject
) -> None:
    mutant = data.draw(st.sampled_from(mutants(the_rule())))
    card(mutant.rule, record, *said)
