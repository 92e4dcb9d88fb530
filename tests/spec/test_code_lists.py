"""``value-sets/*.yaml``: codes with plain words, checked digit by digit."""

import pytest

from rules.codes import OWN, SNOMED, SYSTEMS, Code, check_digit_is_right
from rules.outcome import Decision
from rules.problems import Problem
from rules.record import Entry, Kind
from tests.builders import a_record, decide, entry, load_files, rule_text, shipped
from tests.spec.table import stops

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
        ("ctv3", "http://read.info/ctv3"),
        ("read-v2", "http://read.info/readv2"),
        ("emis", "https://fhir.hl7.org.uk/Id/egton-codes"),
        ("https://practice.example/codes", "https://practice.example/codes"),
        ("urn:oid:2.16.840.1.113883.2.1.6.9", "urn:oid:2.16.840.1.113883.2.1.6.9"),
    ],
)
def test_systems_have_everyday_names(name: str, system: str) -> None:
    text = HEAD + f'codes: [{{code: "13645005", words: x, system: {name}}}]\n'
    loaded = load_files({"value-sets/tea.yaml": text})
    assert loaded.library.code_lists["tea"].codes == {Code(system, "13645005")}


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("emis", "^ESCT1305304"),
        ("ctv3", "Y1234"),
        ("https://practice.example/codes", "TEA-OFFERED"),
    ],
)
def test_a_local_or_supplier_code_finds_what_the_record_holds(system: str, code: str) -> None:
    text = HEAD + f'codes: [{{code: "{code}", words: x, system: "{system}"}}]\n'
    rule = rule_text(
        facts="{had_tea: {find: entry, codes: tea}}",
        when="had_tea", exclude=None, people=None, tests=None,
    )  # fmt: skip
    loaded = load_files({"value-sets/tea.yaml": text, "coughing.yaml": rule})
    address = SYSTEMS.get(system, system)
    (found,) = loaded.library.rules
    for used, decision in ((address, Decision.PROMPT), (SNOMED, Decision.NO_PROMPT)):
        line = Entry(Kind.PROCEDURE, (Code(used, code),), "completed")
        assert decide(found, a_record(line)) is decision


@pytest.mark.parametrize("system", ["practice.example", "ftp://x", "https://x y", "https://"])
def test_a_system_is_a_known_name_or_an_address(system: str) -> None:
    (problem,) = problems(HEAD + f'codes: [{{code: a, words: b, system: "{system}"}}]\n')
    assert problem.code == "E10"


def test_snomed_by_its_address_is_checked_all_the_same() -> None:
    text = HEAD + 'codes: [{code: "13645006", words: x, system: "http://snomed.info/sct"}]\n'
    assert [problem.code for problem in problems(text)] == ["E21"]


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
        pytest.param("251944000", "E23", "the FEV1/FVC ratio, not FEV1", id="a wrong label"),
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
        "It ends in zeros, which is what Excel does to long codes. "
        "It may have been 999011011000230107: look before you use it. "
        "Copy it again from the browser or the record system, and keep it in quotes."
    )


def test_a_code_that_lost_one_digit_gets_the_digit_that_fits() -> None:
    (problem,) = with_code('"1097141000000100"')
    assert problem.hint.startswith("It ends in zeros, which is what Excel does to long codes. ")
    assert "It may have been 1097141000000101: look before you use it." in problem.hint


def test_three_lost_digits_are_told_although_the_check_digit_fits_by_chance() -> None:
    assert check_digit_is_right("999011651000230000")
    (problem,) = with_code('"999011651000230000"')
    assert problem.says == (
        "999011651000230000 is not a SNOMED code: its last three digits are lost."
    )
    assert "It may have been 99901165100023010" in problem.hint


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


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("390891009", "For a COPD self-management plan that was given, 391131001 is meant."),
        ("251944000", "For FEV1 as a percentage of predicted, 313223002 is meant."),
        (
            "410225008",
            "No code for shared decision making is public: import the national list"
            " (refset 999022371000230102).",
        ),
    ],
)
def test_a_trap_names_what_is_meant(code: str, hint: str) -> None:
    (problem,) = with_code(f'"{code}"')
    assert problem.hint == hint


@pytest.mark.parametrize("words", ["FEV1/FVC ratio", "Ratio of FEV1 to FVC"])
def test_a_code_with_a_wrong_label_in_public_lists_is_taken_with_the_right_one(words: str) -> None:
    text = f'{HEAD}codes: [{{code: "251944000", words: {words}}}]\n'
    assert problems(text) == []


def test_words_have_an_end() -> None:
    assert (
        with_code('"13645005"', f"  - {{code: {'a'}, words: {'b' * 255}, system: loinc}}\n") == []
    )
    (problem,) = with_code('"13645005"', f"  - {{code: a, words: {'b' * 256}, system: loinc}}\n")
    assert problem.says == "These words are 256 characters long; 255 are the most."
    assert (problem.at.line, problem.at.column) == (8, 22)


def test_a_long_list_is_read_though_a_rule_may_not_be_so_long() -> None:
    codes = "".join(f"  - {{code: c{n}, words: {'w' * 80}, system: loinc}}\n" for n in range(2000))
    assert len(HEAD + codes) > 3 * 64 * 1024
    loaded = load_files({"value-sets/tea.yaml": HEAD + "codes:\n" + codes})
    assert loaded.problems == []
    assert len(loaded.library.code_lists["tea"].codes) == 2000


OWN_COPD = """
id: copd
title: Ours
source: The practice
reviewed: 2026-11-21
codes:
  - {code: ours, words: Ours, system: good-day}
  - {code: "13645005", words: A cough that stays}
"""


def test_a_practices_own_list_takes_the_place_of_the_built_in_one() -> None:
    lists = load_files({"value-sets/copd.yaml": OWN_COPD}).library.code_lists
    assert [code.code for code in lists["copd"].words] == ["ours", "13645005"]


def test_a_local_list_stands_beside_the_built_in_one_of_the_same_name() -> None:
    built_in = shipped().library.code_lists["copd"]
    lists = load_files({"value-sets/copd.yaml": OWN_COPD + "local: yes\n"}).library.code_lists
    assert [*built_in.words, Code(OWN, "ours")] == list(lists["copd"].words)
    assert lists["copd"].title == built_in.title
    assert lists["copd"].first == built_in.first


def test_the_words_of_a_local_list_come_before_the_built_in_ones() -> None:
    lists = load_files({"value-sets/copd.yaml": OWN_COPD + "local: yes\n"}).library.code_lists
    assert lists["copd"].words[Code(SNOMED, "13645005")] == "A cough that stays"


def test_a_rule_that_names_the_list_sees_the_national_codes_and_the_local_ones() -> None:
    text = rule_text(
        facts="{has_cough: {find: condition, codes: copd}}", people=None, tests=None, exclude=None
    )
    loaded = load_files({"value-sets/copd.yaml": OWN_COPD + "local: yes\n", "coughing.yaml": text})
    (rule,) = loaded.usable().rules
    for code in ("13645005", "87433001", "ours"):
        assert decide(rule, a_record(entry(Kind.CONDITION, code))) is Decision.PROMPT


def test_a_shared_fact_of_ours_sees_the_local_codes_too() -> None:
    local = OWN_COPD.replace("id: copd", "id: palliative-care") + "local: yes\n"
    text = rule_text(people=None, tests=None)
    loaded = load_files({"value-sets/palliative-care.yaml": local, "coughing.yaml": text})
    (rule,) = loaded.usable().rules
    sam = a_record(entry(Kind.CONDITION, "cough"), entry(Kind.OBSERVATION, "ours"))
    assert decide(rule, sam) is Decision.EXCLUDED


def test_a_local_list_of_another_name_is_a_list_like_any() -> None:
    text = OWN_COPD.replace("id: copd", "id: tea") + "local: yes\n"
    lists = load_files({"value-sets/tea.yaml": text}).library.code_lists
    assert len(lists["tea"].codes) == 2


def test_local_is_yes_or_no() -> None:
    (problem,) = problems(HEAD + "local: maybe\ncodes: [{code: a, words: b, system: loinc}]\n")
    assert problem.says == '"maybe" is neither yes nor no.'
    assert (problem.at.line, problem.at.column) == (5, 8)


def test_a_list_that_nobody_knows_is_told_with_the_nearest_and_how_to_see_them_all() -> None:
    (problem,) = stops(facts="{has_cough: {find: condition, codes: copdd}}")
    assert problem.code == "E12"
    assert problem.hint == "Did you mean copd (COPD, 10 codes)? To see them all: goodday lists show"


def test_a_list_like_none_is_told_with_how_to_see_them_all() -> None:
    (problem,) = stops(facts="{has_cough: {find: condition, codes: zzzzzzzz}}")
    assert problem.hint == "To see them all: goodday lists show"
