"""Writing to the terminal: plain where it is piped, and never coloured by what a file says."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from rules.load import Loaded
from rules.problems import Problem


def line(text: str = "", style: str = "") -> None:
    """One line to standard output; markup in it is text."""
    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(Text(_plain(text), style=style))


def styled(*parts: tuple[str, str]) -> None:
    """One line of several parts, each a text and its style."""
    whole = Text()
    for text, style in parts:
        whole.append(_plain(text), style=style or None)
    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(whole)


def sorry(text: str) -> None:
    """One sentence to standard error."""
    Console(file=sys.stderr, highlight=False, soft_wrap=True).print(Text(_plain(text)))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns with two spaces between them; the first is words, the others are numbers."""
    every = [heads, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(heads))]
    for row in every:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        line("  ".join(cells), "bold" if row is heads else "")


_Thing = TypeVar("_Thing")
# Whoever waits longer than this, in seconds, is shown that there is an end to it.
_PATIENCE = 2.0


def working(things: Sequence[_Thing], what: str) -> Iterator[_Thing]:
    """The things one by one, with a bar on a terminal once it has taken two seconds."""
    began = monotonic()
    console = Console(file=sys.stderr, highlight=False)
    bar = Progress(console=console, transient=True) if console.is_terminal else None
    task = bar.add_task(what, total=len(things)) if bar else None
    shown = False
    try:
        for done, thing in enumerate(things):
            if bar is not None and task is not None and monotonic() - began > _PATIENCE:
                if not shown:
                    bar.start()
                    shown = True
                bar.update(task, completed=done)
            yield thing
    finally:
        if bar is not None and shown:
            bar.stop()


def _plain(text: str) -> str:
    """The text without what would steer a terminal, or turn the writing round."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def problems(found: list[Problem]) -> None:
    """Every problem with its line and a caret, and a count at the end."""
    for problem in found:
        line(f"{problem.at}  {problem.says}", "bold" if problem.stops else "")
        for extra in _excerpt(problem):
            line(extra, "dim")
        line(f"   {problem.hint}  [{problem.code}]" if problem.hint else f"   [{problem.code}]")
    stops = sum(problem.stops for problem in found)
    line(f"{count(stops, 'thing')} to fix, {len(found) - stops} to think about")


def _excerpt(problem: Problem) -> list[str]:
    try:
        lines = Path(problem.at.file).read_text(encoding="utf-8").splitlines()
        text = lines[problem.at.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    number = f"{problem.at.line:4} | "
    return [number + text.expandtabs(1), " " * (len(number) + problem.at.column - 1) + "^"]


def count(number: int, noun: str) -> str:
    """ "1 code", "2 codes"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def stopped(loaded: Loaded) -> bool:
    """Print the problems that stop a library, if there are any."""
    if loaded.stops:
        problems(loaded.stops)
    return bool(loaded.stops)
