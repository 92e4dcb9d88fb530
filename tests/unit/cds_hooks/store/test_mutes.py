"""Who muted which rule: kept for 30 days by two hashes and a day, and then gone."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.keys import Key
from cds_hooks.store.mutes import FILE, SOME, Mutes
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError, metadata
from tests.stores import NOW, TODAY, fast_folder, place, postgresql, store

__all__ = ["fast_folder", "place", "postgresql", "store"]

GP, NURSE = "Practitioner/dr-quillfeather", "Practitioner/nurse"
APPLE, BERRY = ("apple",), ("berry",)
END = TODAY + timedelta(days=30)


def of(store: Answers, who: str = GP, after: int = 0) -> dict[str, date]:
    """What holds for somebody so many days later."""
    day = TODAY + timedelta(days=after)
    return dict(store.mutes().of(who, ("apple", "berry", "pear"), day))


def left(place: Place) -> list[tuple[bytes, bytes, str]]:
    """Every row that is kept."""
    engine = create_engine(place.address() if place.url else f"sqlite:///{place.folder / FILE}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT who, rule, until FROM mutes")).all()
    engine.dispose()
    return [(bytes(who), bytes(rule), until) for who, rule, until in found]


def test_it_holds_for_thirty_days_for_whoever_asked_and_for_that_rule(store: Answers) -> None:
    assert of(store) == {}
    assert store.mutes().mute(GP, APPLE, TODAY) == END
    assert of(store) == of(store, after=29) == {"apple": END}
    assert of(store, after=30) == of(store, after=31) == {}
    assert of(store, NURSE) == {}
    store.mutes().mute(GP, BERRY, TODAY + timedelta(days=3))
    assert of(store, after=3) == {"apple": END, "berry": END + timedelta(days=3)}
    store.mutes().show(GP, APPLE)
    store.mutes().show(NURSE, BERRY)
    assert of(store, after=3) == {"berry": END + timedelta(days=3)}
    assert store.mutes().of(GP, (), TODAY) == ()


def test_every_worker_knows_and_so_does_a_new_one(place: Place) -> None:
    one, two = Answers(place), Answers(place)
    assert of(two) == {}
    one.mutes().mute(GP, APPLE, TODAY)
    assert of(two) == {"apple": END}
    two.mutes().mute(GP, APPLE, TODAY + timedelta(days=2))  # again: from then
    assert of(one, after=31) == {"apple": END + timedelta(days=2)}
    one.close()
    two.close()
    three = Answers(place)
    assert of(three, after=31) == {"apple": END + timedelta(days=2)}
    three.close()


def test_some_people_are_five_of_them_each_counted_once(store: Answers) -> None:
    renamed = (("pear", "apple"), BERRY)
    for number in range(SOME):
        assert store.mutes().by_some(renamed, TODAY) == frozenset()
        store.mutes().mute(f"Practitioner/{number}", APPLE if number else ("pear", "apple"), TODAY)
        store.mutes().mute("Practitioner/0", APPLE, TODAY)
        store.mutes().mute("Practitioner/0", ("pear", "apple"), TODAY)
    assert store.mutes().by_some(renamed, TODAY) == {"pear"}
    assert store.mutes().by_some((BERRY,), TODAY) == frozenset()
    assert store.mutes().by_some(renamed, END) == frozenset()


def test_what_is_over_is_gone_and_so_is_what_was_taken_back_not_only_from_the_table(
    place: Place, store: Answers
) -> None:
    store.mutes().mute(GP, APPLE, TODAY)
    store.mutes().mute(NURSE, APPLE, TODAY + timedelta(days=1))
    store.mutes().mute(NURSE, BERRY, TODAY)
    hidden = {one for row in left(place) for one in row[:2]}
    assert len(hidden) == 5  # of each press who it was, and of each rule which
    store.mutes().show(NURSE, BERRY)
    store.forget_mutes(TODAY + timedelta(days=29))
    assert len(left(place)) == 2
    store.forget_mutes(END)
    assert [row[2] for row in left(place)] == [(END + timedelta(days=1)).isoformat()]
    store.forget_mutes(END + timedelta(days=1))
    assert left(place) == []
    for file in place.folder.glob(f"{FILE}*"):
        kept = file.read_bytes()
        assert not any(one in kept for one in hidden)


@pytest.mark.parametrize("days", [-400, -2, 400])
def test_a_clock_that_is_moved_makes_none_that_lasts(
    place: Place, store: Answers, days: int
) -> None:
    store.mutes().mute(GP, APPLE, TODAY)
    assert of(store, after=days) == {}
    assert store.mutes().by_some((APPLE,), TODAY + timedelta(days=days)) == frozenset()
    store.forget_mutes(TODAY + timedelta(days=days))
    assert left(place) == []


def test_a_clock_that_is_a_little_behind_lets_nothing_go(place: Place, store: Answers) -> None:
    store.mutes().mute(GP, APPLE, TODAY)
    store.forget_mutes(TODAY - timedelta(days=1))  # another machine, before its midnight
    assert len(left(place)) == 1


def test_it_has_nothing_to_join_on_no_moment_and_is_in_no_backup(
    place: Place, store: Answers, tmp_path: Path
) -> None:
    for who in (GP, NURSE):
        for rule in (APPLE, BERRY):
            store.mutes().mute(who, rule, TODAY)
    engine = create_engine(place.address() if place.url else f"sqlite:///{place.folder / FILE}")
    schema = inspect(engine)
    assert {c["name"] for c in schema.get_columns("mutes")} == {"who", "rule", "until"}
    assert not schema.get_foreign_keys("mutes")
    engine.dispose()
    assert "mutes" not in metadata.tables
    rows = left(place)
    # Of nobody can it be told that two mutes are theirs; of a rule how many there are, and no more.
    assert len({who for who, _, _ in rows}) == 4
    assert len({rule for _, rule, _ in rows}) == 2
    assert {until for _, _, until in rows} == {END.isoformat()}
    for word in (b"quillfeather", b"apple"):
        assert not any(word in one for row in rows for one in row[:2])
    for file in backup(place, tmp_path / "backups", NOW).iterdir():
        assert b"mute" not in file.read_bytes()


def test_who_it_was_cannot_be_found_without_the_key_of_the_store(place: Place) -> None:
    ours, theirs = Mutes(place, Key(b"o" * 32)), Mutes(place, Key(b"t" * 32))
    ours.mute(GP, APPLE, TODAY)
    assert theirs.of(GP, APPLE, TODAY) == ()
    assert theirs.by_some((APPLE,), TODAY) == frozenset()
    ours.close()
    theirs.close()


def test_where_it_cannot_be_used_it_is_an_error_and_not_nobody(tmp_path: Path) -> None:
    store = Answers(tmp_path)
    store.mutes().mute(GP, APPLE, TODAY)
    (tmp_path / FILE).unlink()
    with pytest.raises(StoreError):
        of(store)
    with pytest.raises(StoreError):
        store.mutes().mute(GP, APPLE, TODAY)
    store.close()
