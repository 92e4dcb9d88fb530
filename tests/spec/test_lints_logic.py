"""What can never be, what is always so, and what another line says already: told, case by case."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.fact import All, AnyOf, Compare, Condition, Not
from rules.fact import Test as Comparison
from rules.lints.logic import contradictions
from rules.load import Loaded
from rules.schema.names import AGE
from tests.builders import load_files, rule_text

TODAY = date(2026, 11, 21)
FACTS = """
has_cough: {find: condition, codes: cough}
has_wheeze: {find: condition, codes: wheeze}
tea_since: {find: procedure, codes: tea-group, give: latest date}
teas: {find: procedure, codes: tea-group, give: count}
tea_in_year: {find: procedure, codes: tea-group, within: 12 months, give: latest date}
no_tea_after: {find: procedure, codes: no-tea, since: tea_since}
"""
OFFER = "\n- refer: {{label: Tea, service: tea-group, if: {}}}"
VARIED = """
  summary: What would help on ordinary days?
  question: What does a good day look like?
  source: The test suite
  variants:
    - if: {}
      summary: Another sentence about ordinary days
    - otherwise: yes
"""


def load(facts: str = "", **headings: str | None) -> Loaded:
    text = rule_text(**{"facts": FACTS + facts, **headings})
    return load_files({"coughing.yaml": text}, TODAY)


def codes(facts: str = "", **headings: str | None) -> list[str]:
    return [
        p.code for p in load(facts, **headings).problems if p.code in ("C01", "C02", "C04", "C06")
    ]


NEVER = [
    "{all: [has_cough, {not: has_cough}]}",
    "{all: [has_cough, {all: [has_wheeze, {not: has_cough}]}]}",
    "{all: [has_cough, {none: [has_cough, has_wheeze]}]}",
    "{all: [has_cough, {sex: {is: male}}, {sex: {is: female}}]}",
    "{all: [has_cough, {sex: {is: male, is_not: male}}]}",
    "{all: [has_cough, {sex: {is_in: [male, other]}}, {sex: {is: female}}]}",
    "{all: [has_cough, {tea_since: {before: 2020-01-01, after: 2021-01-01}}]}",
    "{all: [has_cough, {tea_since: {before: 2020-01-01, within: 6 months}}]}",
    "{all: [has_cough, {tea_since: {before: 2 years ago}}, {tea_since: {after: 1 year ago}}]}",
    "{all: [has_cough, {tea_since: {within: 6 months, older_than: 12 months}}]}",
    "{all: [has_cough, {tea_in_year: {older_than: 2 years}}]}",
    "{all: [has_cough, {age: {at_least: 18, is_known: no}}]}",
    "{all: [has_cough, {tea_in_year: {after: 2031-12-15}}]}",  # the rule is reviewed before
    "{all: [has_cough, {age: {below: 0}}]}",
    "{all: [has_cough, {age: {above: 200}}]}",
    "{all: [has_cough, {age: {above: 17, below: 18}}]}",
    "{all: [has_cough, {teas: {below: 0}}]}",
    "{all: [has_cough, {tea_since: {is_known: yes}}, {tea_since: {is_known: no}}]}",
]


@pytest.mark.parametrize("when", NEVER)
def test_what_can_never_be_is_told_wherever_it_stands(when: str) -> None:
    assert codes(when=when)[:1] == ["C01"]
    assert "C01" in codes(when="has_cough", offers=OFFER.format(when))
    assert "C01" in codes(when="has_cough", card=VARIED.format(when))
    excluded = f"\n- shared: palliative\n- if: {when}\n  because: That is so"
    assert "C01" in codes(when="has_wheeze", exclude=excluded)


@pytest.mark.parametrize(
    "when",
    [
        "{all: [has_cough, {any: [has_wheeze, {not: has_wheeze}]}]}",
        "{all: [has_cough, {not: has_wheeze}]}",
        "{all: [has_cough, {sex: {is_in: [male, other]}}, {sex: {is_not: male}}]}",
        "{all: [has_cough, {tea_since: {after: 2020-01-01, before: 2021-01-01}}]}",
        "{all: [has_cough, {tea_since: {within: 12 months, older_than: 6 months}}]}",
        "{all: [has_cough, {tea_in_year: {older_than: 6 months}}]}",
        "{all: [has_cough, {teas: {is_known: no, below: 2}}]}",
        "{all: [has_cough, {age: {between: [18, 64]}}]}",
        "{any: [{all: [has_cough, {age: {below: 9}}]}, {all: [has_wheeze, {age: {above: 70}}]}]}",
        "{all: [has_cough, {tea_since: {at_least: 5 days ahead}}]}",
        "{all: [has_cough, {tea_in_year: {after: 2026-12-15}}]}",  # from that day on it can be
    ],
)
def test_what_can_be_is_not_told(when: str) -> None:
    assert codes(when=when) == []


def test_an_offer_and_other_words_are_held_against_whom_the_rule_is_for() -> None:
    when = "{all: [has_cough, {age: {above: 70}}]}"
    assert codes(when=when, offers=OFFER.format("{age: {below: 10}}")) == ["C01"]
    assert codes(when=when, card=VARIED.format("{age: {below: 10}}")) == ["C01"]
    assert codes(when=when, offers=OFFER.format("{age: {below: 90}}")) == []


def test_who_is_asked_for_cannot_be_left_out() -> None:
    excluded = "\n- shared: palliative\n- if: {}\n  because: That is so"
    assert codes(when="has_cough", exclude=excluded.format("has_cough")) == ["C01"]
    either = "{any: [has_wheeze, has_cough]}"
    assert codes(when="has_cough", exclude=excluded.format(either)) == ["C01"]
    assert codes(when="has_cough", exclude=excluded.format("has_wheeze")) == []


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        ("within: 12 months, before: 3 years ago", ["C01"]),
        ("since: 1 year ago, before: 2 years ago", ["C01"]),
        ("since: 2025-01-01, before: 2024-01-01", ["C01"]),
        ("since: 2020-01-01, before: 10 years ago", ["C01"]),
        ("since: 2030-01-01", ["C06"]),
        ("since: 2027-01-01, within: 3 months", ["C06"]),
        ("within: 3 years, before: 1 year ago", []),
        ("since: 2020-01-01, before: 2021-01-01", []),
    ],
)
def test_a_window_that_ends_before_it_begins(fact: str, found: list[str]) -> None:
    facts = f"cup: {{find: procedure, codes: tea-group, {fact}}}\n"
    assert codes(facts=facts, when="{all: [has_cough, cup]}") == found


def test_a_stay_may_begin_before_a_window_and_end_in_it() -> None:
    facts = "stay: {find: encounter, codes: visit, within: 12 months, before: 3 years ago}\n"
    assert codes(facts=facts, when="{all: [has_cough, stay]}") == []


@pytest.mark.parametrize(
    "word", ["{age: {at_most: 200}}", "{age: {at_least: 0}}", "{teas: {at_least: 0}}"]
)
def test_what_is_always_so(word: str) -> None:
    assert codes(when=f"{{all: [has_cough, {word}]}}") == ["C04"]
    excluded = f"\n- shared: palliative\n- if: {word}\n  because: That is so"
    assert codes(when="has_cough", exclude=excluded) == ["C04"]


@pytest.mark.parametrize(
    "when",
    [
        "{all: [has_cough, {tea_since: {older_than: 3 months}}, {tea_since: {older_than: 2 months}}]}",  # noqa: E501 - one condition
        "{all: [has_cough, {tea_since: {is_known: yes}}, {tea_since: {older_than: 2 months}}]}",
        "{all: [has_cough, {tea_since: {is_known: yes}}, no_tea_after]}",
        "{all: [has_cough, {age: {at_least: 18}}, {age: {at_least: 40}}]}",
        "{all: [has_cough, {age: {at_least: 18}}, {age: {at_least: 18}}]}",
        "{all: [has_cough, has_cough]}",
        "{any: [has_cough, has_cough]}",
        "{any: [has_wheeze, {all: [has_cough, {age: {above: 18}}, {age: {above: 40}}]}]}",
    ],
)
def test_what_another_line_says_already(when: str) -> None:
    assert codes(when=when) == ["C06"]


@pytest.mark.parametrize(
    "when",
    [
        "{all: [has_cough, {tea_since: {is_known: yes}}, {not: no_tea_after}]}",
        "{all: [has_cough, {any: [{age: {above: 18}}, {age: {above: 40}}]}]}",
        "{all: [has_cough, {teas: {is_known: yes}}, {teas: {below: 3}}]}",
        "{all: [has_cough, {tea_since: {within: 12 months}}, {tea_since: {after: 2026-05-01}}]}",
    ],
)
def test_lines_that_each_say_something(when: str) -> None:
    assert codes(when=when) == []


def test_the_same_exclusion_twice() -> None:
    twice = "\n- shared: palliative\n- shared: deceased\n- shared: palliative"
    (problem,) = [p for p in load(exclude=twice).problems if p.code == "C06"]
    assert not problem.stops
    assert problem.says == 'The exclusion "palliative" leaves the same people out already.'


def test_a_window_that_is_nearly_that_of_another() -> None:
    facts = "cup: {{find: procedure, codes: tea-group, within: {}}}\n"  # tea_in_year: 12 months
    when = "{all: [has_cough, cup]}"
    assert codes(facts=facts.format("52 weeks"), when=when) == ["C06"]
    assert codes(facts=facts.format("365 days"), when=when) == []
    assert codes(facts=facts.format("1 year"), when=when) == []
    assert codes(facts=facts.format("6 months"), when=when) == []


@pytest.mark.parametrize(
    "when",
    ["{none: [has_wheeze]}", "{some_of: {at_least: 1, of: [has_wheeze]}}", "{any: [has_wheeze]}"],
)
def test_a_list_of_one_wherever_it_stands(when: str) -> None:
    assert codes(when=f"{{all: [has_cough, {when}]}}") == ["C02"]
    assert codes(when="has_cough", offers=OFFER.format(when)) == ["C02"]
    assert codes(when="has_cough", card=VARIED.format(when)) == ["C02"]


AGES = st.integers(0, 130)
WORDS = st.sampled_from(["above", "at_least", "below", "at_most", "equals"])


def _compared(word: str, age: int) -> Compare:
    return Compare(AGE, (Comparison(word, age),))


COMPARED = st.builds(_compared, WORDS, AGES)


def _holds(condition: Condition, age: int) -> bool:
    match condition:
        case Compare(_, (test,)) if isinstance(test.value, int):
            by_word = {
                "above": age > test.value,
                "at_least": age >= test.value,
                "below": age < test.value,
                "at_most": age <= test.value,
                "equals": age == test.value,
            }
            return by_word[test.word]
        case All(parts):
            return all(_holds(part, age) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, age) for part in parts)
        case Not(part):
            return not _holds(part, age)
        case _:
            raise AssertionError(condition)


@given(st.lists(COMPARED, min_size=1, max_size=4))
def test_comparisons_that_hold_together_are_told_exactly_where_no_age_passes(
    parts: list[Compare],
) -> None:
    whole = All(tuple(parts))
    nobody = not any(_holds(whole, age) for age in range(131))
    assert bool(list(contradictions(whole))) == nobody
