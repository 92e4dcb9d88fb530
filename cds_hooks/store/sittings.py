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
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place, open_database
from cds_hooks.store.quick import Quick
from cds_hooks.store.tables import StoreError

FILE = "sittings.sqlite"
_VERSION = 1
_HOUR = 3_600
_QUARTER = _HOUR // 4
COUNTS_FOR = 4 * _HOUR  # seconds, and up to a quarter of an hour more
# A key is for half a day, and lives until nothing that it hid counts any more.
_HALF_A_DAY = 12 * _HOUR
_LIVES_FOR = _HALF_A_DAY + COUNTS_FOR + _QUARTER
_AHEAD = _HOUR  # the clocks of two machines may differ by so much

_metadata = MetaData()
_keys = Table(
    "sitting_keys",
    _metadata,
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
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

_MAY_BE_LOST = Quick(text("SET LOCAL synchronous_commit = off"))
_COUNTED = Quick(
    text("SELECT COALESCE(SUM(cards), 0) FROM sittings WHERE who = :who AND until > :at")
)
_ADD = Quick(
    text(
        "INSERT INTO sittings (who, until, cards) VALUES (:who, :until, :cards)"
        " ON CONFLICT (who, until) DO UPDATE SET cards = sittings.cards + excluded.cards"
    )
)
_KEY = select(_keys.c.secret).where(_keys.c.since == bindparam("since"))
_MAKE = text(
    "INSERT INTO sitting_keys (since, secret) VALUES (:since, :secret) ON CONFLICT DO NOTHING"
)
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
        self._secrets: dict[int, bytes] = {}  # by the half day that each is for

    def close(self) -> None:
        """Let go of the file or the database."""
        self._database.close()

    @contextmanager
    def of(self, who: str, now: datetime) -> Generator[Sitting]:
        """What was shown to somebody lately, for nobody else to count until it ends. StoreError."""
        at, sitting = int(now.timestamp()), Sitting()
        with self._database.writing() as connection:
            if self._database.is_shared:
                _MAY_BE_LOST.on(connection, {})
                self._database.alone_with(connection, self._hidden(b"", who).hex())
            found: dict[int, bytes] = {}
            # Who was shown a card before noon may look just after it, and other clocks be ahead.
            for moment in (at, at - COUNTS_FOR, at + _AHEAD):
                since = moment - moment % _HALF_A_DAY
                if since not in found:
                    found[since] = self._secret(connection, since)
            hidden = [self._hidden(secret, who) for secret in found.values()]
            # Of two half days at most, this one first; each is looked up by its whole key.
            for one in hidden:
                ((shown,),) = _COUNTED.on(connection, {"who": one, "at": at})
                sitting.shown += int(shown)
            yield sitting
            if sitting.more:
                until = at + COUNTS_FOR
                until += -until % _QUARTER
                added = {"who": hidden[0], "until": until, "cards": sitting.more}
                _ADD.on(connection, added)
        self._secrets |= found  # only now: what is not on the disk is no key

    def _secret(self, connection: Connection, since: int) -> bytes:
        """The key of a half day, the same for every worker."""
        known = self._secrets.get(since)
        if known is None:
            connection.execute(_MAKE, {"since": since, "secret": os.urandom(32)})
            known = bytes(connection.execute(_KEY, {"since": since}).scalar_one())
        return known

    def _hidden(self, secret: bytes, who: str) -> bytes:
        return hmac.digest(self._beside + secret, who.encode(), hashlib.sha256)

    def forget(self, now: datetime) -> None:
        """Let go of all that counts no more, with its keys, on the disk as well. StoreError."""
        at = int(now.timestamp())
        oldest, newest = at - _LIVES_FOR, at + _AHEAD
        latest = at + COUNTS_FOR + _QUARTER + _AHEAD
        self._secrets = {s: key for s, key in self._secrets.items() if oldest < s <= newest}
        with self._database.writing() as connection:
            connection.execute(_OVER, {"now": at, "latest": latest})
            connection.execute(_OLD, {"oldest": oldest, "newest": newest})
        self._clean()

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
