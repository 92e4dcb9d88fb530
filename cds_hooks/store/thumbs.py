"""What was said of a rule on the page of a card (PRODUCT 1.4): a thumb, words, a reply.

Nobody is in it: no user, no session, no card and no person. Of a card and its rule there is only a
keyed hash, so that pressing again changes a thumb rather than adding one, and only for as long as
the page can be pressed. None of it is in ``counts``, which can only grow: a thumb can be changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from secrets import token_hex

from sqlalchemy import Connection, select, text

from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Database
from cds_hooks.store.tables import cards, replies, thumb_presses, thumb_words, thumbs

UP, DOWN, WRONG_ROLE = "up", "down", "wrong-role"
LONGEST = 500  # characters of words, and of a reply
PRESSED_FOR = timedelta(days=7)  # after a card was shown: so long its page can be pressed
KEPT_WORDS = timedelta(days=180)  # as other free text
KEPT = timedelta(days=365)  # thumbs without anything, and replies
COUNTED = timedelta(days=90)
REPLY_WITHIN = timedelta(days=14)
# Fewer thumbs than this are not told apart: in a small practice everybody knows who was in.
SOME = 5

_CHANGE = text(
    "UPDATE thumbs SET version = :version, said = :said, said_on = :on WHERE thumb = :thumb"
)


@dataclass(frozen=True, slots=True)
class Thumbs:
    """How often a rule's card was said to help, and not to."""

    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote beside a thumb; no day is with it, by which it could be told who."""

    rule: str
    said: str
    text: str = field(repr=False)
    waits: bool  # for a reply
    late: bool  # and for longer than it is to


@dataclass(frozen=True, slots=True)
class Reply:
    """What was replied to words about a rule, for everybody."""

    rule: str
    says: str
    on: date


class Said:
    """What is said of rules, over an open store. Its calls are short and block."""

    def __init__(self, database: Database, key: Key) -> None:
        self._database, self._key = database, key

    def press(
        self, card: str, rule: str, version: str, said: str, today: date, *, words: str = ""
    ) -> bool:
        """Keep a thumb, in the place of one that the card has for this rule. Raises StoreError.

        Whether it was kept: nothing is of a card that is not, such as one of somebody who was
        erased a moment ago. ``said``: up, down, or wrong-role, which stands beside the other two,
        perhaps with a role.
        """
        wrong, _, role = said.partition(":")
        press = _press(self._key, card, rule, wrong if wrong == WRONG_ROLE else "")
        # A role may be that of one person alone: of a day it would say who was in.
        on = (today.replace(day=1) if role else today).isoformat()
        with self._database.writing() as connection:
            self._database.alone_with(connection, press)  # of two at once one comes after the other
            there = select(cards.c.card).where(cards.c.card == card.lower())
            # Where several may write: whoever erases it comes after this, and finds it all.
            if connection.execute(there.with_for_update(read=True)).first() is None:
                return False
            known = select(thumb_presses.c.thumb).where(thumb_presses.c.press == press)
            thumb = connection.execute(known).scalar()
            given = {"version": version, "said": said, "on": on, "thumb": thumb}
            if thumb is not None:
                connection.execute(_CHANGE, given)
                connection.execute(thumb_words.delete().where(thumb_words.c.thumb == thumb))
            else:
                thumb = token_hex(16)
                row = {"thumb": thumb, "rule": rule, "version": version, "said": said}
                connection.execute(thumbs.insert(), {**row, "said_on": on})
                until = (today + PRESSED_FOR).isoformat()
                pressed = {"press": press, "thumb": thumb, "until": until}
                connection.execute(thumb_presses.insert(), pressed)
            if words:
                kept = {
                    "thumb": thumb,
                    "sealed": self._key.sealed(words[:LONGEST], thumb),
                    "ends_on": (today + KEPT_WORDS).isoformat(),
                    "read_on": "",
                    "replied_on": "",
                }
                connection.execute(thumb_words.insert(), kept)
        return True

    def counted(self, today: date) -> Mapping[str, Thumbs]:
        """The thumbs of each rule in the 90 days before today. Raises StoreError.

        Not those of today: whoever looks twice would see which way the one in between went.
        """
        found = select(thumbs.c.rule, thumbs.c.said).where(
            thumbs.c.said.in_((UP, DOWN)),
            thumbs.c.said_on >= (today - COUNTED).isoformat(),
            thumbs.c.said_on < today.isoformat(),
        )
        with self._database.reading() as connection:
            many = Counter((row.rule, row.said) for row in connection.execute(found))
        return {rule: Thumbs(many[rule, UP], many[rule, DOWN]) for rule, _ in sorted(many)}

    def wrong_role(self, rules: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
        """Of these rules and versions, the roles that some said they are not for. StoreError.

        "" stands for those who did not tell theirs. Fewer than five answers are not told.
        """
        asked = set(rules)
        found = select(thumbs.c.rule, thumbs.c.version, thumbs.c.said).where(
            thumbs.c.said.startswith(WRONG_ROLE), thumbs.c.rule.in_([name for name, _ in asked])
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        many = Counter(
            (row.rule, row.said.partition(":")[2])
            for row in rows
            if (row.rule, row.version) in asked
        )
        told: dict[str, tuple[str, ...]] = {}
        for (rule, role), times in sorted(many.items()):
            if times >= SOME:
                told[rule] = (*told.get(rule, ()), role)
        return told

    def late(self, today: date) -> frozenset[str]:
        """The rules about which words wait for longer than 14 days. Raises StoreError."""
        waits = (
            select(thumbs.c.rule)
            .join(thumb_words)
            .where(
                thumb_words.c.replied_on == "",
                thumb_words.c.ends_on < _late(today),
                thumb_words.c.ends_on >= today.isoformat(),
            )
            .distinct()
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(waits))

    def read(self, today: date) -> tuple[Words, ...]:
        """All words that are kept, the late ones of each rule first. Raises StoreError.

        They count as read: a reply answers what was read before it, and nothing that came since.
        """
        every = (
            select(thumbs.c.rule, thumbs.c.said, thumb_words)
            .join(thumb_words)
            .where(thumb_words.c.ends_on >= today.isoformat())
            .order_by(thumbs.c.rule, thumbs.c.thumb)
        )
        with self._database.writing() as connection:
            rows = connection.execute(every.with_for_update(of=thumb_words)).all()
            new = [{"which": row.thumb} for row in rows if not row.read_on]
            if new:
                connection.execute(_READ, [{**one, "on": today.isoformat()} for one in new])
        words = [
            Words(
                row.rule,
                row.said,
                self._key.opened(row.sealed, row.thumb) or "",
                not row.replied_on,
                not row.replied_on and row.ends_on < _late(today),
            )
            for row in rows
        ]
        return tuple(sorted(words, key=lambda one: (one.rule, not one.late, not one.waits)))

    def reply(self, rule: str, says: str, today: date) -> tuple[int, int]:
        """Reply to what was read about a rule: to how much of it, and how much is not read yet.

        Raises StoreError.
        """
        waiting = (
            select(thumb_words.c.thumb, thumb_words.c.read_on)
            .join(thumbs)
            .where(thumbs.c.rule == rule, thumb_words.c.replied_on == "")
            .where(thumb_words.c.ends_on >= today.isoformat())
        )
        on = today.isoformat()
        with self._database.writing() as connection:
            rows = connection.execute(waiting.with_for_update(of=thumb_words)).all()
            read = [{"which": row.thumb, "on": on} for row in rows if row.read_on]
            if read:
                connection.execute(_REPLIED, read)
            row = {"reply": token_hex(16), "rule": rule, "says": says[:LONGEST], "said_on": on}
            connection.execute(replies.insert(), row)
        return len(read), len(rows) - len(read)

    def rules(self) -> frozenset[str]:
        """The rules of which anything was said. Raises StoreError."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(thumbs.c.rule).distinct()))

    def replies(self) -> Sequence[Reply]:
        """What was replied in the last year, the latest first. Raises StoreError."""
        every = select(replies).order_by(replies.c.said_on.desc(), replies.c.reply)
        with self._database.reading() as connection:
            return [
                Reply(row.rule, row.says, date.fromisoformat(row.said_on))
                for row in connection.execute(every)
            ]


_READ = text("UPDATE thumb_words SET read_on = :on WHERE thumb = :which")
_REPLIED = text("UPDATE thumb_words SET replied_on = :on WHERE thumb = :which")


def _late(today: date) -> str:
    """Words that end before this day were said more than 14 days ago."""
    return (today - REPLY_WITHIN + KEPT_WORDS).isoformat()


def _press(key: Key, card: str, rule: str, kind: str) -> str:
    return key.hidden_for("thumbs", "\0".join((card.lower(), rule, kind)))


def forget_thumbs(connection: Connection, today: date) -> None:
    """Let go of hashes, words, thumbs and replies that were kept for long enough."""
    day, oldest = today.isoformat(), (today - KEPT).isoformat()
    connection.execute(thumb_presses.delete().where(thumb_presses.c.until < day))
    connection.execute(thumb_words.delete().where(thumb_words.c.ends_on < day))
    # By a clock that was put back a thumb may look older than what belongs to it.
    alone = (thumbs.c.thumb.not_in(select(one.c.thumb)) for one in (thumb_presses, thumb_words))
    connection.execute(thumbs.delete().where(thumbs.c.said_on < oldest, *alone))
    connection.execute(replies.delete().where(replies.c.said_on < oldest))


def forget_presses(connection: Connection, key: Key, shown: Iterable[tuple[str, str]]) -> None:
    """Let go of what these cards, each with its rules, are joined to, and of words with it.

    They may be about the person whom a card is about. The thumb stays: nobody is in it.
    """
    for card, rules in shown:
        names = [rule.partition("|")[0] for rule in rules.split()]
        hashes = [_press(key, card, name, kind) for name in names for kind in ("", WRONG_ROLE)]
        theirs = thumb_presses.c.press.in_(hashes)
        of_them = select(thumb_presses.c.thumb).where(theirs)
        connection.execute(thumb_words.delete().where(thumb_words.c.thumb.in_(of_them)))
        connection.execute(thumb_presses.delete().where(theirs))
