"""What is known of one person, read from the rows of the store."""

import json
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from cds_hooks.store.kept import Issued, Used, chosen_by
from cds_hooks.store.tables import answers, cards, grounds, late, noes
from prompts.history import History, Shown
from rules.record import Reply, Said

_HISTORY = (
    select(
        cards.c.card,
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
_NOES = select(noes.c.topic, noes.c.said_on, noes.c.ask_again).where(noes.c.who == bindparam("who"))


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


def history_of(connection: Connection, person: str, hidden: str, asking: str) -> History:
    """What was shown to a person and what they said; ``hidden`` is the keyed hash of the person.

    Topic by topic: what was answered on a card is no longer shown without an answer, and what else
    stood on that card still is. An answer counts for its topics and for the offers that it answers.
    ``asking`` is the hook instance that asks now: a client that repeats a call has not seen its
    card, so that one was not shown.
    """
    said: dict[Said, None] = {}
    shown: dict[str, tuple[datetime, Shown]] = {}
    silent: dict[tuple[str, str], date] = {}
    answered: set[tuple[str, str]] = set()
    for row in connection.execute(_HISTORY, {"person": person}):
        more: dict[str, tuple[list[str], list[str], str]] = json.loads(row.buttons or "{}")
        offers = tuple(dict.fromkeys(offer for _, each, _ in more.values() for offer in each))
        topics = tuple(row.shown_topics.split(" "))
        if row.hook_instance != asking and row.card not in shown:
            on = date.fromisoformat(row.shown_on)
            rules = tuple(rule.partition("|")[0] for rule in row.rules.split(" "))
            at = datetime.fromisoformat(row.shown_at)
            shown[row.card] = at, Shown(on, rules, topics, offers)
            silent |= {(row.card, topic): on for topic in topics}
        if row.reply is None:
            continue
        reply, on = Reply(row.reply), date.fromisoformat(row.said_on)
        _, own, chosen = more.get(row.suggestion, ((), (), ""))
        ask_again = date.fromisoformat(chosen) if chosen else chosen_by(row.reason, on)
        answers_to = tuple(own) or offers
        for topic in row.topics.split(" "):
            if topic not in (row.late or "").split(" "):
                said[Said(topic, reply, on, ask_again, offers=answers_to)] = None
                answered.add((row.card, topic))
    for thing, said_on, again in connection.execute(_NOES, {"who": hidden}):
        day, of = date.fromisoformat(again) if again else None, date.fromisoformat(said_on)
        said[Said(thing, Reply.DECLINED, of, day, offers=(thing,))] = None  # a topic, or an offer
    for (card, topic), on in silent.items():
        if (card, topic) not in answered:
            said[Said(topic, Reply.SHOWN, on)] = None
    oldest_first = sorted(shown.values(), key=lambda pair: pair[0])
    return History(tuple(said), tuple(each for _, each in oldest_first))
