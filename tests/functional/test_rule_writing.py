"""Writing rules at the command line: a first rule made, checked in every format, and mended."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminals import terminal

pytestmark = pytest.mark.long

COMMAND = (sys.executable, "-m", "cds_hooks", "rules")


def goodday(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    """A first rule, as the command makes it."""
    done = goodday("new", "our-first", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "our-first.yaml"


def spoil(rule: Path, *changes: tuple[str, str]) -> str:
    text = rule.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    rule.write_bytes(text.encode("utf-8"))
    return text


HEADING = ("\nexclude:", "\nexlude:")
LENGTH = ("after_declined: 12 months", "after_declined: 12months")


def test_a_new_rule_checks_clean_and_its_four_stories_pass(rule: Path) -> None:
    done = goodday("check", rule.name, cwd=rule.parent)
    assert done.returncode == 0
    assert done.stdout.endswith("0 things to fix, 2 to think about\n")
    named = set(re.findall(r"\b[A-Z]\d\d\b", rule.read_text(encoding="utf-8")))
    assert set(re.findall(r"\[([A-Z]\d\d)\]", done.stdout)) == named
    done = goodday("test", rule.name, cwd=rule.parent)
    assert done.returncode == 0
    assert done.stdout.endswith("4 stories, 4 right\n")
    first = rule.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")


def test_a_new_code_list_checks_clean(rule: Path) -> None:
    done = goodday("new", "list", "our-codes", "--to", rule.parent, cwd=rule.parent)
    assert done.returncode == 0
    made = rule.parent / "value-sets" / "our-codes.yaml"
    assert made.is_file()
    assert goodday("check", made, cwd=rule.parent).returncode == 0
    assert goodday("check", ".", cwd=rule.parent).returncode == 0


def test_settings_for_an_editor_are_made_only_where_they_are_asked_for(tmp_path: Path) -> None:
    goodday("new", "first", cwd=tmp_path)
    assert not (tmp_path / ".vscode").exists()
    goodday("new", "second", "--editor", cwd=tmp_path)
    settings = json.loads((tmp_path / ".vscode" / "settings.json").read_text())
    assert settings["yaml.schemas"]


def test_nothing_is_ever_overwritten(rule: Path) -> None:
    before = rule.read_bytes()
    done = goodday("new", "our-first", "--editor", cwd=rule.parent)
    assert done.returncode == 2
    assert "nothing is overwritten" in done.stderr
    assert rule.read_bytes() == before
    assert not (rule.parent / ".vscode").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["Our_First rule"], "such as our-first-rule", id="a name in other letters"),
        pytest.param(["../away"], "such as away", id="a name that leads away"),
        pytest.param(["list"], "goodday rules new list NAME", id="a list without a name"),
        pytest.param(["a", "b"], "goodday rules new NAME", id="two names"),
    ],
)
def test_a_name_that_cannot_be_one_makes_nothing(
    tmp_path: Path, words: list[str], says: str
) -> None:
    done = goodday("new", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_exit_codes_are_the_same_in_every_format(rule: Path, form: str) -> None:
    def check(path: str) -> int:
        return goodday("check", path, "--format", form, cwd=rule.parent).returncode

    assert check(rule.name) == 0
    spoil(rule, ("  - shared: palliative\n", ""))
    assert check(rule.name) == 0
    spoil(rule, HEADING)
    assert check(rule.name) == 1
    assert check("nowhere.yaml") == 2


def test_formats_for_programs_print_nothing_else(rule: Path) -> None:
    spoil(rule, HEADING)
    for form, key in (("json", "problems"), ("sarif", "runs")):
        done = goodday("check", ".", "--format", form, cwd=rule.parent)
        assert json.loads(done.stdout)[key]
    done = goodday("check", ".", "--format", "github", cwd=rule.parent)
    (line,) = done.stdout.splitlines()
    assert line.startswith("::error file=./our-first.yaml,line=") or "file=our-first.yaml" in line


def test_what_can_be_mended_is_shown_and_left_where_nobody_can_be_asked(rule: Path) -> None:
    spoilt = spoil(rule, HEADING, LENGTH)
    done = goodday("fix", rule.name, cwd=rule.parent)
    assert done.returncode == 1
    assert "-exlude:\n+exclude:" in done.stdout
    assert "-  after_declined: 12months\n+  after_declined: 12 months" in done.stdout
    assert "--yes" in done.stdout
    assert rule.read_text(encoding="utf-8") == spoilt


def test_mending_keeps_comments_line_ends_and_mode_and_leaves_nothing_behind(rule: Path) -> None:
    clean = rule.read_bytes().replace(b"\n", b"\r\n")
    spoil(rule, HEADING, LENGTH)
    rule.write_bytes(b"\xef\xbb\xbf" + rule.read_bytes().replace(b"\n", b"\r\n"))
    rule.chmod(0o640)
    done = goodday("fix", ".", "--yes", cwd=rule.parent)
    assert done.returncode == 0, done.stdout
    assert "2 mended." in done.stdout
    assert done.stdout.endswith("0 things to fix, 2 to think about\n")
    assert rule.read_bytes() == b"\xef\xbb\xbf" + clean
    assert rule.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in rule.parent.iterdir()] == [rule.name]


def test_what_cannot_be_mended_for_certain_is_left_and_told(rule: Path) -> None:
    spoilt = spoil(rule, ("codes: copd\n", "codes: copdd\n"))
    done = goodday("fix", rule.name, "--yes", cwd=rule.parent)
    assert done.returncode == 1
    assert "nothing that can be mended for certain" in done.stdout
    assert "Did you mean copd (COPD, 10 codes)?" in done.stdout
    assert rule.read_text(encoding="utf-8") == spoilt


def test_only_files_under_the_path_are_mended(rule: Path) -> None:
    other = rule.parent / "elsewhere"
    other.mkdir()
    goodday("new", "another", "--to", other, cwd=rule.parent)
    spoilt = spoil(rule, HEADING)
    assert goodday("fix", other, "--yes", cwd=rule.parent).returncode == 0
    assert rule.read_text(encoding="utf-8") == spoilt


def test_a_path_that_is_not_there_cannot_be_mended(tmp_path: Path) -> None:
    done = goodday("fix", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "There is no file or folder called nowhere.\n")


@pytest.mark.parametrize(("answer", "mended"), [("y", True), ("n", False), ("", False)])
def test_somebody_at_a_terminal_is_asked(rule: Path, answer: str, mended: bool) -> None:
    spoilt = spoil(rule, HEADING)
    with (
        terminal() as screen,
        subprocess.Popen(
            [*COMMAND, "fix", rule.name],
            stdin=screen.theirs,
            stdout=screen.theirs,
            stderr=screen.theirs,
            cwd=rule.parent,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        ),
    ):
        screen.types(answer)
        said = screen.shown()
    assert "Change our-first.yaml? [y/N]" in said
    assert (rule.read_text(encoding="utf-8") != spoilt) == mended
