"""How far a fetch has come, on disk: what ended in the middle goes on from there.

Everything is put together in a folder beside the one that was asked for, which takes its place once
it is whole. The state is written anew each time and put into its place at once. It holds addresses
of files, which may be secret, and no token; all of it is for its owner alone, and gone at the end.
"""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import BinaryIO

import msgspec

from fhir_adapters.bulk.fetched import NAME, UNDER_WAY, Fetched
from fhir_adapters.bulk.files import BulkError

FORMAT = 1


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: only the same can go on."""

    server: str
    level: str  # "Patient", "Group/x" or ""
    types: tuple[str, ...]
    by: str
    searches: str = ""  # which, in short


class Wanted(msgspec.Struct, kw_only=True):
    """One file to download, and how much of it is known to belong together."""

    name: str
    type: str
    url: str
    count: int | None = None
    etag: str = ""  # what the server called this version of it
    packed: bool = False
    done: bool = False
    size: int = 0  # bytes, once it is done
    lost: str = ""  # why it will not come
    short: int = 0  # by how many lines it is not as long as it was said to be


class State(msgspec.Struct, kw_only=True):
    """How far it has come."""

    format: int = FORMAT
    asked: Asked
    job: str = ""  # where to ask how far the server is
    taken: str = ""
    with_token: bool = True
    files: list[Wanted] | None = None  # None until the server has said which
    besides: int = 0
    unread: dict[str, str] = {}
    by_search: bool = False  # since the server has no export
    # By search: who there is, how many of them are done, and how long each file was then.
    everybody: bool = False
    people_done: int = 0
    people_lost: int = 0
    people_unread: int = 0
    sizes: dict[str, int] = {}


_STATE = msgspec.json.Decoder(State)
_JSON = msgspec.json.Encoder()


class Place:
    """The folder that was asked for, and the one beside it in which it is put together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.inside = self.folder.with_name(f"{self.folder.name}.fetching")
        self._before = self.folder.with_name(f"{self.folder.name}.before")

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else fetches into this folder meanwhile. Raises BulkError or OSError."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        path = self.folder.with_name(f".{self.folder.name}.lock")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            if not _is_ours(descriptor, path):
                raise BulkError(
                    f"Another goodday population fetch is at work on {self.folder}; let it end."
                )
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def begin(self, asked: Asked) -> State:
        """Where to go on. Raises BulkError or OSError."""
        self._put_right()
        held = list(self.folder.iterdir()) if self.folder.exists() else []
        if held and not (self.folder / NAME).is_file():
            raise BulkError(
                f"{self.folder} has other things in it; name a folder that is new or empty."
            )
        self.inside.mkdir(0o700, parents=True, exist_ok=True)
        self.inside.chmod(0o700)
        try:
            state = _STATE.decode((self.inside / UNDER_WAY).read_bytes())
        except FileNotFoundError:
            state = State(asked=asked)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise BulkError(
                f"{self.inside} cannot be gone on with; remove it and begin again."
            ) from None
        if state.format != FORMAT or state.asked != asked:
            raise BulkError(
                f"{self.inside} is what another fetch has brought so far; end that one, remove it,"
                " or name another folder."
            )
        self.keep(state)
        return state

    def keep(self, state: State) -> None:
        """Write down how far it is. Raises OSError."""
        self._put(UNDER_WAY, _JSON.encode(state))

    def again(self, state: State) -> State:
        """Begin again from nothing: what the server had is gone. Raises OSError."""
        new = State(asked=state.asked)
        self.keep(new)
        for path in self.inside.iterdir():
            if path.name != UNDER_WAY:
                path.unlink()
        return new

    def finish(self, told: Fetched) -> None:
        """Everything is here: put it into the place of what was there. Raises OSError."""
        self._put(NAME, msgspec.json.format(_JSON.encode(told)) + b"\n")
        (self.inside / UNDER_WAY).unlink()
        self._swap()

    @contextmanager
    def file(self, name: str, *, at: int) -> Generator[BinaryIO]:
        """A file to go on with from so many bytes; what was after them is gone."""
        descriptor = os.open(self.inside / name, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.ftruncate(descriptor, at)
            file.seek(at)
            yield file

    def _put(self, name: str, text: bytes) -> None:
        """Write a file beside its place, and put it there at once."""
        beside = self.inside / f".{name}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        beside.replace(self.inside / name)

    def _put_right(self) -> None:
        """What was ended while folders changed places is brought to its end."""
        whole = (self.inside / NAME).exists() and not (self.inside / UNDER_WAY).exists()
        if whole:
            self._swap()
        elif self._before.exists() and not self.folder.exists():
            self._before.replace(self.folder)
        self._clear()

    def _swap(self) -> None:
        self._clear()
        if self.folder.exists():
            self.folder.replace(self._before)
        self.inside.replace(self.folder)
        self._clear()

    def _clear(self) -> None:
        """The one before is not needed once there is another in its place."""
        if self.folder.exists() and (self._before / NAME).exists():
            shutil.rmtree(self._before)
        with suppress(OSError):
            self._before.rmdir()  # it was empty


def _is_ours(descriptor: int, path: Path) -> bool:
    """Whether the lock is now ours, and still the one that others look at."""
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
        return os.fstat(descriptor).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False
