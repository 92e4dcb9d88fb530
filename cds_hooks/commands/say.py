"""Writing to the terminal: plain where it is piped, and never coloured by what a file says."""

import os
import sys
import textwrap
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from difflib import unified_diff
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, TextIO, TypeVar

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from cds_hooks.commands import COULD_NOT_RUN
from cds_hooks.commands.report import Report, as_text
from rules.load import Loaded
from rules.problems import Problem

if TYPE_CHECKING:
    from fhir_adapters.bulk.local import Crew


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


def stays(instead: str, does: str) -> None:
    """Tell whoever sends true counts on, to a file or another program, that they stay inside."""
    if not sys.stdout.isatty():
        sorry(
            "These are true counts, which stay inside the practice;"
            f" {instead} {does} what may leave it."
        )


def could_not(error: Exception, to: Path | None) -> int:
    """Say why something could not be done, where it was to be written; the exit code for that.

    Errors of ours say it in one sentence; those of the system have a file, and no such sentence.
    """
    if isinstance(error, OSError):
        where = error.filename or to or "A folder that is needed"
        sorry(f"{where} cannot be written to, or the disk is full.")
    else:
        sorry(str(error))
    return COULD_NOT_RUN


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns with two spaces between them; the first is words, the others are numbers."""
    every = [part for row in (heads, *rows) for part in _folded(row)]
    widths = [max(len(row[column]) for row in every) for column in range(len(heads))]
    for row in every:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        line("  ".join(cells), "bold" if row is every[0] else "")


def _folded(row: Sequence[str]) -> Iterator[Sequence[str]]:
    """A row whose words are long, as several: the numbers stand beside the first of them."""
    before = row[0][: len(row[0]) - len(row[0].lstrip())]
    first, *others = textwrap.wrap(
        row[0].strip(),
        _WORDS,
        initial_indent=before,
        subsequent_indent=f"{before}  ",
        break_long_words=False,  # a name is for copying
        break_on_hyphens=False,
    ) or [""]
    yield (first, *row[1:])
    for more in others:
        yield (more, *("" for _ in row[1:]))


_Thing = TypeVar("_Thing")
# So wide is the first column of a table at most, so that the numbers beside it stay on a screen.
_WORDS = 72
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


@contextmanager
def progress() -> Generator[Callable[[str, float, float | None], None]]:
    """Something to tell what is done and how much of it; a bar, after two seconds, on a terminal.

    It is told what, how much, and of how much; None where nobody knows.
    """
    with _apart() as file:
        console = Console(file=file, highlight=False)
        bar = Progress(console=console, transient=True) if console.is_terminal else None
        task = bar.add_task("", total=None) if bar else None
        began, shown = monotonic(), False

        def show(what: str, done: float, of: float | None) -> None:
            nonlocal shown
            if bar is None or task is None or monotonic() - began <= _PATIENCE:
                return
            if not shown:
                bar.start()
                shown = True
            bar.update(task, description=what, completed=done, total=of)

        try:
            yield show
        finally:
            if bar is not None and shown:
                bar.stop()


def _apart() -> AbstractContextManager[TextIO]:
    """The terminal of standard error, even while that goes to a log; else standard error."""
    if not sys.stderr.isatty():
        return nullcontext(sys.stderr)
    return os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")


@contextmanager
def watching(crew: "Crew") -> Generator[None]:
    """On a terminal, how far a crew is, from the second second on: it is asked, and tells nobody.

    Nothing that works has to say so for the bar to appear, or to move.
    """
    console = Console(file=sys.stderr, highlight=False)
    if not console.is_terminal:
        yield
        return
    bar = _Asking(crew, console)
    timer = Timer(_PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


class _Asking(Progress):
    """A bar that asks a crew whenever it is drawn."""

    def __init__(self, crew: "Crew", console: Console) -> None:
        self._crew = crew
        super().__init__(
            TextColumn("{task.description}"), BarColumn(), console=console, transient=True
        )
        self._one = self.add_task("", total=None)

    def get_renderables(self) -> Iterable[RenderableType]:
        """What is drawn: how much is done, and of how much if that is known."""
        what, done, of, in_bytes = self._crew.so_far
        told = f"{done // 1_000_000:,} MB" if in_bytes else f"{done:,}"
        if self.tasks:
            self.tasks[0].description = f"{what} {told}" if done else what
            # How large a packed file is, unpacked, is a guess: past it nobody knows.
            self.tasks[0].total, self.tasks[0].completed = of if done < of else None, done
        yield from super().get_renderables()


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


def difference(before: str, after: str, file: str, now: str = "mended") -> None:
    """What would change in a file, line by line: what goes in red, what comes in green."""
    old, new = before.replace("\r", "").split("\n"), after.replace("\r", "").split("\n")
    for text in unified_diff(old, new, file, f"{file}, {now}", lineterm="", n=1):
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


def count(number: int, noun: str, several: str = "") -> str:
    """ "1 code", "2 codes"; ``several`` where that is another word than with an s."""
    return f"{number} {noun if number == 1 else several or f'{noun}s'}"


def stopped(loaded: Loaded) -> bool:
    """Print the problems that stop a library, if there are any."""
    if loaded.stops:
        problems(loaded.stops)
    return bool(loaded.stops)
