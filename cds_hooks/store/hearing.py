"""One answer to a card: whether it is to one of ours, whether it is new, and whether it counts.

The first answer to a card counts, topic by topic, since a card may ask about two things; one that
comes later is kept and marked late. Two sorts are different:

- **A no of the person always counts**, however late. A forged one can only make us quieter about
  one card's topics; a real one that was dropped would be a person who is asked again after they
  said no. And once a no has counted, nothing that comes later takes it back.
- **A tag or a letter that was taken is no answer** (``Reply.SHOWN``): the first answer is still to
  come after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, text

from cds_hooks.clock import practice_day
from cds_hooks.store.counting import ANSWERED, CLOSED, NOT_AVAILABLE, TAKEN, Event
from cds_hooks.store.kept import Met
from cds_hooks.store.keys import Key
from cds_hooks.store.outliving import hear_late_no
from cds_hooks.store.quick import Quick
from cds_hooks.store.tables import answers, cards, comments, grounds, late, unknown_cards
from rules.record import Reply

# Answers that are kept of one card; a client that sends more adds nothing, a first no apart.
MOST_ANSWERS = 50
# Cards that are not ours, by their hash; the oldest go first.
MOST_UNKNOWN = 10_000
KEPT_COMMENT = timedelta(days=180)
LONGEST_COMMENT = 4_000  # characters
_LONGEST_ID = 200
# What a person said, or was said of what they have already: an answer that somebody was asked for.
ANSWERS = frozenset({Reply.ACCEPTED, Reply.DECLINED, Reply.NOT_NOW, Reply.ALREADY_DONE})

_CARD = Quick(
    select(
        cards.c.person,
        cards.c.rules,
        cards.c.topics,
        cards.c.buttons,
        cards.c.shown_at,
        grounds.c.buttons.label("more"),
    )
    .select_from(cards.outerjoin(grounds, grounds.c.card == cards.c.card))
    .where(cards.c.card == bindparam("which"))
    .with_for_update(of=cards)  # where several may write: the first of two answers is one of them
)
_HEARD = Quick(
    select(
        answers.c.suggestion,
        answers.c.reply,
        answers.c.topics,
        answers.c.said_at,
        late.c.topics.label("late"),
    )
    .select_from(answers.outerjoin(late, late.c.answer == answers.c.id))
    .where(answers.c.card == bindparam("which"))
)
_ANSWER = Quick(
    insert(answers).returning(answers.c.id),
    *(column.name for column in answers.c if column.name != "id"),
)
_LATE = Quick(insert(late))
_COMMENT = Quick(
    text(
        "INSERT INTO comments (card, said_at, sealed, ends_on) VALUES (:card, :said_at, :sealed,"
        " :ends_on) ON CONFLICT DO NOTHING"
    )
)
_UNKNOWN = text(
    "INSERT INTO unknown_cards (card, first_on, last_on, times) VALUES (:card, :on, :on, 1)"
    " ON CONFLICT (card) DO UPDATE SET last_on = excluded.last_on,"
    " times = unknown_cards.times + 1"
)
_HOW_MANY = select(func.count()).select_from(unknown_cards)
_FORGET = text(
    "DELETE FROM unknown_cards WHERE card IN"
    " (SELECT card FROM unknown_cards ORDER BY last_on, card LIMIT :many)"
)

_BUTTONS = msgspec.json.Decoder(dict[str, tuple[str, str]])
_MORE = msgspec.json.Decoder(dict[str, tuple[list[str], list[str], str]])


class _Card(NamedTuple):
    person: str
    rules: Sequence[str]  # their ids
    topics: str
    buttons: str
    shown_at: datetime
    # What each button offers and for which rules, where that is kept.
    more: Mapping[str, tuple[list[str], list[str], str]]


class _Heard(NamedTuple):
    suggestion: str
    reply: str
    topics: str
    said_at: str
    late: str | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer says to which topics; ``answers`` are the rules and offers that it is to."""

    reply: Reply
    topics: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]  # a rule and an offer of it, or "" for the rule's card

    def events(self, met: Met, at: datetime) -> Iterator[Event]:
        """What is counted of it."""
        day, outcome = practice_day(at), str(self.reply)
        if met.closed is not None and met.reason == NOT_AVAILABLE:
            outcome = NOT_AVAILABLE
            # Once an offer, whichever rules made it: what is full is full for all of them.
            for offer in dict.fromkeys(offer for _, offer in self.answers if offer):
                yield Event(day, "", offer, outcome)
        elif self.reply is Reply.SHOWN:
            outcome = CLOSED if met.closed is not None else TAKEN
        for rule, offer in self.answers:
            yield Event(day, rule, offer, outcome)


def hear_one(
    connection: Connection, key: Key, met: Met, now: datetime, realm: str
) -> tuple[Event, ...] | None:
    """Keep one answer, and what is to be counted of it; None if it is to no card of that realm.

    A moment before the card was shown, or after now, is a clock that is wrong: the answer then
    counts from the nearest that can be, and never from before its card.
    """
    which, suggestion = met.card.lower(), met.suggestion.lower()  # a UUID is one in either case
    card = _find(connection, which) if _can_be_ours(which, suggestion) else None
    meaning = None
    if card is not None and card.person.rpartition(":")[0] == realm:
        meaning = _meaning(card, met, suggestion)
    if card is None and hear_late_no(connection, key, met, now, realm):
        return ()  # nothing is counted: which rules it was about is gone
    if card is None or meaning is None:
        _note_unknown(connection, key.hidden(f"{realm}:{met.card}"), now)
        return None
    at = max(min(met.at, now), card.shown_at)
    said_at = met.at.isoformat()  # as it was said, or a repeat would not be known
    heard = [_Heard(*row) for row in _HEARD.on(connection, {"which": which})]
    counts = _keep(connection, which, suggestion, meaning, heard, said_at, met.reason, at)
    if met.comment and counts is not None:
        _COMMENT.on(
            connection,
            {
                "card": which,
                "said_at": said_at,
                "sealed": key.sealed(met.comment[:LONGEST_COMMENT], which),
                "ends_on": (practice_day(at) + KEPT_COMMENT).isoformat(),
            },
        )
    if not counts:
        return ()
    return (*meaning.events(met, at), *_first_answers(card, meaning, heard, at))


def _can_be_ours(card: str, suggestion: str) -> bool:
    """A text that PostgreSQL cannot even hold is no name that we gave."""
    return all(
        len(name) <= _LONGEST_ID and name.isascii() and (not name or name.isprintable())
        for name in (card, suggestion)
    )


def _find(connection: Connection, which: str) -> _Card | None:
    rows = _CARD.on(connection, {"which": which})
    if not rows:
        return None
    person, rules, topics, buttons, shown_at, more = rows[0]
    every_rule = [rule.partition("|")[0] for rule in rules.split()]
    at = datetime.fromisoformat(shown_at)
    return _Card(person, every_rule, topics, buttons, at, _MORE.decode(more) if more else {})


def _meaning(card: _Card, met: Met, suggestion: str) -> Meaning | None:
    """What an answer means on this card; None where the card has no such button."""
    more = card.more
    offered = dict.fromkeys(
        (r, o) for rules, offers, _ in more.values() for o in offers for r in rules
    )
    if met.closed is not None:
        answers = (*((rule, "") for rule in card.rules), *offered)
        return Meaning(met.closed, tuple(card.topics.split(" ")), answers)
    button = _BUTTONS.decode(card.buttons).get(suggestion)
    if button is None:
        return None
    own, offers, _ = more.get(suggestion, ((), (), ""))
    rules = own or card.rules
    its_own = [(rule, offer) for rule, offer in offered if rule in rules and offer in offers]
    of_all = [(rule, offer) for rule, offer in offered if rule in rules]
    answers = (*((rule, "") for rule in rules), *(its_own if offers else of_all))
    return Meaning(Reply(button[0]), tuple(button[1].split(" ")), answers)


def _first_answers(
    card: _Card, meaning: Meaning, heard: list[_Heard], at: datetime
) -> Iterator[Event]:
    """One event of each rule whose card this is the first answer to: two buttons are one card."""
    if meaning.reply not in ANSWERS:
        return
    before = {
        rule
        for one in heard
        if one.reply in ANSWERS
        for rule in (card.more.get(one.suggestion, ((), (), ""))[0] or card.rules)
    }
    for rule, offer in meaning.answers:
        if not offer and rule not in before:
            yield Event(practice_day(at), rule, "", ANSWERED)


def _keep(
    connection: Connection,
    which: str,
    suggestion: str,
    meaning: Meaning,
    heard: list[_Heard],
    said_at: str,
    reason: str,
    at: datetime,
) -> bool | None:
    """Add an answer: whether it counts for anything; None where it was there, or is one too many.

    Suggestions of one moment are one answer: a client may send them one by one.
    """
    if any(
        (one.suggestion, one.reply, one.said_at) == (suggestion, meaning.reply, said_at)
        for one in heard
    ):
        return None
    answered: set[str] = set()  # the topics that have their first answer
    for one in heard:
        if one.reply != Reply.SHOWN and (one.suggestion == "", one.said_at) != (
            suggestion == "",
            said_at,
        ):
            answered |= set(one.topics.split(" ")) - set((one.late or "").split(" "))
    too_late: tuple[str, ...] = ()
    if meaning.reply is not Reply.DECLINED:
        too_late = tuple(topic for topic in meaning.topics if topic in answered)
    said_no = {t for one in heard if one.reply == Reply.DECLINED for t in one.topics.split(" ")}
    first_no = meaning.reply is Reply.DECLINED and not said_no.issuperset(meaning.topics)
    if len(heard) >= MOST_ANSWERS and not first_no:
        return None
    ((answer,),) = _ANSWER.on(
        connection,
        {
            "card": which,
            "suggestion": suggestion,
            "reply": str(meaning.reply),
            "topics": " ".join(meaning.topics),
            "reason": reason,
            "said_on": practice_day(at).isoformat(),
            "said_at": said_at,
        },
    )
    if too_late:
        _LATE.on(connection, {"answer": answer, "topics": " ".join(too_late)})
    # A no that is said again is in the history again, and counted once.
    return first_no if meaning.reply is Reply.DECLINED else len(too_late) < len(meaning.topics)


def _note_unknown(connection: Connection, card: str, now: datetime) -> None:
    connection.execute(_UNKNOWN, {"card": card, "on": practice_day(now).isoformat()})
    over = connection.execute(_HOW_MANY).scalar_one() - MOST_UNKNOWN
    if over > 0:
        connection.execute(_FORGET, {"many": over})


def forget_comments(connection: Connection, day: str) -> int:
    """Let go of comments that ended before a day; how many."""
    return connection.execute(comments.delete().where(comments.c.ends_on < day)).rowcount
