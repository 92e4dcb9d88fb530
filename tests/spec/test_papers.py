"""``papers/<language>.yaml``: what letters and sheets say, in words that somebody translated."""

import re

import pytest

from rules.lints.words import reading_age
from rules.papers import places
from rules.problems import Problem
from rules.schema.papers import english
from tests.builders import load_files

WELSH = """
language: Welsh
translated_by: A translator
checked_by: Another who speaks it
texts:
  stop: Dywedwch wrthym.
  visit: "Mae gennych apwyntiad ar <day>."
"""


def problems_of(text: str, file: str = "papers/cy.yaml") -> list[Problem]:
    return load_files({file: text}).problems


def test_a_practice_adds_a_language_and_english_stays() -> None:
    loaded = load_files({"papers/cy.yaml": WELSH})
    papers = loaded.library.practice.papers
    assert not loaded.problems
    assert sorted(papers) == ["cy", "en"]
    assert papers["cy"].say("visit", day="1 June") == "Mae gennych apwyntiad ar 1 June."
    assert (papers["cy"].translated_by, papers["cy"].checked_by) == (
        "A translator",
        "Another who speaks it",
    )


def test_a_practice_says_one_text_in_its_own_english_and_the_rest_stays() -> None:
    own = "language: English\ntexts: {stop: Tell us if you would rather not.}\n"
    loaded = load_files({"papers/en.yaml": own})
    texts = loaded.library.practice.papers["en"].texts
    assert not loaded.problems
    assert texts["stop"] == "Tell us if you would rather not."
    assert texts["worried"] == english().texts["worried"]


@pytest.mark.parametrize(
    ("was", "now", "code", "says"),
    [
        pytest.param("stop:", "stopp:", "E01", "no text called", id="a text that nothing says"),
        pytest.param("<day>", "heddiw", "E10", "other places to fill", id="a place that got lost"),
        pytest.param("<day>", "<day> <name>", "E10", "other places", id="one place too many"),
        pytest.param("wrthym.", "x" * 401, "E10", "more than 400", id="longer than a page holds"),
        pytest.param("translated_by: A translator\n", "", "E09", "translated_by", id="by nobody"),
        pytest.param("wrthym.", "[x](https://example.org)", "E10", "", id="more than words"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(was: str, now: str, code: str, says: str) -> None:
    assert was in WELSH
    found = problems_of(WELSH.replace(was, now))
    assert [problem.code for problem in found if problem.stops] == [code]
    assert says in " ".join((found[0].says, found[0].hint))


def test_a_translation_that_nobody_checked_is_told_and_used() -> None:
    (problem,) = problems_of(WELSH.replace("checked_by: Another who speaks it\n", ""))
    assert not problem.stops
    assert "Nobody is named who checked the Welsh texts." in problem.says


def test_a_file_that_is_not_named_after_a_language_is_not_taken_for_one() -> None:
    (problem,) = problems_of(WELSH, "papers/Our Welsh letters.yaml")
    assert (problem.code, problem.stops) == ("E10", True)


# ---- the English texts, as people read them ----------------------------------------------------


@pytest.mark.parametrize("name", sorted(english().texts))
def test_each_text_is_easy_to_read_at_eleven_or_below(name: str) -> None:
    """By Flesch and Kincaid, over texts of a sentence or more: a heading of a word has no age."""
    text = english().texts[name]
    words = re.findall(r"[A-Za-z']+", text)
    if len(words) >= 5:
        assert reading_age(text) <= 11, text


@pytest.mark.parametrize("name", [name for name in english().texts if name.startswith("easy_")])
def test_easy_read_has_one_idea_a_line_in_eight_words_at_most(name: str) -> None:
    text = english().texts[name]
    for sentence in re.split(r"(?<=[.?!]) ", text):
        assert len(re.findall(r"[\w'<>]+", sentence)) <= 8, sentence
    assert text.count(",") <= 1
    assert places(text) <= {"day", "value", "usual", "phone"}
