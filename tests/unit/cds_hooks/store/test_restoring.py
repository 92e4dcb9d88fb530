"""Restoring an earlier backup: nothing that was acknowledged since is forgotten or undone."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.hearing import KEPT_COMMENT
from cds_hooks.store.moving import version_at
from cds_hooks.store.opening import Place, connect, note_version
from cds_hooks.store.pauses import Pause
from cds_hooks.store.people import erase, export
from cds_hooks.store.restoring import restore
from cds_hooks.store.tables import FILE, VERSION, StoreError
from cds_hooks.store.verifying import wrong_with
from rules.record import Reply
from tests.stores import NOW, SINGING, TODAY, a_card, pressed, said, said_to, was_closed
from tests.unit.cds_hooks.store.test_moving import checksum

SINCE = NOW + timedelta(days=2)
LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)


def backed_up(place: Place, folder: Path) -> Path:
    """A store with one card about ann, and a backup of it."""
    store = Answers(place)
    store.issue(a_card("ann"))
    store.close()
    return backup(place, folder / "backups", NOW)


def paused(place: Place) -> dict[str, str]:
    """What is paused, and why."""
    store = Answers(place)
    found = {one.what: one.because for one in store.pauses()}
    store.close()
    return found


def pause(place: Place, at: datetime, **because: str) -> None:
    """Pause these: rules, and everything by the name of all."""
    store = Answers(place)
    for what, why in because.items():
        store.pause(Pause("*" if what == "all" else what.replace("_", ":"), at, why))
    store.close()


def begin_anew(place: Place) -> None:
    """Have the store begin anew, with its key."""
    if place.url:
        database = connect(place, FILE)
        with database.writing() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        database.close()
        return
    for end in ("", "-wal", "-shm"):
        Path(f"{place.folder / FILE}{end}").unlink(missing_ok=True)


# ---- what is paused --------------------------------------------------------------------------


def test_what_is_paused_now_stays_paused(place: Place, tmp_path: Path) -> None:
    made = backed_up(place, tmp_path)
    now = {"rule_copd": "wrong letter", "all": "stop everything", "shadow_pain": "a spike"}
    pause(place, SINCE, **now)
    done = restore(place, made, LATER)
    assert paused(place) == {
        "rule:copd": "wrong letter", "*": "stop everything", "shadow:pain": "a spike",
    }  # fmt: skip
    assert set(done.paused) == set(paused(place))


def test_what_was_resumed_since_stays_resumed(place: Place, tmp_path: Path) -> None:
    pause(place, NOW, rule_copd="old words", rule_pain="older words", shadow_sleep="a spike")
    made = backed_up(place, tmp_path)
    store = Answers(place)
    assert store.resume("rule:copd")
    assert store.take_back("sleep", SINCE)
    store.close()
    pause(place, SINCE, rule_pain="newer words")
    restore(place, made, LATER)
    assert paused(place) == {"rule:pain": "newer words"}
    store = Answers(place)
    assert store.taken_back() == (("sleep", SINCE),)
    store.close()


def test_over_a_store_that_began_anew_both_pauses_hold(place: Place, tmp_path: Path) -> None:
    pause(place, NOW, rule_copd="of the backup", rule_pain="of the backup", shadow_sleep="a spike")
    made = backed_up(place, tmp_path)
    begin_anew(place)
    pause(place, SINCE, rule_pain="newer", all="stop")
    restore(place, made, LATER)
    assert paused(place) == {
        "rule:copd": "of the backup", "rule:pain": "newer", "*": "stop", "shadow:sleep": "a spike",
    }  # fmt: skip


@pytest.mark.parametrize("shown_since", [True, False])
def test_what_was_paused_since_holds_though_an_older_backup_was_restored_by_mistake(
    place: Place, tmp_path: Path, *, shown_since: bool
) -> None:
    older = backed_up(place, tmp_path)
    if shown_since:
        store = Answers(place)
        store.issue(a_card("bea", SINCE))
        store.close()
    pause(place, SINCE, all="An incident")
    newer = backup(place, tmp_path / "newer", NOW)
    begin_anew(place)
    restore(place, older, LATER)
    assert paused(place) == {}
    if shown_since:  # the service went on with it for a while, and lacks a card of the newer one
        store = Answers(place)
        store.issue(a_card("dan", LATER))
        store.close()
    done = restore(place, newer, LATER + timedelta(seconds=1))
    assert paused(place) == {"*": "An incident"}
    assert done.paused == ("*",)


# ---- what was shown and said -----------------------------------------------------------------


def much_since(place: Place) -> None:
    """Cards, answers, late ones, comments, counts and strangers, since a backup."""
    store = Answers(place)
    for card in (a_card(person, SINCE) for person in ("ann", "dan", "eve")):
        store.issue(card)
        store.hear([was_closed(card, Reply.NO_TIME, SINCE, comment="written words")], SINCE)
        later = SINCE + timedelta(hours=1)
        store.hear([was_closed(card, Reply.NOT_RIGHT, later)], later)
        if card.person == "dan":
            store.hear([pressed(card, "never", SINCE)], SINCE)
    store.hear([was_closed(a_card(), Reply.NO_TIME)], SINCE)
    store.close()


def test_a_store_that_goes_on_from_its_backup_is_after_a_restore_what_it_was(
    place: Place, tmp_path: Path
) -> None:
    made = backed_up(place, tmp_path)
    much_since(place)
    erase(place, "eve", TODAY)
    before = checksum(place)
    done = restore(place, made, LATER)
    assert done.carry is not None
    assert (done.carry.cards, done.carry.answers) == (2, 5)
    assert checksum(place) == before
    assert wrong_with(place) == ()
    restore(place, made, LATER + timedelta(seconds=1))
    assert checksum(place) == before


def test_an_answer_since_to_a_card_of_the_backup_is_known(place: Place, tmp_path: Path) -> None:
    store = Answers(place)
    card = a_card("ann")
    store.issue(card)
    store.close()
    made = backup(place, tmp_path / "backups", NOW)
    store = Answers(place)
    store.hear([was_closed(card, Reply.NOT_RIGHT, SINCE)], SINCE)
    store.close()
    restore(place, made, LATER)
    store = Answers(place)
    assert {reply for _, reply, _ in said(store)} == {Reply.NOT_RIGHT}
    store.close()


def test_a_no_pressed_after_a_restore_on_a_card_since_the_backup_is_heard(
    place: Place, tmp_path: Path
) -> None:
    made = backed_up(place, tmp_path)
    store = Answers(place)
    card = a_card("dan", SINCE)
    store.issue(card)
    store.close()
    restore(place, made, LATER)
    store = Answers(place)
    assert store.hear([pressed(card, "never", LATER)], LATER) == 1
    assert said_to(store, SINGING, "dan") == {Reply.DECLINED}
    assert len(store.history("dan").shown) == 1
    store.close()


def test_what_only_the_backup_has_comes_back(place: Place, tmp_path: Path) -> None:
    much_since(place)
    made, dan = backup(place, tmp_path / "backups", NOW), export(place, "dan", with_comments=True)
    begin_anew(place)
    store = Answers(place)
    store.issue(a_card("fay", SINCE))
    store.close()
    restore(place, made, LATER + timedelta(seconds=5))
    store = Answers(place)
    assert len(store.history("fay").shown) == len(store.history("dan").shown) == 1
    store.close()
    assert export(place, "dan", with_comments=True) == dan
    assert wrong_with(place) == ()


def test_a_comment_whose_days_are_over_does_not_come_back(place: Place, tmp_path: Path) -> None:
    much_since(place)
    made = backup(place, tmp_path / "backups", NOW)
    restore(place, made, SINCE + KEPT_COMMENT + timedelta(days=1))
    told = export(place, "dan")
    assert told is not None
    assert '"comments_kept": 0' in str(told).replace("'", '"')


# ---- what is not replaced, since something of it would be lost --------------------------------


def test_a_store_that_somebody_uses_is_not_replaced(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    made = backed_up(place, tmp_path)
    running, card = Answers(place), a_card("dan", SINCE)
    with pytest.raises(StoreError, match="stop the service first"):
        restore(place, made, LATER)
    running.issue(card)
    assert running.hear([pressed(card, "no", SINCE)], SINCE) == 1
    running.close()
    (place.folder / ".restoring-20260101T000000Z").mkdir()  # left by one that was killed
    restore(place, made, LATER)
    assert not list(place.folder.glob(".restoring-*"))
    store = Answers(place)
    assert {reply for _, reply, _ in said(store, "dan")} == {Reply.DECLINED}
    store.close()


def test_a_store_for_whose_copy_there_is_no_room_is_not_replaced(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    made = backed_up(place, tmp_path)
    store = Answers(place)
    for number in range(300):
        store.issue(a_card(f"person-{number}", SINCE))
    store.close()
    before = checksum(place)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(StoreError, match="Nothing was restored"):
            restore(place, made, LATER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert checksum(place) == before
    assert sorted(path.name for path in place.folder.iterdir()) == ["answers.sqlite", "store.key"]


def test_a_store_of_a_later_version_is_not_replaced(place: Place, tmp_path: Path) -> None:
    made = backed_up(place, tmp_path)
    database = connect(place, FILE)
    with database.writing() as connection:
        note_version(connection, VERSION + 1)
    database.close()
    with pytest.raises(StoreError, match="a later version of Good Day"):
        restore(place, made, LATER)
    assert version_at(place) == VERSION + 1


# ---- who was erased --------------------------------------------------------------------------


def test_who_was_erased_is_not_brought_back_and_what_came_after_stays(
    place: Place, tmp_path: Path
) -> None:
    made = backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    store = Answers(place)
    store.issue(a_card("ann", SINCE))
    store.close()
    before = checksum(place)
    restore(place, made, LATER)
    assert checksum(place) == before
    store = Answers(place)
    assert [shown.on for shown in store.history("ann").shown] == [SINCE.date()]
    store.close()


def test_a_no_that_was_let_go_of_since_does_not_come_back(place: Place, tmp_path: Path) -> None:
    store = Answers(place)
    card = a_card("ann")
    store.issue(card)
    store.hear([pressed(card, "no")], NOW)
    store.close()
    erase(place, "ann", TODAY)
    made = backup(place, tmp_path / "backups", NOW)
    erase(place, "ann", TODAY, also_the_no=True)
    restore(place, made, LATER)
    assert export(place, "ann") is None


def test_what_a_no_would_mean_that_was_let_go_of_since_does_not_come_back(
    place: Place, tmp_path: Path
) -> None:
    store = Answers(place)
    card = a_card("ann")
    store.issue(card)
    store.close()
    erase(place, "ann", TODAY)
    store = Answers(place)
    store.issue(a_card("ann", SINCE))
    store.close()
    made = backup(place, tmp_path / "backups", NOW)
    erase(place, "ann", TODAY, also_the_no=True)
    restore(place, made, LATER)
    store = Answers(place)
    assert store.hear([pressed(card, "no", LATER)], LATER) == 0
    assert store.history("ann").said == ()
    store.close()


def test_of_two_erasures_on_one_day_a_backup_knows_only_its_own(
    place: Place, tmp_path: Path
) -> None:
    backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    store = Answers(place)
    store.issue(a_card("ann", NOW))
    store.close()
    made = backup(place, tmp_path / "between", NOW)
    erase(place, "ann", TODAY)
    before = export(place, "ann")
    restore(place, made, LATER)
    assert export(place, "ann") == before
    assert before is not None
    assert before["cards"] == []


def test_whom_only_the_backup_knows_to_be_erased_once_more_the_store_does_not_bring_back(
    place: Place, tmp_path: Path
) -> None:
    backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    store = Answers(place)
    card = a_card("ann", SINCE)
    store.issue(card)
    store.hear([pressed(card, "no", SINCE)], SINCE)
    store.close()
    older = backup(place, tmp_path / "older", NOW)
    erase(place, "ann", SINCE.date(), also_the_no=True)
    store = Answers(place)
    store.issue(a_card("ann", LATER))
    store.close()
    newer, before = backup(place, tmp_path / "newer", NOW), export(place, "ann")
    begin_anew(place)
    restore(place, older, LATER)
    restore(place, newer, LATER + timedelta(seconds=1))
    assert export(place, "ann") == before
    # And it is still known that they were erased then: the older backup brings nobody back.
    restore(place, older, LATER + timedelta(seconds=2))
    assert export(place, "ann") == before


def test_whom_only_the_backup_knows_to_be_erased_the_store_does_not_bring_back(
    place: Place, tmp_path: Path
) -> None:
    made = backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    known = backup(place, tmp_path / "known", NOW)
    begin_anew(place)
    restore(place, made, LATER)
    store = Answers(place)
    store.issue(a_card("bea", LATER))
    store.issue(a_card("ann", LATER))
    store.close()
    restore(place, known, LATER + timedelta(seconds=1))
    store = Answers(place)
    assert [shown.on for shown in store.history("ann").shown] == [LATER.date()]
    assert [shown.on for shown in store.history("bea").shown] == [LATER.date()]
    store.close()


def test_a_no_on_a_card_of_somebody_erased_is_heard_after_a_restore_too(
    place: Place, tmp_path: Path
) -> None:
    store = Answers(place)
    card = a_card("ann")
    store.issue(card)
    store.close()
    made = backup(place, tmp_path / "backups", NOW)
    erase(place, "ann", TODAY)
    restore(place, made, LATER)
    store = Answers(place)
    assert store.hear([pressed(card, "no", LATER)], LATER) == 1
    assert {(one.reply, one.on) for one in store.history("ann").said} == {
        (Reply.DECLINED, LATER.date())
    }
    assert store.history("ann").shown == ()
    store.close()
