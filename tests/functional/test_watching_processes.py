"""A rule that fires for all is stopped on every process over the store, and after a restart."""

from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from cds_hooks.clock import now, practice_day
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import LOOKED, SHOWN, Event
from tests.fhir_builders import COPD_RULE
from tests.functional.test_pausing import AT_MOST as SECONDS
from tests.functional.test_pausing import step
from tests.served import Running, piloting, serving

pytestmark = pytest.mark.long

USUAL = 2  # cards a day; with that, twenty are a spike
AT_MOST = 20  # cards after that, on both together


def used_to(store: Path, today: date) -> None:
    """Ten days on which the rule was shown twice, of forty looks."""
    answers = Answers(store)
    for back in range(1, 11):
        day = today - timedelta(days=back)
        answers.count([Event(day, COPD_RULE, "", LOOKED)] * 40)
        answers.count([Event(day, COPD_RULE, "", SHOWN)] * USUAL)
    answers.close()


def cards(service: Running, names: str) -> int:
    """How many people one after the other are shown a card, until one is not."""
    for number in range(100):
        if step(service, f"{names}{number}") != "card":
            return number
    return 100


def silent_within_a_minute(service: Running, names: str) -> bool:
    """Whether people it is asked about one after the other are shown nothing, and told nothing."""
    ends, number = monotonic() + SECONDS, 0
    while monotonic() < ends:
        if step(service, f"{names}{number}") == "":
            return True
        number += 1
        sleep(0.2)
    return False


def in_shadow(service: Running) -> list[str]:
    return [one["rule"] for one in service.send("GET", "/status").body["inShadow"]]


def test_a_spike_stops_on_every_process_within_a_minute_and_stays_stopped(tmp_path: Path) -> None:
    practice, store = tmp_path / "practice", tmp_path / "store"
    piloting(practice, COPD_RULE)
    used_to(store, practice_day(now()))
    data = "--data", str(store)
    with (
        serving(tmp_path / "one", practice, *data) as one,
        serving(tmp_path / "two", practice, *data) as two,
    ):
        assert step(two, "first") == "card"
        assert cards(one, "a") <= 20 + AT_MOST
        assert silent_within_a_minute(two, "b")
        assert in_shadow(two) == [COPD_RULE]
    with serving(tmp_path / "three", practice, *data) as again:
        assert step(again, "c") == "", "nobody is told of it beside a person"
        assert in_shadow(again) == [COPD_RULE]
