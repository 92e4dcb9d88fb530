"""T15: whatever is said to a card, however often, a no is kept and little else grows."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from cds_hooks.store.answers import MOST_DAYS, Answers, Button, Issued, Met, kept_as
from cds_hooks.store.tables import FILE
from rules.record import Reply

SHOWN = datetime(2026, 1, 5, 12, tzinfo=UTC)
BUTTONS = {"refer": Reply.ACCEPTED, "later": Reply.NOT_NOW, "no": Reply.DECLINED}
CLOSED = (Reply.OVERRIDDEN, Reply.NOT_RIGHT, Reply.NO_TIME)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Answers]:
    answers = Answers(tmp_path, lasting=False)
    yield answers
    answers.close()


def a_card(store: Answers, number: int = 1, person: str = "ann", realm: str = "") -> str:
    """A card on one topic, with three buttons."""
    name = str(UUID(int=number))
    buttons = tuple(Button(f"{name}-{one}", reply, ("tea",)) for one, reply in BUTTONS.items())
    who = kept_as(person, realm)
    store.issue(Issued(name, who, "s", f"h{number}", ("tea|1",), ("tea",), SHOWN, buttons))
    return name


def days_said(store: Answers, person: str = "ann") -> dict[Reply, set[date]]:
    """For each reply, the days on which it was said."""
    said: dict[Reply, set[date]] = defaultdict(set)
    for one in store.history(person):
        said[one.reply].add(one.on)
    return dict(said)


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as other:
        return int(other.execute("SELECT count(*) FROM answers").fetchone()[0])


def test_one_day_is_one_answer_however_often_it_is_given(store: Answers, tmp_path: Path) -> None:
    card = a_card(store)
    heard = [Met(card, SHOWN + timedelta(seconds=n), closed=Reply.NO_TIME) for n in range(500)]
    assert store.hear(heard, SHOWN + timedelta(hours=1)) == 500
    assert days_said(store) == {Reply.NO_TIME: {SHOWN.date()}}
    assert rows(tmp_path) == 1


def test_a_no_after_a_year_of_noise_is_a_no(store: Answers, tmp_path: Path) -> None:
    card = a_card(store)
    now = SHOWN + timedelta(days=365)
    noise = [Met(card, SHOWN + timedelta(days=n), closed=how) for how in CLOSED for n in range(365)]
    noise += [Met(card, one.at, suggestion=f"{card}-refer") for one in noise]
    assert store.hear(noise, now) == len(noise)
    assert store.hear([Met(card, now, suggestion=f"{card}-no")], now) == 1
    said = days_said(store)
    assert said[Reply.DECLINED] == {now.date()}
    assert all(max(said[how]) == date(2027, 1, 4) for how in (*CLOSED, Reply.ACCEPTED))
    assert rows(tmp_path) == MOST_DAYS * 4 + 1


def test_after_many_noes_the_last_no_is_the_one_that_counts(store: Answers) -> None:
    card = a_card(store)
    days = [SHOWN + timedelta(days=n) for n in range(MOST_DAYS + 3)]
    for day in days:
        assert store.hear([Met(card, day, suggestion=f"{card}-no")], days[-1]) == 1
    told = {day.date() for day in days}
    assert days_said(store) == {Reply.DECLINED: told - {day.date() for day in days[-4:-1]}}
    late = Met(card, days[-2], suggestion=f"{card}-no")
    assert store.hear([late], days[-1]) == 1
    assert max(days_said(store)[Reply.DECLINED]) == days[-1].date()


def test_what_is_kept_of_ten_thousand_answers_is_what_was_said(store: Answers) -> None:
    """Random, repeated, foreign and out of order, against a model that knows sets of days alone."""
    chance = Random(15)
    people = ("ann", "bea", "cem")
    cards = [a_card(store, n, people[n % 3], "st-marys") for n in range(9)]
    foreign = a_card(store, 99, "ann", "elsewhere")
    said: dict[tuple[str, str, Reply], set[date]] = defaultdict(set)
    now = SHOWN + timedelta(days=400)
    batch: list[Met] = []
    ours = 0
    for _ in range(10_000):
        card = chance.choice([*cards, foreign, "no card of ours"])
        at = SHOWN + timedelta(days=min(chance.randrange(14), chance.randrange(400)))
        button, closed = chance.choice([*BUTTONS, "none such", ""]), chance.choice(CLOSED)
        suggestion = f"{card}-{button}" if button else ""
        met = Met(card, at, suggestion, None if button else closed)
        times = chance.choice((1, 1, 2))
        batch += [met] * times
        if card in cards and button != "none such":
            said[card, suggestion, BUTTONS[button] if button else closed].add(at.date())
            ours += times
    heard = sum(
        store.hear(batch[at : at + 500], now, "st-marys") for at in range(0, len(batch), 500)
    )
    assert heard == ours
    for number, person in enumerate(people):
        kept = days_said(store, kept_as(person, "st-marys"))
        for reply in Reply:
            theirs = [
                days for (card, _, how), days in said.items()
                if cards.index(card) % 3 == number and how is reply
            ]  # fmt: skip
            have = kept.get(reply, set())
            assert have <= set[date]().union(*theirs)
            assert {max(days) for days in theirs} <= have
            assert all(days <= have for days in theirs if len(days) <= MOST_DAYS)
    assert days_said(store, kept_as("ann", "elsewhere")) == {Reply.SHOWN: {SHOWN.date()}}
