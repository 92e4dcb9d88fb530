"""Restoring a backup. What was there stays beside it, and all that it has besides is carried over.

So is who was erased since: a backup brings nobody back.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from cds_hooks.store.answers import checked_key, key_noted, key_of
from cds_hooks.store.backups import COPY, for_a_moment, look_at, opened, opened_directory
from cds_hooks.store.carrying import Carried, carry_over, same_key
from cds_hooks.store.directory_copies import put_back
from cds_hooks.store.dumping import read_rows
from cds_hooks.store.keys import KEY_FILE, Key, read_key, sync_folder
from cds_hooks.store.moving import move, move_within
from cds_hooks.store.opening import Place, connect, note_version, version_of, wait_to_make
from cds_hooks.store.pauses import pauses_in
from cds_hooks.store.quick import driver_of
from cds_hooks.store.salvaging import salvaged
from cds_hooks.store.tables import FILE, VERSION, StoreError, metadata
from cds_hooks.store.verifying import wrong_with

_OLD = "replaced"
_BESIDE = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restore: where the store is that was there before ("" for none)."""

    beside: str
    # What the backup did not have and was carried over; None where what was there cannot be read.
    carry: Carried | None
    paused: tuple[str, ...] = ()  # what is paused, or in shadow, in the store that is there now
    in_part: bool = False  # what was there is damaged, and only part of it could be carried over
    # Entries of local support that were not there any more; None where the backup has none of it.
    entries: int | None = None
    directory_beside: str = ""  # where a directory is that was damaged

    @property
    def carried(self) -> bool:
        """Whether what was there before, if anything, could be read and carried over."""
        return self.carry is not None


def restore(place: Place, folder: Path, now: datetime) -> Restored:
    """Put a backup in the place of a store. Raises StoreError, and then nothing is changed."""
    looked = look_at(folder)
    if looked.wrong or looked.manifest is None:
        raise StoreError(f"Nothing was restored. {' '.join(looked.wrong)}")
    manifest = looked.manifest
    if manifest.version > VERSION:
        raise StoreError("The backup is of a later version of Good Day. Restore it with that one.")
    if (manifest.holds == COPY) is bool(place.url):
        kinds = ("a SQLite store", "PostgreSQL") if manifest.holds == COPY else (
            "a store in PostgreSQL", "SQLite",
        )  # fmt: skip
        raise StoreError(f"The backup is of {kinds[0]} and cannot be restored into {kinds[1]}.")
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    try:
        with opened(place, folder, manifest) as copy:
            into = _into_database if place.url else _into_folder
            done = into(place, copy, stamp)
    except (SQLAlchemyError, OSError):
        raise StoreError(
            f"The backup could not be restored to {place.named}. What was there is there still."
        ) from None
    try:
        with opened_directory(place, folder, manifest) as entries:
            if entries is None:
                return done
            back, aside = put_back(place, entries, now)
    except (StoreError, SQLAlchemyError, OSError, ValueError):
        raise StoreError(
            f"The store was restored to {place.named}, but the directory of local support that is"
            " in the backup was not. Restore it once more: nothing of either is lost by that."
        ) from None
    return replace(done, entries=back, directory_beside=aside)


def tried(place: Place, folder: Path, now: datetime) -> bool:
    """Restore a backup where nothing is, look at all of it, and let go of it again.

    Whether that could be done: one of PostgreSQL needs a database. Raises StoreError, with what is
    wrong, where it could not be restored, or is not whole then.
    """
    manifest = look_at(folder).manifest
    if manifest is None or manifest.holds != COPY:
        return False
    try:
        with for_a_moment(place) as scratch:
            there = Place(scratch, key=place.key)
            if not place.key:
                shutil.copyfile(place.folder / KEY_FILE, scratch / KEY_FILE)
            restore(there, folder, now)
            wrong = wrong_with(there)
    except OSError:
        raise StoreError(
            f"The backup could not be tried in {place.folder}. Make room on the disk, or have that"
            " folder written to."
        ) from None
    if wrong:
        raise StoreError(f"The backup could be restored, but is not whole. {' '.join(wrong)}")
    return True


# ---- SQLite: a file in the place of a file ---------------------------------------------------


def _into_folder(place: Place, copy: Path, stamp: str) -> Restored:
    place.folder.mkdir(parents=True, exist_ok=True)
    there, key_file = place.folder / FILE, place.folder / KEY_FILE
    for left in place.folder.glob(".restoring-*"):  # by one that was killed: somebody may be in it
        shutil.rmtree(left, ignore_errors=True)
    making = Place(place.folder / f".restoring-{stamp}", key=place.key)
    making.folder.mkdir(mode=0o700)
    try:
        if key_file.exists():
            os.link(key_file, making.folder / KEY_FILE)
        shutil.copyfile(copy, making.folder / FILE)
        move(making)
        carry, stopped, in_part = _make_ready(making, there, _day(stamp))
        beside = ""
        if there.exists():
            beside = f"{there}.before-{stamp}"
            for end in _BESIDE:
                if Path(f"{there}{end}").exists():
                    os.link(f"{there}{end}", f"{beside}{end}")
            for end in _BESIDE[1:]:
                Path(f"{there}{end}").unlink(missing_ok=True)
        (making.folder / FILE).replace(there)
        if not place.key and not key_file.exists():
            (making.folder / KEY_FILE).replace(key_file)
        sync_folder(place.folder)
        return Restored(beside, carry, stopped, in_part)
    finally:
        shutil.rmtree(making.folder, ignore_errors=True)


def _make_ready(
    making: Place, there: Path, today: date
) -> tuple[Carried | None, tuple[str, ...], bool]:
    """Carry over into a copy what has to be; all of it is in its file then. And what is paused.

    And whether what was there could be read in part only.
    """
    database = connect(making, FILE)
    try:
        key = key_of(database, making)
        scratch = making.folder / "old"
        old, whole = _copied(there, scratch) if there.exists() else (None, True)
        with database.engine.connect() as connection:
            if old is not None:
                driver_of(connection).execute(f"ATTACH DATABASE ? AS {_OLD}", [str(old)])
            with connection.begin():
                carry: Carried | None = None
                if old is not None:
                    carry = _carry_over(connection, key, _OLD, today, whole=whole)
                elif not there.exists():
                    carry = Carried()
                stopped = tuple(one.what for one in pauses_in(connection))
        with database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    return carry, stopped, carry is not None and not whole


def _copied(there: Path, scratch: Path) -> tuple[Path | None, bool]:
    """A copy of the store that is there, of this version; None where it cannot be read.

    And whether it is all of it. Raises StoreError where it can be, and cannot be copied: nothing of
    it is to be lost then.
    """
    try:
        old = connect(Place(there.parent), FILE)
    except StoreError:
        return None, False
    try:
        with old.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not _is_whole(alone):
                return _salvaged(alone, there, scratch), False
            _check_not_later(version_of(alone), str(there.parent))
            _check_nobody_else(alone, there.parent)
            scratch.mkdir(mode=0o700)
            alone.execute(text("VACUUM INTO :file"), {"file": str(scratch / FILE)})
    except SQLAlchemyError:
        raise StoreError(_not_copied(there)) from None
    finally:
        old.close()
    try:
        move(Place(scratch))
    except StoreError:
        raise StoreError(_not_copied(there)) from None
    return scratch / FILE, True


def _salvaged(old: Connection, there: Path, scratch: Path) -> Path | None:
    """What can be read of a store that is damaged; None where that is nothing, or of before."""
    try:
        version = version_of(old)
    except SQLAlchemyError:
        return None
    _check_not_later(version, str(there.parent))
    if version != VERSION:
        return None
    _check_nobody_else(old, there.parent)
    scratch.mkdir(mode=0o700)
    return salvaged(old, scratch)


def _not_copied(there: Path) -> str:
    return (
        f"What {there} has besides the backup could not be copied. Nothing was restored. Make room"
        " on the disk; or move that file away, and what was said since is not carried over."
    )


def _is_whole(old: Connection) -> bool:
    try:
        return old.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    except SQLAlchemyError:
        return False


def _check_nobody_else(old: Connection, folder: Path) -> None:
    """Raise StoreError where another process has the store open: what it keeps now would be lost.

    SQLite leaves its way of writing, which every connection begins anew, only where nobody looks.
    """
    try:
        old.exec_driver_sql("PRAGMA journal_mode = DELETE")
    except OperationalError:  # what is damaged is another error
        raise StoreError(
            f"Somebody uses the store in {folder}. Nothing was restored: stop the service first."
        ) from None
    except DatabaseError:
        return


def _check_not_later(version: int, named: str) -> None:
    if version > VERSION:
        raise StoreError(
            f"The store in {named} was written by a later version of Good Day, and nothing of it"
            " could be carried over. Nothing was restored: restore with that version."
        )


def _carry_over(
    connection: Connection, key: Key, schema: str, today: date, *, whole: bool = True
) -> Carried | None:
    """Carry over all of it, or nothing where it cannot be read or was made with another key."""
    try:
        with connection.begin_nested():
            if not same_key(connection, key, schema):
                return None
            return carry_over(connection, key, schema, today, whole=whole)
    except (SQLAlchemyError, ValueError):
        return None


# ---- PostgreSQL: tables in the place of tables, in one transaction ---------------------------


def _into_database(place: Place, copy: Path, stamp: str) -> Restored:
    database = connect(place, FILE)
    beside = ""
    carry: Carried | None = Carried()
    made_with = {row["value"] for table, row in read_rows(copy) if table == "about"}
    try:
        with database.engine.begin() as connection:
            wait_to_make(connection)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            found = version_of(connection)
            _check_not_later(found, place.named)
            if found not in (0, VERSION):
                move_within(connection, VERSION)
            if made_with:
                key = checked_key(str(made_with.pop()), place)
            else:
                key = read_key(place.folder, place.key, make=True)
            if found:
                beside = f"before_{stamp.lower()}"
                _put_aside(connection, beside)
            metadata.create_all(connection)
            note_version(connection, VERSION)
            _fill(connection, copy)
            key_noted(connection, place)
            if beside:
                # Its tables are locked since they were put aside: nothing comes in meanwhile.
                carry = _carry_over(connection, key, beside, _day(stamp))
            stopped = tuple(one.what for one in pauses_in(connection))
    finally:
        database.close()
    return Restored(beside and f"the schema {beside}", carry, stopped)


def _day(stamp: str) -> date:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S%z").date()


def _put_aside(connection: Connection, schema: str) -> None:
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    ours = {*metadata.tables, "alembic_version"}
    for table in inspect(connection).get_table_names():
        if table in ours or table.startswith("aside_"):
            connection.execute(text(f'ALTER TABLE "{table}" SET SCHEMA "{schema}"'))


def _fill(connection: Connection, file: Path) -> None:
    for name, rows in groupby(read_rows(file), key=lambda pair: pair[0]):
        for some in _in_hundreds(row for _, row in rows):
            connection.execute(metadata.tables[name].insert(), some)
    connection.execute(
        text(
            "SELECT setval(pg_get_serial_sequence('answers', 'id'),"
            " coalesce((SELECT max(id) FROM answers), 0) + 1, false)"
        )
    )


def _in_hundreds(
    rows: Iterable[dict[str, str | int]],
) -> Iterable[list[dict[str, str | int]]]:
    some: list[dict[str, str | int]] = []
    for row in rows:
        some.append(row)
        if len(some) == 500:
            yield some
            some = []
    if some:
        yield some
