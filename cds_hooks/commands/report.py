"""A list of problems as text, JSON, SARIF or GitHub annotations: four renderings of one list.

Pure functions: problems and the lines of their files go in, text comes out. JSON is our own shape
and stays as it is while ``format`` is 1::

    {"format": 1, "rules": 2, "to_fix": 1, "to_think_about": 0, "answered": 0, "problems": [
      {"file": "a.yaml", "line": 3, "column": 5, "width": 6, "code": "E01", "about": "...",
       "says": "...", "hint": "...", "more": [], "stops": true,
       "fix": {"command": "goodday rules fix a.yaml", "edits": [{"start_line": 3,
       "start_column": 5, "end_line": 3, "end_column": 11, "text": "exclude"}]}}]}

Lines and columns begin at 1; the end of an edit is not part of it; ``fix`` is null where there is
no sure one.
"""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from urllib.parse import quote

from rules.catalogue import CODES
from rules.lints import LINTS
from rules.lints.t05 import hidden
from rules.problems import Problem

MOST_IN_A_FILE = 20
_NOT_DESCRIBED = ("Something to look at", "Do what the message says.")


class Style(StrEnum):
    """How a line of text is set where there is colour."""

    PLAIN = ""
    STOPS = "bold"
    DIM = "dim"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, how many rules were read, and the lines of the files, to quote them."""

    problems: tuple[Problem, ...]
    rules: int
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    answered: int = 0  # warnings that the files themselves answer, under allow

    @property
    def stops(self) -> int:
        """How many have to be fixed."""
        return sum(problem.stops for problem in self.problems)


def as_text(report: Report) -> Iterator[tuple[str, Style]]:
    """Lines as people read them: place and sentence, the line with a caret, what to type."""
    told: dict[str, int] = {}
    for number, problem in enumerate(report.problems):
        told[problem.at.file] = told.get(problem.at.file, 0) + 1
        if told[problem.at.file] <= MOST_IN_A_FILE:
            yield from _one(problem, report)
        later = report.problems[number + 1 :]
        more = told[problem.at.file] - MOST_IN_A_FILE
        if more > 0 and not any(each.at.file == problem.at.file for each in later):
            yield f"{problem.at.file}: and {more} more", Style.PLAIN
    thoughts = len(report.problems) - report.stops
    things = "thing" if report.stops == 1 else "things"
    yield f"{report.stops} {things} to fix, {thoughts} to think about", Style.PLAIN
    if report.answered:
        yield f"{report.answered} answered in the files", Style.PLAIN


def _one(problem: Problem, report: Report) -> Iterator[tuple[str, Style]]:
    yield f"{problem.at}  {problem.says}", Style.STOPS if problem.stops else Style.PLAIN
    for line in excerpt(problem, report.lines.get(problem.at.file, ())):
        yield line, Style.DIM
    said = [problem.hint] if problem.hint else []
    said += problem.more
    if problem.fix:
        said.append(f"Or have it done:  {fix_command(problem.at.file)}")
    said = said or [""]
    for line in said[:-1]:
        yield f"   {line}", Style.PLAIN
    yield (f"   {said[-1]}  [{problem.code}]" if said[-1] else f"   [{problem.code}]"), Style.PLAIN


def excerpt(problem: Problem, lines: Sequence[str]) -> list[str]:
    """The line that a problem is about, and carets under what is meant; [] where there is none."""
    if not 1 <= problem.at.line <= len(lines):
        return []
    text = hidden(lines[problem.at.line - 1]).rstrip("\r").expandtabs(1)
    room = max(len(text) - problem.at.column + 1, 1)
    carets = "^" * min(problem.width, room)
    return [f"{problem.at.line:4} | {text}", "     | " + " " * (problem.at.column - 1) + carets]


def fix_command(file: str) -> str:
    """What to type to have a file mended."""
    return f"goodday rules fix {shlex.quote(file)}"


def as_json(report: Report) -> str:
    """The list for other programs, in the shape that the head of this file describes."""
    content = {
        "format": 1,
        "rules": report.rules,
        "to_fix": report.stops,
        "to_think_about": len(report.problems) - report.stops,
        "answered": report.answered,
        "problems": [
            {
                "file": problem.at.file,
                "line": problem.at.line,
                "column": problem.at.column,
                "width": problem.width,
                "code": problem.code,
                "about": _about(problem.code)[0],
                "says": problem.says,
                "hint": problem.hint,
                "more": list(problem.more),
                "stops": problem.stops,
                "fix": _fix(problem),
            }
            for problem in report.problems
        ],
    }
    return json.dumps(content, indent=2)


def _fix(problem: Problem) -> dict[str, object] | None:
    if not problem.fix:
        return None
    edits = [asdict(edit) for edit in problem.fix]
    return {"command": fix_command(problem.at.file), "edits": edits}


def _about(code: str) -> tuple[str, str]:
    """What a code is about, and what to do or why it matters."""
    if code in LINTS:
        lint = LINTS[code]
        return lint.title[0].upper() + lint.title[1:], lint.why
    return CODES.get(code, _NOT_DESCRIBED)


def as_github(report: Report) -> Iterator[str]:
    """One annotation a line, as GitHub shows them beside the lines of a pull request."""
    for problem in report.problems:
        where = {
            "file": problem.at.file,
            "line": problem.at.line,
            "col": problem.at.column,
            "endColumn": problem.at.column + problem.width,
            "title": f"{problem.code} {_about(problem.code)[0]}",
        }
        places = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in where.items())
        sort = "error" if problem.stops else "warning"
        yield f"::{sort} {places}::{_escaped(_message(problem))}"


def _escaped(text: str, also: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + also else c for c in text)


def _message(problem: Problem) -> str:
    return "\n".join(part for part in (problem.says, problem.hint, *problem.more) if part)


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0, which code hosts and editors show; every code is a rule with its help."""
    codes = sorted({problem.code for problem in report.problems})
    driver = {
        "name": "goodday",
        "rules": [_sarif_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem, codes) for problem in report.problems],
    }
    content = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(content, indent=2)


def _sarif_rule(code: str) -> dict[str, object]:
    about, text = _about(code)
    if code in LINTS:
        lint = LINTS[code]
        text += f"\n\nNot like this:\n{lint.not_like_this}\nLike this:\n{lint.like_this}"
    return {
        "id": code,
        "shortDescription": {"text": f"{about}."},
        "help": {"text": text},
    }


def _sarif_result(problem: Problem, codes: list[str]) -> dict[str, object]:
    end = problem.at.column + problem.width
    result: dict[str, object] = {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": "error" if problem.stops else "warning",
        "message": {"text": _message(problem)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(problem.at.file)},
                    "region": {
                        "startLine": problem.at.line,
                        "startColumn": problem.at.column,
                        "endColumn": end,
                    },
                }
            }
        ],
    }
    if problem.fix:
        result["fixes"] = [
            {
                "description": {"text": "The sure fix."},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(problem.at.file)},
                        "replacements": [
                            {
                                "deletedRegion": {
                                    "startLine": edit.start_line,
                                    "startColumn": edit.start_column,
                                    "endLine": edit.end_line,
                                    "endColumn": edit.end_column,
                                },
                                "insertedContent": {"text": edit.text},
                            }
                            for edit in problem.fix
                        ],
                    }
                ],
            }
        ]
    return result


def _uri(file: str) -> str:
    return quote(file.replace("\\", "/"))
