"""Counts of some rules and outcomes alone, and when one began: in both sorts of database."""

from datetime import date

from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import LOOKED, SHADOW, SHOWN, Event

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
EVENTS = [
    Event(FIRST, "one", "", LOOKED),
    Event(FIRST, "one", "", LOOKED),
    Event(LAST, "one", "", SHOWN),
    Event(LAST, "one", "refer:tea", SHOWN),
    Event(LAST, "one", "", SHADOW),
    Event(LAST, "two", "", SHOWN),
    Event(date(2026, 5, 31), "one", "", SHOWN),
    Event(date(2026, 5, 30), "one", "refer:tea", SHOWN),
    Event(date(2026, 7, 1), "two", "", SHOWN),
    Event(date(2025, 7, 1), "three", "", LOOKED),
]


def test_only_what_is_asked_for_is_read(store: Answers) -> None:
    assert store.counted_of(["one"], [SHOWN], FIRST, LAST) == {}
    store.count(EVENTS)
    found = store.counted_of(["one", "three"], [LOOKED, SHOWN], FIRST, LAST)
    assert found == {EVENTS[0]: 2, EVENTS[2]: 1}
    assert store.counted_of((), [SHOWN], FIRST, LAST) == {}
    assert store.counted_of({"one"}, (), FIRST, LAST) == {}


def test_when_cards_were_shown_first_is_the_first_day_of_the_card_as_a_whole(
    store: Answers,
) -> None:
    store.count(EVENTS)
    found = store.first_of(["one", "two", "three", "four"], SHOWN)
    assert found == {"one": date(2026, 5, 31), "two": LAST}
    assert store.first_of((), SHOWN) == {}


def test_however_many_sorts_come_at_once_each_is_counted_as_often_as_it_was(
    store: Answers,
) -> None:
    for many in (1, 15, 16, 17, 33):
        events = [Event(LAST, f"rule-{many}-{number}", "", SHOWN) for number in range(many)]
        store.count([*events, events[0]])
        store.count(reversed(events))
        rules = [event.rule for event in events]
        found = store.counted_of(rules, [SHOWN], FIRST, LAST)
        assert found == {event: 2 + (event == events[0]) for event in events}
