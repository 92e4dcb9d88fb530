"""The directory of local support in a backup: copied out as lines, looked at, and put back.

What is put back is what is not there: an entry that is there was looked at since, and stays.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.beside import is_there
from cds_hooks.store.dumping import dump, read_rows
from cds_hooks.store.opening import Database, Place, connect, open_database
from cds_hooks.store.supports import FILE, VERSION, kept_of, metadata, next_turn, supports
from cds_hooks.store.tables import StoreError

_DAMAGED = "The directory of local support is damaged. Restore a backup."
_BESIDE = ("", "-wal", "-shm")


def copy_out(place: Place, file: Path) -> int | None:
    """Every row of it in a new file; how many entries, None where there is no directory.

    Raises StoreError, SQLAlchemyError or OSError.
    """
    if not is_there(place, FILE, supports.name):
        return None
    if wrong_with_directory(place):
        raise StoreError(
            f"The directory of local support is damaged, so no backup was made. Move {FILE} out of"
            f" {place.named}, or restore a backup: that puts it aside."
        )
    database = connect(place, FILE)
    try:
        with database.reading() as connection:
            return dump(connection, file, metadata).get(supports.name, 0)
    finally:
        database.close()


def entries_in(file: Path) -> int:
    """How many entries a copy has, each of which can be read. Raises ValueError or OSError."""
    return sum(1 for _ in _rows(file))


def put_back(place: Place, file: Path, now: datetime) -> tuple[int, str]:
    """Put back what is not there, all of it or nothing; how many entries that were.

    A directory that is damaged is put aside first, where the second says; "" where none was.
    Raises StoreError, ValueError or OSError.
    """
    copied = {row["id"]: row for row in _rows(file)}
    aside = "" if place.url else _put_aside(place, now)
    database = open_database(place, FILE, metadata, "FULL", VERSION)
    try:
        with database.writing() as connection:
            next_turn(connection)
            there = set(connection.execute(select(supports.c.id)).scalars())
            missing = [row for name, row in copied.items() if name not in there]
            if missing:
                connection.execute(insert(supports), missing)
    finally:
        database.close()
    return len(missing), aside


def wrong_with_directory(place: Place) -> tuple[str, ...]:
    """What is wrong with the one that is there, in a sentence. Raises StoreError."""
    if not is_there(place, FILE, supports.name):
        return ()
    try:
        database = connect(place, FILE)
    except StoreError:
        if place.url:
            raise
        return (_DAMAGED,)
    try:
        return () if _is_whole(database) else (_DAMAGED,)
    finally:
        database.close()


def _rows(file: Path) -> Iterator[dict[str, str | int]]:
    for table, row in read_rows(file):
        if table == supports.name:
            _check(row)
            yield row


def _check(row: dict[str, str | int]) -> None:
    try:
        if set(row) != set(supports.c.keys()):
            raise ValueError("other columns")
        kept_of(row)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("no entry") from error


def _is_whole(database: Database) -> bool:
    try:
        with database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not database.is_shared:
                found = alone.execute(text("PRAGMA integrity_check")).scalar_one()
                if found != "ok":
                    return False
            for row in alone.execute(select(supports)).mappings():
                kept_of(row)
    except (SQLAlchemyError, ValueError):
        return False
    return True


def _put_aside(place: Place, now: datetime) -> str:
    """Rename a file that is damaged, with what SQLite has beside it; where it is then."""
    if not wrong_with_directory(place):
        return ""
    there = place.folder / FILE
    aside = f"{there}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for end in _BESIDE:
        if Path(f"{there}{end}").exists():
            Path(f"{there}{end}").rename(f"{aside}{end}")
    return aside
