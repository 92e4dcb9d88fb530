"""Tokens that were used, until they end: each may open the door once, for whichever worker.

Only a hash is kept. What was written is there for other processes at once and after a process was
killed. It is not forced to disk as answers are: after a power cut a token of the last seconds may
be new again, and tokens live for minutes.
"""

from pathlib import Path

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.tables import StoreError, open_engine

FILE = "tokens.sqlite"
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
_USE = "INSERT INTO used (token, until) VALUES (?, ?) ON CONFLICT DO NOTHING"
_CLEAR = "DELETE FROM used WHERE until < ?"


class UsedTokens:
    """The store of used tokens. Its calls are short and block; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open or make the store. Raises StoreError."""
        self._engine = open_engine(folder, FILE, _metadata, synchronous="NORMAL")
        self._file = folder / FILE
        self._same_file = self._file.stat().st_ino
        self._cleared = 0
        # One statement is one transaction, on one connection: this is asked on every call.
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    def use(self, token: bytes, until: int, now: int) -> bool:
        """Use a token up, for everybody; False where it was used before. Raises StoreError."""
        try:
            # An open connection would go on writing to a file that was deleted, and other workers
            # would not know.
            if self._file.stat().st_ino != self._same_file:
                raise FileNotFoundError
            if not 0 <= now - self._cleared < _BETWEEN:
                self._connection.exec_driver_sql(_CLEAR, (now - _BEYOND,))
                self._cleared = now
            return self._connection.exec_driver_sql(_USE, (token, until)).rowcount == 1
        except (SQLAlchemyError, OSError):
            raise StoreError("The store of used tokens cannot be used at the moment.") from None
