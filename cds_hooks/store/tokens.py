"""Tokens that were used, until they end: each may open the door once, for whichever worker.

Only a hash is kept. What was written is there for other processes at once and after a process was
killed. It is not forced to disk as answers are: after a power cut a token of the last seconds may
be new again, and tokens live for minutes.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, MetaData, Table, text
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.opening import Place, open_database
from cds_hooks.store.tables import StoreError

FILE = "tokens.sqlite"
_VERSION = 1
# Seconds between two clearings, and how long a token is known beyond its end: longer than a clock
# is ever put back.
_BETWEEN, _BEYOND = 60, 3600

_metadata = MetaData()
_used = Table(
    "used",
    _metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("until", Integer, nullable=False),
    Index("used_until", "until"),
    sqlite_with_rowid=False,
)
_USE = "INSERT INTO used (token, until) VALUES ({}, {}) ON CONFLICT DO NOTHING"
_CLEAR = "DELETE FROM used WHERE until < {}"


class UsedTokens:
    """The store of used tokens. Its calls are short and block; one thread at a time."""

    def __init__(self, place: Path | Place) -> None:
        """Open or make the store. Raises StoreError."""
        where = place if isinstance(place, Place) else Place(place)
        self._database = open_database(where, FILE, _metadata, "NORMAL", _VERSION)
        mark = "%s" if self._database.is_shared else "?"
        self._use, self._clear = _USE.format(mark, mark), _CLEAR.format(mark)
        self._cleared = 0
        self._connection = self._connect()

    def _connect(self) -> Connection:
        """One statement is one transaction, on one connection: this is asked on every call."""
        connection = self._database.engine.connect()
        if self._database.is_shared:
            connection.execute(text("SET synchronous_commit = off"))
            connection.commit()
        return connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the file or the database."""
        self._connection.close()
        self._database.close()

    def use(self, token: bytes, until: int, now: int) -> bool:
        """Use a token up, for everybody; False where it was used before. Raises StoreError."""
        try:
            self._database.check_file()
            if self._connection.invalidated or self._connection.closed:
                self._connection.close()
                self._connection = self._connect()
            if not 0 <= now - self._cleared < _BETWEEN:
                self._connection.exec_driver_sql(self._clear, (now - _BEYOND,))
                self._cleared = now
            return self._connection.exec_driver_sql(self._use, (token, until)).rowcount == 1
        except (SQLAlchemyError, OSError):
            raise StoreError("The store of used tokens cannot be used at the moment.") from None
