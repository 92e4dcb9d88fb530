"""What was paused by hand, what put itself in shadow, and that a person takes it back."""

from datetime import UTC, datetime, timedelta

from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import EVERYTHING, Pause

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
