"""``goodday rules fix PATH``: the sure fixes, shown first, made as edits of the text.

Comments, layout and line ends stay. A fix that would make a file worse is left out.
"""

import os
import shutil
import tempfile
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.check import look
from cds_hooks.commands.report import Report
from rules.mending import Mended, mend
from rules.problems import Problem

_MARK = "\ufeff"  # some editors begin a file with it; it is kept


def fix(path: Path, *, yes: bool = False) -> int:
    """Show what can surely be mended and mend it, if somebody says so; then say what is left."""
    if not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    wanted = shown = 0
    for name in sorted(
        {problem.at.file for problem in look(path, proving=False).problems if problem.fix}
    ):
        file = Path(name)
        if not _is_under(file, path):
            continue
        text, after = read(file), mended(path, name)
        if after.text == text:
            continue
        shown += len(after.fixed)
        say.difference(text, after.text, name)
        if yes or say.asked(f"Change {name}?"):
            try:
                write(file, after.text)
            except OSError:
                say.sorry(f"{name} cannot be written. Look at its permissions.")
                return COULD_NOT_RUN
            wanted += len(after.fixed)
    return _ending(look(path), shown, wanted)


def mended(path: Path, name: str) -> Mended:
    """One file under a path, by its name in problems, as it would be after mending.

    Raises OSError if it cannot be read.
    """
    text = read(Path(name))
    mark = _MARK if text.startswith(_MARK) else ""

    def problems(draft: str) -> tuple[Problem, ...]:
        return look(path, {name: (mark + draft).encode("utf-8")}, proving=False).problems

    after = mend(text.removeprefix(_MARK), name, problems)
    return Mended(mark + after.text, after.fixed, after.left)


def _ending(left: Report, shown: int, done: int) -> int:
    if done:
        say.line(f"{done} mended.", "green")
    elif shown:
        say.line(f"Nothing was changed. To have it done without a question: add --yes ({shown}).")
    else:
        say.line("There is nothing that can be mended for certain.")
    say.report(left)
    return PROBLEMS if left.stops else FINE


def _is_under(file: Path, path: Path) -> bool:
    """Whether a file was meant: the one that was named, or one in the folder that was."""
    if not file.is_file() or file.is_symlink():
        return False
    return file.absolute() == path.absolute() or path.absolute() in file.absolute().parents


def read(file: Path) -> str:
    """The text with its own line ends. Raises OSError if it cannot be read."""
    return file.read_bytes().decode("utf-8")


def write(file: Path, text: str) -> None:
    """All of it or nothing, with the mode that the file has. Raises OSError if it cannot be."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(file, name)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
