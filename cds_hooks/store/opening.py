"""Opening a store: a file in a folder (SQLite), or a database by its URL (PostgreSQL)."""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from cds_hooks.store.kept_open import UNUSABLE, KeptOpen, Turn, what_goes_wrong
from cds_hooks.store.quick import Quick, driver_of
from cds_hooks.store.tables import FILE, VERSION, StoreError, metadata

_READING = {"reading": True}
# Those who make or change tables take this lock first, in one database.
_MAKING = 7_310_217_841_562_990_113


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is: a folder, in which its key is too, and the URL of a database, if any."""

    folder: Path
    url: str = field(default="", repr=False)  # it may hold a password
    key: str = field(default="", repr=False)

    @property
    def named(self) -> str:
        """What to call it in a sentence; a URL without its password."""
        return self._shown() if self.url else str(self.folder)

    @property
    def with_options(self) -> str:
        """The options by which a command is told of it."""
        return f"--store {self._shown()}" if self.url else f"--data {self.folder}"

    def _shown(self) -> str:
        url = self.address()  # its password is left out, and its query, which may hold one too
        shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        return shown.render_as_string()

    def address(self) -> URL:
        """The URL of the database, with the driver that we use. Raises StoreError."""
        try:
            url = make_url(self.url)
        except (ArgumentError, ValueError):
            raise StoreError(_NOT_A_URL) from None
        if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise StoreError(_NOT_A_URL)
        return url.set(drivername="postgresql+psycopg")


_NOT_A_URL = (
    "The store is not the URL of a PostgreSQL database, such as"
    " postgresql://goodday@localhost/goodday."
)


class Database:
    """An open store, and its transactions. Made by ``open_store``."""

    def __init__(self, engine: Engine, file: Path | None, known: int = 0) -> None:
        """``known``: the file that was there before it was opened; OSError for another since."""
        self.engine = engine
        self._wrong = what_goes_wrong(engine)
        self._file = str(file) if file else ""
        self._same_file = known or (file.stat().st_ino if file else 0)
        self.check_file()
        self._kept = KeptOpen(engine, self.check_file) if file else None

    @property
    def is_shared(self) -> bool:
        """Whether it is a server's database, where several may write at once."""
        return not self._file

    def close(self) -> None:
        """Let go of it."""
        if self._kept is not None:
            self._kept.close()
        self.engine.dispose()

    def writing(self) -> Turn:
        """One transaction that may write; in SQLite nobody else writes during it. StoreError."""
        return Turn(self._kept, "BEGIN IMMEDIATE", self._writing)

    def reading(self) -> Turn:
        """One transaction that only reads, and waits for no writer. Raises StoreError."""
        return Turn(self._kept, "BEGIN", self._reading)

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with self._use() as connection, connection.begin():
            self.check_file()
            yield connection

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with self._use() as connection:
            reading = connection.execution_options(**_READING)
            with reading.begin():  # what is read by several statements is of one moment
                self.check_file()
                yield reading

    @contextmanager
    def _use(self) -> Generator[Connection]:
        """A connection. The driver's own words, which may quote values, go no further."""
        try:
            self.check_file()
            with self.engine.connect() as connection:
                yield connection
        except self._wrong:
            raise StoreError(UNUSABLE) from None

    def check_is_there(self) -> None:
        """Raise a StoreError where its file is gone: nothing else is made in its place then."""
        try:
            self.check_file()
        except OSError:
            raise StoreError(UNUSABLE) from None

    def check_file(self) -> None:
        """Raise an OSError where the file is another one than was opened, or none.

        An open connection would go on writing to a file that was deleted or replaced, and what
        was said would be lost with it. Asked once a transaction has begun: while it waited for its
        turn, a backup may have been restored.
        """
        if self._file and os.stat(self._file).st_ino != self._same_file:
            raise FileNotFoundError

    def alone_with(self, connection: Connection, person: str) -> None:
        """Wait until nobody else decides about this person, until the transaction ends."""
        if self.is_shared:
            number = hashlib.sha256(person.encode()).digest()[:8]
            _LOCK.on(connection, {"key": int.from_bytes(number, signed=True)})


_LOCK_TEXT = text("SELECT pg_advisory_xact_lock(:key)")
_LOCK = Quick(_LOCK_TEXT)


def open_store(place: Place, *, lasting: bool = True) -> Database:
    """Open a store of this version, or make one where there is none. Raises StoreError."""
    synchronous: Literal["FULL", "NORMAL"] = "FULL" if lasting else "NORMAL"
    return open_database(place, FILE, metadata, synchronous, VERSION)


def open_database(
    place: Place,
    file: str,
    tables: MetaData,
    synchronous: Literal["FULL", "NORMAL"],
    version: int,
) -> Database:
    """Open some of our tables, made where there are none. Raises StoreError."""
    database = connect(place, file, synchronous)
    of_its_own = tables is not metadata  # in a server's database it is there beside the others
    try:
        with database.engine.connect() as connection:
            found = version_of(connection.execution_options(**_READING))
        if found == 0 or (database.is_shared and of_its_own):
            with database.engine.begin() as connection:
                wait_to_make(connection)
                found = version_of(connection)  # somebody may have been quicker
                if found == 0 or (database.is_shared and of_its_own):
                    _make(connection, tables, version)
                    found = version
        if found != version:
            raise StoreError(_another_version(place, found, version))
    except SQLAlchemyError:
        database.close()
        raise StoreError(_cannot_be_opened(place, file)) from None
    except StoreError:
        database.close()
        raise
    return database


def check_is_there(place: Place) -> None:
    """Raise a StoreError where there is no store; none is made, nor a folder for it."""
    says = f"There is no store in {place.named}. Name its folder with --data."
    if not place.url:
        if not (place.folder / FILE).is_file():
            raise StoreError(says)
        return
    database = connect(place, FILE)
    try:
        with database.reading() as connection:
            if version_of(connection) == 0:
                raise StoreError(says.replace("folder with --data", "database with --store"))
    finally:
        database.close()


def connect(place: Place, file: str, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> Database:
    """A database as it is, whatever its version; nothing is made but its folder. StoreError."""
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        if not place.folder.is_dir():
            raise NotADirectoryError
    except OSError:
        raise StoreError(
            f"The data folder {place.folder} cannot be made or written to. Name another with"
            " --data."
        ) from None
    path = None if place.url else place.folder / file
    there = path.stat().st_ino if path and path.exists() else 0
    engine = _sqlite(path, synchronous) if path else _postgresql(place)
    try:
        with engine.connect() as connection:  # SQLite makes its file when it is first used
            connection.execution_options(**_READING).exec_driver_sql("SELECT 1")
        return Database(engine, path, there)
    except (SQLAlchemyError, OSError):
        engine.dispose()
        raise StoreError(_cannot_be_opened(place, file)) from None


def _sqlite(path: Path, synchronous: str) -> Engine:
    where = URL.create("sqlite", database=str(path))
    engine = create_engine(where, connect_args={"timeout": 5})
    event.listen(engine, "connect", partial(_sqlite_connection, synchronous))
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _postgresql(place: Place) -> Engine:
    try:
        engine = create_engine(
            place.address(),
            connect_args={"connect_timeout": 5},
            pool_pre_ping=True,
            pool_size=2,
            pool_timeout=5,
            hide_parameters=True,
        )
    except ImportError:
        raise StoreError(
            "A store in PostgreSQL needs its driver: install goodday with the extra postgres."
        ) from None
    event.listen(engine, "connect", _postgresql_connection)
    return engine


def _postgresql_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """What was acknowledged is on the server's disk, and nobody waits for ever."""
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit = on")
    cursor.execute("SET statement_timeout = '10s'")
    cursor.execute("SET lock_timeout = '5s'")
    cursor.execute("SET idle_in_transaction_session_timeout = '30s'")
    cursor.close()
    connection.commit()  # or a rollback would take the settings back


def _sqlite_connection(
    synchronous: str, connection: DBAPIConnection, _entry: ConnectionPoolEntry
) -> None:
    """Readers never wait for the writer; with FULL, what was acknowledged survives a power cut."""
    # The driver would begin a transaction only at the first write, after what was read before it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA synchronous = {synchronous}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # who was erased is not left in free pages
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        begin = "BEGIN" if options.get("reading") else "BEGIN IMMEDIATE"
        try:
            driver_of(connection).execute(begin)
        except (
            connection.dialect.loaded_dbapi.Error
        ) as error:  # as SQLAlchemy has it, whose event this is
            raise OperationalError(begin, None, error) from error


def version_of(connection: Connection) -> int:
    """The version of the tables that are there; 0 where there are none."""
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    there = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one()
    if there is None:
        return 0
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return int(found or 0)


def note_version(connection: Connection, version: int) -> None:
    """Write the version down, where Alembic looks for it and where SQLite's older versions do."""
    connection.execute(
        text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    )
    connection.execute(text("DELETE FROM alembic_version"))
    connection.execute(
        text("INSERT INTO alembic_version (version_num) VALUES (:v)"), {"v": f"{version:04}"}
    )
    note_for_sqlite(connection, version)


def note_for_sqlite(connection: Connection, version: int) -> None:
    """Where it is SQLite: the number by which every version of Good Day knows its own."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {version:d}")


def wait_to_make(connection: Connection) -> None:
    """Wait until nobody else makes or changes tables, until the transaction ends."""
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK_TEXT, {"key": _MAKING})


def _make(connection: Connection, tables: MetaData, version: int) -> None:
    tables.create_all(connection)  # what is there is left as it is
    if tables is metadata:
        note_version(connection, version)
    else:
        note_for_sqlite(connection, version)


def _another_version(place: Place, found: int, ours: int) -> str:
    if found < ours:
        return (
            f"The store in {place.named} was written by an earlier version of Good Day. Run"
            f" goodday store upgrade {place.with_options}: it makes a backup first."
        )
    return (
        f"The store in {place.named} was written by another version of Good Day (its format is"
        f" {found}, this one reads {ours}). Use that version, or another"
        f" {'--store' if place.url else '--data'}."
    )


def _cannot_be_opened(place: Place, file: str) -> str:
    if place.url:
        return (
            f"The database {place.named} cannot be reached, or this user may not make tables in it."
        )
    return (
        f"The data folder {place.folder} cannot be written to, or holds a file called {file} that"
        " is not ours. Name another with --data."
    )
