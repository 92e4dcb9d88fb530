"""The folder of a night: one run at a time writes to it, and it never holds half of two nights.

``today.txt`` is written last and taken away first: where it is, everything else is of that night.
"""

import os
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from cds_hooks.commands.writing import for_owner

SEAL = "today.txt"
_NAMES = (
    r"flags\.ndjson|night\.json|(emis|systmone|to-end|results-ahead)\.csv|transaction-\d{3,}\.json"
)
_OURS = re.compile(_NAMES)
_UNFINISHED = re.compile(rf"\.({_NAMES}|today\.txt)")


class CannotUse(Exception):
    """A folder cannot be a night's. The message is one sentence that names it."""


@contextmanager
def night_folder(folder: Path, source: Path) -> Generator["NightFolder"]:
    """A folder that this run alone writes to. One that stays empty is not left behind.

    Raises CannotUse, and OSError where it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise CannotUse(f"{folder} is a file; name a folder with --to.")
    there, read = folder.resolve(), source.resolve()
    if there == read or read in there.parents:
        raise CannotUse(
            f"{folder} is where the list is read from, and what is written there would be read as"
            " part of it tomorrow; name another folder with --to."
        )
    made = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_in(folder) as held:
        try:
            with for_owner(folder / f".{SEAL}"):
                pass  # where it cannot be written to, that is told before everybody is asked about
            (folder / f".{SEAL}").unlink()
            yield NightFolder(folder, held)
        finally:
            if made:
                with suppress(OSError):  # there is something in it
                    folder.rmdir()


@contextmanager
def alone_in(folder: Path) -> Generator[int]:
    """A folder that no other run writes to or sends from, as a descriptor. Raises CannotUse."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            flock(held, LOCK_EX | LOCK_NB)  # it goes with the process, however that ends
        except BlockingIOError:
            raise CannotUse(
                f"Another run is writing to {folder}, or sending from it; wait until it has"
                " ended, or name another folder with --to."
            ) from None
        yield held
    finally:
        os.close(held)


class NightFolder:
    """The folder, while nobody else writes to it."""

    def __init__(self, folder: Path, held: int) -> None:
        self._folder = folder
        self._held = held

    def write(self, files: Mapping[str, str]) -> None:
        """Put these in the place of what an earlier night left. Raises OSError.

        A run that is killed, or a disk that is full, leaves an earlier night, this one, or files
        of one of them, each whole, without ``today.txt``. What is not a night's stays as it is.
        """
        for one in self._there(_UNFINISHED):
            one.unlink()
        for name, text in files.items():
            with for_owner(self._folder / f".{name}") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        (self._folder / SEAL).unlink(missing_ok=True)
        for one in self._there(_OURS):
            one.unlink()
        for name in sorted(files, key=lambda name: name == SEAL):
            if name == SEAL:
                os.fsync(self._held)
            (self._folder / f".{name}").replace(self._folder / name)
        os.fsync(self._held)

    def _there(self, names: re.Pattern[str]) -> list[Path]:
        return [one for one in self._folder.iterdir() if names.fullmatch(one.name)]
