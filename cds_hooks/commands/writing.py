"""Writing a file whole or not at all, and what is for its owner alone."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO


class CannotWrite(Exception):
    """A file could not be written. The message is one sentence that names the file."""


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a text beside the file and put it in the file's place. Raises CannotWrite."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False
        ) as beside:
            unfinished = Path(beside.name)
            try:
                beside.write(text)
                beside.close()
                unfinished.chmod(mode)
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except OSError:
        raise CannotWrite(_CANNOT.format(path)) from None


def check_place(path: Path) -> None:
    """Whether a file can be written there, before what goes into it is worked out for minutes.

    Makes its folder, as ``write_whole`` does. Raises CannotWrite.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix="."):
            is_free = not path.is_dir()
    except OSError:
        is_free = False
    if not is_free:
        raise CannotWrite(_CANNOT.format(path))


_CANNOT = "{} cannot be written. Look at its permissions, or name another folder."


@contextmanager
def for_owner(path: Path) -> Generator[BinaryIO]:
    """A file about people, emptied: its owner alone reads it, whoever could before. OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        path.chmod(0o600)  # one that was there keeps its mode when it is opened
        yield file


@contextmanager
def for_owner_if(path: Path | None) -> Generator[BinaryIO | None]:
    """Such a file, if there is to be one. Raises OSError."""
    if path is None:
        yield None
        return
    with for_owner(path) as file:
        yield file


def inside(source: Path | None, **written: Path | None) -> str:
    """Why nothing can be written there, with what to do, by the name of what says where; or "".

    What is read and what is written would be in each other's way.
    """
    for name, path in written.items():
        if source is not None and path is not None:
            try:
                within = path.resolve().is_relative_to(source.resolve())
            except (OSError, RuntimeError):  # a link to itself: it cannot be written either
                continue
            if within:
                return f"--{name} {path} is inside {source}, which is read: name another place."
    return ""


class Lines:
    """Where lines about people go: a file for its owner alone, or nowhere."""

    def __init__(self, file: BinaryIO | None) -> None:
        self._file = file

    def write(self, lines: Iterable[str]) -> None:
        """Each of them as a line. Raises OSError."""
        if self._file is not None:
            self._file.writelines(f"{line}\n".encode() for line in lines)


@contextmanager
def lines_for_owner(path: Path | None) -> Generator[Lines]:
    """Lines into such a file, if there is to be one. Raises OSError."""
    with for_owner_if(path) as file:
        yield Lines(file)
