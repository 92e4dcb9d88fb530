"""Whether a rule was asked enough in shadow: 14 days, 100 looks and 30 firings, or 60 days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.alarms import Day
from prompts.counted import Counted, counted

MEANT = "14 days, 100 times and 30 are meant, or 60 days if it is for few."
DAYS = st.lists(st.builds(Day, st.integers(0, 20), st.integers(0, 20)), max_size=80)


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        pytest.param(Counted(14, 100, 30), True, id="just enough"),
        pytest.param(Counted(13, 100, 30), False, id="a day too few"),
        pytest.param(Counted(14, 99, 30), False, id="a look too few"),
        pytest.param(Counted(14, 100, 29), False, id="a firing too few"),
        pytest.param(Counted(59, 99, 1), False, id="for few, and a day too few"),
        pytest.param(Counted(60, 60, 1), True, id="for few"),
        pytest.param(Counted(60, 9_000, 0), False, id="for nobody, as far as was seen"),
        pytest.param(Counted(), False, id="not asked"),
    ],
)
def test_what_is_enough(found: Counted, enough: bool) -> None:
    assert found.is_enough is enough


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param(
            Counted(9, 87, 21),
            "In shadow it was asked on 9 days, 87 times, and would have spoken 21 times; " + MEANT,
            id="too few",
        ),
        pytest.param(
            Counted(1, 1, 1),
            "In shadow it was asked on one day, once, and would have spoken once; " + MEANT,
            id="once",
        ),
        pytest.param(
            Counted(70, 700, 0),
            "In shadow it was asked on 70 days, 700 times, and would have spoken at no time; "
            + MEANT,
            id="for nobody",
        ),
        pytest.param(Counted(), f"In shadow nobody has asked it yet; {MEANT}", id="not asked"),
        pytest.param(
            Counted(20, 400, 60),
            "In shadow it was asked on 20 days, 400 times, and would have spoken 60 times. That is"
            " enough.",
            id="enough",
        ),
    ],
)
def test_it_is_said_in_a_sentence(found: Counted, says: str) -> None:
    assert found.in_words("In shadow") == says


@given(DAYS, DAYS)
def test_more_days_are_never_less_and_those_on_which_nobody_asked_are_none(
    some: list[Day], more: list[Day]
) -> None:
    found, both = counted(some), counted(some + more)
    assert found.days == len([day for day in some if day.looked])
    assert (both.days, both.looked, both.fired) >= (found.days, found.looked, found.fired)
    assert both.is_enough or not found.is_enough
    assert counted(some[::-1]) == found
