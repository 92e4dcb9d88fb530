"""What was paused by hand, what put itself in shadow, and that a person takes it back."""

from datetime import UTC, datetime, timedelta

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place, check_is_there
from cds_hooks.store.pauses import EVERYTHING, Pause
from cds_hooks.store.tables import StoreError

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BY_ITSELF = Pause("shadow:tea", NOW, "shown 40 times")


def test_what_put_itself_in_shadow_stays_there_until_a_person_takes_it_back(
    store: Answers,
) -> None:
    store.pause(BY_ITSELF)
    store.pause(Pause(EVERYTHING, NOW, "An incident"))
    assert [one.what for one in store.pauses()] == [EVERYTHING, "shadow:tea"]
    assert store.taken_back() == ()
    later = NOW + timedelta(hours=2)
    assert store.take_back("tea", later)
    assert not store.take_back("tea", later), "it is in shadow no more"
    assert [one.what for one in store.pauses()] == [EVERYTHING]
    assert store.taken_back() == (("tea", later),)


def test_what_was_taken_back_may_put_itself_in_shadow_again(store: Answers) -> None:
    for day in range(3):
        store.pause(BY_ITSELF._replace(since=NOW + timedelta(days=day)))
        assert store.take_back("tea", NOW + timedelta(days=day, hours=1))
    assert store.taken_back() == (("tea", NOW + timedelta(days=2, hours=1)),)


def test_a_pause_by_hand_is_nothing_to_take_back(store: Answers) -> None:
    store.pause(Pause("rule:tea", NOW, "The group is full"))
    assert not store.take_back("tea", NOW)
    assert [one.what for one in store.pauses()] == ["rule:tea"]


def test_what_can_be_paused_is_what_was_said_last_and_is_itself_not_paused(store: Answers) -> None:
    store.say_in_force("One Surgery", ["tea", "cake"], NOW)
    store.say_in_force("Other Surgery", ["tea", "coffee"], NOW)
    store.say_in_force("One Surgery", ["tea", "scones"], NOW + timedelta(hours=1))
    store.say_in_force("Other Surgery", ["coffee"], NOW + timedelta(hours=1))
    assert store.in_force() == {
        "practice:One Surgery", "practice:Other Surgery", "rule:tea", "rule:scones", "rule:coffee",
    }  # fmt: skip
    assert store.pauses() == ()
    assert store.taken_back() == ()


def test_a_place_without_a_store_is_told_and_stays_without(place: Place) -> None:
    with pytest.raises(StoreError, match="There is no store in"):
        check_is_there(place)
    assert not (place.folder / "answers.sqlite").exists()
    Answers(place).close()
    check_is_there(place)
