"""One connection stays open to a store in a file, and whoever comes meanwhile has another."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from sqlite3 import connect
from threading import Event
from time import sleep

import pytest
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.event import listens_for

from cds_hooks.store import opening
from cds_hooks.store.answers import Answers, Known
from cds_hooks.store.opening import Place, open_store
from cds_hooks.store.tables import FILE, StoreError
from tests.stores import NOW, TODAY, a_card, pressed


def test_what_is_not_finished_is_seen_by_nobody_else_and_what_is_finished_by_everybody(
    place: Place,
) -> None:
    store = Answers(place)
    with store.about("ann") as ann, ThreadPoolExecutor(1) as another:
        ann.issue(a_card("ann"))
        assert another.submit(store.history, "ann").result().shown == ()
    assert len(store.history("ann").shown) == 1
    store.close()


def test_a_reader_sees_one_moment_though_somebody_writes_meanwhile(place: Place) -> None:
    """In a file: a server's database reads each statement by itself."""
    store, database = Answers(place), open_store(place)
    if not database.is_shared:
        with database.reading() as connection:
            cards = "SELECT count(*) FROM cards"
            before = connection.exec_driver_sql(cards).scalar()
            with ThreadPoolExecutor(1) as another:
                another.submit(store.issue, a_card("ann")).result()
            assert connection.exec_driver_sql(cards).scalar() == before
    database.close()
    store.close()


def keep(known: Known, *people: str) -> None:
    for person in people:
        known.issue(a_card(person))


def test_after_an_interruption_the_next_one_begins_with_nothing_of_it(place: Place) -> None:
    store = Answers(place)
    for _ in range(3):
        with pytest.raises(ValueError, match="for the person"), store.about("ann") as ann:
            keep(ann, "ann", "not ann")
        store.issue(a_card("bea"))
    assert store.history("ann").shown == ()
    assert len(store.history("bea").shown) == 3
    store.close()


def test_a_file_that_somebody_else_keeps_from_being_written_is_used_again_when_it_is_free(
    tmp_path: Path,
) -> None:
    store, card = Answers(tmp_path), a_card()
    store.issue(card)
    with closing(connect(tmp_path / FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="cannot be used at the moment"):
            store.hear([pressed(card, "no")], NOW)
        assert len(store.history("ann").shown) == 1, "who only reads does not wait"
        other.rollback()
    assert store.hear([pressed(card, "no")], NOW) == 1
    store.close()


def test_who_waited_while_a_backup_was_restored_keeps_nothing_in_the_file_put_aside(
    tmp_path: Path,
) -> None:
    store, card = Answers(tmp_path), a_card()
    store.issue(card)
    with closing(connect(tmp_path / FILE)) as other, ThreadPoolExecutor(2) as threads:
        other.execute("BEGIN IMMEDIATE")
        waiting: list[Future[object]] = [
            threads.submit(store.hear, [pressed(card, "no")], NOW),  # by the one that is kept open
            threads.submit(store.issue, a_card("bea")),  # and by one of the pool
        ]
        sleep(0.5)
        copyfile(tmp_path / FILE, tmp_path / "restored")
        (tmp_path / FILE).rename(tmp_path / "aside")
        (tmp_path / "restored").rename(tmp_path / FILE)
        other.rollback()
        for one in waiting:
            with pytest.raises(StoreError, match="cannot be used at the moment"):
                one.result()
        (answers,) = other.execute("SELECT count(*) FROM answers").fetchone()
        (cards,) = other.execute("SELECT count(*) FROM cards").fetchone()
    assert (answers, cards) == (0, 1)
    store.close()


def test_where_its_file_is_gone_no_other_is_made_in_its_place(tmp_path: Path) -> None:
    """An empty one could be taken for the store, by whoever looks for it or restores a backup."""
    store = Answers(tmp_path)
    store.issue(a_card())
    for file in tmp_path.glob(f"{FILE}*"):
        file.unlink()
    for _ in range(3):
        for use in (store.look, store.pauses, lambda: store.issue(a_card())):
            with pytest.raises(StoreError, match="cannot be used at the moment"):
                use()
    assert not list(tmp_path.glob(f"{FILE}*"))
    store.close()


def test_a_file_that_is_replaced_while_it_is_opened_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is started while a backup is restored would write into the file put aside."""
    Answers(tmp_path).close()
    copyfile(tmp_path / FILE, tmp_path / "restored")

    def replaced_once_it_is_open(url: URL, connect_args: dict[str, int]) -> Engine:
        engine = create_engine(url, connect_args=connect_args)

        @listens_for(engine, "connect", once=True)
        def _(*_given: object) -> None:
            (tmp_path / FILE).rename(tmp_path / "aside")
            (tmp_path / "restored").rename(tmp_path / FILE)

        return engine

    monkeypatch.setattr(opening, "create_engine", replaced_once_it_is_open)
    with pytest.raises(StoreError, match="cannot be written to"):
        Answers(tmp_path)
    monkeypatch.undo()
    store = Answers(tmp_path)
    store.issue(a_card())
    store.close()
    with closing(connect(tmp_path / FILE)) as there:
        assert there.execute("SELECT count(*) FROM cards").fetchone() == (1,)


def test_what_is_being_written_is_there_when_the_store_was_closed_meanwhile(
    tmp_path: Path,
) -> None:
    store, begun, go_on = Answers(tmp_path), Event(), Event()

    def slowly() -> None:
        with store.about("ann") as ann:
            ann.issue(a_card("ann"))
            begun.set()
            go_on.wait()

    with ThreadPoolExecutor(3) as threads:
        writing = threads.submit(slowly)
        begun.wait()
        closing_it = threads.submit(store.close)
        sleep(0.1)
        go_on.set()
        writing.result()
        closing_it.result()
    again = Answers(tmp_path)
    assert len(again.history("ann").shown) == 1
    again.close()


def test_the_many_who_come_at_once_are_each_kept(place: Place) -> None:
    store, ready = Answers(place), Event()

    def issued(number: int) -> None:
        ready.wait()
        for each in range(5):
            store.issue(a_card(f"p{number}-{each}"))
            assert len(store.history(f"p{number}-{each}").shown) == 1

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(issued, number) for number in range(8)]
        ready.set()
        for one in done:
            one.result()
    assert sum(store.counted(TODAY, TODAY).values()) > 0
    assert all(len(store.history(f"p{n}-{m}").shown) == 1 for n in range(8) for m in range(5))
    store.close()


def test_a_store_that_was_closed_leaves_its_file_to_others(tmp_path: Path) -> None:
    store = Answers(tmp_path)
    store.issue(a_card("ann"))
    store.close()
    with closing(connect(tmp_path / FILE)) as other:
        (mode,) = other.execute("PRAGMA journal_mode = DELETE").fetchone()
    assert mode == "delete", "which needs that nobody else has it open"
