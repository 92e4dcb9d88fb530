"""``card:``: one sentence, one open question, a little detail; and what cannot stand in it."""

import pytest

from rules.record import Entry, Kind
from tests.builders import a_person, a_record, a_rule, card, entry, load_text, rule_text
from tests.spec.table import refusals

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")


def a_card(**lines: str) -> str:
    usual = {
        "summary": "What would help on ordinary days?",
        "question": "What does a good day look like?",
        "source": "The test suite",
    }
    return "\n" + "\n".join(f"{key}: {value}" for key, value in {**usual, **lines}.items())


def test_the_question_comes_first() -> None:
    rule = a_rule(card=a_card(detail="Tea helps some people."))
    prompt = card(rule, a_record(COUGH)).prompt
    assert prompt is not None
    assert prompt.summary == "What would help on ordinary days?"
    assert prompt.detail == "**What does a good day look like?**\n\nTea helps some people."
    assert prompt.source == "A test: The test suite"


FACTS = """
has_cough: {find: condition, codes: cough}
coughs: {find: condition, codes: cough, give: count}
cough_since: {find: condition, codes: cough, give: earliest date}
last_test: {find: observation, codes: blow-test, give: latest date}
"""


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Ask <first_name> today", "Ask Sam today"),
        ("<first_name> may like tea", "Sam may like tea"),
        ("At <age> tea is good", "At 60 tea is good"),
        ("Since <cough_since>", "Since 1 March 2020"),
        ("Coughs recorded <coughs>", "Coughs recorded 1"),
        ("Last tested <last_test>", "Last tested a date not recorded"),
    ],
)
def test_places_in_the_summary_are_filled(text: str, filled: str) -> None:
    rule = a_rule(facts=FACTS, card=a_card(summary=text))
    prompt = card(rule, a_record(COUGH)).prompt
    assert prompt is not None
    assert prompt.summary == filled


def test_a_number_that_is_not_known_is_said_to_be_so() -> None:
    rule = a_rule(card=a_card(summary="Age <age>"))
    prompt = card(rule, a_record(COUGH, person=a_person(born="1966"))).prompt
    assert prompt is not None
    assert prompt.summary == "Age a number not recorded"


@pytest.mark.parametrize(
    ("date", "detail"),
    [
        pytest.param("2020-03-01", "A cough since 1 March 2020.\nTea helps.", id="a day"),
        pytest.param("2020-03", "A cough since March 2020.\nTea helps.", id="a month"),
        pytest.param("2020", "A cough since 2020.\nTea helps.", id="a year"),
        pytest.param("", "Tea helps.", id="a line with something unknown is left out"),
    ],
)
def test_detail_says_no_more_than_the_record(date: str, detail: str) -> None:
    text = "|\n    A cough since <cough_since>.\n    Tea helps."
    rule = a_rule(facts=FACTS, card=a_card(detail=text))
    prompt = card(rule, a_record(entry(Kind.CONDITION, "cough", date=date))).prompt
    assert prompt is not None
    assert prompt.detail.split("\n\n")[1] == detail


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        pytest.param(
            [entry(Kind.OBSERVATION, "blow-test", date="2026-01-01", sure=False)],
            "",
            id="a test that may not count has no date to quote",
        ),
        pytest.param(
            [
                entry(Kind.OBSERVATION, "blow-test", date="2025-01-01"),
                entry(Kind.OBSERVATION, "blow-test", date="2026-01-01", sure=False),
            ],
            "",
            id="one of two dates: neither is quoted",
        ),
        pytest.param(
            [entry(Kind.OBSERVATION, "blow-test", date="2026-01-01")],
            "Tested 1 January 2026.",
            id="one date for certain",
        ),
    ],
)
def test_a_date_that_is_not_certain_is_not_quoted(lines: list[Entry], detail: str) -> None:
    rule = a_rule(facts=FACTS, card=a_card(detail="Tested <last_test>."))
    prompt = card(rule, a_record(COUGH, *lines)).prompt
    assert prompt is not None
    assert prompt.detail.partition("\n\n")[2] == detail


def test_where_every_line_is_left_out_only_the_question_remains() -> None:
    rule = a_rule(facts=FACTS, card=a_card(detail="Tested on <last_test>."))
    prompt = card(rule, a_record(COUGH)).prompt
    assert prompt is not None
    assert prompt.detail == "**What does a good day look like?**"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(
            {"summary": "x" * 140},
            "The summary can come to 140 characters; the most is 139.",
            id="a summary that is too long",
        ),
        pytest.param(
            {"summary": "x" * 120 + "<first_name>"},
            "The summary can come to 140 characters with a long name; the most is 139.",
            id="a summary that is too long with a long name",
        ),
        pytest.param(
            {"summary": "x" * 120 + " <cough_since>"},
            "The summary can come to 140 characters; the most is 139.",
            id="a summary that is too long where the date is not known",
        ),
        pytest.param(
            {"summary": "x" * 118 + " <age>"},
            "The summary can come to 140 characters; the most is 139.",
            id="a summary that is too long where the age is not known",
        ),
        pytest.param(
            {"summary": "|\n    Two\n    lines"}, "The summary is one line.", id="two lines"
        ),
        pytest.param(
            {"summary": "Ask <first_nam>"},
            "<first_nam> is not something I can fill in.",
            id="a place that nothing fills",
        ),
        pytest.param(
            {"summary": "Ask <first-name>"},
            "<first-name> is not something I can fill in.",
            id="a place with a hyphen",
        ),
        pytest.param(
            {"summary": "Has <has_cough>"},
            "<has_cough> is a yes or no, which cannot be written into a sentence.",
            id="a yes or no in a sentence",
        ),
        *(
            pytest.param(
                {"detail": f"'{text}'"},
                "Pictures, links and HTML cannot stand in the text of a card.",
                id=text,
            )
            for text in (
                "![x](y)", "[tea](y)", "[tea][1]", "https://tea.example", "HTTP://tea.example",
                "www.tea.example", "</b>", "<!-- -->", "<?php", '<img src="x">', "<a href=x>",
                "<sam@tea.example>", "<first_name", "</ first_name>",
            )
        ),
        pytest.param(
            {"question": "What about '[tea](y)'?"},
            "Pictures, links and HTML cannot stand in the text of a card.",
            id="a link in the question",
        ),
        pytest.param(
            {"question": "What would help <first_name>?"},
            "The question is said aloud as it stands, so it has no places to fill.",
            id="a place in the question",
        ),
        pytest.param(
            {"indicator": "warning"},
            'Indicator "warning" does not go with the purpose offer.',
            id="warning",
        ),
        pytest.param(
            {"indicator": "critical"},
            'Indicator "critical" does not go with the purpose offer.',
            id="critical",
        ),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_a_card_is_said_once(lines: dict[str, str], says: str) -> None:
    assert refusals(facts=FACTS, card=a_card(**lines)) == [says]


@pytest.mark.parametrize(
    "text", ["Fewer than < 5 a day", "5 > 4", "Tea & cake", "*Tea* - or cake", "1 <2", "a_b_c"]
)
def test_what_only_looks_odd_may_stand_in_detail(text: str) -> None:
    assert refusals(card=a_card(detail=f"'{text}'")) == []


def test_a_summary_of_139_characters_fits() -> None:
    assert refusals(card=a_card(summary="x" * 139)) == []
    assert refusals(card=a_card(summary="x" * 119 + "<first_name>")) == []


@pytest.mark.parametrize("key", ["summary", "question", "source"])
def test_what_a_card_needs(key: str) -> None:
    text = "\n".join(line for line in a_card().split("\n") if not line.startswith(key))
    assert refusals(card="\n" + text) == [f'The card needs "{key}:".']


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Do you drink tea?", "This can be answered with yes or no."),
        ("Is tea good for you?", "This can be answered with yes or no."),
        ("Would you like tea, and when?", "This can be answered with yes or no."),
        ("Tea or cake?", "This can be answered with yes or no."),
        (
            "What should you drink?",
            'The question tells people what they "should" or "must" do.',
        ),
    ],
)
def test_a_closed_or_leading_question_is_something_to_think_about(question: str, says: str) -> None:
    loaded = load_text(rule_text(card=a_card(question=question)))
    assert [(p.code, p.says, p.stops) for p in loaded.problems] == [("L02", says, False)]
    assert len(loaded.library.rules) == 1


@pytest.mark.parametrize(
    "question",
    [
        "What does a good day look like?",
        "Tell me about your tea.",
        "On a bad day, who helps?",
        "How is the tea?",
        "When is tea best?",
        "Which tea helps?",
        "Where is your kettle?",
    ],
)
def test_an_open_question_is_welcome(question: str) -> None:
    assert load_text(rule_text(card=a_card(question=f'"{question}"'))).problems == []
