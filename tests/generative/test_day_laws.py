"""Laws of the calendar, on every day there is."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from itertools import pairwise, product

from hypothesis import assume, given
from hypothesis import strategies as st

from rules.answer import Answer
from rules.days import PRACTICE_ZONE, Duration, Span, age, duration, on, span
from tests.strategies import DATE_TEXTS, DAYS, DURATIONS, SPANS, TIME_TEXTS

UNITS = st.sampled_from(["day", "week", "month", "year"])
TIMES = ("00:00", "00:59:60", "11:30:00.5", "22:59:59", "23:00", "23:30:00.000")
ZONES = ("Z", "+00:00", "-00:00", "+01:00", "-11:00", "+14:00")
INSIDE = st.dates(date(1000, 1, 1), date(9000, 1, 1))  # far from both ends of the calendar


@given(day=DAYS, length=DURATIONS)
def test_no_day_and_no_length_of_time_ever_raises(day: date, length: Duration) -> None:
    assert date.min <= length.before(day) <= day <= length.after(day) <= date.max


@given(day=INSIDE, months=st.integers(0, 600))
def test_months_keep_the_day_or_take_the_last_one(day: date, months: int) -> None:
    for moved in (Duration(months, "month").before(day), Duration(months, "month").after(day)):
        last = monthrange(moved.year, moved.month)[1]
        assert moved.day == min(day.day, last)
        assert abs((moved.year - day.year) * 12 + moved.month - day.month) == months


@given(day=INSIDE, count=st.integers(0, 500))
def test_days_and_weeks_are_exact(day: date, count: int) -> None:
    assert day - Duration(count, "day").before(day) == timedelta(days=count)
    assert Duration(count, "week").after(day) - day == timedelta(days=7 * count)


@given(day=INSIDE, years=st.integers(0, 100))
def test_a_year_is_twelve_months(day: date, years: int) -> None:
    assert Duration(years, "year").before(day) == Duration(12 * years, "month").before(day)
    assert Duration(years, "year").after(day) == Duration(12 * years, "month").after(day)


@given(first=DAYS, second=DAYS, length=DURATIONS)
def test_a_later_day_never_has_an_earlier_window(
    first: date, second: date, length: Duration
) -> None:
    earlier, later = sorted((first, second))
    assert length.before(earlier) <= length.before(later)
    assert length.after(earlier) <= length.after(later)


@given(day=DAYS, count=st.integers(0, 500), more=st.integers(0, 500), unit=UNITS)
def test_a_longer_time_never_has_a_smaller_window(
    day: date, count: int, more: int, unit: str
) -> None:
    assert Duration(count + more, unit).before(day) <= Duration(count, unit).before(day)
    assert Duration(count + more, unit).after(day) >= Duration(count, unit).after(day)


@given(length=DURATIONS)
def test_what_we_write_we_can_read(length: Duration) -> None:
    assert duration(str(length)) == length


@given(text=DATE_TEXTS)
def test_a_shorter_date_means_all_the_days_of_the_longer_and_more(text: str) -> None:
    spans = [span(text[:length]) for length in (4, 7, 10) if length <= len(text)]
    for wide, narrow in pairwise(spans):
        assert wide is not None
        assert narrow is not None
        assert wide.first <= narrow.first <= narrow.last <= wide.last


@given(day=DAYS)
def test_a_whole_date_is_one_day(day: date) -> None:
    assert span(day.isoformat()) == on(day)


@given(text=st.text(max_size=30) | st.from_regex(r"\d{4}(-\d\d(-\d\dT.*)?)?", fullmatch=True))
def test_any_text_is_read_or_left_alone(text: str) -> None:
    found = span(text)
    assert found is None or found.first <= found.last


@given(text=TIME_TEXTS)
def test_a_time_is_the_day_it_says_or_the_one_beside_it(text: str) -> None:
    found = span(text)
    assert found is not None
    assert found.exact
    assert abs(found.first - date.fromisoformat(text[:10])) <= timedelta(days=1)


@given(day=st.dates(date(1900, 1, 2), date(2100, 1, 1)))
def test_a_time_is_on_the_day_that_a_clock_of_the_practice_says_however_its_zone_is_written(
    day: date,
) -> None:
    for time, zone in product(TIMES, ZONES):
        clock = datetime.fromisoformat(f"{day}T{time[:5]}{zone}").astimezone(PRACTICE_ZONE)
        assert span(f"{day}T{time}{zone}") == on(clock.date())


@given(when=SPANS, first=DAYS, last=DAYS)
def test_a_span_in_a_window_is_what_all_its_days_agree_on(
    when: Span, first: date, last: date
) -> None:
    ends = {on(day).is_between(first, last) for day in (when.first, when.last)}
    assume(first <= last)
    whole = when.is_between(first, last)
    if whole is not Answer.CANNOT_TELL:
        assert ends == {whole}


@given(day=DAYS, first=DAYS, last=DAYS)
def test_one_day_is_always_in_or_out_and_both_ends_are_in(
    day: date, first: date, last: date
) -> None:
    assert (on(day).is_between(first, last) is Answer.YES) == (first <= day <= last)
    assert on(first).is_between(first, max(first, last)) is Answer.YES
    assert on(last).is_between(min(first, last), last) is Answer.YES


@given(birth=SPANS, today=DAYS)
def test_an_age_grows_by_at_most_one_a_day_and_never_shrinks(birth: Span, today: date) -> None:
    assume(today < date.max)
    least, most = age(birth, today)
    assert least <= most
    tomorrow = age(birth, today + timedelta(days=1))
    assert least <= tomorrow[0] <= least + 1
    assert most <= tomorrow[1] <= most + 1


@given(birth=DAYS, years=st.integers(0, 110))
def test_the_birthday_is_when_the_age_changes(birth: date, years: int) -> None:
    assume(birth.year + years <= 9998)
    year = birth.year + years
    leap_day_missing = (birth.month, birth.day) == (2, 29) and monthrange(year, 2)[1] == 28
    birthday = date(year, 3, 1) if leap_day_missing else birth.replace(year=year)
    assert age(on(birth), birthday) == (years, years)
    assume(birthday > date.min)
    assert age(on(birth), birthday - timedelta(days=1)) == (years - 1, years - 1)
