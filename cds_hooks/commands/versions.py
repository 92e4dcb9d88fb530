"""Two versions of rules, for the verbs that compare them: files, folders, or a git revision."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cds_hooks.commands import say
from cds_hooks.commands.git import NoGit, as_it_was
from cds_hooks.population.compared import loaded_at
from rules.load import Loaded


class NoVersion(Exception):
    """There are no two versions that could be compared. The message is one sentence."""


class Versions(NamedTuple):
    """The old and the new, where they can be read from, and what the old one is called."""

    old: Path
    new: Path
    called: str


@contextmanager
def found(old: str, new: Path) -> Generator[Versions]:
    """Where both are; a revision's files are there as long as this is open. Raises NoVersion."""
    if not new.exists():
        raise NoVersion(f"There is no file or folder called {new}.")
    if Path(old).exists():
        if Path(old).is_dir() is not new.is_dir():
            raise NoVersion(f"{old} and {new} are a file and a folder: name two of a kind.")
        yield Versions(Path(old), new, old)
        return
    practice = _practice(new)
    if practice.resolve() == Path(str(files("rules"))).resolve():
        raise NoVersion(
            f"{new} is of the library that comes with Good Day, of which there is one at a time."
            " Compare a copy of the rule in a practice's folder."
        )
    with TemporaryDirectory(prefix="goodday-") as folder:
        try:
            was = as_it_was(old, new, practice, Path(folder))
        except NoGit as error:
            raise NoVersion(str(error)) from None
        yield Versions(was, new, f"{new} in {old}")


def _practice(path: Path) -> Path:
    """The folder with the code lists and shared files that a rule file stands among."""
    folders = (path, *path.resolve().parents) if path.is_dir() else path.resolve().parents
    for folder in folders:
        if (folder / "value-sets").is_dir() or (folder / "shared").is_dir():
            return folder
    return path if path.is_dir() else path.parent


def read(path: Path) -> Loaded | None:
    """The rules of a version; None, after what is wrong, where a file of it cannot be read.

    What lints and gates would say of it is no matter here: a rule that was changed since it was
    released, or a list that is not locked yet, is what a comparison is for.
    """
    loaded = loaded_at(path)
    unread = [problem for problem in loaded.stops if problem.code.startswith("E")]
    if unread:
        say.problems(unread)
        say.sorry(f"{path} cannot be compared: mend this first.")
        return None
    if not loaded.library.rules and not path.is_dir():
        say.sorry(f"There is no rule in {path}.")
        return None
    return loaded
