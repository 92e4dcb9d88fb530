"""``give:``: what comes out of a look-up: whether there is one, how many, the first or last day."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

COUGH = "find: condition\ncodes: cough\ngive: "


@pytest.mark.parametrize(
    ("dates", "test", "expected"),
    [
        pytest.param(("2020", "2021"), "equals: 2", YES, id="two lines are two"),
        pytest.param((), "equals: 0", YES, id="nothing recorded is none"),
        pytest.param((), "at_least: 1", NO, id="none is not one"),
        pytest.param(("2020",), "at_least: 2", NO, id="one is not two"),
        pytest.param(("2020", "2030"), "equals: 1", YES, id="the future is not counted"),
        pytest.param(("", "2020"), "equals: 2", YES, id="no date, no window: counted"),
    ],
)
def test_count(dates: tuple[str, ...], test: str, expected: Answer) -> None:
    lines = [entry(Kind.CONDITION, "cough", date=date) for date in dates]
    assert answer(COUGH + "count", *lines, test=f"{{{test}}}") is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param("at_least: 1", YES, id="one is there for certain"),
        pytest.param("at_least: 2", UNSURE, id="a second may be"),
        pytest.param("at_most: 2", YES, id="there cannot be three"),
        pytest.param("at_least: 3", NO, id="there cannot be three, asked otherwise"),
        pytest.param("equals: 1", UNSURE, id="nobody knows whether it is one or two"),
        pytest.param("between: [1, 2]", YES, id="but it is one or two"),
    ],
)
def test_a_line_that_may_or_may_not_count_makes_a_range(test: str, expected: Answer) -> None:
    lines = [
        entry(Kind.PROCEDURE, "cough"),
        entry(Kind.PROCEDURE, "cough", status="unknown"),
    ]
    question = "find: procedure\ncodes: cough\ngive: count"
    assert answer(question, *lines, test=f"{{{test}}}") is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [("at_least: 1", YES), ("at_least: 2", UNSURE), ("at_most: 5", UNSURE), ("equals: 0", NO)],
)
def test_there_may_be_any_number_more_in_a_list_that_could_not_be_read(
    test: str, expected: Answer
) -> None:
    seen = entry(Kind.PROCEDURE, "cough")
    question = "find: entry\ncodes: cough\ngive: count"
    assert answer(question, seen, test=f"{{{test}}}", unread=[Kind.TAG]) is expected


def test_a_line_with_two_of_the_codes_is_one_line() -> None:
    line = entry(Kind.CONDITION, "cough", "dry-cough")
    assert answer(COUGH + "count", line, test="{equals: 1}") is YES


LAST_OF_2025 = "{before: 2026-01-01, after: 2025-11-30}"


@pytest.mark.parametrize(
    ("give", "dates", "test", "expected"),
    [
        pytest.param(
            "latest date", ("2024-05-01", "2025-12-01"), LAST_OF_2025, YES, id="the latest"
        ),
        pytest.param(
            "latest date", ("2025-12-01", "2026-02-01"), LAST_OF_2025, NO, id="not the earliest"
        ),
        pytest.param(
            "latest date", ("2025-12", "2024-05-01"), LAST_OF_2025, YES, id="a month inside"
        ),
        pytest.param("latest date", ("2025",), LAST_OF_2025, UNSURE, id="a year around it"),
        pytest.param(
            "latest date", ("2025-12-01", ""), LAST_OF_2025, UNSURE, id="or one without a date"
        ),
        pytest.param("latest date", (), LAST_OF_2025, NO, id="no such event"),
        pytest.param(
            "latest date", ("2025-12-01", "2027-01-01"), LAST_OF_2025, YES, id="not the future one"
        ),
        pytest.param(
            "earliest date", ("2025-12-01", "2026-02-01"), LAST_OF_2025, YES, id="the earliest"
        ),
        pytest.param(
            "earliest date", ("2024-05-01", "2025-12-01"), LAST_OF_2025, NO, id="not the latest"
        ),
        pytest.param(
            "earliest date", ("2025-12-01", ""), LAST_OF_2025, UNSURE, id="or an undated one first"
        ),
    ],
)
def test_latest_and_earliest_date(
    give: str, dates: tuple[str, ...], test: str, expected: Answer
) -> None:
    lines = [entry(Kind.CONDITION, "cough", date=date) for date in dates]
    assert answer(COUGH + give, *lines, test=test) is expected


@pytest.mark.parametrize(
    ("give", "test", "expected"),
    [
        pytest.param("latest date", "{within: 12 months}", YES, id="a later one is within, too"),
        pytest.param("latest date", "{before: 2026-06-01}", UNSURE, id="a later one may exist"),
        pytest.param(
            "earliest date", "{before: 2026-06-01}", YES, id="an earlier one is before, too"
        ),
        pytest.param("earliest date", "{within: 12 months}", UNSURE, id="an earlier one may exist"),
    ],
)
def test_dates_beside_a_list_that_could_not_be_read(give: str, test: str, expected: Answer) -> None:
    seen = entry(Kind.PROCEDURE, "cough", date="2026-05-01")
    question = f"find: entry\ncodes: cough\ngive: {give}"
    assert answer(question, seen, test=test, unread=[Kind.TAG]) is expected


@pytest.mark.parametrize(
    ("give", "test", "expected"),
    [
        pytest.param("latest date", "{before: 2025-06-01}", UNSURE, id="the later may not count"),
        pytest.param("latest date", "{after: 2023-06-01}", YES, id="the earlier surely does"),
        pytest.param("latest date", "{after: 2024-06-01}", UNSURE, id="the later may be it"),
        pytest.param("latest date", "{after: 2026-06-01}", NO, id="neither is so late"),
    ],
)
def test_a_line_that_may_not_count_makes_a_date_a_range(
    give: str, test: str, expected: Answer
) -> None:
    lines = [
        entry(Kind.CONDITION, "cough", date="2024-01-01"),
        entry(Kind.CONDITION, "cough", date="2026-01-01", sure=False),
    ]
    assert answer(COUGH + give, *lines, test=test) is expected
    first_not_sure = [
        entry(Kind.CONDITION, "cough", date="2022-01-01", sure=False),
        entry(Kind.CONDITION, "cough", date="2024-01-01"),
    ]
    earliest = COUGH + "earliest date"
    assert answer(earliest, *first_not_sure, test="{before: 2024-06-01}") is YES
    assert answer(earliest, *first_not_sure, test="{before: 2023-06-01}") is UNSURE


def test_a_window_chooses_which_lines_a_date_is_taken_from() -> None:
    lines = [entry(Kind.CONDITION, "cough", date=date) for date in ("2020-05-01", "2026-05-01")]
    question = COUGH + "earliest date\nwithin: 12 months"
    assert answer(question, *lines, test="{after: 2026-01-01}") is YES


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param(("in 6 days", "in 20 days"), YES, id="the first of two visits"),
        pytest.param(("in 20 days",), NO, id="too far ahead"),
        pytest.param(("in 3 days", "in 6 days"), NO, id="too soon"),
        pytest.param(("",), UNSURE, id="no day"),
    ],
)
def test_the_date_of_an_appointment(dates: tuple[str, ...], expected: Answer) -> None:
    lines = [entry(Kind.APPOINTMENT, "visit", date=date) for date in dates]
    question = "find: appointment\ncodes: visit\ngive: date"
    ahead = "{at_least: 5 days ahead, at_most: 14 days ahead}"
    assert answer(question, *lines, test=ahead) is expected


@pytest.mark.parametrize(
    ("give", "date", "test", "expected"),
    [
        pytest.param("latest date", "2026-11", "within: 1 month", YES, id="this month, so far"),
        pytest.param("latest date", "2026", "within: 12 months", YES, id="this year, so far"),
        pytest.param("latest date", "2026", "after: 2026-11-21", NO, id="not after today"),
        pytest.param("latest date", "2026", "within: 1 month", UNSURE, id="some day of this year"),
        pytest.param("earliest date", "", "within: 9999 years", YES, id="no date, but it was"),
        pytest.param("earliest date", "", "within: 12 months", UNSURE, id="nobody knows when"),
    ],
)
def test_what_is_on_the_record_has_begun(give: str, date: str, test: str, expected: Answer) -> None:
    line = entry(Kind.CONDITION, "cough", date=date)
    assert answer(COUGH + give, line, test=f"{{{test}}}") is expected
