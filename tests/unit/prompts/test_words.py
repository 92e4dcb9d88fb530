"""What comes from a record is let into a text only where it cannot do harm."""

import pytest

from prompts.words import NAMELESS, first_name, one_line
from rules.record import Kind
from rules.rule import Practice
from tests.builders import a_person, a_record, a_rule, card, entry, outcome

HERE = Practice("A test")
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
CARD = "\nsummary: <first_name> may like tea\nquestion: What helps?\nsource: s\ndetail: {}"


def named(name: str) -> str:
    """What a card calls somebody with this name."""
    return first_name(outcome(a_rule(), a_record(COUGH, person=a_person(name=name))))


@pytest.mark.parametrize(
    "name",
    ["Sam", "Zoë", "Siân", "O'Brien", "O’Brien", "Anne-Marie", "Mary Jane", "J.", "J.R.",
     "St. John", "Nguyễn", "李", "Ольга", "Ωμέγα", "שרה", "سارة", "Wilhelmina-Josephine"],
)  # fmt: skip
def test_names_that_people_have(name: str) -> None:
    assert named(name) == name


def test_spaces_around_a_name_are_cut_off_and_accents_are_joined_to_their_letters() -> None:
    assert named("  Sam ") == "Sam"
    assert named("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="none"),
        pytest.param("   ", id="only spaces"),
        pytest.param("Wilhelmina-Josephines", id="longer than any summary was measured for"),
        pytest.param("a" * 10_000, id="very long"),
        pytest.param("Sam2", id="a number"),
        pytest.param("12345", id="only a number"),
        pytest.param("Sam_", id="an underscore"),
        pytest.param("**Sam**", id="bold"),
        pytest.param("_Sam_", id="emphasis"),
        pytest.param("`Sam`", id="code"),
        pytest.param("[Sam](https://x.example)", id="a link"),
        pytest.param("![Sam](x)", id="a picture"),
        pytest.param("# Sam", id="a heading"),
        pytest.param("- Sam", id="a list item"),
        pytest.param("> Sam", id="a quotation"),
        pytest.param("Sam|Jo", id="a table"),
        pytest.param("<b>Sam</b>", id="HTML"),
        pytest.param("<script>", id="a script"),
        pytest.param("Sam &amp; Jo", id="an entity"),
        pytest.param("Sam\nJo", id="two lines"),
        pytest.param("Sam\r\nJo", id="two lines of Windows"),
        pytest.param("Sam\u2028Jo", id="two lines of Unicode"),
        pytest.param("Sam\tJo", id="a tab"),
        pytest.param("Sam\x00", id="a null"),
        pytest.param("\u202eSam", id="written backwards"),
        pytest.param("\u2066Sam\u2069", id="isolated"),
        pytest.param("S\u200bam", id="a space without width"),
        pytest.param("Sam" + "\u0301" * 5, id="a heap of accents"),
        pytest.param("😀", id="a face"),
        pytest.param("Sam\\", id="a backslash"),
        pytest.param("Sam--", id="dashes at the end"),
        pytest.param("'Sam'", id="in quotes"),
        pytest.param("<first_name>", id="a place to fill"),
        pytest.param("{{name}}", id="a template"),
        pytest.param("%s", id="a format"),
        pytest.param("www.x.example/Sam", id="an address"),
        pytest.param("www.x.example", id="an address of letters alone"),
        pytest.param("WWW", id="the beginning of an address, before the full stop of a sentence"),
        pytest.param("Sam.example", id="words joined by a dot"),
        pytest.param("J.R.example", id="words joined by a dot after initials"),
        pytest.param("sam@x.example", id="a mail address"),
        pytest.param("\u3164", id="a letter that nobody sees"),
        pytest.param("\u115f\u1160", id="two parts of a letter that nobody sees"),
        pytest.param("Sam\u034f", id="an accent that nobody sees"),
        pytest.param("Sam\ufe0f", id="an accent that only chooses a form"),
    ],
)
def test_what_is_no_plain_name_is_this_person(name: str) -> None:
    assert named(name) == NAMELESS == "this person"


def test_a_sentence_begins_with_a_capital_even_where_the_name_is_missing() -> None:
    rule = a_rule(card=CARD.format("Ask <first_name> about tea."))
    prompt = card(rule, a_record(COUGH, person=a_person(name="<b>"))).prompt
    assert prompt is not None
    assert prompt.summary == "This person may like tea"
    assert "Ask this person about tea." in prompt.detail


@pytest.mark.parametrize("name", ["Wilhelmina-Josephine", "ßrigitte-Wilhelmina-", "Sam", "<b>"])
def test_a_summary_that_was_measured_fits_whatever_fills_it(name: str) -> None:
    summary = "<first_name> " + "x" * 118
    rule = a_rule(card=f"\nsummary: {summary}\nquestion: What helps?\nsource: s")
    prompt = card(rule, a_record(COUGH, person=a_person(name=name))).prompt
    assert prompt is not None
    assert len(prompt.summary) <= 139


@pytest.mark.parametrize("name", ["ßrigitte", "ŉame", "ﬁona"])
def test_a_letter_whose_capital_would_be_two_letters_stays_as_it_is(name: str) -> None:
    rule = a_rule(card=CARD.format("x"))
    result = outcome(rule, a_record(COUGH, person=a_person(name=name)))
    assert one_line(rule.card.words.summary, result) == f"{name} may like tea"


@pytest.mark.parametrize("born", ["0001-01-01", "1900-01-01", "2026-11-21", "1966", ""])
def test_an_age_of_any_length_fits_where_the_summary_was_measured(born: str) -> None:
    summary = "<age> " + "x" * 117
    rule = a_rule(card=f"\nsummary: {summary}\nquestion: What helps?\nsource: s")
    person = a_person(born=born) if born else a_person(age=None)
    prompt = card(rule, a_record(COUGH, person=person)).prompt
    assert prompt is not None
    assert len(prompt.summary) <= 139
