"""The language of care in files that are no rules: shared texts, letters, sheets, code lists."""

from importlib.resources import files

import pytest

from rules.problems import Problem
from tests.builders import list_text, load_files, rule_text

LANGUAGE = {"L03", "L04", "L06", "L07"}
ENGLISH = "language: English\ntexts:\n  hello: {}\n"
WELSH = "language: Welsh\ntranslated_by: A test\nchecked_by: A second test\ntexts:\n  hello: {}\n"


def told(name: str, text: str) -> list[Problem]:
    loaded = load_files({"coughing.yaml": rule_text(), name: text})
    assert not loaded.stops, loaded.stops
    return [problem for problem in loaded.problems if problem.code in LANGUAGE]


@pytest.mark.parametrize(
    ("file", "text", "word", "code"),
    [
        pytest.param(
            "shared/services.yaml",
            "tea-group: {name: Tea for diabetics, codes: tea-group}\n",
            "diabetics",
            "L03",
            id="the name of a service",
        ),
        pytest.param(
            "shared/services.yaml",
            "tea-group: {name: Tea, about: The LTC group, codes: tea-group}\n",
            "LTC",
            "L04",
            id="a short form in what a service is about",
        ),
        pytest.param(
            "shared/offers.yaml",
            "tea: {name: Tea that was refused, offered: tea-group}\n",
            "refused",
            "L03",
            id="the name of an offer",
        ),
        pytest.param(
            "shared/messages.yaml",
            "hello: {name: Hello, text: You must come. Ring us.}\n",
            "must",
            "L03",
            id="a message",
        ),
        pytest.param(
            "shared/messages.yaml",
            "hello: {name: Hello, text: We will ring you.}\n",
            "will",
            "L06",
            id="a promise in a message",
        ),
        pytest.param(
            "shared/facts.yaml",
            "off_tea: {find: condition, codes: cough, label: has failed tea}\n",
            "failed",
            "L03",
            id="the label of a fact",
        ),
        pytest.param(
            "shared/exclusions.yaml",
            "dead: {if: deceased, because: Suffering from death}\n",
            "suffering from",
            "L03",
            id="the reason for leaving somebody alone",
        ),
        pytest.param(
            "shared/holds.yaml",
            "dead: {if: deceased, because: A victim of something}\n",
            "victim",
            "L03",
            id="the reason for leaving everybody alone",
        ),
        pytest.param(
            "shared/people.yaml",
            "ann: {about: a frequent attender, age: 60}\n",
            "frequent attender",
            "L03",
            id="somebody of the stories",
        ),
        pytest.param(
            "practice.yaml", "name: The Obese Surgery\n", "obese", "L03", id="the practice"
        ),
        pytest.param(
            "papers/en.yaml", ENGLISH.format("You must read this."), "must", "L03", id="a letter"
        ),
        pytest.param(
            "papers/en.yaml", ENGLISH.format("Your BP is here."), "BP", "L04", id="a short form"
        ),
        pytest.param(
            "shared/messages.yaml",
            'hello: {name: Hello, text: "You have Cough (disorder)."}\n',
            "(disorder)",
            "L07",
            id="a term of a code system",
        ),
    ],
)
def test_what_somebody_reads_is_looked_at_where_it_stands(
    file: str, text: str, word: str, code: str
) -> None:
    (problem,) = told(file, text)
    assert (problem.code, problem.stops) == (code, False)
    assert problem.at.file.endswith(file)
    assert f'"{word}"' in problem.says
    line = text.splitlines()[problem.at.line - 1]
    assert line[problem.at.column - 1 :].lower().startswith(word.lower())
    assert problem.hint


def test_a_translation_is_left_to_whoever_checked_it() -> None:
    assert told("papers/cy.yaml", WELSH.format("Rhaid must DNA")) == []


def test_what_a_rule_says_is_told_at_the_rule_alone() -> None:
    offers = "\n- message:\n    label: Send it\n    template: hello\n"
    practice = {
        "coughing.yaml": rule_text(offers=offers),
        "shared/messages.yaml": "hello: {name: Hello, text: You must come.}\n",
    }
    (problem,) = [one for one in load_files(practice).problems if one.code == "L03"]
    assert problem.at.file.endswith("coughing.yaml")


def _listed(*words: str) -> str:
    text = list_text("cough", [f"cough-{number}" for number in range(len(words))])
    for number, each in enumerate(words):
        text = text.replace(f"words: cough-{number}\n", f'words: "{each}"\n')
    return text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Cough (finding)", "L07"),
        ("Cough NOS", "L07"),
        ("[X]Cough", "L07"),
        ("Unspecified cough", "L07"),
        ("H/O: cough", "L07"),
        ("Cough, chronic", "L07"),
        ("Cough medicine refused", "L03"),
    ],
)
def test_words_of_a_code_list_are_those_that_people_use(words: str, code: str) -> None:
    problems = told("value-sets/cough.yaml", _listed(words, "A cough, day and night for weeks"))
    assert [problem.code for problem in problems] == [code]
    assert words in problems[0].says


def test_a_long_list_of_terms_is_one_message() -> None:
    terms = [f"Cough {number} (disorder)" for number in range(300)]
    (problem,) = told("value-sets/cough.yaml", _listed(*terms))
    assert problem.says.startswith("The words of 300 codes of this list are terms")


def test_what_comes_with_good_day_is_not_held_against_a_practice() -> None:
    practice = {"coughing.yaml": rule_text(), "words.yaml": "blaming: {person: somebody}\n"}
    found = [one for one in load_files(practice).problems if one.at.file.startswith("rules/")]
    assert found == []


def test_every_word_that_blames_has_a_kinder_one_and_a_reason() -> None:
    text = files("rules").joinpath("words.yaml").read_text(encoding="utf-8")
    blaming = text.partition("jargon:")[0]
    assert blaming.count("    instead: ") == blaming.count("    because: ") > 30
    for reason in [line for line in blaming.splitlines() if line.startswith("    because: ")]:
        assert reason.strip('"').endswith("."), reason
        assert reason.count(". ") == 0, "one short sentence"
        assert len(reason) <= 110, reason
