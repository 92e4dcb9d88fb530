"""From one version of the store to the next and back: nothing is lost on the way."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, select

from cds_hooks.store.answers import Answers
from cds_hooks.store.cases import Case
from cds_hooks.store.moving import move, version_at
from cds_hooks.store.opening import Place, connect
from cds_hooks.store.tables import FILE, VERSION, StoreError, metadata
from rules.record import Reply
from tests.stores import NOW, a_card, pressed, said, was_closed

# As the version before there were steps wrote it, letter by letter.
VERSION_1 = """
CREATE TABLE cards (
    card VARCHAR NOT NULL, person VARCHAR NOT NULL, service VARCHAR NOT NULL,
    hook_instance VARCHAR NOT NULL, rules VARCHAR NOT NULL, topics VARCHAR NOT NULL,
    buttons VARCHAR NOT NULL, shown_on VARCHAR NOT NULL, shown_at VARCHAR NOT NULL,
    PRIMARY KEY (card)
);
CREATE INDEX cards_of_person ON cards (person);
CREATE TABLE answers (
    id INTEGER NOT NULL, card VARCHAR NOT NULL, suggestion VARCHAR NOT NULL,
    reply VARCHAR NOT NULL, topics VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    said_on VARCHAR NOT NULL, said_at VARCHAR NOT NULL,
    PRIMARY KEY (id), UNIQUE (card, suggestion, reply, said_at),
    FOREIGN KEY(card) REFERENCES cards (card)
);
CREATE INDEX answers_to_card ON answers (card);
PRAGMA user_version = 1;
"""
OLD_TABLES = ("cards", "answers")
OLD_ROWS = dict[str, list[dict[str, str | int]]]


def a_year() -> OLD_ROWS:
    """A year of 2,000 cards about 300 people, and what was said, as version 1 kept them."""
    random, rows = Random(7), OLD_ROWS(cards=[], answers=[])
    for _ in range(2_000):
        name = str(UUID(int=random.getrandbits(128), version=4))
        at = NOW - timedelta(days=random.randint(0, 365))
        on = at.date().isoformat()
        rows["cards"].append(
            {
                "card": name, "person": f"p{random.randint(0, 299)}", "service": "good-day",
                "hook_instance": name, "rules": "one|1", "topics": "breathing pain",
                "buttons": json.dumps({f"{name}-no": ["declined", "breathing pain"]}),
                "shown_on": on, "shown_at": at.isoformat(),
            }
        )  # fmt: skip
        if random.random() < 0.6:
            reply = random.choice([Reply.DECLINED, Reply.NO_TIME, Reply.NOT_NOW])
            rows["answers"].append(
                {
                    "card": name, "suggestion": "", "reply": str(reply),
                    "topics": "breathing pain", "reason": "", "said_on": on,
                    "said_at": at.isoformat(),
                }
            )  # fmt: skip
    return rows


def of_version_1(place: Place) -> None:
    """A store that version 1 left, with a year in it."""
    if place.url:
        move(place, 1)
    else:
        place.folder.mkdir(parents=True)
        with closing(sqlite3.connect(place.folder / FILE)) as old:
            old.executescript(VERSION_1)
    database = connect(place, FILE)
    with database.writing() as connection:
        for table, rows in a_year().items():
            connection.execute(metadata.tables[table].insert(), rows)
    database.close()


def checksum(place: Place, *only: str) -> str:
    """Every row of these tables, or of all that are there."""
    database, found = connect(place, FILE), hashlib.sha256()
    with database.reading() as connection:
        there = MetaData()
        there.reflect(connection)
        for name, table in sorted(there.tables.items()):
            if name != "alembic_version" and (not only or name in only):
                rows = sorted(map(repr, connection.execute(select(table)).all()))
                found.update("\n".join([name, *rows]).encode())
    database.close()
    return found.hexdigest()


def differences(place: Place) -> list[object]:
    """What Alembic would change to come from the tables that are there to the schema."""
    database = connect(place, FILE)
    with database.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    return list(found)


def test_the_steps_lead_to_the_schema(place: Place) -> None:
    move(place)
    assert version_at(place) == VERSION
    assert differences(place) == []
    Answers(place).close()


def test_a_store_that_is_made_at_once_has_the_same_schema(place: Place) -> None:
    Answers(place).close()
    assert differences(place) == []


def test_a_year_goes_up_and_down_and_up_and_is_what_it_was(place: Place) -> None:
    of_version_1(place)
    old = checksum(place, *OLD_TABLES)
    move(place)
    assert checksum(place, *OLD_TABLES) == old
    store = Answers(place)
    card = a_card()
    store.issue(card)
    told = [
        was_closed(card, Reply.NO_TIME, comment="words"),
        was_closed(card, Reply.NOT_RIGHT, NOW + timedelta(hours=1)),
        pressed(card, "never", NOW + timedelta(hours=2)),
        was_closed(a_card(), Reply.DECLINED),
    ]
    store.hear(told, NOW + timedelta(days=1))
    store.cases().keep([Case("one", "v1", "shown", "0" * 32, "ann", NOW.date())], [])
    before, history = checksum(place), store.history("ann")
    with_new = checksum(place, *OLD_TABLES)
    store.close()
    move(place, 1)
    assert version_at(place) == 1
    assert checksum(place, *OLD_TABLES) == with_new
    move(place)
    assert checksum(place) == before
    store = Answers(place)
    assert store.history("ann") == history
    store.close()


def test_what_was_said_before_is_known_after(place: Place) -> None:
    of_version_1(place)
    move(place)
    store = Answers(place)
    rows = a_year()
    people = {str(row["card"]): str(row["person"]) for row in rows["cards"]}
    known = {person: said(store, person) for person in set(people.values())}
    noes = [row for row in rows["answers"] if row["reply"] == Reply.DECLINED]
    assert len(noes) > 300
    for row in noes:
        on = date.fromisoformat(str(row["said_on"]))
        assert ("pain", Reply.DECLINED, on) in known[people[str(row["card"])]]
    store.close()


def test_a_store_of_the_version_before_says_how_to_bring_it_along(place: Place) -> None:
    of_version_1(place)
    before = checksum(place)
    with pytest.raises(StoreError) as refused:
        Answers(place)
    told = "--store postgresql://goodday@127.0.0.1:" if place.url else f"--data {place.folder}"
    assert f"Run goodday store upgrade {told}" in str(refused.value)
    assert "Zebedee" not in str(refused.value)
    assert checksum(place) == before


def test_two_who_upgrade_at_once_upgrade_once(place: Place) -> None:
    of_version_1(place)
    move(place)
    before = checksum(place)
    move(place)
    assert checksum(place) == before


def test_an_upgrade_that_is_interrupted_has_changed_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    of_version_1(place)
    with closing(sqlite3.connect(place.folder / FILE)) as other:
        other.execute("CREATE TABLE noes (mine TEXT)")  # it will stumble over this one
    before = checksum(place)
    with pytest.raises(StoreError, match="could not be changed, and is as it was"):
        move(place)
    assert (checksum(place), version_at(place)) == (before, 1)


def _steps() -> Iterator[Path]:
    folder = Path(__file__).parents[4] / "cds_hooks" / "store" / "migrations" / "versions"
    return folder.glob("step_*.py")


def test_the_newest_step_is_the_version() -> None:
    assert max(int(path.stem.removeprefix("step_")) for path in _steps()) == VERSION
