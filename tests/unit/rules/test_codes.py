"""Check digits and what spreadsheets do to codes."""

import pytest

from rules.codes import (
    CAUTIONS,
    TRAPS,
    before_a_spreadsheet,
    check_digit_for,
    check_digit_is_right,
    snomed_problem,
)


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        pytest.param("1187911000000100", "1187911000000105", id="16 digits, the last one lost"),
        pytest.param("10753491000119100", "10753491000119101", id="17 digits, two lost"),
        pytest.param("999011571000230000", "999011571000230107", id="18 digits, three lost"),
        pytest.param("999011571000230100", "999011571000230107", id="18 digits, as a float"),
    ],
)
def test_the_digits_that_a_spreadsheet_lost_follow_from_the_rest(damaged: str, whole: str) -> None:
    assert before_a_spreadsheet(damaged) == (whole,)


def test_without_a_namespace_there_are_two_ways_to_fill_three_digits() -> None:
    found = before_a_spreadsheet("123456789012345000")
    assert [code[:-1] for code in found] == ["12345678901234500", "12345678901234510"]
    assert all(check_digit_is_right(code) for code in found)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("1364500", id="a short code loses nothing"),
        pytest.param("999791000000100", id="fifteen digits are kept"),
        pytest.param("1187911000000103", id="a wrong digit that is no zero was typed"),
        pytest.param("1187911000023000", id="the rest says that it is no concept"),
        pytest.param("1187911000000100000", id="19 digits"),
        pytest.param("118791100000010x", id="a letter"),
    ],
)
def test_what_no_spreadsheet_did_is_not_repaired(code: str) -> None:
    assert before_a_spreadsheet(code) == ()


def test_every_trap_that_is_never_right_is_named_whatever_its_words() -> None:
    for code in ("390891009", "410225008"):
        flaw = snomed_problem(code, "COPD monitoring ratio")
        assert flaw is not None
        assert flaw.code == "E23"


@pytest.mark.parametrize(
    ("words", "caught"), [("FEV1", True), ("FEV1/FVC", False), ("Ratio", False), ("", False)]
)
def test_a_wrong_label_is_told_by_its_words(words: str, caught: bool) -> None:
    assert (snomed_problem("251944000", words) is not None) is caught


@pytest.mark.parametrize("code", CAUTIONS)
def test_what_there_is_to_know_is_about_whole_codes_that_may_be_used(code: str) -> None:
    assert snomed_problem(code) is None
    assert code not in TRAPS


def test_zeros_behind_what_was_no_concept_are_told_without_a_guess() -> None:
    flaw = snomed_problem("1187911000023000")
    assert flaw is not None
    assert flaw.hint.startswith("It ends in zeros, which is what Excel does to long codes. Copy")


def test_there_is_one_check_digit() -> None:
    assert check_digit_for("1364500") == "5"
