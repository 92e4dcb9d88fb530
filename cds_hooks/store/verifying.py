"""Whether a store is whole: its file, its rows, its key, and what is sealed with it."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.answers import key_of
from cds_hooks.store.directory_copies import wrong_with_directory
from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place, open_store
from cds_hooks.store.tables import FILE, StoreError, cards, comments, grounds, thumb_words


def wrong_with(place: Place) -> tuple[str, ...]:
    """Everything that is wrong with a store, a sentence each. Raises StoreError."""
    if not place.url and not (place.folder / FILE).is_file():
        raise StoreError(f"There is no store in {place.folder}. Name its folder with --data.")
    database = open_store(place)
    try:
        key = key_of(database, place)
        with database.reading() as connection:
            found = tuple(_found(connection, key))
        return (*found, *wrong_with_directory(place))
    finally:
        database.close()


def _found(connection: Connection, key: Key) -> Iterator[str]:
    try:
        if connection.dialect.name == "sqlite":
            if connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() != "ok":
                yield "The file of the store is damaged. Restore a backup."
                return
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                yield "Answers are there to cards that are not. Restore a backup."
        unreadable = sum(not _can_be_read(row.buttons) for row in connection.execute(select(cards)))
        unreadable += sum(
            not (_can_be_read(row.buttons) and _can_be_read(row.facts))
            for row in connection.execute(select(grounds))
        )
        sealed = sum(
            key.opened(row.sealed, row.card) is None for row in connection.execute(select(comments))
        )
        sealed += sum(
            key.opened(row.sealed, row.thumb) is None
            for row in connection.execute(select(thumb_words))
        )
    except SQLAlchemyError:
        yield "The rows of the store cannot be read. Restore a backup."
        return
    if unreadable:
        yield f"What belongs to {unreadable} cards cannot be read. Restore a backup."
    if sealed:
        yield f"{sealed} comments were changed, or sealed with another key."


def _can_be_read(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
