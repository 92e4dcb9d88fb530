"""``when:``: all, any, none, not, and comparisons in words."""

from datetime import date

import pytest

from rules.answer import Answer
from rules.record import Entry, Kind
from tests.builders import a_person, entry
from tests.spec.table import NO, UNSURE, YES, answer, answer_when, refusals, stops

# a_cough and a_wheeze: each is there, is not there, or cannot be told.
_COUGH: dict[Answer, list[Entry]] = {
    YES: [entry(Kind.CONDITION, "cough")],
    NO: [],
    UNSURE: [entry(Kind.CONDITION, "cough", sure=False)],
}
_WHEEZE: dict[Answer, list[Entry]] = {
    YES: [entry(Kind.OBSERVATION, "wheeze")],
    NO: [],
    UNSURE: [entry(Kind.OBSERVATION, "wheeze", status="unknown")],
}


@pytest.mark.parametrize(
    ("joint", "table"),
    [
        # rows: a_cough yes, no, cannot tell; columns: a_wheeze the same
        ("all", [(YES, NO, UNSURE), (NO, NO, NO), (UNSURE, NO, UNSURE)]),
        ("any", [(YES, YES, YES), (YES, NO, UNSURE), (YES, UNSURE, UNSURE)]),
        ("none", [(NO, NO, NO), (NO, YES, UNSURE), (NO, UNSURE, UNSURE)]),
    ],
)
def test_all_any_and_none(joint: str, table: list[tuple[Answer, ...]]) -> None:
    for cough, row in zip((YES, NO, UNSURE), table, strict=True):
        for wheeze, expected in zip((YES, NO, UNSURE), row, strict=True):
            found = answer_when(
                f"{{{joint}: [a_cough, a_wheeze]}}", *_COUGH[cough], *_WHEEZE[wheeze]
            )
            assert found is expected, f"{joint} of {cough} and {wheeze}"


@pytest.mark.parametrize(("cough", "expected"), [(YES, NO), (NO, YES), (UNSURE, UNSURE)])
def test_not(cough: Answer, expected: Answer) -> None:
    assert answer_when("{not: a_cough}", *_COUGH[cough]) is expected


def test_conditions_may_stand_inside_each_other() -> None:
    condition = "{all: [a_cough, {any: [a_wheeze, {not: {none: [a_cough]}}]}]}"
    assert answer_when(condition, *_COUGH[YES]) is YES
    assert answer_when(condition, *_WHEEZE[YES]) is NO


def test_a_single_name_may_stand_where_a_list_could() -> None:
    assert answer_when("{all: a_cough}", *_COUGH[YES]) is YES


@pytest.mark.parametrize(
    ("test", "below", "at", "over"),
    [
        ("above: 18", NO, NO, YES),
        ("at_least: 18", NO, YES, YES),
        ("below: 18", YES, NO, NO),
        ("at_most: 18", YES, YES, NO),
        ("equals: 18", NO, YES, NO),
        ("between: [17, 18]", YES, YES, NO),
        ("between: [18, 19]", NO, YES, YES),
        ("between: [18, 18]", NO, YES, NO),
    ],
)
def test_numbers_and_their_edges(test: str, below: Answer, at: Answer, over: Answer) -> None:
    for age, expected in ((17, below), (18, at), (19, over)):
        assert answer_when(f"{{age: {{{test}}}}}", person=a_person(age=age)) is expected, age


def test_several_tests_in_one_map_must_all_hold() -> None:
    for age, expected in ((17, NO), (18, YES), (64, YES), (65, NO)):
        condition = "{age: {at_least: 18, below: 65}}"
        assert answer_when(condition, person=a_person(age=age)) is expected


@pytest.mark.parametrize(
    ("born", "test", "expected"),
    [
        pytest.param("1966", "at_least: 59", YES, id="at least 59, whichever day"),
        pytest.param("1966", "at_least: 60", UNSURE, id="59 or 60"),
        pytest.param("1966", "at_least: 61", NO, id="61 on no day"),
        pytest.param("1966", "between: [59, 60]", YES, id="one of the two"),
        pytest.param("1966", "equals: 60", UNSURE, id="nobody knows which"),
        pytest.param("1966-11", "above: 59", UNSURE, id="the month is this one"),
        pytest.param("2008-11-21", "at_least: 18", YES, id="eighteen today"),
        pytest.param("2008-11-22", "at_least: 18", NO, id="eighteen tomorrow"),
    ],
)
def test_an_age_from_part_of_a_date(born: str, test: str, expected: Answer) -> None:
    assert answer_when(f"{{age: {{{test}}}}}", person=a_person(born=born)) is expected


def test_without_a_date_of_birth_nobody_knows_the_age() -> None:
    assert answer_when("{age: {at_least: 0}}", person=a_person(age=None)) is UNSURE


def test_leap_day_birthdays_fall_on_1_march() -> None:
    person = a_person(born="2004-02-29")
    condition = "{age: {at_least: 18}}"
    assert answer_when(condition, person=person, today=date(2022, 2, 28)) is NO
    assert answer_when(condition, person=person, today=date(2022, 3, 1)) is YES


@pytest.mark.parametrize(
    ("test", "on_the_day", "a_day_earlier", "a_day_later"),
    [
        ("within: 6 months", YES, NO, YES),
        ("older_than: 6 months", NO, YES, NO),
        ("before: 6 months ago", NO, YES, NO),
        ("after: 6 months ago", NO, NO, YES),
        ("before: 2026-05-21", NO, YES, NO),
        ("after: 2026-05-21", NO, NO, YES),
    ],
)
def test_dates_and_their_edges(
    test: str, on_the_day: Answer, a_day_earlier: Answer, a_day_later: Answer
) -> None:
    days = {"2026-05-21": on_the_day, "2026-05-20": a_day_earlier, "2026-05-22": a_day_later}
    for day, expected in days.items():
        line = entry(Kind.CONDITION, "cough", date=day)
        assert answer_when(f"{{last_cough: {{{test}}}}}", line) is expected, day


@pytest.mark.parametrize("test", ["within: 6 months", "older_than: 6 months", "after: 2000-01-01"])
def test_a_date_of_something_that_never_was_is_no(test: str) -> None:
    assert answer_when(f"{{last_cough: {{{test}}}}}") is NO


@pytest.mark.parametrize("test", ["within: 6 months", "older_than: 6 months", "after: 2000-01-01"])
def test_a_date_in_a_list_that_could_not_be_read_is_not_known(test: str) -> None:
    assert answer_when(f"{{last_cough: {{{test}}}}}", unread=[Kind.CONDITION]) is UNSURE


@pytest.mark.parametrize(
    ("date", "within", "older"),
    [
        pytest.param("2026-11-21", YES, NO, id="today"),
        pytest.param("2026-05-21", YES, NO, id="to the day"),
        pytest.param("2026-05-20", NO, YES, id="a day older"),
        pytest.param("2026-05", UNSURE, UNSURE, id="some day of the month"),
        pytest.param("", UNSURE, UNSURE, id="no day"),
    ],
)
def test_within_and_older_than_are_opposites(date: str, within: Answer, older: Answer) -> None:
    line = entry(Kind.CONDITION, "cough", date=date)
    assert answer_when("{last_cough: {within: 6 months}}", line) is within
    assert answer_when("{last_cough: {older_than: 6 months}}", line) is older


@pytest.mark.parametrize(
    ("test", "expected"), [("is_known: yes", YES), ("is_known: no", NO), ("is_known: true", YES)]
)
def test_is_known_asks_whether_there_is_one_at_all(test: str, expected: Answer) -> None:
    line = entry(Kind.CONDITION, "cough", date="2026-05-21")
    assert answer_when(f"{{last_cough: {{{test}}}}}", line) is expected
    assert answer_when(f"{{a_cough: {{{test}}}}}", line) is expected


def test_is_known_of_what_could_not_be_looked_for_is_not_known() -> None:
    for test in ("is_known: yes", "is_known: no"):
        assert answer_when(f"{{last_cough: {{{test}}}}}", unread=[Kind.CONDITION]) is UNSURE


@pytest.mark.parametrize(
    ("died", "died_on", "expected"),
    [
        pytest.param(NO, "", NO, id="nothing says so"),
        pytest.param(YES, "", YES, id="the record says so"),
        pytest.param(UNSURE, "", UNSURE, id="the date of death could not be read"),
        pytest.param(NO, "2026-11-21", YES, id="today"),
        pytest.param(NO, "2026-11-22", NO, id="not by today"),
        pytest.param(NO, "2026", UNSURE, id="some day this year"),
        pytest.param(NO, "2025", YES, id="some day last year"),
    ],
)
def test_deceased_is_built_in(died: Answer, died_on: str, expected: Answer) -> None:
    assert answer_when("deceased", person=a_person(died=died, died_on=died_on)) is expected


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        pytest.param(
            "{age: 18}", '"age" needs a comparison in words.', id="a number without a word"
        ),
        pytest.param("{age: {}}", '"age" needs a comparison in words.', id="an empty comparison"),
        pytest.param("age", '"age" gives a number, so it needs a comparison.', id="a number alone"),
        pytest.param(
            "{age: {within: 12 months}}", '"within" cannot be asked of "age".', id="a wrong word"
        ),
        pytest.param(
            "{has_cough: {at_least: 1}}",
            '"at_least" cannot be asked of "has_cough".',
            id="a yes or no cannot be counted",
        ),
        pytest.param(
            "{age: {between: [64, 18]}}",
            "The first number of between is the larger one, so nobody can match.",
            id="between the wrong way round",
        ),
        pytest.param("{age: {between: [18]}}", "between needs two numbers.", id="half a between"),
        pytest.param("{age: {at_least: 18.5}}", '"18.5" is not a whole number.', id="18.5"),
        pytest.param("{age: {at_least: -1}}", '"-1" is not a whole number.', id="minus one"),
        pytest.param(
            '{age: {at_least: ">18"}}', "Please write comparisons in words.", id="a symbol"
        ),
        pytest.param("{all: []}", 'There is nothing listed under "all" yet.', id="all of nothing"),
        pytest.param(
            "{}", "A condition is one name, or one of all, any, none and not.", id="nothing"
        ),
        pytest.param(
            "{has_cough: {is_known: maybe}}", '"maybe" is neither yes nor no.', id="maybe"
        ),
        pytest.param("[has_cough]", "A condition needs headings under it, each with a colon."),
        pytest.param(
            "{all: [has_cough], any: [has_cough]}",
            "A condition is one name, or one of all, any, none and not.",
            id="two at once",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_once(condition: str, says: str) -> None:
    assert refusals(when=condition) == [says]


def test_between_the_wrong_way_round_is_turned_in_the_hint() -> None:
    (problem,) = stops(when="{age: {between: [64, 18]}}")
    assert problem.hint == "Type: between: [18, 64]"


def test_this_appointments_day_is_asked_with_ahead() -> None:
    booking = [entry(Kind.APPOINTMENT, "visit", date="in 5 days")]
    question = "find: this_appointment\ngive: date"
    assert answer(question, booking=booking, test="{at_least: 5 days ahead}") is YES
    assert answer(question, booking=booking, test="{at_least: 6 days ahead}") is NO
    assert answer(question, booking=booking, test="{at_most: 5 days ahead}") is YES
    assert answer(question, booking=booking, test="{at_most: 4 days ahead}") is NO
    assert answer(question, booking=booking, test="{within: 1 month}") is NO
    assert answer(question, booking=booking, test="{older_than: 1 day}") is NO
    past = [entry(Kind.APPOINTMENT, "visit", date="1 day ago")]
    assert answer(question, booking=past, test="{at_most: 4 days ahead}") is NO
