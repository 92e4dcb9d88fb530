"""Facts that ask the same are looked up once, whatever rules call them."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from rules.answer import CANNOT_TELL, NO, YES
from rules.codes import CodeList
from rules.days import Duration
from rules.fact import Expression, Fact, Give, Undated, question
from rules.finding import Finding, Look
from rules.problems import Place
from rules.record import Kind, Reply
from tests.builders import TODAY, a_record, code

COUGH = CodeList("cough", "Cough", {code("cough"): "cough"})
FACT = Fact("has_cough", "has a cough", "condition", Place("a.yaml", 3))
# The parts of a fact are of every sort.
Parts = dict[str, Any]
# What a fact is called and where it stands changes no answer.
NAMES: Parts = {
    "name": "other",
    "label": "other",
    "at": Place("b.yaml", 9),
    "means": "other",
    "ended_by_lists": ("other",),
}
ASKS: Parts = {
    "find": "entry",
    "kinds": (Kind.CONDITION,),
    "lists": (COUGH,),
    "codes": frozenset({code("cough")}),
    "statuses": frozenset({"active"}),
    "within": Duration(1, "year"),
    "since": date(2026, 1, 1),
    "before": Duration(1, "month"),
    "in_next": Duration(1, "week"),
    "ended_by": frozenset({code("cough-over")}),
    "give": Give.COUNT,
    "if_undated": Undated.COUNT_IT,
    "filed": YES,
    "topic": "tea",
    "replies": frozenset({Reply.DECLINED}),
    "unit": "kg",
    "choices": {code("cough"): "dry"},
    "states": ("declined",),
    "expression": Expression("a", "b", (), lambda: CANNOT_TELL),
}


def test_every_part_of_a_fact_is_either_a_name_or_asks_something() -> None:
    assert {each.name for each in fields(Fact)} == NAMES.keys() | ASKS.keys()


@pytest.mark.parametrize("part", NAMES)
def test_a_name_changes_no_question(part: str) -> None:
    assert question(replace(FACT, **{part: NAMES[part]})) is question(FACT)


@pytest.mark.parametrize("part", ASKS)
def test_everything_else_does(part: str) -> None:
    other = replace(FACT, **{part: ASKS[part]})
    assert question(other) is not question(FACT)
    assert question(replace(other, name="again")) is question(other)


def test_facts_that_start_at_facts_that_ask_the_same_ask_the_same() -> None:
    one, other = replace(FACT, since=FACT), replace(FACT, since=replace(FACT, name="other"))
    assert question(one) is question(other)
    assert question(replace(FACT, since=replace(FACT, topic="tea"))) is not question(one)


def test_it_is_looked_up_once_and_found_under_each_name() -> None:
    asked: list[Fact] = []

    def look_up(fact: Fact, _: Look) -> Finding:
        asked.append(fact)
        return Finding(fact, NO, doubt="so", looked_at=3)

    look = Look(a_record(), (), TODAY, look_up)
    other = replace(FACT, name="other")
    first, second = look(FACT), look(other)
    assert asked == [FACT]
    assert (first.fact, second.fact) == (FACT, other)
    named = [name for name in Finding._fields if name != "fact"]
    assert all(getattr(first, name) == getattr(second, name) for name in named)
    assert look(other) is second
