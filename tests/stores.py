"""Stores for tests: the same one in SQLite and in PostgreSQL, and cards to put into it."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from cds_hooks.store.answers import Answers, Button, Issued, Met
from cds_hooks.store.backups import look_at, opened, opened_directory
from cds_hooks.store.kept import Used
from cds_hooks.store.opening import Place
from rules.record import Reply
from tests.postgresql import Server, running

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SINGING = "refer:singing-group"
BUTTONS = (
    Button("refer", Reply.ACCEPTED, ("breathing",), (SINGING,), ("one",)),
    Button("tag", Reply.SHOWN, ("breathing",), ("tag:due",), ("one",)),
    Button("results", Reply.ACCEPTED, ("results",), ("record:results",), ("two",)),
    Button("not-now", Reply.NOT_NOW, ("breathing", "results")),
    Button("no", Reply.DECLINED, ("breathing", "results")),
    Button("never", Reply.DECLINED, ("breathing",), (SINGING,), ("one",), date(2099, 1, 1)),
)


@pytest.fixture(scope="session")
def postgresql() -> Generator[Server]:
    """A PostgreSQL server, for as long as the tests run."""
    with running() as server:
        yield server


@pytest.fixture
def fast_folder(tmp_path: Path) -> Generator[Path]:
    """A folder in memory, where there is one: no test takes the power away from a disk."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="goodday-store-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def place(request: pytest.FixtureRequest, fast_folder: Path) -> Place:
    """Where a store may be made: in a folder, and in a database."""
    if request.param == "sqlite":
        return Place(fast_folder / "store")
    server: Server = request.getfixturevalue("postgresql")
    return Place(fast_folder / "store", server.new_database())


@pytest.fixture
def store(place: Place) -> Iterator[Answers]:
    """An open store, in both sorts of database."""
    answers = Answers(place)
    yield answers
    answers.close()


def a_card(person: str = "ann", at: datetime = NOW) -> Issued:
    """A card on two topics of two rules, with buttons of its own."""
    name = str(uuid4())
    return Issued(
        card=name,
        person=person,
        service="good-day-patient-view",
        hook_instance=str(uuid4()),
        rules=("one|1", "two|3"),
        topics=("breathing", "results"),
        shown_at=at,
        buttons=tuple(
            Button(f"{name}-{b.suggestion}", b.reply, b.topics, b.offers, b.rules, b.ask_again)
            for b in BUTTONS
        ),
        value_sets={"copd": "9f2c"},
        facts=(Used("has_copd", "yes", ("http://snomed.info/sct|13645005",), (TODAY,)),),
    )


def pressed(card: Issued, button: str, at: datetime = NOW) -> Met:
    """A button was pressed."""
    return Met(card.card, at, suggestion=f"{card.card}-{button}")


def was_closed(card: Issued, reply: Reply, at: datetime = NOW, comment: str = "") -> Met:
    """A card was closed."""
    return Met(card.card, at, closed=reply, reason="limited-time", comment=comment)


def said(store: Answers, person: str = "ann") -> set[tuple[str, Reply, date]]:
    """What somebody said on each topic, and when; offers by their keys left out."""
    return {
        (one.topic, one.reply, one.on) for one in store.history(person).said if ":" not in one.topic
    }


def said_to(store: Answers, offer: str, person: str = "ann") -> set[Reply]:
    """What somebody said to one offer, on whichever card."""
    return {one.reply for one in store.history(person).said if offer in one.offers}


def bytes_of(made: Path, place: Place) -> Iterator[tuple[str, bytes]]:
    """Every file of a backup, and what is sealed in it."""
    for file in sorted(made.iterdir()):
        yield file.name, file.read_bytes()
    manifest = look_at(made).manifest
    assert manifest is not None
    with opened(place, made, manifest) as plain:
        yield plain.name, plain.read_bytes()
    with opened_directory(place, made, manifest) as directory:
        if directory is not None:
            yield directory.name, directory.read_bytes()
