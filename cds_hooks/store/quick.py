"""Statements that a call waits for: written out once, and then given to the driver as they are.

To make SQL of a statement anew, and objects of its rows, takes longer than a store takes to answer.
Everything else goes the usual way.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import dialect as _postgresql
from sqlalchemy.dialects.sqlite import dialect as _sqlite
from sqlalchemy.sql.elements import CompilerElement

Given = Mapping[str, object]
# Any: what a driver gives for a column, which is a text or a number as the schema has it.
Row = tuple[Any, ...]


class Quick:
    """One statement, for a transaction that is open. What goes wrong is the driver's own error."""

    def __init__(self, statement: CompilerElement, *columns: str) -> None:
        """``columns`` are those that an insert gives; without any it gives all."""
        self._statement, self._columns = statement, columns
        self._written: dict[str, str] = {}

    def on(self, connection: Connection, given: Given) -> Sequence[Row]:
        """Do it once; the rows that it gives."""
        cursor = driver_of(connection).execute(self._for(connection), given)
        rows: Sequence[Row] = cursor.fetchall() if cursor.description else ()
        return rows

    def many(self, connection: Connection, given: Sequence[Given]) -> None:
        """Do it once for each."""
        cursor = driver_of(connection).cursor()
        cursor.executemany(self._for(connection), given)

    def _for(self, connection: Connection) -> str:
        name = connection.dialect.name
        written = self._written.get(name)
        if written is None:
            compiled = self._statement.compile(
                dialect=_dialect(name), column_keys=list(self._columns) or None
            )
            written = self._written[name] = str(compiled)
        return written


@cache
def _dialect(name: str) -> Any:  # Any: SQLAlchemy gives its dialects no types
    made: Any = _sqlite if name == "sqlite" else _postgresql
    return made(paramstyle="named" if name == "sqlite" else "pyformat")


def driver_of(connection: Connection) -> Any:  # Any: one of two drivers, alike in what is used
    """The connection as the driver has it."""
    return connection.connection.driver_connection
