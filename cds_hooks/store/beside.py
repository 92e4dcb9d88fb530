"""What may be kept beside the answers, in a file of its own or in tables of the same database."""

from sqlalchemy import text

from cds_hooks.store.opening import Place, connect


def is_there(place: Place, file: str, table: str) -> bool:
    """Whether there are tables of ours beside the answers. Raises StoreError."""
    if not place.url:
        return (place.folder / file).is_file()
    database = connect(place, file)
    try:
        with database.reading() as connection:
            found = connection.execute(text("SELECT to_regclass(:table)"), {"table": table})
            return found.scalar_one() is not None
    finally:
        database.close()
