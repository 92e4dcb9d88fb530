"""``words.yaml``: words that check warns of, a practice's own beside those that come with it."""

import pytest

from rules.load import Loaded
from rules.problems import Problem
from tests.builders import load_files, rule_text
from tests.spec.table import stops

CARD = "{summary: '%s', question: What does a good day look like?, source: Us}"
OWN = """
blaming:
  heartsink: {instead: somebody we have not helped yet, because: The patient group asked us to.}
  elderly: people over 80
jargon:
  SNAFU: a mix-up
promises:
  for certain: can
"""


def checked(summary: str, words: str = OWN) -> Loaded:
    return load_files({"words.yaml": words, "coughing.yaml": rule_text(card=CARD % summary)})


@pytest.mark.parametrize(
    ("summary", "code", "hint"),
    [
        pytest.param(
            "A heartsink comes today",
            "L03",
            "Kinder: somebody we have not helped yet. The patient group asked us to.",
            id="a word that blames, with the reason",
        ),
        pytest.param("There was a SNAFU", "L04", "Plainer: a mix-up.", id="a short form"),
        pytest.param("It helps for certain", "L06", "Rather: can.", id="a promise"),
        pytest.param(
            "An asthmatics group",
            "L03",
            "Kinder: people with asthma. A person is more than a condition.",
            id="built in",
        ),
        pytest.param("The elderly", "L03", "Kinder: people over 80.", id="its own wording counts"),
    ],
)
def test_a_practice_adds_its_own_words(summary: str, code: str, hint: str) -> None:
    (problem,) = checked(summary).problems
    assert (problem.code, problem.hint) == (code, hint)
    assert problem.at.file.endswith("coughing.yaml")


def test_without_a_file_the_words_that_come_with_it_count() -> None:
    loaded = load_files({"coughing.yaml": rule_text(card=CARD % "A heartsink and the elderly")})
    assert [problem.hint for problem in loaded.problems] == [
        "Kinder: older people. It puts very different people in one box."
    ]


def test_it_is_no_rule() -> None:
    assert [rule.id for rule in checked("What helps").library.rules] == ["coughing"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("blamming: {x: y}", "E01", id="a heading that is not known"),
        pytest.param("blaming: [x, y]", "E10", id="a list"),
        pytest.param("blaming: {x: {because: why}}", "E09", id="nothing to say in its place"),
        pytest.param("blaming: {x: {instead: y, cause: why}}", "E01", id="a word's heading"),
        pytest.param("- x", "E10", id="no headings at all"),
        pytest.param("blaming: {x: [y]}", "E10", id="a list for a wording"),
    ],
)
def test_a_slip_in_it_has_a_place_in_it(words: str, code: str) -> None:
    (problem,) = checked("What helps", words).stops
    assert (problem.code, problem.at.file.rsplit("/", 1)[-1]) == (code, "words.yaml")


# ---- which texts, and where in them ----------------------------------------------------------


def marked(code: str, **headings: str | None) -> list[str]:
    """What a lint points at, as it stands in the file."""
    text = rule_text(**headings)
    lines = text.split("\n")
    return [
        lines[problem.at.line - 1][problem.at.column - 1 :][: problem.width]
        for problem in load_files({"coughing.yaml": text}).problems
        if problem.code == code
    ]


TAG = """
- tag:
    label: Add a reminder
    code: to-ask
    words: "%s"
"""


@pytest.mark.parametrize(
    "headings",
    [
        pytest.param({"title": "Ask the elderly"}, id="the title"),
        pytest.param({"offers": TAG % "Ask the elderly what helps"}, id="what a tag says"),
        pytest.param({"card": CARD.replace("Us", "Riverside elderly care") % "x"}, id="the source"),
        pytest.param({"card": CARD % "What helps the elderly here"}, id="the summary"),
        pytest.param(
            {"card": "\n  summary: x\n  question: What helps?\n  source: Us\n  detail: |\n"
             "    A first line.\n    For the elderly too.\n"},
            id="a later line of the detail",
        ),
        pytest.param(
            {"card": "\n  summary: >\n    A line,\n    for elderly people\n"
             "  question: What helps?\n  source: Us\n"},
            id="a folded line",
        ),
        pytest.param(
            {"facts": "\n  wheezes: {find: condition, codes: copd, label: the elderly with it}\n",
             "when": "wheezes"},
            id="the label of a fact",
        ),
        pytest.param(
            {"when": "{cel: age > 70, means: one of the elderly}"}, id="what an expression means"
        ),
        pytest.param(
            {"when": "{all: [{age: {above: 70}}], label: one of the elderly}"},
            id="the label of a condition",
        ),
        pytest.param(
            {"exclude": "\n- if: {age: {above: 90}}\n  because: The elderly are asked elsewhere"},
            id="the reason of an exclusion",
        ),
    ],
)  # fmt: skip
def test_a_word_is_found_and_marked_wherever_somebody_reads_it(headings: dict[str, str]) -> None:
    (word,) = marked("L03", **headings)
    assert word.lower() == "elderly"


def test_a_phrase_is_found_over_the_end_of_a_line() -> None:
    card = "\n  summary: x\n  question: What helps?\n  source: Us\n  detail: |\n"
    assert marked("L03", card=card + "    It is poorly\n    controlled.\n") == ["p"]


def test_the_name_of_a_fact_in_a_text_is_no_word_of_it() -> None:
    facts = "\n  target: {find: condition, codes: copd, give: latest date}\n"
    card = CARD % "Since <target> nothing is recorded"
    assert marked("L03", facts=facts, when="{target: {is_known: yes}}", card=card) == []


@pytest.mark.parametrize(
    "day",
    [
        "4 December", "4th of December 2026", "December 4th", "2026-12-04", "4/12/2026",
        "4.12.26", "Monday", "12 Sept", "May 3",
    ],
)  # fmt: skip
def test_a_day_in_a_text_is_a_promise_and_is_pointed_at(day: str) -> None:
    assert marked("L06", card=CARD % f"Somebody rings on {day} to ask") == [day]


@pytest.mark.parametrize(
    "text",
    [
        "The group meets on Mondays",
        "There is tea every Monday",
        "About 4 may come",
        "It takes 12 months",
        "Somebody can ring on a day that suits",
        "3 of 4 marched on",
        "Version 1.2.3 of the leaflet",
    ],
)
def test_what_names_no_day_is_no_promise(text: str) -> None:
    assert marked("L06", card=CARD % text) == []


# ---- T05: numbers of real people -------------------------------------------------------------


def real_people(**headings: str | None) -> list[Problem]:
    return [problem for problem in stops(**headings) if problem.code == "T05"]


REAL = "9434765919"  # from the NHS Data Dictionary's examples; its check digit is right


@pytest.mark.parametrize(
    "text",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "NHS:9434765919.",
        "(943 476 5919)",
        "4010232137",
    ],
)
def test_a_number_with_the_right_check_digit_stops_wherever_it_stands(text: str) -> None:
    for place in (
        {"title": f'"Ask {text}"'},
        {"owner": f'"Us, {text}"  # as ever'},
        {"hook": f"patient-view  # for {text}"},
        {"quiet": f'{{topic: coughing}}  # "{text}"'},
    ):
        (problem,) = real_people(**place)
        assert text.strip("NHS:(.)") not in f"{problem.says}{problem.hint}"
        line = rule_text(**place).split("\n")[problem.at.line - 1]
        found = line[problem.at.column - 1 :][: problem.width]
        assert found == text.strip("NHS:(.)")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("9434765918", id="another check digit"),
        pytest.param("999 000 0018", id="invented people"),
        pytest.param("94347659190", id="eleven digits"),
        pytest.param("1 943 476 5919", id="more digits before"),
        pytest.param("943 476 5919 2", id="more digits behind"),
        pytest.param("94 3476 5919", id="grouped otherwise"),
        pytest.param("ISBN 0306406152", id="a book"),
    ],
)
def test_what_is_no_number_of_a_real_person_is_left_alone(text: str) -> None:
    assert real_people(title=f'"Ask {text}"') == []


def test_the_number_is_found_in_a_file_that_cannot_be_read() -> None:
    loaded = load_files({"coughing.yaml": f"id: coughing\nabout {REAL}\n  x: [\n"})
    assert "T05" in [problem.code for problem in loaded.stops]


def test_the_number_is_not_shown_again_where_a_line_is_quoted() -> None:
    from cds_hooks.commands.report import Report, as_text

    loaded = load_files({"coughing.yaml": rule_text(owner=f'"Us, {REAL}"')})
    lines = {
        problem.at.file: rule_text(owner=f'"Us, {REAL}"').split("\n") for problem in loaded.stops
    }
    told = "\n".join(text for text, _ in as_text(Report(tuple(loaded.stops), 1, lines)))
    assert 'owner: "Us, **********"' in told
    assert REAL not in told
