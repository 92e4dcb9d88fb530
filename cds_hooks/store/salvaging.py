"""What can still be read of a store in a file that is damaged, row by row, from both its ends.

One bad page in a file of a thousand is no reason to forget every no that stands on the others. What
cannot be read, or is no row of ours any more, is left out; nothing is guessed.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import IntegrityError

from cds_hooks.store.opening import Place, open_store
from cds_hooks.store.quick import driver_of
from cds_hooks.store.tables import FILE, answers, metadata
from rules.record import Reply

_DAY = len("2026-01-01")
_JSON = frozenset({"buttons", "facts", "steps", "value_sets"})


def salvaged(damaged: Connection, folder: Path) -> Path | None:
    """A store of this version, in a new folder, with what can be read; None where nothing can be.

    Raises StoreError, SQLAlchemyError or OSError where that store cannot be written.
    """
    store = open_store(Place(folder))
    found = 0
    try:
        with store.engine.begin() as connection:
            for table in metadata.sorted_tables:
                for row in _rows(damaged, table):
                    found += _keep(connection, table, row)
    finally:
        store.close()
    return folder / FILE if found else None


def _rows(damaged: Connection, table: Table) -> Iterator[Mapping[str, object]]:
    """The rows up to the first that cannot be read, and then from the other end."""
    names = [column.name for column in table.c]
    columns = ", ".join(names)
    key = [column.name for column in table.primary_key]
    by = ["rowid"] if table.dialect_options["sqlite"]["with_rowid"] else key
    for order in ("", f" ORDER BY {', '.join(f'{name} DESC' for name in by)}"):
        wrong: type[Exception] = damaged.dialect.loaded_dbapi.Error
        with suppress(wrong):
            # By the table itself: an index may be what is damaged.
            found = f"SELECT {columns} FROM {table.name} NOT INDEXED{order}"
            for row in driver_of(damaged).execute(found):
                yield dict(zip(names, row, strict=True))
            return


def _keep(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Whether a row is one of ours, and belongs to one that is there."""
    if not _is_ours(table, row):
        return False
    try:
        with connection.begin_nested():
            connection.execute(table.insert().prefix_with("OR IGNORE"), row)
    except IntegrityError:
        return False
    return True


def _is_ours(table: Table, row: Mapping[str, object]) -> bool:
    """Whether every column has what it is to have."""
    try:
        return all(
            column.nullable
            if row[column.name] is None
            else isinstance(row[column.name], column.type.python_type)
            and _can_be(column, str(row[column.name]))
            for column in table.c
        )
    except ValueError:
        return False


def _can_be(column: Column[object], value: str) -> bool:
    """Whether a column can have this. Raises ValueError where it cannot."""
    name = column.name
    if column is answers.c.reply:
        Reply(value)
    elif name in _JSON:
        json.loads(value)
    elif not value:
        return True  # a day that is not there, where one may not be; no row of ours has it else
    elif name.endswith("_on") or name in ("day", "until", "ask_again"):
        date.fromisoformat(value[:_DAY])
    elif name.endswith("_at") or name == "since":
        datetime.fromisoformat(value)
    return True
