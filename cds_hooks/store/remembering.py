"""What is known of one person, read from the rows of the store."""

import json
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from cds_hooks.store.kept import Again, Issued, Used, chosen_by
from cds_hooks.store.quick import Quick
from cds_hooks.store.tables import answers, cards, grounds, late, noes
from prompts.history import History, Shown
from rules.record import Reply, Said

_HISTORY = Quick(
    select(
        cards.c.card,
        cards.c.service,
        cards.c.hook_instance,
        cards.c.rules,
        cards.c.shown_on,
        cards.c.shown_at,
        cards.c.topics.label("shown_topics"),
        grounds.c.buttons,
        answers.c.suggestion,
        answers.c.reply,
        answers.c.said_on,
        answers.c.reason,
        answers.c.topics,
        late.c.topics.label("late"),
    )
    .select_from(
        cards.outerjoin(grounds, grounds.c.card == cards.c.card)
        .outerjoin(answers, answers.c.card == cards.c.card)
        .outerjoin(late, late.c.answer == answers.c.id)
    )
    .where(cards.c.person == bindparam("person"))
    .order_by(cards.c.shown_on, cards.c.card, answers.c.id)
)
_NOES = Quick(
    select(noes.c.topic, noes.c.said_on, noes.c.ask_again).where(noes.c.who == bindparam("who"))
)
# How often, and for how long, a client is believed that it repeats a call of which it has not seen
# the card. One that gives the same instance to whatever it asks, at every moment and on every day,
# is not asking again: what it was sent was shown.
MOST_REPEATS = 20
REPEATED_WITHIN = timedelta(minutes=30)  # a consultation, as for the links of a card


_ISSUED = (
    select(cards, grounds.c.value_sets, grounds.c.facts, grounds.c.steps)
    .select_from(cards.outerjoin(grounds, grounds.c.card == cards.c.card))
    .where(cards.c.card == bindparam("which"))
)


def issued_of(connection: Connection, card: str) -> Issued | None:
    """A card as it was issued, without its buttons; None where there is none of that name."""
    row = connection.execute(_ISSUED, {"which": card}).one_or_none()
    if row is None:
        return None
    facts: list[tuple[str, str, list[str], list[str]]] = json.loads(row.facts or "[]")
    return Issued(
        card=row.card,
        person=row.person,
        service=row.service,
        hook_instance=row.hook_instance,
        rules=tuple(row.rules.split(" ")),
        topics=tuple(row.topics.split(" ")),
        shown_at=datetime.fromisoformat(row.shown_at),
        buttons=(),
        value_sets=json.loads(row.value_sets or "{}"),
        facts=tuple(
            Used(fact, answer, tuple(codes), tuple(map(date.fromisoformat, days)))
            for fact, answer, codes, days in facts
        ),
        steps=tuple(
            (rule, tuple((name, says) for name, says in way))
            for rule, way in json.loads(row.steps or "[]")
        ),
    )


def history_of(connection: Connection, person: str, hidden: str, asking: Again | None) -> History:
    """What was shown to a person and what they said; ``hidden`` is the keyed hash of the person.

    Topic by topic: what was answered on a card is no longer shown without an answer, and what else
    stood on that card still is. An answer counts for its topics and for the offers that it answers.
    ``asking`` is the call that asks now: a client that repeats one, at the same service and within
    ``REPEATED_WITHIN``, has not seen its card, so that one was not shown. That is believed
    ``MOST_REPEATS`` times, or each repeat would leave a card that every later call has to read.
    """
    said: dict[Said, None] = {}
    shown: dict[str, _Kept] = {}
    answered: set[tuple[str, str]] = set()
    for row in map(_Row._make, _HISTORY.on(connection, {"person": person})):
        kept = shown.get(row.card)
        if kept is None:
            kept = shown[row.card] = _kept(row)
        if row.reply is None:
            continue
        reply, on = Reply(row.reply), date.fromisoformat(row.said_on)
        _, own, chosen = kept.buttons.get(row.suggestion or "", ((), (), ""))
        ask_again = date.fromisoformat(chosen) if chosen else chosen_by(row.reason or "", on)
        answers_to = tuple(own) or kept.shown.offers
        for topic in row.topics.split(" "):
            if topic not in (row.late or "").split(" "):
                said[Said(topic, reply, on, ask_again, offers=answers_to)] = None
                answered.add((row.card, topic))
    repeated = [card for card, kept in shown.items() if asking and _is_of(kept, asking)]
    if len(repeated) <= MOST_REPEATS:
        for card in repeated:
            del shown[card]
    for thing, said_on, again in _NOES.on(connection, {"who": hidden}):
        day, of = date.fromisoformat(again) if again else None, date.fromisoformat(said_on)
        said[Said(thing, Reply.DECLINED, of, day, offers=(thing,))] = None  # a topic, or an offer
    for card, kept in shown.items():
        for topic in kept.shown.topics:
            if (card, topic) not in answered:
                said[Said(topic, Reply.SHOWN, kept.shown.on)] = None
    oldest_first = sorted(shown.values(), key=lambda kept: kept.at)
    return History(tuple(said), tuple(kept.shown for kept in oldest_first))


def _is_of(kept: "_Kept", asking: Again) -> bool:
    """Whether a card is of a call that is asked once more; not of one long before or after it."""
    same = (kept.service, kept.instance) == (asking.service, asking.instance)
    return same and abs(asking.at - kept.at) <= REPEATED_WITHIN


class _Row(NamedTuple):
    """A card and one answer to it, as ``_HISTORY`` gives them."""

    card: str
    service: str
    instance: str
    rules: str
    shown_on: str
    shown_at: str
    shown_topics: str
    buttons: str | None
    suggestion: str | None
    reply: str | None
    said_on: str
    reason: str | None
    topics: str
    late: str | None


class _Kept(NamedTuple):
    """A card that was shown, and what its buttons answer."""

    at: datetime
    service: str
    instance: str
    shown: Shown
    buttons: dict[str, tuple[list[str], list[str], str]]


def _kept(row: _Row) -> _Kept:
    buttons: dict[str, tuple[list[str], list[str], str]] = json.loads(row.buttons or "{}")
    offers = tuple(dict.fromkeys(offer for _, each, _ in buttons.values() for offer in each))
    rules = tuple(rule.partition("|")[0] for rule in row.rules.split(" "))
    on = date.fromisoformat(row.shown_on)
    shown = Shown(on, rules, tuple(row.shown_topics.split(" ")), offers)
    at = datetime.fromisoformat(row.shown_at)
    return _Kept(at, row.service, row.instance, shown, buttons)
