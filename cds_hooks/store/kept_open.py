"""The one connection to a file that stays open, and the transactions that go by it.

To take a connection from SQLAlchemy's pool, begin and give it back takes eight times as long as to
say BEGIN and COMMIT, and a call with a card does so twice. A transaction is a class for the same
reason: a generator within another costs as much as a statement.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from threading import Lock
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.quick import driver_of
from cds_hooks.store.tables import StoreError

UNUSABLE = "The store of answers cannot be used at the moment."


def what_goes_wrong(engine: Engine) -> tuple[type[Exception], ...]:
    """What a database raises that cannot be used; in words that may quote values."""
    return SQLAlchemyError, engine.dialect.loaded_dbapi.Error, OSError


class KeptOpen:
    """A connection that is opened when it is first needed, for whoever has its lock."""

    def __init__(self, engine: Engine, check_file: Callable[[], None]) -> None:
        """``check_file`` raises an OSError where the file is another one than was opened."""
        self._engine, self._check_file = engine, check_file
        self._wrong = what_goes_wrong(engine)
        self._connection: Connection | None = None
        self._driver: Any = None  # one of two drivers, as in quick.py
        self._lock = Lock()

    def close(self) -> None:
        """Let go of it, once nobody uses it."""
        with self._lock:
            self._let_go()

    def is_free(self) -> bool:
        """Whether nobody has it; it is the caller's then, who begins at once."""
        return self._lock.acquire(blocking=False)

    def begin(self, begin: str) -> Connection:
        """Begin a transaction; it is free again where that cannot be. Raises StoreError."""
        try:
            if self._connection is None:
                self._check_file()  # or SQLite would make one
                opened = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._connection, self._driver = opened, driver_of(opened)
            self._driver.execute(begin)
            self._check_file()
        except BaseException as error:
            self._undo(error)
            raise
        return self._connection

    def end(self, error: BaseException | None) -> None:
        """Commit, or undo it all after an error; it is free again. Raises StoreError."""
        try:
            if error is None:
                self._driver.execute("COMMIT")
        except BaseException as another:
            self._undo(another)
            raise
        if error is not None:
            self._undo(error)
        else:
            self._lock.release()

    def _undo(self, error: BaseException) -> None:
        """Roll back. StoreError where anything is wrong with it; the next one is new then."""
        try:
            try:
                if self._driver is not None and self._driver.in_transaction:  # a full disk ends it
                    self._driver.execute("ROLLBACK")
            except self._wrong as another:
                error = another
            if isinstance(error, self._wrong):
                self._let_go()
                raise StoreError(UNUSABLE) from None
        finally:
            self._lock.release()

    def _let_go(self) -> None:
        kept, self._connection, self._driver = self._connection, None, None
        if kept is not None:
            with suppress(*self._wrong):
                kept.invalidate()
            kept.close()


class Turn:
    """One transaction: by the connection that is kept open, or by one of the pool."""

    __slots__ = ("_begin", "_kept", "_of_the_pool", "_other")

    def __init__(
        self,
        kept: KeptOpen | None,
        begin: str,
        of_the_pool: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._kept, self._begin, self._of_the_pool = kept, begin, of_the_pool
        self._other: AbstractContextManager[Connection] | None = None

    def __enter__(self) -> Connection:
        if self._kept is not None and self._kept.is_free():
            return self._kept.begin(self._begin)
        self._other = self._of_the_pool()
        return self._other.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._other is not None:
            self._other.__exit__(kind, error, trace)
        elif self._kept is not None:
            self._kept.end(error)
