"""The demo's clock goes forward and never back, and there is none of it in a real service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.clock import practice_day
from cds_hooks.demo.days import FURTHEST, STEPS, Days, TooFar
from rules.days import Duration
from tests.desk import demo_rules
from tests.served import surgery

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=1100)).map(lambda after: FIRST + after)
# The real clock says so, and then a button is pressed, or the demo is started again.
DONE = st.lists(st.tuples(MOMENTS, st.sampled_from([*STEPS, "", "restart"])), max_size=12)


@given(DONE)
def test_whatever_is_pressed_and_whatever_the_real_clock_says_no_moment_is_before_another(
    done: list[tuple[datetime, str]],
) -> None:
    real = [datetime(2026, 6, 1, tzinfo=UTC)]
    with TemporaryDirectory() as folder:
        days = Days(Path(folder), lambda: real[-1])
        before = days()
        for moment, what in done:
            real.append(moment)
            today = days.today
            if what == "restart":
                moved = days.moved
                days = Days(Path(folder), lambda: real[-1])
                assert days.moved == moved
                real.append(max(real))  # a clock that was put right before
            elif what and days.later(STEPS[what][1]) is None:
                with pytest.raises(TooFar):
                    days.forward(STEPS[what][1])
                assert days.today == today
            elif what:
                days.forward(STEPS[what][1])
                assert days.today == STEPS[what][1].after(today)
            assert days() >= before
            before = days()


@pytest.mark.parametrize("hour", [0, 12, 22, 23])
def test_a_day_more_is_a_day_more_at_every_hour_whether_it_is_summer_or_not(
    tmp_path: Path, hour: int
) -> None:
    real = datetime(2026, 10, 24, hour, 30, tzinfo=UTC)  # the night before the clocks go back
    days = Days(tmp_path, lambda: real)
    for count in range(1, 200):  # and past the night on which they go forward
        days.forward(Duration(1, "day"))
        assert days.today == practice_day(real) + timedelta(days=count)
        assert days.began == practice_day(real)


def test_it_is_kept_and_goes_no_further_than_it_can(tmp_path: Path) -> None:
    real = datetime(2026, 12, 1, tzinfo=UTC)
    days = Days(tmp_path, lambda: real)
    days.forward(Duration(FURTHEST, "day"))
    again = Days(tmp_path, lambda: real)
    assert (again.moved, again()) == (FURTHEST, days())
    assert again.later(Duration(1, "day")) is None
    with pytest.raises(TooFar):
        again.forward(Duration(1, "day"))
    assert again.moved == FURTHEST


@pytest.mark.parametrize("path", ["/demo", "/demo/later", "/demo/clinician", "/demo/start-again"])
def test_a_real_service_has_no_such_page_and_no_such_button(tmp_path: Path, path: str) -> None:
    with surgery(tmp_path, demo_rules().library) as here:
        assert here.client.get(path).status_code == 404
        assert here.client.post(path, data={"by": "year"}).status_code == 404
