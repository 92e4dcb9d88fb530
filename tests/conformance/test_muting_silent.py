"""A rule that everybody has muted is not silent, and no count says that they did."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from cds_hooks.live import Live, in_force
from cds_hooks.store.counting import LOOKED, SHOWN, Event
from cds_hooks.store.mutes import FILE
from cds_hooks.store.opening import Place
from cds_hooks.watching import Watching
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.muting import GP, HELD, MUTE, NURSE, Practice, practice
from tests.served import NOW
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

TODAY = NOW.date()


@pytest.fixture
def here(place: Place, library: Library) -> Iterator[Practice]:
    """A rule that spoke every day until two weeks ago, and was asked every day since."""
    with practice(place, library) as found:
        found.answers.count(
            event
            for back in range(1, 43)
            for event in (
                *[Event(TODAY - timedelta(days=back), COPD_RULE, "", LOOKED)] * 10,
                *[Event(TODAY - timedelta(days=back), COPD_RULE, "", SHOWN)] * (back > 14),
            )
        )
        yield found


def silent(here: Practice, library: Library, today: date = TODAY) -> list[str]:
    """The rules that are called silent on a day, by who has just been started."""
    live = Live(in_force(library, NOW))
    here.at(today)
    here.tally.flush(here.answers)
    Watching(here.answers, live, here.tally, here.surgery.clock, lambda: None).look()
    return [one.rule for one in live.alarms if one.kind == "silent"]


def test_a_rule_that_mutes_hold_is_not_called_silent(here: Practice, library: Library) -> None:
    assert silent(here, library) == [COPD_RULE]
    links = {who: here.link(who) for who in (GP, NURSE)}
    for who, link in links.items():
        here.press(link, MUTE)
        assert here.says(who) == HELD
    assert silent(here, library) == []


def test_it_is_as_long_as_the_days_that_are_looked_at(here: Practice, library: Library) -> None:
    here.answers.mutes().spoke([COPD_RULE], TODAY - timedelta(days=14))
    assert silent(here, library) == []
    here.answers.count([Event(TODAY, COPD_RULE, "", LOOKED)] * 10)
    assert silent(here, library, TODAY + timedelta(days=1)) == [COPD_RULE]


def test_one_that_took_over_from_it_is_not_either(here: Practice, library: Library) -> None:
    here.answers.mutes().spoke(["of-before"], TODAY)
    assert silent(here, library) == [COPD_RULE]
    rules = tuple(
        replace(one, care=replace(one.care, replaces="of-before")) for one in library.rules
    )
    assert silent(here, replace(library, rules=rules)) == []


def test_what_is_counted_is_the_same_as_where_there_was_nothing_to_say(here: Practice) -> None:
    link = here.link()
    here.press(link, MUTE)
    here.tally.flush(here.answers)
    before = dict(here.answers.counted(TODAY, TODAY))
    for _ in range(3):
        assert here.says() == HELD
    here.tally.flush(here.answers)
    after = dict(here.answers.counted(TODAY, TODAY))
    looked = [Event(TODAY, rule, "", LOOKED) for rule in (COPD_RULE, RESULTS_RULE)]
    assert after == before | {each: before[each] + 3 for each in looked}


def test_what_is_kept_beside_the_mutes_is_the_same_whoever_it_was(
    tmp_path: Path, library: Library
) -> None:
    """A row of the rule and a day on which it goes: how many muted it and looked is not in it."""
    for name, who in (("one", [GP]), ("three", [GP, NURSE, "Practitioner/third"])):
        with practice(Place(tmp_path / name), library) as here:
            for link in [here.link(one) for one in who]:
                here.press(link, MUTE)
            rows = _rows(here)
            for one in who:
                for _ in range(2):
                    assert here.says(one) == HELD
            here.tally.flush(here.answers)
            (more,) = _rows(here) - rows
            assert more[2] == (TODAY + timedelta(days=15)).isoformat()
            assert here.answers.mutes().by_some([(COPD_RULE,)], TODAY) == frozenset()
            here.answers.forget_mutes(TODAY + timedelta(days=15))
            assert more not in _rows(here)


def _rows(here: Practice) -> set[tuple[bytes, bytes, str]]:
    there = connect(here.surgery.store / FILE)
    found = set(there.execute("SELECT who, rule, until FROM mutes"))
    there.close()
    return found


def test_where_nobody_can_look_up_mutes_that_is_counted_for_it_is_nobodys(
    tmp_path: Path, library: Library
) -> None:
    with practice(Place(tmp_path / "store"), library) as here:
        here.look()
        (here.surgery.store / FILE).unlink()
        assert here.says().startswith("mute: ")
        here.tally.flush(here.answers)
        assert Event(TODAY, COPD_RULE, "", "held:mute") in here.answers.counted(TODAY, TODAY)
