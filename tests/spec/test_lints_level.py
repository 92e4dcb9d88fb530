"""S11: how confident somebody feels puts offers in order, and hides none. CONTENT 2.5."""

import pytest

from rules.problems import Problem
from tests.builders import load_files, rule_text

FACTS = """
has_cough: {find: condition, codes: cough}
coughs_at_night: {find: observation, codes: wheeze}
level: {find: observation, codes: pam-level, give: latest value, unit: level, within: 1 year}
level_noted: {find: observation, codes: pam-level}
level_on: {find: observation, codes: pam-level, give: latest date}
feels_sure: {find: cel, cel: "level >= 3.0", means: They feel sure}
"""
TEA = "- refer:\n    label: Refer to the tea group\n    service: tea-group\n"
REMIND = "- tag:\n    label: Remind\n    code: tea-reminder\n    words: Ask about tea\n"


def told(offers: str) -> list[Problem]:
    text = rule_text(facts=FACTS, offers=f"\n{offers}")
    problems = load_files({"coughing.yaml": text}).problems
    assert not any(problem.stops for problem in problems), problems
    return [problem for problem in problems if problem.code == "S11"]


def tea(condition: str, more: str = "") -> str:
    return f"{TEA}    if:\n      {condition}\n{more}"


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ("level: {at_least: 3 level}", "at levels 1 and 2, and where the level is not known"),
        ("level: {below: 3 level}", "at levels 3 and 4, and where the level is not known"),
        ("level: {equals: 2 level}", "at levels 1, 3 and 4, and where the level is not known"),
        ("not: {level: {equals: 4 level}}", "at level 4, and where the level is not known"),
        ("level: {is_known: yes}", "where the level is not known"),
        ("level_noted", "where the level is not known"),
        (
            "all: [coughs_at_night, {level: {at_least: 2 level}}]",
            "at level 1, and where the level is not known",
        ),
        (
            "any: [coughs_at_night, {level: {at_least: 2 level}}]",
            "at level 1, and where the level is not known",
        ),
    ],
)
def test_an_offer_that_a_level_hides_is_told_with_the_levels(condition: str, who: str) -> None:
    (problem,) = told(tea(condition))
    assert problem.says == f"This is not offered {who}."
    assert not problem.stops, "it stops a rule in pilot"


def test_a_doubt_that_shows_it_counts() -> None:
    (problem,) = told(tea("not: {level: {equals: 4 level}}", "    if_unknown: show\n"))
    assert problem.says == "This is not offered at level 4."


@pytest.mark.parametrize(
    "offers",
    [
        pytest.param(TEA, id="offered to everybody"),
        pytest.param(tea("coughs_at_night"), id="by something else"),
        pytest.param(
            tea("level: {at_least: 3 level}") + REMIND + TEA, id="first at some levels, else later"
        ),
        pytest.param(
            tea("level: {at_least: 3 level}")
            + REMIND
            + tea("not: {level: {at_least: 3 level}}", "    if_unknown: show\n"),
            id="in one place or the other",
        ),
        pytest.param(tea("level: {is_known: no}"), id="to ask for the level itself"),
        pytest.param(
            tea("any: [coughs_at_night, {level: {at_least: 1 level}}, {level: {is_known: no}}]"),
            id="at every level and without one",
        ),
    ],
)
def test_an_order_that_follows_the_level_is_fine(offers: str) -> None:
    assert told(offers) == []


def test_a_level_in_a_condition_that_needs_a_fact_is_told_too() -> None:
    (problem,) = told(TEA + "    needs: level_noted\n")
    assert problem.says == "This is not offered where the level is not known."


def test_where_it_is_worked_out_nobody_can_tell_and_that_is_told() -> None:
    (problem,) = told(tea("feels_sure"))
    assert "worked out from how confident" in problem.says
    (problem,) = told(tea("level_on: {within: 6 months}"))
    assert "worked out from how confident" in problem.says


def test_a_rule_for_people_at_some_level_hides_no_offer() -> None:
    """Who is asked is the rule's own matter: it is what is offered to them that is looked at."""
    text = rule_text(facts=FACTS, when="\nall: [has_cough, {level: {at_least: 4 level}}]")
    problems = load_files({"coughing.yaml": text}).problems
    assert [problem for problem in problems if problem.code == "S11"] == []
