"""Writing to the terminal: plain where it is piped, and never coloured by what a file says."""

import sys
from pathlib import Path

from rich.console import Console
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
    line(f"{_count(stops, 'thing')} to fix, {len(found) - stops} to think about")


def _excerpt(problem: Problem) -> list[str]:
    try:
        lines = Path(problem.at.file).read_text(encoding="utf-8").splitlines()
        text = lines[problem.at.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    number = f"{problem.at.line:4} | "
    return [number + text.expandtabs(1), " " * (len(number) + problem.at.column - 1) + "^"]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def stopped(loaded: Loaded) -> bool:
    """Print the problems that stop a library, if there are any."""
    if loaded.stops:
        problems(loaded.stops)
    return bool(loaded.stops)
