"""What was acknowledged is there after kill -9, a full disk, and a server that was killed.

A few rounds in ``make test``, hundreds in ``make soak``.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import psycopg
import pytest
from hypothesis import settings

from cds_hooks.store.answers import Answers, Issued
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.store.tokens import UsedTokens
from rules.record import Reply
from tests.architecture.project import ROOT
from tests.postgresql import Server
from tests.stores import NOW, a_card, pressed, said
from tests.unit.cds_hooks.store.writing import lost

pytestmark = pytest.mark.long

SOAK = settings().max_examples > 200


def written(how: str, rounds: int, place: Place) -> str:
    """What became of so many rounds; it is an error where anything was lost."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.cds_hooks.store.writing", how, str(rounds),
         str(place.folder), *([place.url] if place.url else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_at_any_moment_nothing_that_was_acknowledged_is_lost(place: Place) -> None:
    rounds = 500 if SOAK else 10
    print(written("killed", rounds, place))  # noqa: T201 - for make soak's reader


def test_a_disk_that_is_full_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    print(written("full", 20 if SOAK else 5, Place(tmp_path / "store")))  # noqa: T201 - for make soak's reader


def test_a_server_whose_disk_is_full_loses_nothing_and_is_used_again_when_there_is_room(
    postgresql: Server, tmp_path: Path
) -> None:
    place, random = Place(tmp_path, postgresql.new_database()), Random(5)
    store, told = Answers(place), list[str]()
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(MANY_CARDS)
    for number in range(20 if SOAK else 3):
        biggest = max(
            path.stat().st_size
            for path in (postgresql.folder / "data" / "base").rglob("*")
            if path.is_file()
        )
        postgresql.fill_disk(biggest + random.randint(1, 6) * 8192)
        with pytest.raises(StoreError, match="cannot be used at the moment"):
            until_full(store, f"{number}", told)
        assert store.history(told[0].split(" ")[0]).shown  # what is kept can be read all the while
        postgresql.fill_disk(None)
        store.issue(a_card(f"after-{number}"))
        told.append(f"after-{number} shown")
    assert len(told) > 30
    store.close()
    assert lost(place, told) == []


# A table that is bigger than the server's log of writes: it is the one that is full first.
MANY_CARDS = """
    INSERT INTO cards SELECT 'c' || n, 'p' || n, 's', 'h', 'r|1', 't', '{}', '2026-11-21', repeat(
    '2026-11-21T09:30:00+00:00', 76) FROM generate_series(1, 10000) AS n
"""


def until_full(store: Answers, who: str, told: list[str]) -> None:
    """Write without an end, and note what was acknowledged."""
    for number in range(20_000):
        card = a_card(f"{who}-{number}")
        store.issue(card)
        told.append(f"{card.person} shown")
        store.hear([pressed(card, "no")], NOW)
        told.append(f"{card.person} no")


def cut_off(store: Answers, card: Issued, server: Server) -> None:
    """Issue a card over a connection that ends before it is kept."""
    with store.about(card.person) as known:
        known.issue(card)
        server.hang_up()


def test_a_connection_that_is_cut_in_the_middle_keeps_nothing_and_the_next_one_goes_on(
    postgresql: Server, tmp_path: Path
) -> None:
    store = Answers(Place(tmp_path, postgresql.new_database()))
    store.issue(a_card("before"))
    for number in range(20 if SOAK else 3):
        card = a_card(f"person-{number}")
        with pytest.raises(StoreError, match="cannot be used"):
            cut_off(store, card, postgresql)
        assert store.history(card.person).shown == ()
        store.issue(card)
        assert store.hear([pressed(card, "no")], NOW)
        assert {reply for _, reply, _ in said(store, card.person)} == {Reply.DECLINED}
    assert len(store.history("before").shown) == 1
    store.close()


def test_a_database_that_may_only_be_read_is_read_and_says_that_it_keeps_nothing(
    postgresql: Server, tmp_path: Path
) -> None:
    url = postgresql.new_database()
    store, card = Answers(Place(tmp_path, url)), a_card()
    store.issue(card)
    name = url.rpartition("/")[2]
    switch = f'ALTER DATABASE "{name}" SET default_transaction_read_only = {{}}'
    for read_only in ("on", "off"):
        with psycopg.connect(postgresql.url("postgres"), autocommit=True) as connection:
            connection.execute(switch.format(read_only).encode())
        postgresql.hang_up()
        assert len(store.history("ann").shown) == 1
        if read_only == "on":
            with pytest.raises(StoreError, match="cannot be used at the moment"):
                store.hear([pressed(card, "no")], NOW)
        else:
            assert store.hear([pressed(card, "no")], NOW)
    store.close()


def test_a_folder_that_cannot_be_written_to_gets_one_sentence() -> None:
    with tempfile.TemporaryDirectory(prefix="goodday-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        said_so = written("read-only", 1, Place(Path(folder) / "store"))
        assert "cannot be written to" in said_so
        (Path(folder) / "store").chmod(0o755)


def test_a_server_that_was_killed_has_lost_nothing_and_is_used_again(
    postgresql: Server, tmp_path: Path
) -> None:
    place = Place(tmp_path, postgresql.new_database())
    store, used = Answers(place), UsedTokens(place)
    for number in range(20 if SOAK else 1):
        card = a_card(f"person-{number}")
        store.issue(card)
        store.hear([pressed(card, "no")], NOW)
        assert used.use(number.to_bytes(32), 2_000_000_000, 1_900_000_000)
        postgresql.kill()
        with pytest.raises(StoreError):
            store.look()
        with pytest.raises(StoreError):
            used.use(b"another", 2_000_000_000, 1_900_000_000)
        postgresql.start()
        assert {reply for _, reply, _ in said(store, f"person-{number}")} == {Reply.DECLINED}
        assert used.use((1000 + number).to_bytes(32), 2_000_000_000, 1_900_000_000)
    used.close()
    store.close()
