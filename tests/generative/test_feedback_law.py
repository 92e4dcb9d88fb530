"""Random, repeated and foreign feedback, against a model of a few lines: the state is the model's.

The model keeps lists and looks through them; it shares no code with the store.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import settings

from cds_hooks.store.answers import Answers, Button, Issued, Met
from cds_hooks.store.hearing import MOST_ANSWERS
from cds_hooks.store.opening import Place
from rules.record import Reply
from tests.postgresql import Server, running

HOW_MANY = 10_000 if settings().max_examples > 200 else 1_000
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPICS = ("breathing", "pain", "sleep")
REALMS = ("", "north", "south")
OVERRIDES = (Reply.NO_TIME, Reply.NOT_RIGHT, Reply.DECLINED, Reply.OVERRIDDEN, Reply.SHOWN)
NO = Reply.DECLINED


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with running() as server:
        yield server


@dataclass
class Told:
    """One answer as the model keeps it."""

    group: tuple[bool, datetime]
    suggestion: str
    reply: Reply
    topics: tuple[str, ...]
    on: date
    counts_for: tuple[str, ...]


@dataclass
class Model:
    """What a store is to remember, in the plainest way."""

    cards: dict[str, Issued] = field(default_factory=dict[str, Issued])
    told: dict[str, list[Told]] = field(default_factory=dict[str, list[Told]])

    def hear(self, met: Met, now: datetime, realm: str) -> bool:
        card = self.cards.get(met.card.lower())
        if card is None or card.person != f"{realm}:{card.person.split(':')[-1]}".lstrip(":"):
            return False
        reply, topics = met.closed, card.topics
        if reply is None:
            button = [b for b in card.buttons if b.suggestion == met.suggestion.lower()]
            if not button:
                return False
            reply, topics = button[0].reply, button[0].topics
        earlier = self.told[card.card]
        group = (met.closed is None, met.at)
        if any((t.group, t.suggestion, t.reply) == (group, met.suggestion, reply) for t in earlier):
            return True
        counts_for = tuple(
            topic
            for topic in topics
            if reply is NO
            or not any(
                topic in t.counts_for and t.reply is not Reply.SHOWN and t.group != group
                for t in earlier
            )
        )
        new_no = reply is NO and any(
            not any(t.reply is NO and topic in t.topics for t in earlier) for topic in topics
        )
        if len(earlier) < MOST_ANSWERS or new_no:
            at = met.at if met.at < now else now
            at = at if at > card.shown_at else card.shown_at
            on = (at + timedelta(hours=1 if 3 < at.month < 11 else 0)).date()  # near enough: below
            earlier.append(Told(group, met.suggestion, reply, topics, on, counts_for))
        return True

    def said(self, person: str) -> set[tuple[str, Reply, date]]:
        found: set[tuple[str, Reply, date]] = set()
        for card in self.cards.values():
            if card.person != person:
                continue
            for topic in card.topics:
                answers = [t for t in self.told[card.card] if topic in t.counts_for]
                found |= {(topic, t.reply, t.on) for t in answers}
                if not answers:
                    found.add((topic, Reply.SHOWN, card.shown_at.date()))
        return found


def cards_of(random: Random) -> Iterator[Issued]:
    for person in range(12):
        for realm in REALMS:
            for _ in range(2):
                name = str(UUID(int=random.getrandbits(128), version=4))
                topics = tuple(random.sample(TOPICS, random.randint(1, 3)))
                buttons = [
                    Button(
                        str(UUID(int=random.getrandbits(128), version=4)),
                        random.choice(list(Reply)),
                        tuple(random.sample(topics, random.randint(1, len(topics)))),
                    )
                    for _ in range(4)
                ]
                yield Issued(
                    card=name,
                    person=f"{realm}:p{person}".lstrip(":"),
                    service="s",
                    hook_instance=name,
                    rules=("one|1",),
                    topics=topics,
                    # Midday: no answer falls on an hour in which the day of the practice begins.
                    shown_at=START + timedelta(days=random.randint(0, 20)),
                    buttons=tuple(buttons),
                )


def one_of(random: Random, cards: list[Issued], sent: list[Met], now: datetime) -> Met:
    """Something a client may send: new, again, foreign, misnamed, from another day."""
    kind = random.random()
    if sent and kind < 0.25:
        return random.choice(sent)
    # Some cards are told about again and again, so that their limit is met.
    card = cards[0] if random.random() < 0.5 else random.choice(cards)
    at = now + timedelta(days=random.randint(-30, 5), seconds=random.choice((0, 1)))
    if kind < 0.35:
        other = random.choice(cards)
        return Met(card.card, at, suggestion=random.choice(other.buttons).suggestion)
    if kind < 0.45:
        stranger = str(UUID(int=random.getrandbits(128)))
        unknown = random.choice(("nobody", "", "\x00", "x" * 5000, stranger))
        return Met(unknown, at, closed=Reply.DECLINED)
    if kind < 0.65:
        return Met(card.card, at, closed=random.choice(OVERRIDES), comment=random.choice(("", "x")))
    name = card.card.upper() if random.random() < 0.1 else card.card
    return Met(name, at, suggestion=random.choice(card.buttons).suggestion)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", [5, 41])
def test_the_store_is_as_the_model_after_any_feedback(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, seed: int
) -> None:
    url = ""
    if database == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        url = server.new_database()
    random, model = Random(seed), Model()
    store = Answers(Place(tmp_path / "store", url), lasting=False)
    try:
        for card in cards_of(random):
            store.issue(card)
            model.cards[card.card], model.told[card.card] = card, []
        cards, sent, now = list(model.cards.values()), list[Met](), START
        while len(sent) < HOW_MANY // 2:
            batch = [one_of(random, cards, sent, now) for _ in range(random.randint(1, 40))]
            realm = random.choice(("", "", *REALMS))
            expected = sum([model.hear(met, now, realm) for met in batch])
            assert store.hear(batch, now, realm) == expected
            sent += batch
            now += timedelta(days=random.choice((0, 0, 1)))
        for person in {card.person for card in cards}:
            said = store.history(person).said
            assert {(one.topic, one.reply, one.on) for one in said} == model.said(person)
    finally:
        store.close()
    assert max(len(told) for told in model.told.values()) >= MOST_ANSWERS
