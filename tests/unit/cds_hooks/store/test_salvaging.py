"""A store with a bad page is replaced by a backup, and all that can be read of it goes along."""

from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from sqlite3 import DatabaseError, connect

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import FINE
from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup, look_at
from cds_hooks.store.opening import Place
from cds_hooks.store.pauses import Pause
from cds_hooks.store.restoring import restore
from cds_hooks.store.tables import FILE, StoreError
from cds_hooks.store.verifying import wrong_with
from rules.record import Reply
from tests.lengths import first
from tests.stores import NOW, a_card, pressed, said
from tests.unit.cds_hooks.store.test_tried import without_room

pytestmark = pytest.mark.long

LATER = NOW + timedelta(hours=1)
SINCE = [f"since-{number}" for number in range(60)]
PAGE = 4096


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A store that everything was resumed in since its backup, and something else was paused."""
    place = Place(tmp_path / "store")
    store = Answers(place)
    for number in range(60):
        store.issue(a_card(f"before-{number}"))
    store.pause(Pause("rule:resumed", NOW, "looked at"))
    store.close()
    backup(place, tmp_path / "backups", NOW)
    store = Answers(place)
    for person in SINCE:
        card = a_card(person, LATER)
        store.issue(card)
        store.hear([pressed(card, "no", LATER)], LATER)
    store.resume("rule:resumed")
    store.pause(Pause("*", LATER, "an incident"))
    store.close()
    return place


def made(place: Place) -> Path:
    (found,) = (place.folder.parent / "backups").iterdir()
    return found


def damage(place: Place, page: int) -> None:
    """The head of a page is gone, as where a disk gave nothing but zeros."""
    with (place.folder / FILE).open("r+b") as file:
        file.seek(page * PAGE)
        file.write(bytes(64))


def readable_noes(place: Place) -> int:
    """To how many cards a no can be read by whoever reads the rows one by one."""
    cards, noes = set[str](), set[str]()
    with closing(connect(place.folder / FILE)) as there, suppress(DatabaseError):
        for row in there.execute("SELECT card FROM cards NOT INDEXED WHERE person LIKE 'since%'"):
            cards |= set(row)
        for row in there.execute("SELECT card FROM answers NOT INDEXED WHERE reply = 'declined'"):
            noes |= set(row)
    return len(cards & noes)


def heard(place: Place) -> int:
    """How many of those who said no since the backup are known to have."""
    store = Answers(place)
    found = sum(any(reply is Reply.DECLINED for _, reply, _ in said(store, p)) for p in SINCE)
    store.close()
    return found


def pages_of(place: Place, name: str) -> list[int]:
    """The pages of a table or an index, the first of the file being 0; without its root."""
    with closing(connect(place.folder / FILE)) as there:
        found = there.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,))
        return [int(root) - 1 for (root,) in found]


@pytest.mark.parametrize(
    "what", ["cards_of_person", "sqlite_autoindex_answers_1", "counts_by_outcome", "grounds"]
)
def test_one_bad_page_forgets_no_no_and_nothing_that_was_paused(place: Place, what: str) -> None:
    (page,) = pages_of(place, what)
    damage(place, page)
    assert readable_noes(place) == len(SINCE)
    done = restore(place, made(place), LATER + timedelta(hours=1))
    assert done.carried
    assert done.in_part
    assert heard(place) == len(SINCE)
    store = Answers(place)
    # What was paused may have stood on the bad page: nothing is resumed by what is not there.
    assert {one.what for one in store.pauses()} == {"*", "rule:resumed"}
    store.close()
    assert wrong_with(place) == ()


@pytest.mark.parametrize(
    "page", first(4, [*range(1, 80, 24), *(n for n in range(1, 80, 6) if n % 24 != 1)])
)
def test_whichever_page_it_is_the_store_is_whole_afterwards(place: Place, page: int) -> None:
    damage(place, page)
    known = readable_noes(place)
    restore(place, made(place), LATER + timedelta(hours=1))
    assert wrong_with(place) == ()
    assert heard(place) >= known


def test_a_row_that_makes_no_sense_any_more_is_left_out(place: Place) -> None:
    """Nobody could read that person's history with it, for good."""
    with closing(connect(place.folder / FILE)) as there:
        there.execute("UPDATE answers SET said_on = '2026-13-99' WHERE id = 1")
        there.execute("UPDATE answers SET reply = 'dfclined' WHERE id = 2")
        there.execute("UPDATE grounds SET buttons = '{' WHERE rowid = 70")
        there.execute("UPDATE cards SET shown_at = 'x' WHERE person = ?", (SINCE[3],))
        there.execute("UPDATE counts SET times = 'many' WHERE rowid = 1")
        there.commit()
        there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(place, *pages_of(place, "cards_of_person"))
    assert restore(place, made(place), LATER + timedelta(hours=1)).in_part
    assert heard(place) == len(SINCE) - 3
    assert wrong_with(place) == ()


def test_where_there_is_no_room_for_what_can_be_read_nothing_is_replaced(place: Place) -> None:
    damage(place, *pages_of(place, "cards_of_person"))
    copy = look_at(made(place)).manifest
    assert copy is not None
    with without_room(copy.bytes), pytest.raises(StoreError, match="could not be"):
        restore(place, made(place), LATER + timedelta(hours=1))
    assert restore(place, made(place), LATER + timedelta(hours=2)).in_part
    assert heard(place) == len(SINCE)


def test_a_damaged_store_that_somebody_uses_is_not_replaced(place: Place) -> None:
    damage(place, *pages_of(place, "cards_of_person"))
    store = Answers(place)
    with pytest.raises(StoreError, match="stop the service first"):
        restore(place, made(place), LATER + timedelta(hours=1))
    store.close()


def test_it_is_said_that_it_was_damaged(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    damage(place, *pages_of(place, "cards_of_person"))
    assert run(["store", "restore", str(made(place)), "--yes", "--data", str(place.folder)]) == FINE
    out, err = capsys.readouterr()
    assert "Carried over from it: 60 cards and 60 answers" in out
    assert "that is what could be read of it" in err
