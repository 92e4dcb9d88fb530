"""``within``, ``since``, ``before`` and ``in_next``: calendar windows, both ends included."""

import pytest

from rules.answer import Answer
from rules.record import Entry, Kind
from tests.builders import TODAY, entry, when
from tests.spec.table import NO, UNSURE, YES, answer


def cough(date: str) -> Entry:
    return entry(Kind.CONDITION, "cough", date=date)


COUGH = "find: condition\ncodes: cough\n"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param("2026-11-21", YES, id="today is included"),
        pytest.param("2025-11-21", YES, id="twelve months ago to the day is included"),
        pytest.param("2025-11-20", NO, id="a day too old"),
        pytest.param("2026-11-22", NO, id="tomorrow has not happened"),
        pytest.param("2026", YES, id="some day of this year, so far"),
        pytest.param("2026-11", YES, id="some day of this month, so far"),
        pytest.param("2025", UNSURE, id="some day of last year"),
        pytest.param("2025-11", UNSURE, id="some day of the month where the window begins"),
        pytest.param("2025-12", YES, id="a month inside"),
        pytest.param("2025-10", NO, id="a month outside"),
        pytest.param("2027", NO, id="next year has not happened"),
        pytest.param("", UNSURE, id="no date"),
        pytest.param("1026-11-21", NO, id="an ancient date"),
    ],
)
def test_within_twelve_months(date: str, expected: Answer) -> None:
    assert answer(COUGH + "within: 12 months", cough(date)) is expected


@pytest.mark.parametrize(
    ("today", "date", "expected"),
    [
        pytest.param("2024-02-29", "2023-02-28", YES, id="month ends are clamped"),
        pytest.param("2024-02-29", "2023-02-27", NO, id="and no earlier"),
        pytest.param("2025-03-01", "2024-03-01", YES, id="the year after a leap year"),
        pytest.param("2025-02-28", "2024-02-28", YES, id="from a short February"),
    ],
)
def test_within_twelve_months_around_a_leap_day(today: str, date: str, expected: Answer) -> None:
    day = when(today)
    assert day is not None
    assert answer(COUGH + "within: 12 months", cough(date), today=day.first) is expected


@pytest.mark.parametrize(
    ("within", "date", "expected"),
    [
        pytest.param("1 day", "2026-11-20", YES, id="yesterday is within a day"),
        pytest.param("1 day", "2026-11-19", NO, id="the day before yesterday is not"),
        pytest.param("0 days", "2026-11-21", YES, id="no days is today"),
        pytest.param("2 weeks", "2026-11-07", YES, id="fourteen days"),
        pytest.param("2 weeks", "2026-11-06", NO, id="fifteen days"),
        pytest.param("9999 years", "0001-01-01", YES, id="as long as the calendar"),
    ],
)
def test_other_lengths_of_time(within: str, date: str, expected: Answer) -> None:
    assert answer(COUGH + f"within: {within}", cough(date)) is expected


@pytest.mark.parametrize(
    ("window", "date", "expected"),
    [
        pytest.param("since: 2026-05-10", "2026-05-10", YES, id="since includes the day"),
        pytest.param("since: 2026-05-10", "2026-05-09", NO, id="the day before since"),
        pytest.param("since: 2026-05-10", "2026-05", UNSURE, id="the month of since"),
        pytest.param("since: 2026-05-10", "2026", UNSURE, id="the year of since"),
        pytest.param("since: 2026-05-01", "2026-05", YES, id="since the first of the month"),
        pytest.param("since: 6 months ago", "2026-05-21", YES, id="so long ago is included"),
        pytest.param("since: 6 months ago", "2026-05-20", NO, id="a day longer ago"),
        pytest.param("before: 2026-05-10", "2026-05-09", YES, id="the day before"),
        pytest.param("before: 2026-05-10", "2026-05-10", NO, id="before leaves the day out"),
        pytest.param("before: 2026-05-10", "2026-05", UNSURE, id="the month of before"),
        pytest.param("before: 2026-06-01", "2026-05", YES, id="before the month after"),
        pytest.param("before: 6 months ago", "2026-05-20", YES, id="longer ago"),
        pytest.param("before: 6 months ago", "2026-05-21", NO, id="exactly so long ago"),
        pytest.param("before: 2027-01-01", "2026-12-01", NO, id="the future has not happened"),
        pytest.param("since: 2026-05-10", "", UNSURE, id="since, without a date"),
        pytest.param("before: 2026-05-10", "", UNSURE, id="before, without a date"),
    ],
)
def test_since_is_on_or_after_and_before_is_strictly_before(
    window: str, date: str, expected: Answer
) -> None:
    assert answer(COUGH + window, cough(date)) is expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [("2026-01-31", NO), ("2026-02-01", YES), ("2026-02-28", YES), ("2026-03-01", NO)],
)
def test_windows_in_one_fact_must_all_hold(date: str, expected: Answer) -> None:
    window = "since: 2026-02-01\nbefore: 2026-03-01\nwithin: 12 months"
    assert answer(COUGH + window, cough(date)) is expected


NEWEST_TEST = """
newest_test: {find: observation, codes: blow-test, give: latest date}
"""


@pytest.mark.parametrize(
    ("window", "tested", "coughed", "expected"),
    [
        pytest.param("since", "2026-05-10", "2026-05-10", YES, id="on the same day"),
        pytest.param("since", "2026-05-10", "2026-05-11", YES, id="later"),
        pytest.param("since", "2026-05-10", "2026-05-09", NO, id="earlier"),
        pytest.param("since", "2026-05", "2026-05-20", UNSURE, id="in the same month"),
        pytest.param("since", "2026-05", "2026-06", YES, id="in the month after"),
        pytest.param("since", "", "2026-05-20", UNSURE, id="nobody knows since when"),
        pytest.param("since", "2026-11", "2026-11-21", YES, id="a month so far, and today"),
        pytest.param("before", "2026-05-10", "2026-05-09", YES, id="before it"),
        pytest.param("before", "2026-05-10", "2026-05-10", NO, id="on its day is not before"),
        pytest.param("before", "2026-05", "2026-04-30", YES, id="before its month"),
    ],
)
def test_since_and_before_another_facts_date(
    window: str, tested: str, coughed: str, expected: Answer
) -> None:
    lines = [entry(Kind.OBSERVATION, "blow-test", date=tested), cough(coughed)]
    assert answer(COUGH + f"{window}: newest_test", *lines, facts=NEWEST_TEST) is expected


@pytest.mark.parametrize("window", ["since", "before"])
def test_nothing_came_after_or_before_what_never_was(window: str) -> None:
    question = COUGH + f"{window}: newest_test"
    assert answer(question, cough("2026-05-10"), facts=NEWEST_TEST) is NO


@pytest.mark.parametrize("window", ["since", "before"])
@pytest.mark.parametrize("coughed", ["2026-03-01", "2026-05-10", "2026-08-01"])
def test_nobody_knows_what_came_after_or_before_what_may_never_have_been(
    window: str, coughed: str
) -> None:
    doubtful = entry(Kind.OBSERVATION, "blow-test", date="2026-05-10", status="unknown")
    question = COUGH + f"{window}: newest_test"
    assert answer(question, doubtful, cough(coughed), facts=NEWEST_TEST) is not YES


@pytest.mark.parametrize("window", ["since", "before"])
def test_an_unread_list_of_the_other_fact_proves_nothing(window: str) -> None:
    question = COUGH + f"{window}: newest_test"
    found = answer(question, cough("2026-05-10"), facts=NEWEST_TEST, unread=[Kind.OBSERVATION])
    assert found is UNSURE


def test_without_a_window_a_line_without_a_date_counts() -> None:
    assert answer(COUGH, cough("")) is YES


@pytest.mark.parametrize("date", ["2026-11-22", "2026-12", "2027", "9999-12-31"])
def test_what_is_dated_in_the_future_is_ignored(date: str) -> None:
    assert answer(COUGH, cough(date)) is NO


@pytest.mark.parametrize(
    ("if_undated", "expected"),
    [("cannot tell", UNSURE), ("count it", YES), ("ignore it", NO)],
)
@pytest.mark.parametrize("window", ["within: 12 months", "since: 2020-01-01", "before: 2026-01-01"])
def test_if_undated_says_what_a_line_without_a_date_means(
    window: str, if_undated: str, expected: Answer
) -> None:
    assert answer(COUGH + f"{window}\nif_undated: {if_undated}", cough("")) is expected


def test_another_line_with_a_date_settles_it() -> None:
    assert answer(COUGH + "within: 12 months", cough(""), cough("2026-05-01")) is YES
    assert answer(COUGH + "within: 12 months", cough(""), cough("2020-05-01")) is UNSURE


VISIT = "find: appointment\ncodes: visit\n"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param("2026-11-20", NO, id="yesterday is not ahead"),
        pytest.param("2026-11-21", YES, id="today is included"),
        pytest.param("2026-12-05", YES, id="the last day is included"),
        pytest.param("2026-12-06", NO, id="a day too late"),
        pytest.param("2026-12", UNSURE, id="some day in December"),
        pytest.param("", UNSURE, id="no day"),
    ],
)
def test_in_next_looks_ahead(date: str, expected: Answer) -> None:
    line = entry(Kind.APPOINTMENT, "visit", date=date)
    assert answer(VISIT + "in_next: 14 days", line) is expected


def test_appointments_alone_may_be_in_the_future() -> None:
    assert answer(VISIT, entry(Kind.APPOINTMENT, "visit", date="in 6 days")) is YES
    assert answer(VISIT + "since: 2026-11-21", entry(Kind.APPOINTMENT, "visit", date="in 2 days"))
    assert (
        answer(VISIT + "within: 1 month", entry(Kind.APPOINTMENT, "visit", date="in 2 days")) is NO
    )
    assert (
        answer(VISIT + "within: 1 month", entry(Kind.APPOINTMENT, "visit", date="2 days ago"))
        is YES
    )


def test_today_is_the_day_that_is_passed_in() -> None:
    line = cough("2026-11-21")
    assert answer(COUGH, line, today=TODAY) is YES
    assert answer(COUGH, line, today=TODAY.replace(day=20)) is NO
