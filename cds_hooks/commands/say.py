"""Writing to the terminal: plain where it is piped, and never coloured by what a file says."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cds_hooks.commands.report import Report, as_text
from rules.load import Loaded
from rules.problems import Problem


def line(text: str = "", style: str = "") -> None:
    """One line to standard output; markup in it is text."""
    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(Text(_plain(text), style=style))


def sorry(text: str) -> None:
    """One sentence to standard error."""
    Console(file=sys.stderr, highlight=False, soft_wrap=True).print(Text(_plain(text)))


def _plain(text: str) -> str:
    """The text without what would steer a terminal, or turn the writing round."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def problems(found: Iterable[Problem], rules: int = 0) -> None:
    """Every problem with its line and carets, and a count at the end."""
    report(Report(tuple(found), rules, lines_of(found)))


def report(found: Report) -> None:
    """A report for people."""
    for text, style in as_text(found):
        line(text, style)


def lines_of(found: Iterable[Problem]) -> dict[str, list[str]]:
    """The lines of the files that problems are about, as far as they can be read."""
    lines: dict[str, list[str]] = {}
    for name in {problem.at.file for problem in found}:
        with suppress(OSError, UnicodeDecodeError):
            lines[name] = Path(name).read_bytes().decode("utf-8-sig").split("\n")
    return lines


def exactly(text: str) -> None:
    """Text for another program, to standard output, as it is."""
    sys.stdout.write(text + "\n")


def difference(before: str, after: str, file: str) -> None:
    """What would change in a file, line by line: what goes in red, what comes in green."""
    old, new = before.replace("\r", "").split("\n"), after.replace("\r", "").split("\n")
    for text in unified_diff(old, new, file, f"{file}, mended", lineterm="", n=1):
        line(text, _DIFFERENCE.get(text[:1], "") if text[:3] not in ("---", "+++") else "bold")


_DIFFERENCE = {"-": "red", "+": "green", "@": "dim"}


def asked(question: str) -> bool:
    """Whether somebody at the terminal says yes; nobody there is a no."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def stopped(loaded: Loaded) -> bool:
    """Print the problems that stop a library, if there are any."""
    if loaded.stops:
        problems(loaded.stops)
    return bool(loaded.stops)
