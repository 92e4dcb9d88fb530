"""A day that a person chose with a no outlives whatever becomes of the store."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.kept import ASK_AGAIN, chosen_by
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase
from cds_hooks.store.restoring import restore
from rules.record import NEVER, Reply
from tests.stores import NOW, SINGING, TODAY, a_card, place, postgresql, was_closed

__all__ = ["place", "postgresql"]

LATER = NOW + timedelta(days=1)
THINKS = "ask-again-in-4-weeks"  # not a no: with whoever is erased it goes, as "not now" does


def days(place: Place) -> dict[str, set[date | None]]:
    """The days that Ann chose with a no, by topic; None where she chose none."""
    store = Answers(place)
    found: dict[str, set[date | None]] = {}
    for one in store.history("ann").said:
        if one.reply is Reply.DECLINED:
            found.setdefault(one.topic, set()).add(one.ask_again)
    store.close()
    return found


def say(place: Place, *reasons: str) -> None:
    """Ann says no to a card, once for each reason, a day apart."""
    store = Answers(place)
    for number, reason in enumerate(reasons):
        at = NOW + timedelta(days=number)
        card = a_card(at=at)
        store.issue(card)
        met = replace(was_closed(card, Reply.DECLINED, at), reason=reason)
        assert store.hear([met, met], at) == 2
    store.close()


@pytest.mark.parametrize("reason", [one for one in ASK_AGAIN if one != THINKS])
def test_it_is_the_same_after_a_restore_and_after_somebody_was_erased(
    place: Place, tmp_path: Path, reason: str
) -> None:
    Answers(place).close()
    before = backup(place, tmp_path / "backups", NOW)
    say(place, reason)
    chosen = chosen_by(reason, TODAY)
    assert days(place) == {"breathing": {chosen}, "results": {chosen}}
    restore(place, before, LATER)  # an older one, from before it was said
    assert days(place) == {"breathing": {chosen}, "results": {chosen}}
    erase(place, "ann", TODAY)
    known = days(place)
    assert known["breathing"] == known["results"] == known[SINGING] == {chosen}


def test_the_wish_to_think_outlives_a_restart_and_a_backup_and_goes_with_who_is_erased(
    place: Place, tmp_path: Path
) -> None:
    def chosen() -> set[date | None]:
        store = Answers(place)
        found = {one.ask_again for one in store.history("ann").said if one.reply is Reply.NOT_NOW}
        store.close()
        return found

    store = Answers(place)
    card = a_card()
    store.issue(card)
    met = replace(was_closed(card, Reply.NOT_NOW), reason=THINKS)
    assert store.hear([met, met], NOW) == 2
    store.close()
    assert chosen() == {date(2026, 12, 19)}
    restore(place, backup(place, tmp_path / "backups", NOW), LATER)
    assert chosen() == {date(2026, 12, 19)}
    erase(place, "ann", TODAY)
    assert chosen() == set()
    assert days(place) == {}


@pytest.mark.parametrize(
    ("reasons", "kept"),
    [
        (("ask-again-in-3-months", ""), None),
        (("", "ask-again-in-3-months"), None),
        (("ask-again-in-3-months", "ask-again-in-6-months"), date(2027, 5, 22)),
        (("do-not-ask-again", "ask-again-in-6-months"), NEVER),
        (("", "do-not-ask-again"), NEVER),
    ],
)
def test_of_two_noes_the_longer_outlives_whoever_was_erased(
    place: Place, reasons: tuple[str, ...], kept: date | None
) -> None:
    """A plain no is for twelve months, longer than any day but never."""
    say(place, *reasons)
    erase(place, "ann", TODAY)
    assert days(place)["breathing"] == {kept}


def test_only_our_own_reasons_are_a_day() -> None:
    assert chosen_by("patient-does-not-want-change", TODAY) is None
    assert chosen_by("ask-again-in-3-months", date(2026, 11, 30)) == date(2027, 2, 28)
    assert chosen_by("do-not-ask-again", TODAY) == NEVER
    assert chosen_by(THINKS, date(2024, 2, 1)) == date(2024, 2, 29)
