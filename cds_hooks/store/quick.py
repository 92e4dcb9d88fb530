"""Statements that a call waits for: written out once, and then given to the driver as they are.

To make SQL of a statement anew, and objects of its rows, takes longer than a store takes to answer.
Everything else goes the usual way.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import dialect as _postgresql
from sqlalchemy.dialects.sqlite import dialect as _sqlite
from sqlalchemy.sql.elements import CompilerElement

Given = Mapping[str, object]
# Any: what a driver gives for a column, which is a text or a number as the schema has it.
Row = tuple[Any, ...]
InOrder = Callable[[Given], Sequence[object]]


class Quick:
    """One statement, for a transaction that is open. What goes wrong is the driver's own error."""

    def __init__(self, statement: CompilerElement, *columns: str) -> None:
        """``columns`` are those that an insert gives; without any it gives all."""
        self._statement, self._columns = statement, columns
        self._written: dict[str, tuple[str, InOrder]] = {}

    def on(self, connection: Connection, given: Given) -> Sequence[Row]:
        """Do it once; the rows that it gives."""
        name = connection.dialect.name
        written, in_order = self._written.get(name) or self._write(name)
        return _done(connection, written, in_order(given))

    def on_values(self, connection: Connection, values: Sequence[object]) -> Sequence[Row]:
        """The same of values that stand in the order of the statement, each in its one place."""
        name = connection.dialect.name
        written, _ = self._written.get(name) or self._write(name)
        return _done(connection, written, values)

    def _write(self, name: str) -> tuple[str, InOrder]:
        compiled: Any = self._statement.compile(  # Any: the names of its places are not in its type
            dialect=_dialect(name), column_keys=list(self._columns) or None
        )
        written = self._written[name] = str(compiled), _in_order(compiled.positiontup)
        return written


def _done(connection: Connection, written: str, values: Sequence[object]) -> Sequence[Row]:
    cursor = driver_of(connection).execute(written, values)
    rows: Sequence[Row] = cursor.fetchall() if cursor.description else ()
    return rows


def _in_order(names: Sequence[str]) -> InOrder:
    """Values for places: drivers take longer to look each up by its name."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple(given[name] for name in names)


@cache
def _dialect(name: str) -> Any:  # Any: SQLAlchemy gives its dialects no types
    made: Any = _sqlite if name == "sqlite" else _postgresql
    return made(paramstyle="qmark" if name == "sqlite" else "format")


def driver_of(connection: Connection) -> Any:  # Any: one of two drivers, alike in what is used
    """The connection as the driver has it."""
    return connection.connection.driver_connection
