"""What people get wrong in their first rules, one folder a slip, and exactly what they are told.

The files are those of five first rules, written from the READMEs, and of the gallery of RULES 7.
``expected.txt`` is what ``goodday rules check`` prints. Where a message is changed on purpose:
``GOODDAY_GALLERY=write`` in the environment writes what is printed now; read the difference.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from cds_hooks.commands.report import Report, as_text
from cds_hooks.commands.say import lines_of
from prompts.stories import tell
from rules.load import Loaded, load_library
from rules.mending import Mended, mend
from rules.problems import Problem
from tests.lengths import every

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


@cache
def told_of(folder: Path) -> list[Problem]:
    """What is told of a folder of the gallery, which no test changes."""
    return found(folder)


def mended(folder: Path, problem: Problem) -> Mended:
    shown = problem.at.file
    text = Path(shown).read_bytes().decode("utf-8")
    return mend(text, shown, lambda t: load_library(folder, None, {shown: t.encode()}).problems)


TYPED = re.compile(r"(?:Type|Or type): +(.+?)(?: \(or .*)?")
MEANT = re.compile(r"Did you mean (.+?)\?(?: .*)?")


def meant(problem: Problem) -> Iterator[str]:
    """What a message asks about in place of what is marked."""
    for line in (problem.hint, *problem.more):
        if found := MEANT.search(line):
            yield from found[1].split(" or ")


def typed(problem: Problem) -> Iterator[str]:
    """What a message says to type."""
    for line in (problem.hint, *problem.more):
        if found := TYPED.fullmatch(line):
            yield found[1]


def marked(problem: Problem, text: str, lines: list[str]) -> list[str]:
    """The line of a problem with a text in place of what is marked, or of the rest of it."""
    line, start = lines[problem.at.line - 1], problem.at.column - 1
    return [line[:start] + text + line[start + problem.width :], line[:start] + text]


def _start(pattern: str, line: str) -> str:
    found = re.match(pattern, line)
    return found[0] if found else ""


def ways_to_type(problem: Problem, text: str, lines: list[str]) -> list[str]:
    """The line of a problem as people may type it, who take what they are told for more of it."""
    line, start = lines[problem.at.line - 1], problem.at.column - 1
    spaces, beside = _start(r" *", line), _start(r" *", lines[problem.at.line])
    key = re.escape(text.partition(":")[0])
    return [
        *marked(problem, text, lines),
        spaces + text,
        _start(r"[ -]*", line) + text,
        f"{line[:start]}\n{spaces}  {text}",
        _start(r"[ -]*(?:\w+: )?", line) + text,
        beside + text,
        re.sub(rf"\b{key}: [^}}]*", text, line),
        re.sub(r"\{[^{}]*\}", text, line),
    ]


@dataclass(frozen=True)
class Came:
    """What a file came to: what is said of it and, where it is taken, which stories are wrong."""

    stops: bool
    says: frozenset[str]
    wrong: tuple[str, ...]


@cache
def followed(folder: Path, problem: Problem, line: str) -> Came:
    """What a file comes to with another line in place of the one that a problem is about."""
    shown = problem.at.file
    lines = Path(shown).read_text(encoding="utf-8").split("\n")
    lines[problem.at.line - 1] = line
    loaded = load_library(folder, None, {shown: "\n".join(lines).encode()})
    wrong = () if loaded.stops else tuple(stories_wrong(loaded))
    return Came(bool(loaded.stops), frozenset(p.says for p in loaded.problems), wrong)


def stories_wrong(loaded: Loaded) -> list[str]:
    """The stories that come out otherwise than their file says, in words that say which."""
    return [
        f"{story.name}: {told.wrong}"
        for rule in loaded.library.rules
        for story in loaded.stories[rule.id]
        if not (told := tell(rule, story)).right
    ]


def printed(folder: Path) -> str:
    """What the command prints, with the folder's own place left out."""
    problems = told_of(folder)
    lines = (text for text, _ in as_text(Report(tuple(problems), 0, lines_of(problems))))
    return "\n".join(lines).replace(f"{folder}/", "") + "\n"


NAMES = [folder.name for folder in SLIPS]
each_slip = pytest.mark.parametrize("folder", SLIPS, ids=NAMES)
# For what reads a folder many times over.
every_fourth_slip = pytest.mark.parametrize(
    "folder", every(4, ((folder,) for folder in SLIPS)), ids=NAMES
)


def test_there_are_as_many_slips_as_were_asked_for() -> None:
    assert len([slip for slip in SLIPS if int(slip.name.partition("-")[0]) >= 31]) >= 40


@each_slip
def test_a_slip_is_told_in_exactly_these_words(folder: Path) -> None:
    if WRITE:
        (folder / "expected.txt").write_text(printed(folder), encoding="utf-8")
    assert printed(folder) == (folder / "expected.txt").read_text(encoding="utf-8")


@each_slip
def test_a_slip_is_one_message_with_a_place_and_a_caret(folder: Path) -> None:
    (problem,) = told_of(folder)
    lines = Path(problem.at.file).read_text(encoding="utf-8").split("\n")
    line = lines[problem.at.line - 1]
    assert 1 <= problem.at.column <= len(line) + 1
    assert problem.at.column + problem.width <= len(line) + 2
    assert problem.hint or problem.more or problem.code == "E09"


@each_slip
def test_what_is_said_has_no_words_of_a_library(folder: Path) -> None:
    for problem in told_of(folder):
        assert not NEVER.search(" ".join((problem.says, problem.hint, *problem.more))), problem


@every_fourth_slip
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


@every_fourth_slip
def test_what_is_mended_or_typed_as_told_never_turns_the_rule_round(folder: Path) -> None:
    """The stories of each file say what it means: a file that is accepted says the same."""
    (problem,) = told_of(folder)
    lines = Path(problem.at.file).read_text(encoding="utf-8").split("\n")
    said = [line for text in meant(problem) for line in marked(problem, text, lines)]
    said += [line for text in typed(problem) for line in ways_to_type(problem, text, lines)]
    for line in said:
        assert followed(folder, problem, line).wrong == (), line
    if problem.fix:
        text = mended(folder, problem).text
        assert stories_wrong(load_library(folder, None, {problem.at.file: text.encode()})) == []


@every_fourth_slip
def test_what_is_told_to_be_typed_can_be_typed(folder: Path) -> None:
    (problem,) = told_of(folder)
    lines = Path(problem.at.file).read_text(encoding="utf-8").split("\n")
    for text in typed(problem):
        ways = (followed(folder, problem, line) for line in ways_to_type(problem, text, lines))
        assert any(problem.says not in way.says and not way.stops for way in ways)
