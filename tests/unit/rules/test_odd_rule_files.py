"""What is no rule file, or is one and oddly written: said for the file, and never a crash."""

from pathlib import Path

import pytest

from rules.load import load_library
from tests.builders import load_files, load_text, rule_text

GOOD = rule_text()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\n\n", id="empty lines"),
        pytest.param("# only\n# comments\n", id="only comments"),
        pytest.param("---\n", id="only the start of a document"),
        pytest.param("\ufeff", id="only a byte order mark"),
    ],
)
def test_an_empty_file_is_said_to_be_empty(text: str) -> None:
    (problem,) = load_text(text).problems
    assert problem.says == "The file is empty."
    assert problem.at.line == 1


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "[]\n", "- format: 1\n", "12\n", "{}\n"])
def test_a_file_that_is_no_rule_is_one_message_or_names_what_is_missing(text: str) -> None:
    found = load_text(text).problems
    assert found
    assert {problem.code for problem in found} <= {"E09", "E10", "T00"}


def test_a_file_that_is_not_utf_8_names_the_line() -> None:
    (problem,) = load_text(GOOD.encode().replace(b"Somebody", b"Some\xe9body")).problems
    assert (problem.code, problem.at.line) == ("E14", 3)
    assert problem.says == "This line has characters that are not UTF-8."


def test_a_file_from_notepad_loads() -> None:
    assert load_text(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).problems == []


def test_a_large_file_is_refused_before_it_is_read() -> None:
    (problem,) = load_text(GOOD + "# " + "x" * 65_536).problems
    assert (problem.code, problem.says) == ("E14", "The file is larger than 64 KB.")
    assert load_text(GOOD + "#" * (65_536 - len(GOOD))).problems == []


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_a_deep_file_is_refused_and_never_overflows(bracket: str) -> None:
    text = f"{GOOD}not_for:\n  {bracket * 5000}"
    (problem,) = load_text(text).problems
    assert problem.code in ("E14", "E04")


def test_an_alias_bomb_does_not_go_off() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    (problem,) = load_text(bomb).problems
    assert (problem.code, problem.at.line) == ("E13", 1)


def test_dashes_inside_a_text_are_text() -> None:
    detail = "|\n    Tea helps\n    \u2013 so they say.\n    -ish, at least."
    card = f"\nsummary: x\nquestion: What helps?\nsource: x\ndetail: {detail}"
    assert load_text(rule_text(card=card)).problems == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("coughing.yml", '"coughing.yml" is not read: the names of rule files end in .yaml.'),
        ("COUGHING.YAML", '"COUGHING.YAML" is not read: the names of rule files end in .yaml.'),
        ("value-sets/tea.yml", '"tea.yml" is not read: the names of rule files end in .yaml.'),
        ("shared/fact.yaml", '"fact.yaml" is not a shared file I know.'),
        ("shared/facts.yml", '"facts.yml" is not a shared file I know.'),
    ],
)
def test_a_file_that_would_not_be_read_is_reported(name: str, says: str) -> None:
    (problem,) = load_files({name: "x"}).problems
    assert problem.says == says


def test_a_rule_and_its_file_have_one_name() -> None:
    (problem,) = load_files({"wheezing.yaml": rule_text()}).problems
    assert problem.says == 'The rule is called "coughing" and its file "wheezing".'


def test_a_file_that_is_not_there_is_a_problem_and_not_a_crash() -> None:
    (problem,) = load_library(Path("nowhere/coughing.yaml")).problems
    assert (problem.code, problem.says) == ("E14", "There is no such file or folder.")
