"""Mending a file by its sure fixes, as edits of its text: comments and layout stay as they are.

A fix that makes anything worse is not taken. What is left when no fix helps any more is the end, so
mending twice is mending once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rules.problems import Edit, Problem

Check = Callable[[str], Sequence[Problem]]

# What is seen in the lines, then by the file format; only after both is the rule itself read.
_IN_LINES = frozenset({"E05", "E06", "E16"})
_IN_FORMAT = frozenset({"E04", "E07", "E13", "E14"})


@dataclass(frozen=True, slots=True)
class Mended:
    """A text as it is after mending, what was mended, and what is left."""

    text: str
    fixed: tuple[Problem, ...]
    left: tuple[Problem, ...]


def mend(text: str, file: str, check: Check) -> Mended:
    """Apply every sure fix of one file. ``check`` says what is wrong with a text in its place."""
    found = list(check(text))
    fixed: list[Problem] = []
    while True:
        offers = [problem for problem in found if problem.fix and problem.at.file == file]
        tries = [offers, *([offer] for offer in offers if len(offers) > 1)]
        for some in tries:
            changed = edited(text, (edit for problem in some for edit in problem.fix))
            after = list(check(changed)) if changed != text else found
            if changed != text and _is_better(found, after, file):
                fixed += some
                text, found = changed, after
                break
        else:
            return Mended(text, tuple(fixed), tuple(found))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits made; of two that touch the same characters, the first."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits)):
        start = starts[edit.start_line - 1] + edit.start_column - 1
        end = starts[edit.end_line - 1] + edit.end_column - 1
        if start >= done:
            parts += [text[done:start], edit.text]
            done = end
    return "".join([*parts, text[done:]])


def _is_better(before: Sequence[Problem], after: Sequence[Problem], file: str) -> bool:
    """Whether more can be read than before; or as much, with fewer problems and no other ones."""
    was, now = _reach(before, file), _reach(after, file)
    if was != now:
        return was < now
    new = _what(after) - _what(before)
    # A rule that can be read again has more to think about; that is no reason against a fix.
    return not new and (_stops(after), len(after)) < (_stops(before), len(before))


def _stops(problems: Iterable[Problem]) -> int:
    return sum(problem.stops for problem in problems)


def _reach(problems: Iterable[Problem], file: str) -> tuple[int, int]:
    """How far a file could be read: which look at it was the last, and how far down it came."""
    stops = [problem for problem in problems if problem.stops and problem.at.file == file]
    codes = {problem.code for problem in stops}
    if codes & _IN_LINES:
        return 0, 0
    if len(stops) == 1 and codes & _IN_FORMAT:
        return 1, stops[0].at.line
    return (2, 0) if any(code.startswith("E") for code in codes) else (3, 0)


def _what(problems: Iterable[Problem]) -> "Counter[tuple[str, str, str]]":
    """Problems without their places, which move when a line is mended."""
    return Counter((p.at.file, p.code, p.says) for p in problems if p.stops)
