"""From one version of the store to another, step by step (Alembic), in one transaction."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.opening import Place, connect, note_for_sqlite, note_version, version_of
from cds_hooks.store.opening import wait_to_make as wait
from cds_hooks.store.tables import FILE, VERSION, StoreError


def version_at(place: Place) -> int:
    """The version of the store in a place; 0 where there is none. Raises StoreError."""
    if not place.url and not (place.folder / FILE).is_file():
        return 0
    database = connect(place, FILE)
    try:
        with database.reading() as connection:
            return version_of(connection)
    finally:
        database.close()


def move(place: Place, to: int = VERSION) -> None:
    """Bring a store to a version, forward or back; all of it or nothing. Raises StoreError."""
    database = connect(place, FILE)
    try:
        with database.engine.begin() as connection:
            move_within(connection, to)
    except (SQLAlchemyError, OSError):
        raise StoreError(
            f"The store in {place.named} could not be changed, and is as it was."
        ) from None
    finally:
        database.close()


def move_within(connection: Connection, to: int) -> None:
    """The same, in a transaction that is open."""
    wait(connection)
    found = version_of(connection)
    with as_file(files("cds_hooks.store").joinpath("migrations")) as steps:
        config = Config()
        config.set_main_option("script_location", str(steps).replace("%", "%%"))
        config.attributes["connection"] = connection
        if found == 1:  # it may be from before there were steps
            note_version(connection, 1)
        if to > found:
            command.upgrade(config, f"{to:04}")
        elif to < found:
            command.downgrade(config, f"{to:04}")
    note_for_sqlite(connection, to)
