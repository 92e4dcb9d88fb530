"""Backups: a consistent copy of a store with the fingerprint of every byte, and looking at one.

A backup is a folder: the copy, sealed with the key of the store; ``manifest.json`` that says what
it is and the SHA-256 of it; and ``manifest.sha256`` for the manifest. The key is not in it.
Whether it is whole anybody can tell; what is in it, only whoever has the key.
"""

import hashlib
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import MetaData, create_engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.answers import checked_key, fingerprint_in
from cds_hooks.store.directory_copies import copy_out, entries_in
from cds_hooks.store.dumping import dump, read_rows
from cds_hooks.store.keys import KEY_FILE, Key, read_key, sync_folder
from cds_hooks.store.opening import Database, Place, connect, version_of
from cds_hooks.store.sealing import seal, unseal
from cds_hooks.store.supports import VERSION as OF_SUPPORTS
from cds_hooks.store.tables import FILE, StoreError, metadata

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
COPY, ROWS = "store.sqlite", "store.jsonl"
DIRECTORY = "directory.jsonl"
SEALED = ".sealed"
_NAME = "goodday-backup-"
FORMAT, _UNSEALED = 2, 1  # those of before lie open


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """The directory of local support, where there is one: sealed in a file of its own."""

    file: str
    sha256: str
    bytes: int
    version: int  # of its tables
    entries: int


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a backup is."""

    format: int
    made_at: str
    version: int  # of the store
    file: str  # store.sqlite, or store.jsonl from PostgreSQL; with .sealed behind it
    sha256: str
    bytes: int
    rows: dict[str, int]  # how many each table has
    key: str = ""  # the fingerprint of the key that it is sealed with
    directory: Part | None = None

    @property
    def lies_open(self) -> bool:
        """Whether it is of before they were sealed: whoever could write there may have made it."""
        return self.format == _UNSEALED

    @property
    def holds(self) -> str:
        """What the copy is once it is opened: COPY or ROWS."""
        return self.file.removesuffix(SEALED)


@dataclass(frozen=True, slots=True)
class Looked:
    """A backup that was looked at: what it says of itself, and everything that is wrong with it."""

    manifest: Manifest | None
    wrong: tuple[str, ...]


def backup(place: Place, to: Path, now: datetime) -> Path:
    """Copy a store as it is at one moment into a new folder under ``to``. Raises StoreError.

    The service may go on meanwhile. The folder has its name only when all of it is there.
    """
    name = f"{_NAME}{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    folder, making = to / name, to / f".{name}.{os.getpid()}"
    if not place.url and not (place.folder / FILE).is_file():
        raise StoreError(f"There is no store in {place.folder}. Name its folder with --data.")
    if folder.exists():
        raise StoreError(f"There is a backup called {folder} already. Try again in a second.")
    try:
        making.mkdir(parents=True, mode=0o700)
        _copy(place, making, now)
        sync_folder(making)
        making.rename(folder)
        sync_folder(to)
    except (SQLAlchemyError, OSError):
        raise StoreError(
            f"The backup could not be written to {to}, and nothing of it was left there."
        ) from None
    finally:
        rmtree(making, ignore_errors=True)
    return folder


def _copy(place: Place, folder: Path, now: datetime) -> None:
    """It lies open for a moment beside the store, which lies open too, and nowhere else."""
    database = connect(place, FILE)
    try:
        with database.reading() as connection:
            version = version_of(connection)
            if not version:
                raise StoreError(f"There is no store in {place.named}.")
        key = _key_of(database, place)
        with for_a_moment(place) as scratch:
            plain = scratch / (ROWS if database.is_shared else COPY)
            with database.engine.connect() as connection:
                if database.is_shared:
                    steady = connection.execution_options(isolation_level="REPEATABLE READ")
                    rows = dump(steady, plain, metadata)
                else:
                    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                    alone.execute(text("VACUUM INTO :file"), {"file": str(plain)})
                    rows = _rows_of(plain)
            file = folder / f"{plain.name}{SEALED}"
            seal(plain, file, key.bytes_for(_PURPOSE))
            directory = _copy_directory(place, scratch, folder, key)
    finally:
        database.close()
    manifest = Manifest(
        FORMAT,
        now.astimezone(UTC).isoformat(timespec="seconds"),
        version,
        file.name,
        _sha256(file),
        file.stat().st_size,
        rows,
        key.fingerprint,
        directory,
    )
    packed = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    _write(folder / MANIFEST, packed)
    _write(folder / SEAL, _sealed(packed))


def _copy_directory(place: Place, scratch: Path, folder: Path, key: Key) -> Part | None:
    plain = scratch / DIRECTORY
    entries = copy_out(place, plain)
    if entries is None:
        return None
    file = folder / f"{DIRECTORY}{SEALED}"
    seal(plain, file, key.bytes_for(_OF_THE_DIRECTORY))
    return Part(file.name, _sha256(file), file.stat().st_size, OF_SUPPORTS, entries)


_PURPOSE, _OF_THE_DIRECTORY = "backup", "backup of the directory"


def _key_of(database: Database, place: Place) -> Key:
    """The store's own key; one of before there were keys gets the one that it will have."""
    with database.reading() as connection:
        known = fingerprint_in(connection) if inspect(connection).has_table("about") else None
    return (
        read_key(place.folder, place.key, make=True) if known is None else checked_key(known, place)
    )


@contextmanager
def for_a_moment(place: Place) -> Generator[Path]:
    """A folder for a moment, for its owner alone, where the store and its key are.

    One that was left behind, because whoever made it was killed, is let go of.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    for left in place.folder.glob(f"{_SCRATCH}*"):
        with _alone_in(left) as nobody_is_in_it:
            if nobody_is_in_it:
                rmtree(left, ignore_errors=True)
    with (
        TemporaryDirectory(
            prefix=_SCRATCH, dir=place.folder, ignore_cleanup_errors=True
        ) as scratch,
        _alone_in(Path(scratch)),
    ):
        yield Path(scratch)


_SCRATCH = ".opened-"


@contextmanager
def _alone_in(folder: Path) -> Generator[bool]:
    """Whether nobody else is in a folder; until the end, nobody else is."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextmanager
def opened(place: Place, folder: Path, manifest: Manifest) -> Generator[Path]:
    """The copy in a backup, to be read while this is open. Raises StoreError where it cannot be."""
    file = folder / manifest.file
    if manifest.format == _UNSEALED:
        yield file
        return
    with _unsealed(place, file, manifest, _PURPOSE) as plain:
        yield plain


@contextmanager
def opened_directory(place: Place, folder: Path, manifest: Manifest) -> Generator[Path | None]:
    """The same of the directory of local support in it; None where it has none."""
    if manifest.directory is None:
        yield None
        return
    file = folder / manifest.directory.file
    with _unsealed(place, file, manifest, _OF_THE_DIRECTORY) as plain:
        yield plain


@contextmanager
def _unsealed(place: Place, file: Path, manifest: Manifest, purpose: str) -> Generator[Path]:
    key = read_key(place.folder, place.key, make=False)
    if key.fingerprint != manifest.key:
        raise StoreError(
            f"The backup was sealed with another key than the one that is there for {place.named}."
            f" Put the key that its store had, {KEY_FILE}, into {place.folder}, or give it as"
            " GOODDAY_STORE_KEY."
        )
    with ExitStack() as until_then:
        try:
            plain = until_then.enter_context(for_a_moment(place)) / file.name.removesuffix(SEALED)
            unseal(file, plain, key.bytes_for(purpose))
        except ValueError:
            raise StoreError(f"{file.name} was changed since the backup was made.") from None
        except OSError:
            raise StoreError(
                f"The backup could not be opened in {place.folder}, so nothing is known of what is"
                " in it. Make room on the disk, or have that folder written to."
            ) from None
        yield plain


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sealed(manifest: bytes) -> bytes:
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _rows_of(file: Path) -> dict[str, int]:
    """How many rows each table of a copy has. Raises SQLAlchemyError where it is damaged."""
    # Only looked at: not even a log of writes is made beside it.
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as connection:
            whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            if whole != "ok":
                raise StoreError("The copy is damaged.")
            there = MetaData()
            there.reflect(connection)
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in sorted(there.tables.items())
                if name in metadata.tables
            }
    finally:
        engine.dispose()


def let_go(made: Path, keep: int) -> list[Path]:
    """Let go of all backups but so many beside the one just made; which they were. StoreError.

    Those of another store, or of before they were sealed, and whatever else is there, stay.
    """
    key = _sealed_with(made)
    # Their names are the moments when they were made; of a clock that was put back since, another.
    others = (one for one in made.parent.glob(f"{_NAME}*") if one != made)
    ours = sorted(one for one in others if key and _sealed_with(one) == key)
    gone = ours[: max(len(ours) - max(keep - 1, 0), 0)]
    for one in gone:
        try:
            rmtree(one)
        except OSError:
            raise StoreError(f"The old backup {one} could not be let go of. Delete it.") from None
    return gone


def _sealed_with(folder: Path) -> str:
    """The fingerprint of the key that a backup was sealed with; "" where there is none."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest).key
    return ""


def look_at(folder: Path, place: Place | None = None) -> Looked:
    """A backup and everything that is wrong with it; a bit that flipped anywhere is.

    What is in it is read as well where a ``place`` has the key that it was sealed with. Raises
    StoreError where that place has none, or another.
    """
    try:
        packed, seal_of_it = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_bytes()
    except OSError:
        return Looked(None, (f"{folder} is not a backup: it has no {MANIFEST} and {SEAL}.",))
    if seal_of_it != _sealed(packed):
        return Looked(None, (f"{MANIFEST} or {SEAL} was changed since the backup was made.",))
    try:
        manifest = msgspec.json.decode(packed, type=Manifest)
    except msgspec.MsgspecError:
        return Looked(None, (f"{MANIFEST} is of another version of Good Day.",))
    sealed = SEALED if manifest.format == FORMAT else ""
    if manifest.format not in (FORMAT, _UNSEALED) or manifest.file not in (
        f"{COPY}{sealed}",
        f"{ROWS}{sealed}",
    ):
        return Looked(None, (f"{MANIFEST} is of another version of Good Day.",))
    part = manifest.directory
    if part is not None and (part.file != f"{DIRECTORY}{SEALED}" or part.version > OF_SUPPORTS):
        return Looked(None, (f"{MANIFEST} is of another version of Good Day.",))
    found = [*_wrong_with(folder / manifest.file, manifest)]
    found += _wrong_with(folder / part.file, part) if part is not None else ()
    wrong = tuple(found)
    if not wrong and place is not None:
        with opened(place, folder, manifest) as plain:
            wrong = tuple(_wrong_in(plain, manifest))
        with opened_directory(place, folder, manifest) as plain:
            if plain is not None and part is not None and not _is_directory(plain, part):
                wrong = (*wrong, f"{part.file} cannot be read as a directory of local support.")
    return Looked(manifest, wrong)


def _is_directory(plain: Path, part: Part) -> bool:
    try:
        return entries_in(plain) == part.entries
    except (ValueError, OSError):
        return False


def _wrong_with(file: Path, says: Manifest | Part) -> Iterator[str]:
    try:
        if file.stat().st_size != says.bytes or _sha256(file) != says.sha256:
            yield f"{file.name} was changed since the backup was made."
    except OSError:
        yield f"{file.name} is not there or cannot be read."


def _wrong_in(plain: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with the copy itself, once it is opened."""
    try:
        if plain.name == COPY:
            rows = _rows_of(plain)
        else:
            rows = dict.fromkeys(manifest.rows, 0)
            for table, _ in read_rows(plain):
                rows[table] += 1
    except (SQLAlchemyError, StoreError, ValueError, KeyError, OSError):
        yield f"{manifest.file} cannot be read as a store."
    else:
        if rows != manifest.rows:
            yield f"{manifest.file} does not have the rows that {MANIFEST} says."
