"""What was said of rules since a backup, and replied: carried over with the rest."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, FromClause, Table, select

from cds_hooks.store.keys import Key
from cds_hooks.store.tables import replies, thumb_presses, thumb_words, thumbs
from cds_hooks.store.thumbs import forget_presses


def carry_thumbs(
    connection: Connection,
    key: Key,
    before: Callable[[Table], FromClause],
    let_go: Iterable[tuple[str, str]],
) -> None:
    """Take thumbs, words and replies as they are in the store that is replaced, and keep others.

    A thumb that was changed since is as it was changed to, and words that were let go of since are
    not back. ``let_go``: cards with their rules of people whom only the backup knows as erased.
    """
    old = before(thumbs)
    known = select(old.c.thumb)
    for table in (thumb_presses, thumb_words, thumbs):
        connection.execute(table.delete().where(table.c.thumb.in_(known)))
    # Two thumbs of one card, where the service began anew in between: the later one goes on.
    again = select(before(thumb_presses).c.press)
    connection.execute(thumb_presses.delete().where(thumb_presses.c.press.in_(again)))
    for table in (thumbs, thumb_presses, thumb_words):
        _copy(connection, before(table), table)
    there = before(replies)
    connection.execute(replies.delete().where(replies.c.reply.in_(select(there.c.reply))))
    _copy(connection, there, replies)
    forget_presses(connection, key, let_go)


def _copy(connection: Connection, old: FromClause, table: Table) -> None:
    names = [column.name for column in table.c]
    connection.execute(table.insert().from_select(names, select(*(old.c[n] for n in names))))
