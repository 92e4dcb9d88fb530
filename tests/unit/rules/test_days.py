"""Calendar days: what a text may mean, how windows are counted, how old somebody is."""

from datetime import date

import pytest

from rules.answer import Answer
from rules.days import Duration, Span, age, duration, in_words, on, span, span_in_words

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("2026-05-31", date(2026, 5, 31), date(2026, 5, 31), id="a day"),
        pytest.param("2026-05", date(2026, 5, 1), date(2026, 5, 31), id="a month"),
        pytest.param("2024-02", date(2024, 2, 1), date(2024, 2, 29), id="a leap month"),
        pytest.param("2026-12", date(2026, 12, 1), date(2026, 12, 31), id="December"),
        pytest.param("2026", date(2026, 1, 1), date(2026, 12, 31), id="a year"),
        pytest.param("0001", date(1, 1, 1), date(1, 12, 31), id="the first year"),
        pytest.param("9999-12", date(9999, 12, 1), date(9999, 12, 31), id="the last month"),
        pytest.param("2026-05-31T10:30:00", date(2026, 5, 31), date(2026, 5, 31), id="no zone"),
        pytest.param("2026-05-31T10:30", date(2026, 5, 31), date(2026, 5, 31), id="no seconds"),
    ],
)
def test_a_date_is_the_days_it_may_mean(text: str, first: date, last: date) -> None:
    assert span(text) == Span(first, last)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2026-06-10T22:59:59Z", date(2026, 6, 10), id="before midnight in summer"),
        pytest.param("2026-06-10T23:00:00Z", date(2026, 6, 11), id="midnight in summer is 23:00Z"),
        pytest.param("2026-06-10T23:30:00.123Z", date(2026, 6, 11), id="parts of seconds"),
        pytest.param("2026-12-10T23:30:00Z", date(2026, 12, 10), id="no summer time in winter"),
        pytest.param("2026-03-28T23:30:00Z", date(2026, 3, 28), id="the night before the change"),
        pytest.param(
            "2026-03-29T23:30:00Z", date(2026, 3, 30), id="the night of the spring change"
        ),
        pytest.param(
            "2026-10-24T23:30:00Z", date(2026, 10, 25), id="the last night of summer time"
        ),
        pytest.param(
            "2026-10-25T23:30:00Z", date(2026, 10, 25), id="the first night of winter time"
        ),
        pytest.param("2026-06-10T00:30:00+01:00", date(2026, 6, 10), id="in our own zone"),
        pytest.param("2026-06-10T00:30:00+14:00", date(2026, 6, 9), id="from the far east"),
        pytest.param("2026-06-10T23:30:00-11:00", date(2026, 6, 11), id="from the far west"),
        pytest.param("2026-06-10T23:59:60Z", date(2026, 6, 11), id="a leap second"),
        pytest.param("2026-12-31T23:30:00-01:00", date(2027, 1, 1), id="into the next year"),
    ],
)
def test_a_time_with_a_zone_falls_on_the_practices_day(text: str, day: date) -> None:
    assert span(text) == on(day)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "2026-02-30", "2026-13", "2026-00", "2026-1-1", "26-01-01", "0000", "0000-01-01",
        "2026-05-31T24:00:00Z", "2026-05-31T23:60:00Z", "2026-05-31T25:00:00", "2026-05-31 10:30",
        "2026-05-31T10", "2026-05-31T10:30:61Z", "2026-05-31T10:30:00z",
        "2026-05-31T10:30:00+0100", "2026-05-31T10:30:00 Z", "31/05/2026", "May 2026",
        "2026-05-31\n", " 2026-05-31", "٢٠٢٦-05-31", "9999-12-31T23:30:00-01:00",
        "0001-01-01T00:30:00+14:00", "20260531", "2026-05-", "-2026", "12026-05-31", "unknown",
        "2026-05-31T10:30:00+15:00", "2026-05-31Z",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed_at(text: str) -> None:
    assert span(text) is None


@pytest.mark.parametrize(
    ("window", "answer"),
    [
        pytest.param(("2026-05-01", "2026-05-31"), YES, id="just fits"),
        pytest.param(("2026-05-02", "2026-05-31"), UNSURE, id="may be a day too early"),
        pytest.param(("2026-05-01", "2026-05-30"), UNSURE, id="may be a day too late"),
        pytest.param(("2026-05-10", "2026-05-10"), UNSURE, id="one day of it"),
        pytest.param(("2026-06-01", "2026-06-30"), NO, id="after it"),
        pytest.param(("2026-04-01", "2026-04-30"), NO, id="before it"),
        pytest.param(("2026-05-31", "2026-06-30"), UNSURE, id="shares the last day"),
        pytest.param(("2026-04-01", "2026-05-01"), UNSURE, id="shares the first day"),
    ],
)
def test_a_month_compared_with_a_window(window: tuple[str, str], answer: Answer) -> None:
    may = Span(date(2026, 5, 1), date(2026, 5, 31))
    first, last = (date.fromisoformat(day) for day in window)
    assert may.is_between(first, last) is answer


@pytest.mark.parametrize(
    ("length", "day", "before"),
    [
        pytest.param("12 months", "2024-02-29", "2023-02-28", id="a year before a leap day"),
        pytest.param("12 months", "2025-02-28", "2024-02-28", id="not the leap day itself"),
        pytest.param("1 month", "2026-03-31", "2026-02-28", id="a shorter month"),
        pytest.param("1 month", "2024-03-31", "2024-02-29", id="a shorter leap month"),
        pytest.param("3 months", "2026-01-15", "2025-10-15", id="over the new year"),
        pytest.param("48 months", "2024-02-29", "2020-02-29", id="leap day to leap day"),
        pytest.param("1 year", "2024-02-29", "2023-02-28", id="a year is twelve months"),
        pytest.param("2 weeks", "2026-01-07", "2025-12-24", id="weeks"),
        pytest.param("365 days", "2024-02-29", "2023-03-01", id="days are not months"),
        pytest.param("0 days", "2026-11-21", "2026-11-21", id="no time at all"),
    ],
)
def test_the_day_so_long_before(length: str, day: str, before: str) -> None:
    found = duration(length)
    assert found is not None
    assert found.before(date.fromisoformat(day)) == date.fromisoformat(before)


@pytest.mark.parametrize(
    ("length", "day", "after"),
    [
        pytest.param("1 month", "2026-01-31", "2026-02-28", id="a shorter month"),
        pytest.param("12 months", "2024-02-29", "2025-02-28", id="a year after a leap day"),
        pytest.param("1 month", "2026-12-05", "2027-01-05", id="over the new year"),
        pytest.param("14 days", "2026-02-20", "2026-03-06", id="days"),
        pytest.param("1 year", "2026-11-21", "2027-11-21", id="a year"),
    ],
)
def test_the_day_so_long_after(length: str, day: str, after: str) -> None:
    found = duration(length)
    assert found is not None
    assert found.after(date.fromisoformat(day)) == date.fromisoformat(after)


def test_the_calendar_has_ends_and_nothing_falls_off_them() -> None:
    for unit in ("day", "week", "month", "year"):
        assert Duration(9999, unit).before(date(3, 5, 1)) == date.min
        assert Duration(9999, unit).after(date(9998, 5, 1)) == date.max


@pytest.mark.parametrize(
    "text",
    ["", "12", "months", "12months", "12  months", " 12 months", "-1 days", "1.5 months", "a month",
     "12 Months", "12 hours", "12345 days", "١٢ days", "12 months ago", "12 monthss"],
)  # fmt: skip
def test_what_is_no_length_of_time_is_not_guessed_at(text: str) -> None:
    assert duration(text) is None


@pytest.mark.parametrize(
    ("born", "today", "least", "most"),
    [
        pytest.param("1966-11-21", "2026-11-21", 60, 60, id="on the birthday"),
        pytest.param("1966-11-22", "2026-11-21", 59, 59, id="the day before the birthday"),
        pytest.param("2004-02-29", "2022-02-28", 17, 17, id="leap-day birthday, 28 February"),
        pytest.param("2004-02-29", "2022-03-01", 18, 18, id="leap-day birthday falls on 1 March"),
        pytest.param("2004-02-29", "2024-02-28", 19, 19, id="a leap year, the day before"),
        pytest.param("2004-02-29", "2024-02-29", 20, 20, id="a leap year, the day itself"),
        pytest.param("1966-11", "2026-11-21", 59, 60, id="the month is this one"),
        pytest.param("1966-10", "2026-11-21", 60, 60, id="the month is over"),
        pytest.param("1966", "2026-11-21", 59, 60, id="only the year"),
        pytest.param("1966", "2026-12-31", 60, 60, id="only the year, and it is over"),
        pytest.param("2026-11-21", "2026-11-21", 0, 0, id="born today"),
    ],
)
def test_age_in_whole_years(born: str, today: str, least: int, most: int) -> None:
    birth = span(born)
    assert birth is not None
    assert age(birth, date.fromisoformat(today)) == (least, most)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-21", "21 November 2026"),
        ("2026-01-01", "1 January 2026"),
        ("2026-11", "November 2026"),
        ("2026", "2026"),
        ("2024-02", "February 2024"),
    ],
)
def test_a_date_in_words_is_no_more_exact_than_the_record(text: str, words: str) -> None:
    found = span(text)
    assert found is not None
    assert span_in_words(found) == words


def test_an_odd_stretch_of_days_says_both_ends() -> None:
    stretch = Span(date(2025, 12, 30), date(2026, 1, 2))
    assert span_in_words(stretch) == "between 30 December 2025 and 2 January 2026"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (Duration(1, "month"), "1 month"),
        (Duration(12, "month"), "12 months"),
        (Duration(0, "day"), "0 days"),
    ],
)
def test_a_length_of_time_in_words(length: Duration, words: str) -> None:
    assert str(length) == words
    assert duration(words) == length


def test_a_day_in_words() -> None:
    assert in_words(date(2026, 3, 1)) == "1 March 2026"
