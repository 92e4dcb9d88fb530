"""``value-sets/*.yaml``: codes with plain words, checked digit by digit."""

import pytest

from rules.codes import Code
from rules.problems import Problem
from tests.builders import load_files

HEAD = "id: tea\ntitle: Tea\nsource: The test suite\nreviewed: 2026-11-21\n"


def problems(text: str) -> list[Problem]:
    return load_files({"value-sets/tea.yaml": text}).problems


def with_code(code: str, more: str = "") -> list[Problem]:
    return problems(f"{HEAD}codes:\n  - code: {code}\n    words: Tea\n{more}")


def test_a_list_is_read_with_its_words() -> None:
    text = HEAD + 'codes: [{code: "13645005", words: COPD, grade: A}]\n'
    tea = load_files({"value-sets/tea.yaml": text}).library.code_lists["tea"]
    assert tea.words == {Code("http://snomed.info/sct", "13645005"): "COPD"}
    assert tea.first == Code("http://snomed.info/sct", "13645005")


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("snomed", "http://snomed.info/sct"),
        ("good-day", "https://good-day.example/fhir/CodeSystem/good-day"),
        ("loinc", "http://loinc.org"),
        ("appointment-reason", "http://terminology.hl7.org/CodeSystem/v2-0276"),
    ],
)
def test_systems_have_everyday_names(name: str, system: str) -> None:
    text = HEAD + f'codes: [{{code: "13645005", words: x, system: {name}}}]\n'
    loaded = load_files({"value-sets/tea.yaml": text})
    assert loaded.library.code_lists["tea"].codes == {Code(system, "13645005")}


@pytest.mark.parametrize(
    "code",
    ["13645005", "313296004", "999791000000106", "1187911000000105", "6736007", "138875005"],
)
def test_a_whole_code_is_taken(code: str) -> None:
    assert with_code(f'"{code}"') == []


def test_a_space_around_a_code_is_cut_off() -> None:
    assert with_code('" 13645005 "') == []


def test_a_code_without_quotes_stays_text() -> None:
    assert with_code("13645005") == []
    (problem,) = with_code("0123456")
    assert problem.says.startswith("0123456 is not a SNOMED code")


@pytest.mark.parametrize(
    ("code", "number", "says"),
    [
        pytest.param("13645006", "E21", "its check digit is wrong", id="a wrong digit"),
        pytest.param("13654005", "E21", "its check digit is wrong", id="two digits swapped"),
        pytest.param("999791000000100", "E21", "its check digit is wrong", id="a zero"),
        pytest.param("12345", "E21", "those have 6 to 18 digits", id="too short"),
        pytest.param("1" * 19, "E21", "those have 6 to 18 digits", id="too long"),
        pytest.param("1364500X", "E21", "those have 6 to 18 digits", id="a letter"),
        pytest.param("1.3645005E7", "E21", "those have 6 to 18 digits", id="from a spreadsheet"),
        pytest.param("١٣٦٤٥٠٠٥", "E21", "those have 6 to 18 digits", id="digits of another script"),
        pytest.param("130365016", "E22", "is a description (one wording), not a concept.", id="D"),
        pytest.param("390891009", "E23", "is a known trap", id="a trap"),
        pytest.param("410225008", "E23", "is a known trap", id="a code that is none"),
    ],
)
def test_a_damaged_code_is_named(code: str, number: str, says: str) -> None:
    (problem,) = with_code(f'"{code}"')
    assert problem.code == number
    assert says in problem.says
    assert (problem.at.line, problem.at.column) == (6, 11)


def test_a_long_code_that_ends_in_zero_has_been_through_a_spreadsheet() -> None:
    (problem,) = with_code('"999011011000230100"')
    assert problem.says == "999011011000230100 is not a SNOMED code: its check digit is wrong."
    assert problem.hint == (
        "It ends in zero, which is what Excel does to long codes. "
        "Copy it again from the browser or the record system, and keep it in quotes."
    )


def test_a_short_code_that_ends_in_zero_has_not() -> None:
    (problem,) = with_code('"1364500"')
    assert problem.hint == (
        "Copy it again from the browser or the record system, and keep it in quotes."
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(HEAD + "codes:\n", 'There is nothing listed under "codes" yet.', id="empty"),
        pytest.param(HEAD + "codes: []\n", 'There is nothing listed under "codes" yet.', id="[]"),
        pytest.param(HEAD, 'A code list needs "codes:".', id="no codes"),
        pytest.param(
            HEAD + "codes: [{code: tea, system: good-day}]\n", 'A code needs "words:".', id="words"
        ),
        pytest.param(
            HEAD + "codes: [{words: tea, system: good-day}]\n", 'A code needs "code:".', id="code"
        ),
        pytest.param(
            HEAD + "codes: [{code: a, words: b, system: read}]\n",
            '"read" is not one of the words for systems.',
            id="a system we do not know",
        ),
        pytest.param(
            HEAD + 'codes: [{code: "13645005", words: b, grade: C}]\n',
            "A grade C code needs a verify: note saying what to look up before it is used.",
            id="grade C without a note",
        ),
        pytest.param(
            HEAD + 'codes: [{code: "13645005", words: b, grade: X}]\n',
            '"X" is not a grade: A, B or C.',
            id="grade X",
        ),
        pytest.param(
            HEAD + 'codes: [{code: "13645005", words: b}, {code: "13645005", words: c}]\n',
            "13645005 is already in this list.",
            id="twice",
        ),
        pytest.param(
            HEAD.replace("id: tea", "id: coffee") + "codes: [{code: a, words: b, system: loinc}]\n",
            'The list is called "coffee" and its file "tea".',
            id="another name than its file",
        ),
        pytest.param(
            HEAD.replace("2026-11-21", "yesterday")
            + "codes: [{code: a, words: b, system: loinc}]\n",
            '"yesterday" is not a date.',
            id="reviewed when",
        ),
    ],
)
def test_a_list_that_cannot_be_used_says_why_once(text: str, says: str) -> None:
    assert [problem.says for problem in problems(text)] == [says]


def test_a_practices_own_list_takes_the_place_of_the_built_in_one() -> None:
    text = "id: copd\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    text += "codes: [{code: ours, words: ours, system: good-day}]\n"
    lists = load_files({"value-sets/copd.yaml": text}).library.code_lists
    assert [code.code for code in lists["copd"].codes] == ["ours"]
