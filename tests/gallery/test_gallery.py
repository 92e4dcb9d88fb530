"""What people get wrong in their first rules, one folder a slip, and exactly what they are told.

The files are those of five first rules, written from the READMEs, and of the gallery of RULES 7.
``expected.txt`` is what ``goodday rules check`` prints. Where a message is changed on purpose:
``GOODDAY_GALLERY=write`` in the environment writes what is printed now; read the difference.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from cds_hooks.commands.report import Report, as_text
from cds_hooks.commands.say import lines_of
from rules.load import load_library
from rules.mending import Mended, mend
from rules.problems import Problem

HERE = Path(__file__).parent
SLIPS = sorted(path.parent for path in HERE.glob("*/expected.txt"))
WRITE = os.environ.get("GOODDAY_GALLERY") == "write"

# Words of the parser, of Python and of tempers (RULES 7).
NEVER = re.compile(
    r"(?<!\.)\byaml\b|YAML|mapping|scalar|expected <|Traceback|\bNone\b|KeyError|Error\b"
    r"|token|scanner|parser|block collection|invalid|illegal|unexpected|\bnull\b|you forgot"
    r"|line \d+, column|/rules/",
)


def found(folder: Path) -> list[Problem]:
    return load_library(folder).problems


def mended(folder: Path, problem: Problem) -> Mended:
    shown = problem.at.file
    text = Path(shown).read_bytes().decode("utf-8")
    return mend(text, shown, lambda t: load_library(folder, None, {shown: t.encode()}).problems)


def printed(folder: Path) -> str:
    """What the command prints, with the folder's own place left out."""
    problems = found(folder)
    lines = (text for text, _ in as_text(Report(tuple(problems), 0, lines_of(problems))))
    return "\n".join(lines).replace(f"{folder}/", "") + "\n"


each_slip = pytest.mark.parametrize("folder", SLIPS, ids=[folder.name for folder in SLIPS])


def test_there_are_as_many_slips_as_were_asked_for() -> None:
    assert len([slip for slip in SLIPS if slip.name >= "31"]) >= 40


@each_slip
def test_a_slip_is_told_in_exactly_these_words(folder: Path) -> None:
    if WRITE:
        (folder / "expected.txt").write_text(printed(folder), encoding="utf-8")
    assert printed(folder) == (folder / "expected.txt").read_text(encoding="utf-8")


@each_slip
def test_a_slip_is_one_message_with_a_place_and_a_caret(folder: Path) -> None:
    (problem,) = found(folder)
    lines = Path(problem.at.file).read_text(encoding="utf-8").split("\n")
    line = lines[problem.at.line - 1]
    assert 1 <= problem.at.column <= len(line) + 1
    assert problem.at.column + problem.width <= len(line) + 2
    assert problem.hint or problem.more or problem.code == "E09"


@each_slip
def test_what_is_said_has_no_words_of_a_library(folder: Path) -> None:
    for problem in found(folder):
        assert not NEVER.search(" ".join((problem.says, problem.hint, *problem.more))), problem


@each_slip
def test_what_offers_to_be_mended_is_mended(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "practice"
    shutil.copytree(folder, copy)
    (problem,) = found(copy)
    if not problem.fix:
        return
    after = mended(copy, problem)
    assert after.fixed == (problem,)
    assert after.left == ()
    Path(problem.at.file).write_bytes(after.text.encode("utf-8"))
    assert found(copy) == []
    assert mended(copy, problem).text == after.text
