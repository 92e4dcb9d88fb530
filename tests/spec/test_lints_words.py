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
        pytest.param("An asthmatics group", "L03", "Kinder: people with asthma.", id="built in"),
        pytest.param("The elderly", "L03", "Kinder: people over 80.", id="its own wording counts"),
    ],
)
def test_a_practice_adds_its_own_words(summary: str, code: str, hint: str) -> None:
    (problem,) = checked(summary).problems
    assert (problem.code, problem.hint) == (code, hint)
    assert problem.at.file.endswith("coughing.yaml")


def test_without_a_file_the_words_that_come_with_it_count() -> None:
    loaded = load_files({"coughing.yaml": rule_text(card=CARD % "A heartsink and the elderly")})
    assert [problem.hint for problem in loaded.problems] == ["Kinder: older people."]


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
