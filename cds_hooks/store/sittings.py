"""How many cards whoever looks was shown lately (PRODUCT 1.4 and 2.1): kept for hours, not joined.

It is for one ceiling and nothing else. A file of its own, or two tables of a server's database that
have nothing to join on: a hash whose key lives for hours, how many cards, and until when they
count, in quarters of an hour, so that the moment of a card cannot be found in it either. It is in
no count, export or backup.
"""

import hashlib
import hmac
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place, open_database
from cds_hooks.store.tables import StoreError

FILE = "sittings.sqlite"
_VERSION = 1
_HOUR = 3_600
_QUARTER = _HOUR // 4
COUNTS_FOR = 4 * _HOUR  # seconds, and up to a quarter of an hour more
# A key makes hashes for so long, and lives until nothing that it hid counts any more.
_MAKES_FOR = 12 * _HOUR
_LIVES_FOR = _MAKES_FOR + COUNTS_FOR + _QUARTER
_AHEAD = _HOUR  # the clocks of two machines may differ by so much

_metadata = MetaData()
_keys = Table(
    "sitting_keys",
    _metadata,
    Column("secret", LargeBinary, primary_key=True),
    Column("since", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_sittings = Table(
    "sittings",
    _metadata,
    Column("who", LargeBinary, primary_key=True),  # a keyed hash
    Column("until", Integer, primary_key=True),
    Column("cards", Integer, nullable=False),
    Index("sittings_until", "until"),
    sqlite_with_rowid=False,
)

_LIVING = select(_keys.c.secret, _keys.c.since).order_by(_keys.c.since.desc(), _keys.c.secret)
_COUNTED = select(func.coalesce(func.sum(_sittings.c.cards), 0)).where(
    _sittings.c.who.in_(bindparam("who", expanding=True)), _sittings.c.until > bindparam("now")
)
_ADD = text(
    "INSERT INTO sittings (who, until, cards) VALUES (:who, :until, :cards)"
    " ON CONFLICT (who, until) DO UPDATE SET cards = sittings.cards + excluded.cards"
)
_MAKE = insert(_keys)
# What lies further ahead than it can was written by a clock that was put back since.
_OVER = delete(_sittings).where(
    (_sittings.c.until <= bindparam("now")) | (_sittings.c.until > bindparam("latest"))
)
_OLD = delete(_keys).where(
    (_keys.c.since <= bindparam("oldest")) | (_keys.c.since > bindparam("newest"))
)


class Sitting:
    """What one who looks was shown lately, while it is decided what they are shown now."""

    def __init__(self) -> None:
        self.shown = 0  # cards that count now
        self.more = 0  # cards to be added at the end of it


class Sittings:
    """The store of what was shown to whom lately. Its calls are short and block."""

    def __init__(self, place: Place, key: Key) -> None:
        """Open or make it. Raises StoreError."""
        self._database = open_database(place, FILE, _metadata, "NORMAL", _VERSION)
        self._beside = key.bytes_for("who looks")  # or whoever had this file alone had the key too

    def close(self) -> None:
        """Let go of the file or the database."""
        self._database.close()

    @contextmanager
    def of(self, who: str, now: datetime) -> Generator[Sitting]:
        """What was shown to somebody lately, for nobody else to count until it ends. StoreError."""
        at = int(now.timestamp())
        with self._database.writing() as connection:
            self._prepare(connection, who)
            keys = [row.secret for row in connection.execute(_LIVING) if _lives(row.since, at)]
            hidden = [self._hidden(secret, who) for secret in keys]
            sitting = Sitting()
            if hidden:
                sitting.shown = connection.execute(
                    _COUNTED, {"who": hidden, "now": at}
                ).scalar_one()
            yield sitting
            if sitting.more:
                self._add(connection, who, at, sitting.more)

    def _prepare(self, connection: Connection, who: str) -> None:
        if self._database.is_shared:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            self._database.alone_with(connection, self._hidden(b"", who).hex())

    def _add(self, connection: Connection, who: str, at: int, cards: int) -> None:
        self._forget(connection, at)
        newest = connection.execute(_LIVING).first()
        if newest is None or newest.since <= at - _MAKES_FOR:
            secret = os.urandom(32)
            connection.execute(_MAKE, {"secret": secret, "since": at - at % _QUARTER})
        else:
            secret = newest.secret
        until = at + COUNTS_FOR
        until += -until % _QUARTER
        connection.execute(_ADD, {"who": self._hidden(secret, who), "until": until, "cards": cards})

    def _hidden(self, secret: bytes, who: str) -> bytes:
        return hmac.digest(self._beside + secret, who.encode(), hashlib.sha256)

    def forget(self, now: datetime) -> None:
        """Let go of all that counts no more, with its keys, on the disk as well. StoreError."""
        with self._database.writing() as connection:
            self._forget(connection, int(now.timestamp()))
        self._clean()

    def _forget(self, connection: Connection, at: int) -> None:
        latest = at + COUNTS_FOR + _QUARTER + _AHEAD
        connection.execute(_OVER, {"now": at, "latest": latest})
        connection.execute(_OLD, {"oldest": at - _LIVES_FOR, "newest": at + _AHEAD})

    def _clean(self) -> None:
        """Have what was let go of out of the files that a database keeps for a while."""
        try:
            with self._database.engine.connect() as connection:
                at_once = connection.execution_options(isolation_level="AUTOCOMMIT")
                for statement in (
                    ("VACUUM sittings", "VACUUM sitting_keys")
                    if self._database.is_shared
                    else ("PRAGMA wal_checkpoint(TRUNCATE)",)
                ):
                    at_once.exec_driver_sql(statement)
        except SQLAlchemyError:
            raise StoreError("What was shown to whom lately cannot be let go of now.") from None


def _lives(since: int, at: int) -> bool:
    return at - _LIVES_FOR < since <= at + _AHEAD
