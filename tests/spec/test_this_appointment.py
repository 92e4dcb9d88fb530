"""``find: this_appointment``: the booking being made in this very moment."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry, load_text, rule_text
from tests.spec.table import NO, UNSURE, YES, answer, stops

DAY = "find: this_appointment\ngive: date\n"
AHEAD = "{at_least: 5 days ahead, at_most: 14 days ahead}"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param("2026-11-25", NO, id="four days ahead"),
        pytest.param("2026-11-26", YES, id="five days ahead"),
        pytest.param("2026-12-05", YES, id="fourteen days ahead"),
        pytest.param("2026-12-06", NO, id="fifteen days ahead"),
        pytest.param("2026-12", UNSURE, id="some day in December"),
        pytest.param("2027", NO, id="next year"),
        pytest.param("", UNSURE, id="no day"),
        pytest.param("2026-11-20", NO, id="yesterday"),
    ],
)
def test_how_far_ahead_the_booking_is(date: str, expected: Answer) -> None:
    booked = entry(Kind.APPOINTMENT, "visit", date=date, status="proposed")
    assert answer(DAY, booking=[booked], test=AHEAD) is expected


def test_no_booking_is_no() -> None:
    assert answer(DAY, test=AHEAD) is NO
    assert answer("find: this_appointment") is NO


def test_a_visit_in_the_record_is_not_the_booking() -> None:
    booked = entry(Kind.APPOINTMENT, "visit", date="in 6 days")
    assert answer("find: this_appointment\ncodes: visit", booked) is NO


@pytest.mark.parametrize(("name", "expected"), [("visit", YES), ("tea-group", NO)])
def test_codes_say_which_kind_of_visit(name: str, expected: Answer) -> None:
    booked = entry(Kind.APPOINTMENT, name, date="in 6 days")
    assert answer("find: this_appointment\ncodes: visit", booking=[booked]) is expected


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_a_booking_that_does_not_go_ahead_is_none(status: str) -> None:
    gone = entry(Kind.APPOINTMENT, "visit", date="in 6 days", status=status)
    assert answer("find: this_appointment", booking=[gone]) is NO
    later = entry(Kind.APPOINTMENT, "visit", date="in 40 days", status="proposed")
    assert answer(DAY, booking=[gone, later], test=AHEAD) is NO


def test_without_codes_any_visit_counts_even_one_without_a_code() -> None:
    booked = entry(Kind.APPOINTMENT, date="in 6 days")
    assert answer("find: this_appointment", booking=[booked]) is YES


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param(("in 6 days", "in 40 days"), YES, id="the earliest of several"),
        pytest.param(("in 40 days", "in 2 days"), NO, id="and that may be too soon"),
        pytest.param(("in 6 days", ""), UNSURE, id="one has no day and may be earlier"),
        pytest.param(("2026-12-05", "2026-12"), YES, id="a month that may begin earlier"),
        pytest.param(("2026-12-20", "2026-12"), UNSURE, id="a month that may be the earlier"),
    ],
)
def test_of_several_bookings_the_earliest_counts(dates: tuple[str, ...], expected: Answer) -> None:
    booking = [entry(Kind.APPOINTMENT, "visit", date=date) for date in dates]
    assert answer(DAY, booking=booking, test=AHEAD) is expected


def test_several_bookings_in_any_order_are_the_same() -> None:
    booking = [entry(Kind.APPOINTMENT, "visit", date=date) for date in ("in 6 days", "2026-12", "")]
    both = {answer(DAY, booking=order, test=AHEAD) for order in (booking, booking[::-1])}
    assert len(both) == 1


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("patient-view", ["Nobody is booking anything at patient-view."]),
        ("[patient-view]", ["Nobody is booking anything at patient-view."]),
        ("appointment-book", []),
        ("[patient-view, appointment-book]", []),
    ],
)
def test_a_booking_that_the_rule_can_never_see_is_told(hook: str, said: list[str]) -> None:
    people = "\nsam: {about: x, age: 60, booking: {codes: visit, date: in 6 days}}"
    story = "\n- {name: x, person: sam, expect: no prompt}"
    loaded = load_text(rule_text(people=people, tests=story, hook=hook))
    assert [p.says for p in loaded.problems if "booking" in p.says] == said


def test_a_heading_that_it_does_not_take_is_one_slip_and_one_message() -> None:
    facts = "\nvisit: {find: this_appointment, status: actif, give: date}"
    (problem,) = stops(facts=facts, when="{visit: {is_known: yes}}", hook="appointment-book")
    assert problem.says == '"status" is not a heading I know in fact "visit".'
