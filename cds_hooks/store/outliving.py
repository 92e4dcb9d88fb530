"""What outlives an erasure: that somebody said no, and what a no still means on a card of theirs.

Of the person, of the card and of its buttons there are only keyed hashes. A card may be on a screen
while whom it is about is erased: a no that is pressed on it then is kept as one that was said
before, for as long as a card is believed to be open.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select, text

from cds_hooks.clock import practice_day
from cds_hooks.store.kept import Met, chosen_by
from cds_hooks.store.keys import Key
from cds_hooks.store.tables import answers, cards, erased_cards, grounds
from rules.record import NEVER, Reply

KEPT_LATE = timedelta(days=90)  # after a card was shown
_NO = text(
    "INSERT INTO noes (who, topic, said_on, ask_again) VALUES (:who, :topic, :said_on, :ask_again)"
    " ON CONFLICT (who, topic) DO UPDATE SET"
    " said_on = CASE WHEN excluded.said_on > noes.said_on"
    "  THEN excluded.said_on ELSE noes.said_on END,"
    # Without a day of their own it holds for longer than any that can be chosen, but for never.
    " ask_again = CASE WHEN :never IN (excluded.ask_again, noes.ask_again) THEN :never"
    "  WHEN '' IN (excluded.ask_again, noes.ask_again) THEN ''"
    "  WHEN excluded.ask_again > noes.ask_again THEN excluded.ask_again ELSE noes.ask_again END"
).bindparams(never=NEVER.isoformat())
_LATE_NO = text(
    "INSERT INTO erased_cards (no, who, topics, ask_again, erased_on, until) VALUES (:no, :who,"
    " :topics, :ask_again, :erased_on, :until) ON CONFLICT DO NOTHING"
)


def noes_of(connection: Connection, key: Key, person: str) -> list[dict[str, str]]:
    """That somebody said no, as it outlives them."""
    told = select(
        cards.c.person,
        answers.c.suggestion,
        answers.c.topics,
        answers.c.said_on,
        answers.c.reason,
        grounds.c.buttons,
    ).select_from(
        answers.join(cards, cards.c.card == answers.c.card).outerjoin(
            grounds, grounds.c.card == cards.c.card
        )
    )
    told = told.where(answers.c.reply == str(Reply.DECLINED), cards.c.person == person)
    told = told.order_by(answers.c.id)
    found: list[dict[str, str]] = []
    for row in connection.execute(told):
        more: dict[str, tuple[list[str], list[str], str]] = json.loads(row.buttons or "{}")
        every = [offer for _, each, _ in more.values() for offer in each]
        _, offers, chosen = more.get(row.suggestion, ((), (), ""))
        day = chosen_by(row.reason, date.fromisoformat(row.said_on))
        chosen = chosen or (day.isoformat() if day else "")
        topics = dict.fromkeys([*row.topics.split(" "), *(offers or every)])
        who = key.hidden(row.person)
        found += [
            {"who": who, "topic": topic, "said_on": row.said_on, "ask_again": chosen}
            for topic in topics
        ]
    return found


def keep_noes(connection: Connection, found: Iterable[dict[str, str]]) -> None:
    """Keep noes; of two about one thing the later day."""
    rows = list(found)
    if rows:
        connection.execute(_NO, rows)


def keep_late_noes(connection: Connection, key: Key, person: str, today: date) -> None:
    """Keep what a no would mean on the cards of somebody who is about to be erased."""
    oldest = (today - KEPT_LATE).isoformat()
    theirs = (
        select(cards, grounds.c.buttons.label("more"))
        .select_from(cards.outerjoin(grounds, grounds.c.card == cards.c.card))
        .where(cards.c.person == person, cards.c.shown_on >= oldest)
    )
    realm, who = person.rpartition(":")[0], key.hidden(person)
    rows: list[dict[str, str]] = []
    for card in connection.execute(theirs):
        more: dict[str, tuple[list[str], list[str], str]] = json.loads(card.more or "{}")
        every = [offer for _, each, _ in more.values() for offer in each]
        means = {"": (card.topics, every, "")}  # a card that is closed
        for suggestion, (reply, topics) in json.loads(card.buttons).items():
            if reply == Reply.DECLINED:
                _, offers, chosen = more.get(suggestion, ((), (), ""))
                means[suggestion] = (topics, offers or every, chosen)
        until = (date.fromisoformat(card.shown_on) + KEPT_LATE).isoformat()
        rows += [
            {
                "no": _hidden(key, realm, card.card, suggestion),
                "who": who,
                "topics": " ".join(dict.fromkeys([*topics.split(" "), *offers])),
                "ask_again": chosen,
                "erased_on": today.isoformat(),
                "until": until,
            }
            for suggestion, (topics, offers, chosen) in means.items()
        ]
    if rows:
        connection.execute(_LATE_NO, rows)


def hear_late_no(connection: Connection, key: Key, met: Met, now: datetime, realm: str) -> bool:
    """Whether it is a no on a card of somebody who was erased; it is kept as such."""
    closed = met.closed is Reply.DECLINED
    if not closed and (met.closed is not None or not met.suggestion):
        return False
    hidden = _hidden(key, realm, met.card.lower(), "" if closed else met.suggestion.lower())
    today = practice_day(now).isoformat()
    found = connection.execute(
        select(erased_cards).where(erased_cards.c.no == hidden, erased_cards.c.until >= today)
    ).one_or_none()
    if found is None:
        return False
    # A clock that is wrong would have it said before the card was there.
    on = max(practice_day(min(met.at, now)), date.fromisoformat(found.erased_on))
    day = chosen_by(met.reason, on)
    again = found.ask_again or (day.isoformat() if day else "")
    keep_noes(
        connection,
        (
            {"who": found.who, "topic": topic, "said_on": on.isoformat(), "ask_again": again}
            for topic in found.topics.split(" ")
        ),
    )
    return True


def late_noes_of(connection: Connection, who: str) -> list[tuple[str, str]]:
    """To what somebody who was erased may still say no, and until when, by their hash."""
    theirs = select(erased_cards.c.topics, erased_cards.c.until).distinct()
    theirs = theirs.where(erased_cards.c.who == who)
    theirs = theirs.order_by(erased_cards.c.until, erased_cards.c.topics)
    return [(row.topics, row.until) for row in connection.execute(theirs)]


def forget_late_noes(connection: Connection, who: str) -> int:
    """Let go of it for one person, by their hash; of how many rows."""
    return connection.execute(erased_cards.delete().where(erased_cards.c.who == who)).rowcount


def forget_old_cards(connection: Connection, day: str) -> None:
    """Let go of what a no would mean on cards that are too old by a day."""
    connection.execute(erased_cards.delete().where(erased_cards.c.until < day))


def _hidden(key: Key, realm: str, card: str, suggestion: str) -> str:
    return key.hidden(json.dumps(["a late no", realm, card, suggestion]))
