"""The store of answers: what was shown and said, kept through repeats, threads and restarts."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers, Met
from cds_hooks.store.opening import Place, open_store
from cds_hooks.store.tables import FILE, VERSION, StoreError
from prompts.history import History
from rules.record import Reply, Said
from tests.stores import (
    NOW,
    TODAY,
    a_card,
    pressed,
    said,
    was_closed,
)


def test_of_somebody_never_seen_nothing_was_said(store: Answers) -> None:
    assert store.history("nobody") == History()


def test_a_card_was_shown_on_each_of_its_topics(store: Answers) -> None:
    store.issue(a_card())
    assert said(store) == {("breathing", Reply.SHOWN, TODAY), ("results", Reply.SHOWN, TODAY)}
    assert store.history("bea") == History()


def test_what_comes_back_is_what_rules_and_restraint_read(store: Answers) -> None:
    store.issue(a_card())
    assert store.history("ann").said[0] == Said("breathing", Reply.SHOWN, TODAY)


def test_a_day_is_the_practices_day_and_not_that_of_greenwich(store: Answers) -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    card = a_card(at=late)
    store.issue(card)
    store.hear([pressed(card, "refer", late)], late)
    assert {on for _, _, on in said(store)} == {date(2026, 7, 1)}


def test_a_button_answers_its_own_topics_and_the_others_were_still_shown(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    assert store.hear([pressed(card, "refer")], NOW)
    assert said(store) == {("breathing", Reply.ACCEPTED, TODAY), ("results", Reply.SHOWN, TODAY)}


def test_a_card_that_was_closed_answers_all_its_topics(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    assert store.hear([Met(card.card, NOW, closed=Reply.NO_TIME, reason="limited-time")], NOW)
    assert said(store) == {("breathing", Reply.NO_TIME, TODAY), ("results", Reply.NO_TIME, TODAY)}


def test_a_tag_is_no_answer_and_the_first_answer_comes_after_it(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "tag")], NOW)
    store.hear([pressed(card, "refer", NOW + timedelta(days=1))], NOW + timedelta(days=1))
    assert said(store) == {
        ("breathing", Reply.SHOWN, TODAY),
        ("breathing", Reply.ACCEPTED, TODAY + timedelta(days=1)),
        ("results", Reply.SHOWN, TODAY),
    }


def test_the_first_answer_counts_and_a_later_one_does_not(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([was_closed(card, Reply.NO_TIME)], NOW)
    later = NOW + timedelta(hours=1)
    assert (
        store.hear([was_closed(card, Reply.NOT_RIGHT, later), pressed(card, "refer")], later) == 2
    )
    assert said(store) == {("breathing", Reply.NO_TIME, TODAY), ("results", Reply.NO_TIME, TODAY)}


def test_a_card_that_asks_two_things_is_answered_twice(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "refer")], NOW)
    store.hear([pressed(card, "results", NOW + timedelta(minutes=1))], NOW + timedelta(minutes=1))
    assert said(store) == {("breathing", Reply.ACCEPTED, TODAY), ("results", Reply.ACCEPTED, TODAY)}


def test_suggestions_of_one_moment_are_one_answer_even_where_they_come_one_by_one(
    store: Answers,
) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "refer")], NOW)
    store.hear([pressed(card, "not-now")], NOW)
    assert ("breathing", Reply.NOT_NOW, TODAY) in said(store)


@pytest.mark.parametrize("first", ["refer", "not-now", "no"])
def test_a_no_that_comes_later_is_never_lost_nor_taken_back(store: Answers, first: str) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, first)], NOW)
    later = NOW + timedelta(days=3)
    assert store.hear([pressed(card, "no", later)], later)
    store.hear([pressed(card, "refer", later + timedelta(days=1))], later + timedelta(days=1))
    assert ("breathing", Reply.DECLINED, TODAY + timedelta(days=3)) in said(store)
    assert ("breathing", Reply.ACCEPTED, TODAY + timedelta(days=4)) not in said(store)


def test_the_same_answer_is_kept_once_however_often_and_late_it_comes(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    for days in (0, 1, 40):
        assert store.hear(
            [pressed(card, "no", NOW + timedelta(days=9))], NOW + timedelta(days=days)
        )
    assert {on for _, _, on in said(store)} == {TODAY}
    counted = store.counted(TODAY, TODAY + timedelta(days=50))
    assert {n for event, n in counted.items() if event.outcome == Reply.DECLINED} == {1}


@pytest.mark.parametrize(
    "met",
    [
        pytest.param(Met("no such card", NOW, closed=Reply.NO_TIME), id="an unknown card"),
        pytest.param(Met("", NOW, closed=Reply.NO_TIME), id="an empty name"),
        pytest.param(Met("x" * 100_000, NOW, suggestion="x"), id="a very long name"),
        pytest.param(Met("'; DROP TABLE cards; --", NOW, suggestion="x"), id="a piece of SQL"),
        pytest.param(Met("\x00", NOW, closed=Reply.NO_TIME), id="an odd character"),
    ],
)
def test_an_answer_to_no_card_of_ours_is_not_heard(store: Answers, met: Met) -> None:
    store.issue(a_card())
    assert not store.hear([met], NOW)
    assert {reply for _, reply, _ in said(store)} == {Reply.SHOWN}


def test_a_button_of_another_card_is_not_heard(store: Answers) -> None:
    card, other = a_card(), a_card("bea")
    store.issue(card)
    store.issue(other)
    assert not store.hear([Met(card.card, NOW, suggestion=f"{other.card}-no")], NOW)
    assert not store.hear([Met(card.card, NOW, suggestion="")], NOW)


def test_what_was_kept_survives_closing_and_opening(place: Place) -> None:
    first = Answers(place)
    card = a_card()
    first.issue(card)
    first.hear([pressed(card, "no")], NOW)
    before = first.history("ann")
    first.close()
    second = Answers(place)
    assert second.history("ann") == before
    assert not second.hear([Met("another", NOW, closed=Reply.NO_TIME)], NOW)
    second.close()


def test_two_processes_over_one_store_see_each_others_answers_at_once(place: Place) -> None:
    first, second = Answers(place), Answers(place)
    card = a_card()
    first.issue(card)
    assert second.hear([pressed(card, "no")], NOW)
    assert first.history("ann") == second.history("ann")
    first.close()
    second.close()


def test_nothing_is_lost_between_many_threads(place: Place) -> None:
    stores = [Answers(place), Answers(place)]
    people = [f"person-{number}" for number in range(60)]

    def visit(number: int) -> bool:
        store, person = stores[number % 2], people[number]
        card = a_card(person)
        store.issue(card)
        heard = stores[(number + 1) % 2].hear([pressed(card, "no")], NOW)
        store.hear([pressed(card, "no")], NOW)
        return bool(heard) and len(said(store, person)) == 2

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(visit, range(len(people))))
    for person in people:
        assert {reply for _, reply, _ in said(stores[0], person)} == {Reply.DECLINED}
    for store in stores:
        store.close()


def test_what_is_acknowledged_is_on_the_disk_first_and_nobody_waits_to_read(
    tmp_path: Path,
) -> None:
    """SQLite's own words for it: synchronous FULL is 2, and a write-ahead log."""
    database = open_store(Place(tmp_path))
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


# ---- stores that cannot be opened -----------------------------------------------------------


def sentence(folder: Path) -> str:
    """What is said when a folder cannot be used."""
    with pytest.raises(StoreError) as refused:
        Answers(folder)
    text = str(refused.value)
    assert text.endswith(".")
    assert "sqlite3" not in text.lower()
    assert "Error" not in text
    return text


def test_a_store_of_another_version_is_left_alone_with_one_sentence(tmp_path: Path) -> None:
    Answers(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 98}")
    before = (tmp_path / FILE).read_bytes()
    text = sentence(tmp_path)
    assert "written by another version of Good Day" in text
    assert f"its format is {VERSION + 98}, this one reads {VERSION}" in text
    assert "--data" in text
    assert (tmp_path / FILE).read_bytes() == before


def test_a_folder_that_is_a_file_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    assert "cannot be made or written to" in sentence(tmp_path / "taken")
    assert "cannot be made or written to" in sentence(tmp_path / "taken" / "below")


def test_a_file_of_that_name_that_is_not_ours_gets_one_sentence_and_stays(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("my shopping list\n" * 1000)
    assert f"a file called {FILE} that is not ours" in sentence(tmp_path)
    assert (tmp_path / FILE).read_text() == "my shopping list\n" * 1000


def test_a_folder_in_the_place_of_the_file_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert "Name another with --data" in sentence(tmp_path)


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    Answers(tmp_path / "a" / "b" / "c").close()
    assert (tmp_path / "a" / "b" / "c" / FILE).is_file()
