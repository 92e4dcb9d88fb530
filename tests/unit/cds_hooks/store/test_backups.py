"""Backups: whole, or known not to be; restored beside what was there, and no no is forgotten."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import (
    MANIFEST,
    SEAL,
    backup,
    for_a_moment,
    let_go,
    look_at,
    opened,
)
from cds_hooks.store.keys import KEY_FILE
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase
from cds_hooks.store.restoring import restore, tried
from cds_hooks.store.tables import FILE, StoreError
from cds_hooks.store.verifying import wrong_with
from rules.record import Reply
from tests.stores import NOW, TODAY, a_card, pressed, said, was_closed
from tests.unit.cds_hooks.store.test_moving import checksum, of_version_1

LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)


def filled(place: Place) -> None:
    """A store with something in every table that is filled by cards and answers."""
    store = Answers(place)
    for person in ("ann", "bea", "cat"):
        card = a_card(person)
        store.issue(card)
        store.hear([was_closed(card, Reply.NO_TIME, comment="written words")], NOW)
        later = NOW + timedelta(hours=1)
        store.hear([was_closed(card, Reply.NOT_RIGHT, later)], later)
    store.hear([was_closed(a_card(), Reply.NO_TIME)], NOW)
    store.close()


def says_no(place: Place, person: str) -> None:
    """Somebody is asked, and says no."""
    store = Answers(place)
    card = a_card(person, LATER)
    store.issue(card)
    store.hear([pressed(card, "no", LATER)], LATER)
    store.close()


def replies(place: Place, person: str) -> set[Reply]:
    """What somebody is known to have said."""
    store = Answers(place)
    known = {reply for _, reply, _ in said(store, person)}
    store.close()
    return known


def test_a_backup_is_restored_as_it_was(place: Place, tmp_path: Path) -> None:
    filled(place)
    before = checksum(place)
    made = backup(place, tmp_path / "backups", NOW)
    assert look_at(made, place).wrong == ()
    says_no(place, "dan")
    assert checksum(place) != before
    done = restore(place, made, LATER)
    assert done.carried
    assert wrong_with(place) == ()
    assert replies(place, "ann") == {Reply.NO_TIME}


def test_a_backup_is_made_while_the_service_writes(place: Place, tmp_path: Path) -> None:
    filled(place)
    store = Answers(place)
    with store.about("dan") as known:
        known.issue(a_card("dan"))
        made = backup(place, tmp_path / "backups", NOW)
    store.close()
    looked = look_at(made)
    assert looked.wrong == ()
    assert looked.manifest is not None
    assert looked.manifest.rows["cards"] == 3


def test_a_bit_that_flips_anywhere_is_noticed(place: Place, tmp_path: Path) -> None:
    filled(place)
    made, random = backup(place, tmp_path / "backups", NOW), Random(3)
    for file in made.iterdir():
        whole = file.read_bytes()
        every = range(len(whole) * 8)
        for bit in random.sample(every, 150):
            spoilt = bytearray(whole)
            spoilt[bit // 8] ^= 1 << bit % 8
            file.write_bytes(spoilt)
            assert look_at(made).wrong, f"bit {bit} of {file.name}"
        for cut in (whole[:-1], whole + b"\n", b""):
            file.write_bytes(cut)
            assert look_at(made).wrong
        file.write_bytes(whole)
    assert look_at(made).wrong == ()


@pytest.mark.parametrize("file", [MANIFEST, SEAL, "store.sqlite.sealed"])
def test_a_backup_that_is_not_whole_is_not_restored(tmp_path: Path, file: str) -> None:
    place = Place(tmp_path / "store")
    filled(place)
    made, before = backup(place, tmp_path / "backups", NOW), checksum(place)
    (made / file).unlink()
    with pytest.raises(StoreError, match="Nothing was restored"):
        restore(place, made, LATER)
    assert checksum(place) == before


def test_what_was_there_stays_beside(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    says_no(place, "dan")
    before = checksum(place)
    beside = Path(restore(place, made, LATER).beside)
    (tmp_path / "old").mkdir()
    shutil.copyfile(beside, tmp_path / "old" / FILE)
    assert checksum(Place(tmp_path / "old")) == before


def test_a_no_that_was_said_since_the_backup_is_not_forgotten(place: Place, tmp_path: Path) -> None:
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    says_no(place, "dan")
    says_no(place, "ann")
    restore(place, made, LATER)
    assert Reply.DECLINED in replies(place, "dan")
    assert replies(place, "ann") == {Reply.NO_TIME, Reply.DECLINED}
    restore(place, made, LATER + timedelta(seconds=1))  # and again, from what was carried over
    assert Reply.DECLINED in replies(place, "dan")


def test_who_was_erased_since_is_not_brought_back(place: Place, tmp_path: Path) -> None:
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    erase(place, "bea", TODAY)
    restore(place, made, LATER)
    assert replies(place, "bea") == set()
    assert replies(place, "ann") == {Reply.NO_TIME}


def test_a_store_that_was_damaged_is_replaced_and_it_is_said(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    (place.folder / FILE).write_bytes(b"not a store at all" * 500)
    done = restore(place, made, LATER)
    assert not done.carried
    assert replies(place, "ann") == {Reply.NO_TIME}


def test_a_backup_of_the_version_before_is_restored_and_brought_along(
    place: Place, tmp_path: Path
) -> None:
    of_version_1(place)
    before = checksum(place, "cards", "answers")
    made = backup(place, tmp_path / "backups", NOW)
    restore(place, made, LATER)
    Answers(place).close()
    assert checksum(place, "cards", "answers") == before


def test_a_backup_goes_to_another_machine_with_its_key(tmp_path: Path) -> None:
    place, other = Place(tmp_path / "store"), Place(tmp_path / "elsewhere")
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    with pytest.raises(StoreError, match="key"):
        restore(other, made, LATER)
    assert not (other.folder / FILE).exists()
    other.folder.mkdir()
    shutil.copyfile(place.folder / KEY_FILE, other.folder / KEY_FILE)
    assert restore(other, made, LATER).beside == ""
    assert checksum(other) == checksum(place)


def test_a_backup_of_one_sort_of_database_is_not_restored_into_the_other(
    place: Place, tmp_path: Path
) -> None:
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    other = Place(tmp_path / "other", "" if place.url else "postgresql://nobody@127.0.0.1:1/x")
    with pytest.raises(StoreError, match="cannot be restored into"):
        restore(other, made, LATER)


def test_a_backup_that_cannot_be_written_leaves_nothing(place: Place, tmp_path: Path) -> None:
    filled(place)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="could not be written"):
        backup(place, tmp_path / "taken", NOW)
    backup(place, tmp_path / "backups", NOW)
    with pytest.raises(StoreError, match="already"):
        backup(place, tmp_path / "backups", NOW)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_a_backup_is_for_its_owner_alone_and_has_no_key_in_it(place: Place, tmp_path: Path) -> None:
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    assert made.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in made.iterdir())
    key = (place.folder / KEY_FILE).read_bytes().strip()
    every = b"".join(file.read_bytes() for file in made.iterdir())
    assert key not in every
    for told in (b"written words", b"SQLite", b"ann", b"breathing", b"person"):
        assert told not in every
    assert not list(place.folder.glob(".opened-*"))


def test_a_backup_that_was_sealed_anew_by_somebody_else_is_not_restored(
    place: Place, tmp_path: Path
) -> None:
    """Whoever can write there can write a manifest as well, and has no key."""
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    (copy,) = made.glob("*.sealed")
    spoilt = bytearray(copy.read_bytes())
    spoilt[-20] ^= 1
    copy.write_bytes(spoilt)
    manifest = json.loads((made / MANIFEST).read_bytes())
    manifest["sha256"] = sha256(spoilt).hexdigest()
    packed = json.dumps(manifest).encode()
    (made / MANIFEST).write_bytes(packed)
    (made / SEAL).write_text(f"{sha256(packed).hexdigest()}  {MANIFEST}\n")
    assert look_at(made).wrong == (), "without a key nobody can tell"
    before = checksum(place)
    with pytest.raises(StoreError, match="was changed since"):
        restore(place, made, LATER)
    assert checksum(place) == before


def test_a_backup_of_before_they_were_sealed_is_restored(place: Place, tmp_path: Path) -> None:
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    looked = look_at(made)
    assert looked.manifest is not None
    with opened(place, made, looked.manifest) as plain:
        (made / plain.name).write_bytes(plain.read_bytes())
    (made / looked.manifest.file).unlink()
    copy = made / looked.manifest.holds
    manifest = json.loads((made / MANIFEST).read_bytes()) | {
        "format": 1,
        "file": copy.name,
        "bytes": copy.stat().st_size,
        "sha256": sha256(copy.read_bytes()).hexdigest(),
    }
    del manifest["key"]
    packed = json.dumps(manifest).encode()
    (made / MANIFEST).write_bytes(packed)
    (made / SEAL).write_text(f"{sha256(packed).hexdigest()}  {MANIFEST}\n")
    before = checksum(place)
    says_no(place, "dan")
    restore(place, made, LATER)
    assert checksum(place) != before, "what dan said was carried over"
    assert replies(place, "ann") == {Reply.NO_TIME}


def test_a_backup_is_tried_where_nothing_is_and_nothing_stays_of_it(
    place: Place, tmp_path: Path
) -> None:
    filled(place)
    made, before = backup(place, tmp_path / "backups", NOW), checksum(place)
    there = sorted(place.folder.iterdir())
    assert tried(place, made, LATER) is not bool(place.url)
    assert sorted(place.folder.iterdir()) == there
    assert checksum(place) == before


def test_the_newest_backups_stay_and_nothing_else_is_let_go_of(
    place: Place, tmp_path: Path
) -> None:
    filled(place)
    folder = tmp_path / "backups"
    made = [backup(place, folder, NOW + timedelta(days=each)) for each in range(4)]
    (folder / "goodday-backup-of-mine").mkdir()
    (folder / "letters").write_text("not ours")
    assert let_go(made[-1], 2) == made[:2]
    assert let_go(made[-1], 2) == []
    names = {"goodday-backup-of-mine", "letters"}
    assert {one.name for one in folder.iterdir()} == names | {one.name for one in made[2:]}


def test_a_backup_that_was_just_made_stays_though_the_clock_was_put_back(
    place: Place, tmp_path: Path
) -> None:
    filled(place)
    folder = tmp_path / "backups"
    before = [backup(place, folder, NOW + timedelta(days=each)) for each in range(2)]
    made = backup(place, folder, NOW - timedelta(days=1))
    assert let_go(made, 2) == before[:1]
    assert sorted(folder.iterdir()) == [made, before[1]]
    assert let_go(made, 1) == before[1:]
    assert list(folder.iterdir()) == [made]


def test_the_backups_of_another_store_in_one_folder_stay(tmp_path: Path) -> None:
    folder, stores = tmp_path / "backups", [Place(tmp_path / "one"), Place(tmp_path / "other")]
    for store in stores:
        filled(store)
    theirs = backup(stores[1], folder, NOW)
    ours = [backup(stores[0], folder, NOW + timedelta(days=each)) for each in (1, 2)]
    assert let_go(ours[-1], 1) == ours[:1]
    assert sorted(folder.iterdir()) == [theirs, ours[-1]]


def test_what_a_killed_backup_left_open_goes_with_the_next_but_not_what_is_in_use(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path / "store")
    filled(place)
    left = place.folder / ".opened-left"
    left.mkdir()
    (left / "store.sqlite").write_bytes(b"somebody's answers")
    with for_a_moment(place) as in_use:
        backup(place, tmp_path / "backups", NOW)
        assert in_use.is_dir()
    assert not left.exists()
    assert not list(place.folder.glob(".opened-*"))


def test_a_backup_after_a_change_of_the_key_says_which_key_it_wants(tmp_path: Path) -> None:
    place, other = Place(tmp_path / "store"), Place(tmp_path / "other")
    filled(place)
    made = backup(place, tmp_path / "backups", NOW)
    filled(other)
    before = checksum(other)
    with pytest.raises(StoreError, match="another key"):
        restore(other, made, LATER)
    assert checksum(other) == before
