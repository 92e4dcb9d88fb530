"""What whoever looks was shown lately: counted for 4 hours by every worker, and then gone."""

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine, inspect, text

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.keys import Key
from cds_hooks.store.opening import Place
from cds_hooks.store.sittings import FILE, Sittings
from cds_hooks.store.tables import StoreError, metadata
from tests.stores import NOW, place, postgresql, store

__all__ = ["place", "postgresql", "store"]

GP, NURSE = "Practitioner/dr-quillfeather", "Practitioner/nurse"


def shown(store: Answers, who: str = GP, after: float = 0) -> int:
    """What counts so many hours later."""
    with store.sitting(who, NOW + timedelta(hours=after)) as sitting:
        return sitting.shown


def show(store: Answers, cards: int = 1, who: str = GP, after: float = 0) -> None:
    with store.sitting(who, NOW + timedelta(hours=after)) as sitting:
        sitting.more = cards


def left(place: Place) -> list[tuple[bytes | int, ...]]:
    """Every row that is kept, of hashes and of their keys."""
    engine = create_engine(place.address() if place.url else f"sqlite:///{place.folder / FILE}")
    with engine.connect() as connection:
        found = [
            tuple(row)
            for table in ("sittings", "sitting_keys")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    engine.dispose()
    return found


def secrets(place: Place) -> set[bytes]:
    """Every hash and every key that is kept."""
    return {one for row in left(place) for one in row if isinstance(one, bytes)}


def test_cards_are_counted_for_four_hours_for_whoever_was_shown_them(store: Answers) -> None:
    assert shown(store) == 0
    show(store, 2)
    show(store, 1, after=1)
    assert [shown(store, after=hours) for hours in (0, 1, 3.9, 4, 4.9, 5)] == [3, 3, 3, 1, 1, 0]
    show(store, 1, after=10.1)  # in quarters of an hour, and never less than four hours
    assert [shown(store, after=hours) for hours in (14.1, 14.2, 14.25)] == [1, 1, 0]
    assert shown(store, NURSE) == 0


def test_nobody_is_counted_where_it_was_not_told_who_looks(store: Answers, place: Place) -> None:
    show(store, 5, who="")
    assert shown(store, who="") == 0
    assert not (place.folder / FILE).exists()


def test_every_worker_counts_with_the_others_and_a_new_one_too(place: Place) -> None:
    one, two = Answers(place), Answers(place)
    show(one, 3)
    show(two, 2)
    assert shown(one) == shown(two) == 5
    one.close()
    two.close()
    three = Answers(place)
    assert shown(three, after=3) == 5
    three.close()


def test_two_who_look_at_once_are_counted_one_after_the_other(place: Place) -> None:
    """As two windows of one clinician: the second knows what the first was shown."""
    Answers(place).close()
    saw: list[int] = []

    def look() -> None:
        worker = Answers(place)
        for _ in range(3):
            with worker.sitting(GP, NOW) as sitting:
                sitting.more = min(1, 8 - sitting.shown)
                saw.append(sitting.shown)
        worker.close()

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(saw) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8]


def test_nothing_of_it_is_left_after_a_day_not_even_in_the_files(
    place: Place, store: Answers
) -> None:
    show(store, 3)
    hidden = secrets(place)
    show(store, 1, after=11)
    hidden |= secrets(place)
    assert len(hidden) == 4  # of each half day a hash, and the key of it
    store.forget_sittings(NOW + timedelta(hours=14))
    assert len(left(place)) == 2
    store.forget_sittings(NOW + timedelta(hours=24))
    assert left(place) == []
    for file in place.folder.glob(f"{FILE}*"):
        kept = file.read_bytes()
        assert not any(one in kept for one in hidden)


@pytest.mark.long
def test_a_key_lives_for_less_than_a_day_however_busy_the_days_are(
    place: Place, store: Answers
) -> None:
    first_seen: dict[bytes | int, float] = {}
    for quarters in range(4 * 24 * 3):
        hours = quarters / 4
        show(store, 1, after=hours)
        store.forget_sittings(NOW + timedelta(hours=hours))
        keys = {row[1] for row in left(place) if len(row) == 2}
        assert 1 <= len(keys) <= 3
        for key in keys:
            assert hours - first_seen.setdefault(key, hours) < 18
    assert len(first_seen) == 7
    assert shown(store, after=72) == 15  # of each quarter since, the first of them over


def test_it_has_nothing_to_join_on_and_is_in_no_backup(
    place: Place, store: Answers, tmp_path: Path
) -> None:
    show(store, 2)
    engine = create_engine(place.address() if place.url else f"sqlite:///{place.folder / FILE}")
    schema = inspect(engine)
    columns = {t: {c["name"] for c in schema.get_columns(t)} for t in ("sittings", "sitting_keys")}
    assert columns == {"sittings": {"who", "until", "cards"}, "sitting_keys": {"secret", "since"}}
    assert not schema.get_foreign_keys("sittings")
    engine.dispose()
    assert not {"sittings", "sitting_keys"} & set(metadata.tables)
    for row in left(place):  # a moment in it is a quarter of an hour, in which many cards may be
        assert all(not isinstance(one, int) or one < 100 or one % 900 == 0 for one in row)
        assert "quillfeather" not in repr(row)
    for file in backup(place, tmp_path / "backups", NOW).iterdir():
        assert b"sitting" not in file.read_bytes()


def test_who_it_was_cannot_be_found_without_the_key_of_the_store(place: Place) -> None:
    """Whoever has only this file has the keys of its hours, and cannot try out names."""
    ours, theirs = Sittings(place, Key(b"o" * 32)), Sittings(place, Key(b"t" * 32))
    with ours.of(GP, NOW) as sitting:
        sitting.more = 1
    with theirs.of(GP, NOW) as sitting:
        assert sitting.shown == 0
    ours.close()
    theirs.close()


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_clock_that_is_moved_by_a_day_starts_again_and_counts_on(
    store: Answers, hours: int
) -> None:
    show(store, 8)
    assert shown(store, after=hours) == 0
    show(store, 1, after=hours)
    assert shown(store, after=hours) == 1


def test_a_clock_that_is_a_little_behind_counts_all_the_same(store: Answers) -> None:
    """Two machines are never at the same moment, at noon neither."""
    for hours in (0, 2.5, 14.5, 22):
        before = shown(store, after=hours)
        show(store, 8, after=hours)
        assert shown(store, after=hours - 0.1) == before + 8
        show(store, 1, after=hours - 0.1)
        assert shown(store, after=hours) == before + 9


def test_where_it_cannot_be_used_nothing_is_decided(tmp_path: Path) -> None:
    store = Answers(tmp_path)
    show(store)
    (tmp_path / FILE).unlink()
    with pytest.raises(StoreError):
        shown(store)
    store.close()
