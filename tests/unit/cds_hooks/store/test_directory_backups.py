"""The directory of local support in a backup: nothing of it is lost, and what is newer stays."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from cds_hooks.cli import run
from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup, look_at
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.store.restoring import restore, tried
from cds_hooks.store.supports import FILE, Kept, State
from cds_hooks.store.tables import StoreError
from cds_hooks.store.verifying import wrong_with
from rules.credits import HERE
from rules.support import Room
from tests.directories import TODAY, walks
from tests.stores import NOW

LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)
SONGS = walks("songs", name="Songs", about="We sing – “together”.")


@pytest.fixture
def filled(place: Place) -> Place:
    """A directory with an entry on every step of its way."""
    Answers(place).close()
    directory = Directory(place)
    directory.take([(walks(), "as it came"), (SONGS, ""), (walks("hidden"), "")], TODAY)
    for by in ("Jo", "Sam"):
        for name in (walks().id, "aliss:hidden"):
            directory.publish(name, by, TODAY, checked=True, themes=("air",))
    directory.publish(SONGS.id, "Jo", TODAY)
    directory.take([(walks(phone="01475 123456"), "")], TODAY)
    directory.put_away("aliss:hidden", State.HIDDEN, TODAY)
    directory.set_room(walks().id, Room.WAITING, 6, TODAY)
    directory.report(walks().id)
    directory.suggest(walks("tea", source=HERE), TODAY, "Kim")
    directory.close()
    return place


def kept(place: Place) -> tuple[Kept, ...]:
    directory = Directory(place)
    found = directory.everything()
    directory.close()
    return found


def lose(place: Place) -> None:
    """Everything of the directory is gone."""
    if place.url:
        directory = Directory(place)
        with directory._database.writing() as connection:  # pyright: ignore[reportPrivateUsage] - no door of ours loses it
            connection.exec_driver_sql("DROP TABLE supports")
            connection.exec_driver_sql("DROP TABLE support_turns")
        directory.close()
        return
    for file in place.folder.glob(f"{FILE}*"):
        file.unlink()


def test_a_directory_that_was_lost_comes_back_whole(filled: Place, tmp_path: Path) -> None:
    before = kept(filled)
    made = backup(filled, tmp_path / "backups", NOW)
    looked = look_at(made, filled)
    assert looked.wrong == ()
    assert looked.manifest is not None
    assert looked.manifest.directory is not None
    assert looked.manifest.directory.entries == len(before)
    lose(filled)
    done = restore(filled, made, LATER)
    assert done.entries == len(before) == 4
    assert kept(filled) == before
    assert wrong_with(filled) == ()


def test_what_was_done_since_the_backup_stays_done(filled: Place, tmp_path: Path) -> None:
    made = backup(filled, tmp_path / "backups", NOW)
    directory = Directory(filled)
    directory.put_away(walks().id, State.GONE, TODAY)
    directory.publish(SONGS.id, "Sam", TODAY)
    directory.take([(walks("since"), "")], TODAY)
    assert directory.drop(f"{HERE}:tea")
    since = directory.everything()
    directory.close()
    assert restore(filled, made, LATER).entries == 1  # what was dropped waits again, for two
    assert {one.latest.id for one in kept(filled)} == {
        *(one.latest.id for one in since),
        f"{HERE}:tea",
    }
    assert tuple(one for one in kept(filled) if one.latest.id != f"{HERE}:tea") == since
    assert restore(filled, made, LATER.replace(second=1)).entries == 0


def test_where_there_was_no_directory_none_is_made(place: Place, tmp_path: Path) -> None:
    Answers(place).close()
    made = backup(place, tmp_path / "backups", NOW)
    assert restore(place, made, LATER).entries is None
    assert Directory.if_there(place) is None


def test_a_backup_is_tried_with_its_directory(fast_folder: Path, tmp_path: Path) -> None:
    place = Place(fast_folder / "store")
    Answers(place).close()
    directory = Directory(place)
    directory.take([(walks(), "")], TODAY)
    directory.close()
    made = backup(place, tmp_path / "backups", NOW)
    assert tried(place, made, LATER)
    copy, random = made / "directory.jsonl.sealed", Random(3)
    whole = copy.read_bytes()
    for bit in random.sample(range(len(whole) * 8), 20):
        spoilt = bytearray(whole)
        spoilt[bit // 8] ^= 1 << bit % 8
        copy.write_bytes(spoilt)
        (wrong,) = look_at(made).wrong
        assert wrong == "directory.jsonl.sealed was changed since the backup was made."
    copy.unlink()
    with pytest.raises(StoreError, match="Nothing was restored"):
        restore(place, made, LATER)


def test_a_directory_that_is_damaged_is_said_to_be_and_put_aside(
    fast_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(fast_folder / "store")
    Answers(place).close()
    directory = Directory(place)
    directory.take([(walks(), "")], TODAY)
    directory.close()
    before = kept(place)
    made = backup(place, tmp_path / "backups", NOW)
    lose(place)
    (place.folder / FILE).write_bytes(b"no database" * 1_000)
    data = ("--data", str(place.folder))
    assert run(["store", "verify", *data]) == 1
    assert "The directory of local support is damaged" in capsys.readouterr().err
    assert run(["store", "backup", "--to", str(tmp_path / "more"), *data]) == 2
    assert "no backup was made" in capsys.readouterr().err
    assert run(["store", "restore", str(made), "--yes", *data]) == 0
    said = capsys.readouterr()
    assert "Local support: 1 entry came back" in said.out
    assert f"{FILE}.before-" in said.err
    assert kept(place) == before
    assert (next(place.folder.glob(f"{FILE}.before-*"))).read_bytes().startswith(b"no database")
    assert run(["store", "verify", *data]) == 0
