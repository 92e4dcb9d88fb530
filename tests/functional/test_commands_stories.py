"""`goodday rules test`: stories run, told to people, build servers and git."""

import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cds_hooks.cli import run
from tests.builders import list_text, rule_text, write_folder

TESTS = """
- name: Sam has a cough
  person: sam
  expect: prompt
- name: Sam & <tea> | "both"
  person: sam
  expect: excluded
  known_gap: yes
"""
WRONG = """
- name: Said no thank you in June
  person: sam
  plus:
    - {outcome: declined, topic: barking, date: 2026-06-10}
  expect: quiet
"""
RIGHT = "\n- {name: Sam has a cough, person: sam, expect: prompt}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "practice"
    write_folder(made, {"coughing.yaml": rule_text(tests=TESTS)})
    return made


def test_a_known_gap_is_counted_apart_and_listed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "test", str(folder)]) == 0
    first, gap, last = capsys.readouterr().out.splitlines()
    assert first == "coughing   1 stories, 1 right, 1 known gap"
    assert gap.endswith('known gap, expected "excluded", got "prompt":  Sam & <tea> | "both"')
    assert last == "1 stories, 1 right"


def test_a_gap_that_is_closed_fails_until_the_story_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = rule_text(tests=TESTS.replace("excluded", "prompt"))
    (folder / "coughing.yaml").write_text(text, encoding="utf-8")
    assert run(["rules", "test", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "this gap is closed: take known_gap out" in said
    assert said.endswith("2 stories, 1 right\n")


def test_a_failure_shows_what_decided_and_where_the_mending_goes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = rule_text(tests=WRONG)
    (folder / "coughing.yaml").write_text(text, encoding="utf-8")
    assert run(["rules", "test", str(folder)]) == 1
    said = capsys.readouterr().out.splitlines()
    line = text.splitlines().index("quiet: {topic: coughing}") + 1
    assert said[1].endswith('expected "quiet", got "prompt":  Said no thank you in June')
    assert said[2:5] == [
        "      declined on 10 June 2026, to barking",
        "      but this rule's topic is coughing",
        f"      If the topic was renamed, add under quiet:  also_known_as: [barking]   line {line}",
    ]
    assert said[-1] == "1 stories, 0 right"


def test_no_stories_at_all_is_a_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "coughing.yaml").write_text(rule_text(tests=None, people=None), encoding="utf-8")
    assert run(["rules", "test", str(folder)]) == 1
    assert capsys.readouterr().out.endswith("0 stories, 0 right\n")


def test_nothing_but_known_gaps_is_no_failure(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = "\n- {name: a, person: sam, expect: quiet, known_gap: yes}"
    (folder / "coughing.yaml").write_text(rule_text(tests=tests), encoding="utf-8")
    assert run(["rules", "test", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("0 stories, 0 right\n")


def test_a_folder_without_rules_has_nothing_to_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "test", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"There are no rules under {tmp_path}: rule files end in .yaml.\n"


def test_junit_has_one_test_case_a_story(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = TESTS + WRONG.lstrip("\n")
    (folder / "coughing.yaml").write_text(rule_text(tests=wrong), encoding="utf-8")
    untold = rule_text(id="untold", tests=None, people=None, quiet="{topic: untold}")
    (folder / "untold.yaml").write_text(untold, encoding="utf-8")
    written = tmp_path / "results.xml"
    assert run(["rules", "test", str(folder), "--junit", str(written)]) == 1
    capsys.readouterr()
    told, untold_suite = ElementTree.parse(written).getroot().findall("testsuite")
    assert {key: told.get(key) for key in ("name", "tests", "failures", "skipped")} == {
        "name": "coughing", "tests": "3", "failures": "1", "skipped": "1",
    }  # fmt: skip
    right, gap, failed = told.findall("testcase")
    assert [case.get("name") for case in (right, gap, failed)] == [
        "Sam has a cough",
        'Sam & <tea> | "both"',
        "Said no thank you in June",
    ]
    assert (right.get("classname"), list(right)) == ("coughing", [])
    assert right.get("file") == str(folder / "coughing.yaml")
    (skipped,) = gap.findall("skipped")
    assert skipped.get("message") == 'known gap: expected "excluded", got "prompt"'
    (failure,) = failed.findall("failure")
    assert failure.get("message") == 'expected "quiet", got "prompt"'
    assert "to barking" in (failure.text or "")
    assert (untold_suite.get("tests"), untold_suite.get("errors")) == ("0", "1")


def test_markdown_is_a_table_for_each_rule(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "results.md"
    assert run(["rules", "test", str(folder), "--markdown", str(written)]) == 0
    capsys.readouterr()
    assert written.read_text(encoding="utf-8").splitlines() == [
        "# Stories",
        "",
        "## Somebody with a cough may like the tea group",
        "",
        "| story | expected | came | |",
        "| --- | --- | --- | --- |",
        "| Sam has a cough | prompt | prompt | right |",
        '| Sam \\& \\<tea\\> \\| "both" | excluded | prompt | known gap |',
    ]


@pytest.mark.parametrize("kind", ["--junit", "--markdown"])
def test_results_that_cannot_be_written_are_one_sentence(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = folder / "no" / "such" / "place"
    assert run(["rules", "test", str(folder), kind, str(nowhere)]) == 2
    assert capsys.readouterr().err == f"{nowhere} cannot be written.\n"


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(folder: Path) -> Path:
    """Two rules, everything committed: one looks for wheezing, and both for coughing."""
    facts = "\nhas_cough: {find: condition, codes: cough}\nwheezes: {find: tag, codes: wheeze}"
    wheezing = rule_text(
        id="wheezing",
        facts=facts,
        when="{all: [has_cough, {not: wheezes}]}",
        tests=RIGHT,
        quiet="{topic: wheezing}",
    )
    (folder / "coughing.yaml").write_text(rule_text(tests=RIGHT), encoding="utf-8")
    (folder / "wheezing.yaml").write_text(wheezing, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "all")
    return folder


def changed_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(["rules", "test", str(folder), "--changed"]) == 0
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()[:-1]]


def test_where_nothing_changed_nothing_is_run(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "test", str(committed), "--changed"]) == 0
    assert capsys.readouterr().out == "No rule differs from the last commit.\n"


@pytest.mark.parametrize(
    ("file", "text", "runs"),
    [
        pytest.param("coughing.yaml", "# more\n", ["coughing"], id="a rule"),
        pytest.param("value-sets/wheeze.yaml", "# more\n", ["wheezing"], id="a list of one"),
        pytest.param(
            "value-sets/cough.yaml", "# more\n", ["coughing", "wheezing"], id="a list of both"
        ),
        pytest.param(
            "shared/services.yaml", "# more\n", ["coughing", "wheezing"], id="a shared file"
        ),
        pytest.param("value-sets/blow-test.yaml", "# more\n", [], id="a list of none"),
        pytest.param("notes.txt", "more", [], id="another file"),
    ],
)
def test_only_the_rules_that_a_change_may_touch_are_run(
    committed: Path,
    file: str,
    text: str,
    runs: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (committed / file).open("a", encoding="utf-8") as opened:
        opened.write(text)
    assert changed_rules(committed, capsys) == runs


def test_a_new_rule_differs_and_so_does_what_is_staged(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = rule_text(id="newest", tests=RIGHT, quiet="{topic: newest}")
    (committed / "newest.yaml").write_text(new, encoding="utf-8")
    assert changed_rules(committed, capsys) == ["newest"]
    git(committed, "add", ".")
    assert changed_rules(committed, capsys) == ["newest"]


def test_a_code_taken_from_a_list_still_counts(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    less = list_text("wheeze", ["wheezing-badly"])
    (committed / "value-sets" / "wheeze.yaml").write_text(less, encoding="utf-8")
    assert changed_rules(committed, capsys) == ["wheezing"]


def test_before_the_first_commit_everything_is_new(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(folder, "init", "-q")
    assert changed_rules(folder, capsys)[0] == "coughing"


def test_one_rule_file_may_be_asked_about(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (committed / "coughing.yaml").open("a", encoding="utf-8") as opened:
        opened.write("# more\n")
    assert changed_rules(committed / "coughing.yaml", capsys) == ["coughing"]
    assert run(["rules", "test", str(committed / "wheezing.yaml"), "--changed"]) == 0


def test_outside_git_is_a_plain_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "test", str(folder), "--changed"]) == 2
    assert capsys.readouterr().err == (
        f"{folder} is not in a git working tree, so I cannot tell what changed."
        " Leave out --changed to run every story.\n"
    )


def test_watching_runs_them_again_when_a_file_changes_and_ctrl_c_ends_it(folder: Path) -> None:
    """A process of its own: nothing else can be interrupted as a person would."""
    watching = subprocess.Popen(
        [sys.executable, "-m", "cds_hooks", "rules", "test", str(folder), "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
    )
    assert watching.stdout is not None
    seen = ""
    while "Ctrl-C ends it" not in seen:
        seen = watching.stdout.readline()
        assert seen, "it ended by itself"
    (folder / "coughing.yaml").write_text(rule_text(tests=WRONG), encoding="utf-8")
    while "0 right" not in seen:
        seen = watching.stdout.readline()
        assert seen, "it ended by itself"
    watching.send_signal(signal.SIGINT)
    output, errors = watching.communicate(timeout=15)
    assert (watching.returncode, errors) == (0, "")
    assert output.endswith("Stopped.\n")


def test_watching_what_is_not_there_does_not_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "test", str(tmp_path / "nowhere"), "--watch"]) == 2
    assert "There is no file or folder" in capsys.readouterr().err
