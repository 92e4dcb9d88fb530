"""Who asked not to be shown which rule, for 30 days at most (PRODUCT 1.4 and 2.1): not joined.

It is for whoever looks, and for two lines of /status: that some people muted a rule, and that one
which a mute keeps from speaking is not silent. A file of its own, or a table of a server's
database that has nothing to join on: two keyed hashes, of the rule and of who asked (another one
for each rule, so that two mutes of one clinician cannot be told to be theirs), and the day on which
it ends. No moment is in it. It is in no count, export or backup, and goes when it is over.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place, open_database
from cds_hooks.store.quick import Quick
from cds_hooks.store.tables import StoreError
from prompts.alarms import SILENT
from prompts.ceilings import MUTED_FOR

FILE = "mutes.sqlite"
SOME = 5  # people who muted a rule, from whom on it is said that some people did
_NOT_SILENT = timedelta(days=SILENT + 1)  # so long a day on which a rule would have spoken counts
_VERSION = 1
_AHEAD = timedelta(days=1)  # the clocks of two machines may be on two days

_metadata = MetaData()
_mutes = Table(
    "mutes",
    _metadata,
    Column("who", LargeBinary, primary_key=True),  # a keyed hash, and another one for each rule
    Column("rule", LargeBinary, nullable=False, index=True),  # a keyed hash
    Column("until", String, nullable=False),
    sqlite_with_rowid=False,
)

_SOME_OF = bindparam("who", type_=LargeBinary, expanding=True)
# What ends later than it can was written by a clock that was put back since: it is over.
_ANY = Quick(text("SELECT 1 FROM mutes WHERE until > :after AND until <= :latest LIMIT 1"))
_THEIRS = text(
    "SELECT who, until FROM mutes WHERE who IN :who AND until > :after AND until <= :latest"
).bindparams(_SOME_OF)
_HOW_MANY = text(
    "SELECT rule, COUNT(*) FROM mutes WHERE until > :after AND until <= :latest GROUP BY rule"
)
_MUTE = text(
    "INSERT INTO mutes (who, rule, until) VALUES (:who, :rule, :until)"
    " ON CONFLICT (who) DO UPDATE SET until = excluded.until"
)
_SHOW = text("DELETE FROM mutes WHERE who IN :who").bindparams(_SOME_OF)
_OVER = text("DELETE FROM mutes WHERE until <= :after OR until > :latest")


class Mutes:
    """The store of mutes. Its calls are short and block."""

    def __init__(self, place: Place, key: Key) -> None:
        """Open or make it. Raises StoreError."""
        # A press has been acknowledged, and is not lost with the power: FULL.
        self._database = open_database(place, FILE, _metadata, "FULL", _VERSION)
        self._key = key.bytes_for("mutes")

    def close(self) -> None:
        """Let go of the file or the database."""
        self._database.close()

    def of(self, who: str, rules: Iterable[str], today: date) -> tuple[tuple[str, date], ...]:
        """Which of these rules somebody has muted, each until when. Raises StoreError."""
        with self._database.reading() as connection:
            if not _ANY.on(connection, _now(today)):
                return ()  # as nearly always, and sooner told
            hidden = {self._who(who, rule): rule for rule in rules}
            found = connection.execute(_THEIRS, {"who": list(hidden), **_now(today)}).all()
        theirs = ((hidden[bytes(one)], date.fromisoformat(until)) for one, until in found)
        return tuple(sorted(theirs))

    def mute(self, who: str, names: Sequence[str], today: date) -> date:
        """Mute a rule, by its name now and by its former ones; until when. Raises StoreError.

        It is kept under the first name alone, so that nobody is counted twice.
        """
        until = today + MUTED_FOR
        with self._database.writing() as connection:
            self._show(connection, who, names[1:])
            hidden = {"who": self._who(who, names[0]), "rule": self._rule(names[0])}
            connection.execute(_MUTE, {**hidden, "until": until.isoformat()})
        return until

    def show(self, who: str, names: Sequence[str]) -> None:
        """Take it back. Raises StoreError."""
        with self._database.writing() as connection:
            self._show(connection, who, names)
        with suppress(StoreError):  # taken back it is all the same; the clock cleans up as well
            self._clean()

    def by_some(self, rules: Iterable[Sequence[str]], today: date) -> frozenset[str]:
        """Which rules, each by all its names, some people have muted; the names now. StoreError."""
        with self._database.reading() as connection:
            found = connection.execute(_HOW_MANY, _now(today)).all()
        times = {bytes(rule): int(many) for rule, many in found}
        return frozenset(
            names[0]
            for names in rules
            if sum(times.get(self._rule(name), 0) for name in names) >= SOME
        )

    def spoke(self, rules: Iterable[str], today: date) -> None:
        """These rules would have spoken today, but for a mute; whose is in none of it. StoreError.

        One row of a rule, however many muted it and however often. It goes by itself.
        """
        until = (today + _NOT_SILENT).isoformat()
        rows = [
            {"who": self._hidden("spoke", one), "rule": self._hidden("spoke of", one)}
            for one in sorted(rules)
        ]
        with self._database.writing() as connection:
            connection.execute(_MUTE, [{**row, "until": until} for row in rows])

    def not_silent(self, rules: Iterable[Sequence[str]], today: date) -> frozenset[str]:
        """Which rules, each by all its names, a mute kept from speaking lately. StoreError."""
        by_hash = {self._hidden("spoke", name): names[0] for names in rules for name in names}
        with self._database.reading() as connection:
            found = connection.execute(_THEIRS, {"who": list(by_hash), **_now(today)}).all()
        return frozenset(by_hash[bytes(one)] for one, _ in found)

    def forget(self, today: date) -> None:
        """Let go of all that is over, on the disk as well. Raises StoreError."""
        with self._database.writing() as connection:
            connection.execute(_OVER, _now(today, _AHEAD))
        self._clean()

    def _show(self, connection: Connection, who: str, names: Sequence[str]) -> None:
        connection.execute(_SHOW, {"who": [self._who(who, name) for name in names]})

    def _rule(self, rule: str) -> bytes:
        return self._hidden("rule", rule)

    def _who(self, who: str, rule: str) -> bytes:
        return self._hidden("who", rule, who)  # no name of a rule has a zero in it

    def _hidden(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode(), hashlib.sha256)

    def _clean(self) -> None:
        """Have what was let go of out of the files that a database keeps for a while."""
        shared = self._database.is_shared
        try:
            with self._database.engine.connect() as connection:
                at_once = connection.execution_options(isolation_level="AUTOCOMMIT")
                at_once.exec_driver_sql(
                    "VACUUM mutes" if shared else "PRAGMA wal_checkpoint(TRUNCATE)"
                )
        except SQLAlchemyError:
            raise StoreError("What was muted cannot be let go of now.") from None


def _now(today: date, ahead: timedelta = timedelta(0)) -> dict[str, str]:
    """The days between which a mute ends that holds today."""
    return {"after": today.isoformat(), "latest": (today + MUTED_FOR + ahead).isoformat()}
