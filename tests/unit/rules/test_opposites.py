"""A name is never taken for its opposite, however alike the two look."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.opposites import joined, turned_round, without_not
from rules.problems import did_you_mean, nearest, surely
from tests.builders import load_text, rule_text

NAMES = st.from_regex(r"[a-z]{4,9}(?:_[a-z]{4,9}){0,3}", fullmatch=True)
NOTS = st.sampled_from(
    ["not {}", "no {}", "not-{}", "not_{}", "NOT {}", "never {}", "without {}", "!{}", "! {}",
     "un{}", "not{}", "non-{}"]
)  # fmt: skip


@example("seen_seen", "un{}")
@given(NAMES, NOTS)
def test_the_opposite_of_a_name_is_never_taken_for_it(name: str, negated: str) -> None:
    written = negated.format(name)
    assert turned_round(written, name)
    assert turned_round(name, written)
    assert did_you_mean(written, [name]) == f"Known here: {name}."
    assert nearest(written, [name]) is None
    assert surely(written, [name]) is None


@given(NAMES)
def test_a_name_is_not_its_own_opposite(name: str) -> None:
    assert not turned_round(name, name)
    assert not turned_round(name.replace("_", "-"), name)
    assert not turned_round(name.upper(), name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("before_june", "after_june"),
        ("inactive_copd", "active_copd"),
        ("seen_not_by_us", "seen_by_us"),
        ("offered_and_declined", "offered_and_accepted"),
        ("unknown", "known"),
        ("offered_without_letter", "offered_with_letter"),
    ],
)
def test_words_that_mean_the_opposite(word: str, name: str) -> None:
    assert turned_round(word, name)
    assert turned_round(name, word)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("notnow", "not_now"),
        ("no_result_ahead", "no_results_ahead"),
        ("exlude", "exclude"),
        ("offered_last_year", "offered_in_last_year"),
        ("note", "notes"),
    ],
)
def test_words_that_are_only_misspelt(word: str, name: str) -> None:
    assert not turned_round(word, name)


def test_what_stands_after_a_not_and_between_an_and() -> None:
    assert without_not("not: x y") == "x y"
    assert without_not("! x") == "x"
    assert without_not("nothing") is None
    assert joined("a and b or c") == (["a", "b", "c"], ["and", "or"])
    assert joined("sand_or_gravel") == (["sand_or_gravel"], [])


@pytest.mark.parametrize(
    ("when", "typed"),
    [
        ("not has_cough", "{not: has_cough}"),
        ("no has_cough", "{not: has_cough}"),
        ("not-has_cough", "{not: has_cough}"),
        ('"!has_cough"', "{not: has_cough}"),
        ("has_cough and has_wheeze", "{all: [has_cough, has_wheeze]}"),
        ("has_cough but not has_wheeze", "{all: [has_cough, {not: has_wheeze}]}"),
        ("has_cough or has_wheeze", "{any: [has_cough, has_wheeze]}"),
        ("not has_cough or has_wheeze", ""),  # of the two, or of the first: nobody can tell
        ("has_cough and age", ""),
        ("has_cough and has_wheeze or has_cough", ""),
        ("has_cough unless has_wheeze", ""),
        ("not age", ""),
        ("not has_coug", "{not: has_cough}?"),
        ("not tea", "{not: name}"),
    ],
)
def test_a_not_or_an_and_among_names_is_told_and_not_guessed(when: str, typed: str) -> None:
    facts = "\nhas_cough: {find: condition, codes: cough}"
    facts += "\nhas_wheeze: {find: condition, codes: wheeze}"
    (problem,) = load_text(rule_text(facts=facts, when=when)).stops
    said = " ".join((problem.hint, *problem.more))
    assert problem.code == "E11"
    assert said.endswith(typed) if typed else "Type" not in said and "mean" not in said
    assert not said.startswith("Did you mean has_")


@pytest.mark.parametrize("value", ["no", "yes", "{is: no}", "{equals: yes}", "{is_know: no}"])
def test_a_yes_or_no_is_not_compared(value: str) -> None:
    (problem,) = load_text(rule_text(when=f"{{has_cough: {value}}}")).stops
    assert "is_known" not in problem.hint
    assert "has_cough" in problem.hint


def test_a_comparison_of_a_name_with_not_in_front() -> None:
    (problem,) = load_text(rule_text(when="{not age: {at_least: 18}}")).stops
    assert (
        problem.hint
        == 'Put "not:" on a line of its own, and "age:" on the next, two spaces further in.'
    )


def test_a_choice_with_not_in_front() -> None:
    (problem,) = load_text(rule_text(when="{sex: {is: not female}}")).stops
    assert problem.hint == "Type: is_not: female"
