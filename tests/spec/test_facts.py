"""``facts:``: names for look-ups, and what a look-up must say."""

import pytest

from tests.builders import load_text, rule_text
from tests.spec.table import refusals

FACT = "\nhas_cough: {{{}}}"


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        pytest.param("codes: cough", 'Fact "has_cough" needs "find:", which says where to look.'),
        pytest.param("find: condition", 'Fact "has_cough" needs "codes:".', id="no codes"),
        pytest.param("find: appointment", 'Fact "has_cough" needs "codes:".', id="any visit"),
        pytest.param("find: outcome", 'Fact "has_cough" needs "topic:".', id="no topic"),
        pytest.param(
            "find: conditions, codes: cough",
            '"conditions" is not one of the places to look.',
            id="a misspelt place",
        ),
        pytest.param(
            "find: condition, codes: []",
            'There is nothing listed under "codes" yet.',
            id="no codes listed: it would be nobody",
        ),
        pytest.param(
            "find: condition, codes: cough, status: []",
            'There is nothing listed under "status" yet.',
            id="no status listed: it would be nobody",
        ),
        pytest.param(
            "find: condition, codes: cough, ended_by: []",
            'There is nothing listed under "ended_by" yet.',
            id="no ending listed: it would never end",
        ),
        pytest.param(
            "find: outcome, topic: coughing, outcome: []",
            'There is nothing listed under "outcome" yet.',
            id="no answer listed: it would be any",
        ),
        pytest.param(
            "find: outcome, topic: coughing, outcome: no",
            '"no" is not one of the words for outcome.',
            id="an answer that is none",
        ),
        pytest.param(
            "find: condition, codes: cough, give: latest",
            '"latest" is not one of the words for give.',
            id="gives what nothing gives",
        ),
        pytest.param(
            "find: condition, codes: cough, if_undated: ignore it",
            "This fact has no window, so an entry counts with a date or without.",
            id="undated, and no window",
        ),
        pytest.param(
            "find: condition, codes: cough, if_undated: maybe",
            '"maybe" is not one of the words for if_undated.',
            id="undated means what",
        ),
        pytest.param(
            "find: condition, codes: cough, in_next: 2 weeks",
            '"in_next" is not a heading I know in fact "has_cough".',
            id="only visits lie ahead",
        ),
        pytest.param(
            "find: condition, codes: cough, filed: yes",
            '"filed" is not a heading I know in fact "has_cough".',
            id="only results are filed",
        ),
        pytest.param(
            "find: condition, codes: cough, since: has_wheeze",
            '"has_wheeze" does not give a date.',
            id="since a yes or no",
        ),
        pytest.param(
            "find: condition, codes: cough, since: has_sneeze",
            'No fact above this one is called "has_sneeze".',
            id="since what is not there",
        ),
        pytest.param(
            "find: condition, codes: cough, before: yesterday evening",
            'No fact above this one is called "yesterday evening".',
            id="before a day in words",
        ),
        pytest.param(
            "find: condition, codes: cough, since: 31 June 2026",
            '"31 June 2026" is not a date.',
            id="since a day that is not there",
        ),
    ],
)
def test_a_fact_that_cannot_be_looked_up_says_why_once(fact: str, says: str) -> None:
    facts = "\nhas_wheeze: {find: observation, codes: wheeze}" + FACT.format(fact)
    assert refusals(facts=facts) == [says]


@pytest.mark.parametrize("name", ["age", "deceased", "sex", "today", "receiving_palliative_care"])
def test_a_name_that_is_shared_or_built_in_cannot_be_used_again(name: str) -> None:
    facts = f"\n{name}: {{find: condition, codes: cough}}"
    assert refusals(facts=facts, when=f"{{all: [{name}]}}")[0] == (
        f'"{name}" is already the name of a shared or built-in fact.'
    )


@pytest.mark.parametrize("name", ["HasCough", "has-cough", "has cough", "1st_cough", "_cough"])
def test_names_are_lower_case_words(name: str) -> None:
    facts = f"\n{name}: {{find: condition, codes: cough}}"
    assert refusals(facts=facts, when=f'"{name}"') == [f'"{name}" cannot be a name.']


def test_a_shared_fact_is_used_by_name() -> None:
    assert refusals(when="{all: [has_cough, {not: receiving_palliative_care}]}") == []


def test_a_fact_may_only_look_at_dates_above_it() -> None:
    facts = """
    has_cough: {find: condition, codes: cough, since: last_test}
    last_test: {find: observation, codes: blow-test, give: latest date}
    """
    says = '"last_test" stands further down, and "since:" looks only at facts above it.'
    assert refusals(facts=facts) == [says]
    assert refusals(facts=facts.replace("since: last_test", "since: last_tset")) == [
        'No fact above this one is called "last_tset".'
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{not: has_cough}",
        "{none: [has_cough]}",
        "{age: {at_least: 18}}",
        "{age: {below: 50}}",
        "{age: {equals: 7}}",
        "{not: deceased}",
        "{any: [has_cough, {age: {above: 80}}]}",
    ],
)
def test_a_rule_that_would_prompt_for_an_age_alone_is_refused(when: str) -> None:
    assert refusals(when=when) == [
        "This rule prompts for somebody with an age and nothing on the record."
    ]


@pytest.mark.parametrize("number", ["17", "19", "65"])
def test_only_above_18_is_something_to_think_about(number: str) -> None:
    when = f"{{all: [has_cough, {{age: {{above: {number}}}}}]}}"
    assert "S09" not in {problem.code for problem in load_text(rule_text(when=when)).problems}


def test_a_number_of_more_than_six_digits_is_a_slip() -> None:
    when = "{all: [has_cough, {age: {above: 1000000}}]}"
    assert refusals(when=when) == ['"1000000" is not a whole number.']
