"""The schema, and opening a store."""

from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import (
    URL,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

VERSION = 1
FILE = "answers.sqlite"

metadata = MetaData()

# A card that was issued, before the answer left. Days are the practice's, as year-month-day.
cards = Table(
    "cards",
    metadata,
    Column("card", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("service", String, nullable=False),
    Column("hook_instance", String, nullable=False),
    Column("rules", String, nullable=False),  # id|version, separated by spaces
    Column("topics", String, nullable=False),  # separated by spaces
    # What each button means when it is pressed, as JSON: {"its uuid": ["reply", "topics"]}
    Column("buttons", String, nullable=False),
    Column("shown_on", String, nullable=False),
    Column("shown_at", String, nullable=False),
    Index("cards_of_person", "person"),
)

# What came back. Answers are added, never changed; answers.py says how many to one card.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card", String, ForeignKey("cards.card"), nullable=False),
    Column("suggestion", String, nullable=False),  # "" for a card that was closed
    Column("reply", String, nullable=False),
    Column("topics", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("said_on", String, nullable=False),
    Column("said_at", String, nullable=False),
    UniqueConstraint("card", "suggestion", "reply", "said_at"),
    Index("answers_to_card", "card"),
)


class StoreError(Exception):
    """A store that cannot be opened or used; one sentence, and nothing of a person."""


def open_engine(
    folder: Path,
    file: str = FILE,
    tables: MetaData = metadata,
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
) -> Engine:
    """Open a store in a folder, making both where there is none. Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError
    except OSError:
        raise StoreError(
            f"The data folder {folder} cannot be made or written to. Name another with --data."
        ) from None
    where = URL.create("sqlite", database=str(folder / file))
    engine = create_engine(where, connect_args={"timeout": 5})
    event.listen(engine, "connect", partial(_every_connection, synchronous))
    try:
        with engine.begin() as connection:
            found = connection.execute(text("PRAGMA user_version")).scalar_one()
            if found not in (0, VERSION):
                raise StoreError(
                    f"The store in {folder} was written by another version of Good Day (its format"
                    f" is {found}, this one reads {VERSION}). Use that version, or another --data."
                )
            if found == 0:
                tables.create_all(connection)
                connection.execute(text(f"PRAGMA user_version = {VERSION}"))
    except SQLAlchemyError:
        engine.dispose()
        raise StoreError(
            f"The data folder {folder} cannot be written to, or holds a file called {file} that is"
            " not ours. Name another with --data."
        ) from None
    return engine


def _every_connection(
    synchronous: str, connection: DBAPIConnection, _entry: ConnectionPoolEntry
) -> None:
    """Readers never wait for the writer; with FULL, what was acknowledged survives a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA synchronous = {synchronous}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
