"""Backups: a consistent copy of a store with the fingerprint of every byte, and looking at one.

A backup is a folder: the copy, ``manifest.json`` that says what it is and the SHA-256 of it, and
``manifest.sha256`` for the manifest. The key of the store is not in it: what is sealed stays so.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import msgspec
from sqlalchemy import Connection, MetaData, create_engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.keys import sync_folder
from cds_hooks.store.opening import Place, connect, version_of
from cds_hooks.store.tables import FILE, StoreError, metadata

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
COPY, ROWS = "store.sqlite", "store.jsonl"
FORMAT = 1


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a backup is."""

    format: int
    made_at: str
    version: int  # of the store
    file: str  # store.sqlite, or store.jsonl from PostgreSQL
    sha256: str
    bytes: int
    rows: dict[str, int]  # how many each table has


@dataclass(frozen=True, slots=True)
class Looked:
    """A backup that was looked at: what it says of itself, and everything that is wrong with it."""

    manifest: Manifest | None
    wrong: tuple[str, ...]


def backup(place: Place, to: Path, now: datetime) -> Path:
    """Copy a store as it is at one moment into a new folder under ``to``. Raises StoreError.

    The service may go on meanwhile. The folder has its name only when all of it is there.
    """
    name = f"goodday-backup-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
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
    database = connect(place, FILE)
    try:
        with database.reading() as connection:
            version = version_of(connection)
        if not version:
            raise StoreError(f"There is no store in {place.named}.")
        if database.is_shared:
            file = folder / ROWS
            with database.engine.connect() as connection:
                steady = connection.execution_options(isolation_level="REPEATABLE READ")
                rows = _dump(steady, file)
        else:
            file = folder / COPY
            with database.engine.connect() as connection:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.execute(text("VACUUM INTO :file"), {"file": str(file)})
            rows = _rows_of(file)
    finally:
        database.close()
    file.chmod(0o600)
    manifest = Manifest(
        FORMAT,
        now.astimezone(UTC).isoformat(timespec="seconds"),
        version,
        file.name,
        _sha256(file),
        file.stat().st_size,
        rows,
    )
    packed = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    _write(folder / MANIFEST, packed)
    _write(folder / SEAL, _sealed(packed))


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


def _dump(connection: Connection, file: Path) -> dict[str, int]:
    """Every row of our tables, one a line, as JSON; how many each table has."""
    there = MetaData()
    there.reflect(connection)
    rows: dict[str, int] = {}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for table in metadata.sorted_tables:
            if table.name not in there.tables:
                continue
            columns = there.tables[table.name]
            rows[table.name] = 0
            order = list(columns.primary_key.columns)
            streamed = connection.execution_options(yield_per=1000)
            for row in streamed.execute(select(columns).order_by(*order)).mappings():
                rows[table.name] += 1
                line = json.dumps({"table": table.name, "row": dict(row)}, ensure_ascii=True)
                out.write(line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return rows


def read_rows(file: Path) -> Iterator[tuple[str, dict[str, str | int]]]:
    """The rows of a dump, table by table as they were written. Raises ValueError or OSError."""
    with file.open("rb") as lines:
        for line in lines:
            packed = msgspec.json.decode(line, type=_Row)
            yield packed.table, packed.row


class _Row(msgspec.Struct):
    table: str
    row: dict[str, str | int]


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


def look_at(folder: Path) -> Looked:
    """A backup and everything that is wrong with it; a bit that flipped anywhere is."""
    try:
        packed, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_bytes()
    except OSError:
        return Looked(None, (f"{folder} is not a backup: it has no {MANIFEST} and {SEAL}.",))
    if seal != _sealed(packed):
        return Looked(None, (f"{MANIFEST} or {SEAL} was changed since the backup was made.",))
    try:
        manifest = msgspec.json.decode(packed, type=Manifest)
    except msgspec.MsgspecError:
        return Looked(None, (f"{MANIFEST} is of another version of Good Day.",))
    if manifest.format != FORMAT or manifest.file not in (COPY, ROWS):
        return Looked(None, (f"{MANIFEST} is of another version of Good Day.",))
    return Looked(manifest, tuple(_wrong_with(folder / manifest.file, manifest)))


def _wrong_with(file: Path, manifest: Manifest) -> Iterator[str]:
    try:
        if file.stat().st_size != manifest.bytes or _sha256(file) != manifest.sha256:
            yield f"{file.name} was changed since the backup was made."
            return
        if file.name == COPY:
            rows = _rows_of(file)
        else:
            rows = dict.fromkeys(manifest.rows, 0)
            for table, _ in read_rows(file):
                rows[table] += 1
    except OSError:
        yield f"{file.name} is not there or cannot be read."
    except (SQLAlchemyError, StoreError, ValueError, KeyError):
        yield f"{file.name} cannot be read as a store."
    else:
        if rows != manifest.rows:
            yield f"{file.name} does not have the rows that {MANIFEST} says."
