"""What watches the rules has a fault itself: that is told, and never looks as if all were well."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from cds_hooks.live import Live
from cds_hooks.reloading import proven
from cds_hooks.tally import Tally
from cds_hooks.watching import Watching
from rules.load import load_library
from tests.builders import LISTS
from tests.conformance.test_watching import COUGH, copd, practice, watched
from tests.served import NOW


def test_a_watch_that_sees_nothing_any_more_is_told_until_it_does(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, _):
        broken = True

        def clock() -> datetime:
            if broken:
                raise ValueError
            return place.now

        again = Watching(place.answers, place.live, Tally(), clock, lambda: None, every=0.01)
        again.start()
        wait_until(lambda: len(place.live.faults) == 2)
        assert [one["watch"] for one in place.status()["faults"]] == ["canaries", "counts"]
        assert "nobody here notices a rule that is shown too often" in place.page()
        assert "the invented people cannot be asked about" in place.page()
        broken = False
        wait_until(lambda: not place.live.faults)
        again.stop()
        assert "faults" not in place.status()
        assert "nobody here notices" not in place.page()


def test_a_story_that_cannot_be_told_did_not_come_out_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(proven(load_library(practice(tmp_path / "practice", *LISTS[COUGH])), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):

        def cannot(*_: object) -> None:
            raise ValueError

        monkeypatch.setattr("cds_hooks.watching.tell", cannot)
        place.pass_time(hours=1)
        watching.ask_canaries()
        assert [one["rule"] for one in place.status()["canaries"]["wrong"]] == ["coughing"]


def wait_until(so: Callable[[], bool]) -> None:
    ends = monotonic() + 10
    while not so() and monotonic() < ends:
        sleep(0.01)
    assert so()
