"""rules mutate, rules coverage and rules suggest: what they print and the exit codes they give."""

from pathlib import Path

import pytest

from cds_hooks.cli import run
from tests.builders import rule_text, write_folder

pytestmark = pytest.mark.long

ALONE = """
- name: Sam has a cough
  person: sam
  expect: prompt
"""
VERBS = ("mutate", "coverage", "suggest")
EVERY_VERB = pytest.mark.parametrize("verb", VERBS)
LIBRARY = Path(__file__).parents[3] / "rules" / "library"


def a_file(folder: Path, **headings: str | None) -> Path:
    write_folder(folder, {"coughing.yaml": rule_text(**{"tests": ALONE, **headings})})
    return folder / "coughing.yaml"


@EVERY_VERB
def test_a_path_that_is_not_there_could_not_be_tried(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", verb, str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr()
    assert said.err == f"There is no file or folder called {tmp_path / 'nowhere'}.\n"
    assert said.out == ""


@EVERY_VERB
def test_a_folder_without_rules_could_not_be_tried(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", verb, str(tmp_path)]) == 2
    assert "There are no rules under" in capsys.readouterr().err


@EVERY_VERB
def test_a_rule_with_something_to_fix_could_not_be_tried(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", verb, str(a_file(tmp_path, when="has_kough"))]) == 2
    assert "has_cough" in capsys.readouterr().out


@EVERY_VERB
def test_one_story_is_not_enough(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", verb, str(a_file(tmp_path))]) == 1
    assert capsys.readouterr().err == ""  # no bar where nobody looks on


@EVERY_VERB
def test_a_rule_without_stories_is_not_fine(verb: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, today=None, people=None, tests=None)
    assert run(["rules", verb, str(path)]) == 1


def test_mutate_ends_with_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["rules", "mutate", str(a_file(tmp_path))])
    out = capsys.readouterr().out
    heads, row = out.splitlines()[-2:]
    assert heads == "rule      stories   caught  safety caught  no difference"
    assert row.startswith("coughing        1  ")
    assert 'safety: without the exclusion "palliative". No story came out otherwise.' in out


def test_mutate_says_first_which_stories_the_rule_itself_gets_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ALONE.replace("expect: prompt", "expect: quiet")
    run(["rules", "mutate", str(a_file(tmp_path, tests=wrong))])
    out = capsys.readouterr().out
    assert "A story that the rule itself gets wrong: expected" in out.splitlines()[1]


def test_coverage_names_what_was_not_seen_and_ends_with_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["rules", "coverage", str(a_file(tmp_path))])
    out = capsys.readouterr().out
    assert "has_cough under when: no, cannot tell" in out
    assert 'the exclusion "palliative": applied' in out
    assert out.splitlines()[-2].split() == ["rule", "stories", "seen"]


def test_suggest_asks_and_does_not_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["rules", "suggest", str(a_file(tmp_path))])
    out = capsys.readouterr().out
    assert 'I tried the rule without the exclusion "palliative".  (safety)' in out
    assert "What happens for Sam?   [excluded | prompt]" in out
    assert "At present the rule answers: excluded. Is that right?" in out
    assert "    expect:   # excluded or prompt?" in out
    assert out.splitlines()[-1].endswith(" questions to answer")


# Every rule's slips are tried in tests/library/test_library_mutation.py; here, that it is told.
@pytest.mark.parametrize(
    ("verb", "path"),
    [("mutate", LIBRARY / "breathing/copd-self-management.yaml"), ("coverage", LIBRARY)],
)
def test_the_starter_library_is_fine(
    verb: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every slip in safety is noticed, and at least 95 of a hundred others; all of it was seen."""
    assert run(["rules", verb, str(path)]) == 0
    assert "copd-self-management" in capsys.readouterr().out
