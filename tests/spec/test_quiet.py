"""``quiet:``: a topic, and how long each answer is respected. Never shorter than for everybody."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.days import Duration
from rules.record import Kind, Reply, Said
from rules.schema.quiet import is_louder
from tests.builders import a_record, a_rule, card, entry, said
from tests.spec.table import refusals

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")

# PRODUCT 1.4 and 1.5, and issue 2: what holds where a rule says nothing. Of issue 5: a card that
# nobody answered waits for 3 months and not for 14 days, or more than one card in 20 is a repeat.
# And "an answer never increases later prompts": so want of time waits as long, and not for 7 days.
DEFAULTS = {
    "after_shown": (Reply.SHOWN, "3 months"),
    "after_no_time": (Reply.NO_TIME, "3 months"),
    "after_not_now": (Reply.NOT_NOW, "3 months"),
    "after_declined": (Reply.DECLINED, "12 months"),
    "after_overridden": (Reply.OVERRIDDEN, "3 months"),
    "after_already_done": (Reply.ALREADY_DONE, "12 months"),
    "after_not_right": (Reply.NOT_RIGHT, "24 months"),
    "after_accepted": (Reply.ACCEPTED, "12 months"),
}


def test_every_answer_has_a_default() -> None:
    assert {reply for reply, _ in DEFAULTS.values()} == set(Reply)


@pytest.mark.parametrize("key", DEFAULTS)
def test_a_rule_that_says_nothing_has_the_default(key: str) -> None:
    reply, length = DEFAULTS[key]
    assert str(a_rule().quiet.periods[reply]) == length


@pytest.mark.parametrize("key", DEFAULTS)
def test_silence_holds_a_safety_net_for_14_days_and_an_answer_as_long_as_any(key: str) -> None:
    reply, length = DEFAULTS[key]
    unanswered = (Reply.SHOWN, Reply.NO_TIME, Reply.OVERRIDDEN)
    expected = "14 days" if reply in unanswered else length
    assert str(a_rule(purpose="safety net").quiet.periods[reply]) == expected
    assert str(a_rule(purpose="information").quiet.periods[reply]) == length


@pytest.mark.parametrize("key", DEFAULTS)
def test_a_rule_may_be_quieter(key: str) -> None:
    reply, _ = DEFAULTS[key]
    rule = a_rule(quiet=f"{{topic: coughing, {key}: 5 years}}")
    assert rule.quiet.periods[reply] == Duration(5, "year")
    assert card(rule, a_record(COUGH), said(reply, "59 months ago")).prompt is None
    assert card(rule, a_record(COUGH), said(reply, "60 months ago")).prompt is not None


def test_no_answer_ends_sooner_than_silence() -> None:
    periods = a_rule(quiet="{topic: coughing, after_shown: 18 months}").quiet.periods
    assert {str(periods[reply]) for reply in (Reply.NOT_NOW, Reply.DECLINED)} == {"18 months"}
    assert str(periods[Reply.OVERRIDDEN]) == "18 months"
    assert str(periods[Reply.NOT_RIGHT]) == "24 months"
    assert str(periods[Reply.NO_TIME]) == "18 months"


@pytest.mark.parametrize("key", DEFAULTS)
def test_no_answer_ends_sooner_than_silence_in_a_safety_net_either(key: str) -> None:
    """Whoever wants it back sooner shortens after_shown."""
    reply, _ = DEFAULTS[key]
    if reply is not Reply.SHOWN:
        later = f"{{topic: x, after_shown: 1 month, {key}: 1 day}}"
        sooner = f"{{topic: x, after_shown: 1 day, {key}: 1 day}}"
        for quiet, length in ((later, "1 month"), (sooner, "1 day")):
            net = a_rule(purpose="safety net", quiet=quiet)
            assert str(net.quiet.periods[reply]) == length


@pytest.mark.parametrize("key", DEFAULTS)
@pytest.mark.parametrize("length", ["0 days", "0 weeks", "0 years"])
def test_no_card_comes_back_at_the_same_visit_not_even_one_of_a_safety_net(
    key: str, length: str
) -> None:
    """PRODUCT 1.4: "and a later encounter". A day is the least, so it is another day."""
    quiet = f"{{topic: coughing, {key}: {length}}}"
    says = f"{length} is shorter than a day: it could come back at the same visit."
    assert refusals(purpose="safety net", quiet=quiet) == [says]
    assert refusals(quiet=quiet) == [f"{length} is shorter than everybody's {DEFAULTS[key][1]}."]
    reply, _ = DEFAULTS[key]
    lengths = dict.fromkeys(("after_shown", key), "1 day")
    written = ", ".join(f"{name}: {least}" for name, least in lengths.items())
    net = a_rule(purpose="safety net", quiet=f"{{topic: coughing, {written}}}")
    assert card(net, a_record(COUGH), said(reply, "today")).prompt is None
    assert card(net, a_record(COUGH), said(reply, "1 day ago")).prompt is not None


@pytest.mark.parametrize("key", DEFAULTS)
def test_a_rule_may_never_be_louder(key: str) -> None:
    _, length = DEFAULTS[key]
    (says,) = refusals(quiet=f"{{topic: coughing, {key}: 6 days}}")
    assert says == f"6 days is shorter than everybody's {length}."


@pytest.mark.parametrize(
    ("most", "louder"),
    [
        ("3 in 12 months", False),
        ("2 in 12 months", False),
        ("3 in 5 years", False),
        ("1 in 6 months", False),
        ("1 in 5 months", False),
        ("1 in 122 days", False),
        ("99 in 1 day", True),
        ("4 in 12 months", True),
        ("4 in 5 years", True),  # all of them may come within one
        ("3 in 11 months", True),
        ("3 in 365 days", True),  # a day short in a leap year
        ("2 in 6 months", True),  # two at the end of it, and two more
        ("1 in 121 days", True),
        ("1 in 4 months", True),  # from 31 October: 28 February, 28 June, 28 October
        ("1 in 0 days", True),
    ],
)
def test_no_offer_is_shown_more_often_than_everybody_may(most: str, louder: bool) -> None:
    quiet = f"{{topic: coughing, most: {most}}}"
    says = f"{most} can come to more than everybody's 3 in 12 months."
    assert refusals(quiet=quiet) == ([says] if louder else [])


def test_a_safety_net_does_not_stop_by_itself_after_three_cards() -> None:
    days = [date(2026, 1, 1) + timedelta(days=30 * number) for number in range(9)]
    shown = tuple(Said("coughing", Reply.SHOWN, day) for day in days)
    for purpose, speaks in (("safety net", True), ("information", False), ("offer", False)):
        rule = a_rule(quiet="{topic: coughing, after_shown: 3 months}", purpose=purpose)
        again = card(rule, a_record(COUGH), *shown, today=date(2026, 12, 31))
        assert (again.prompt is not None) is speaks, purpose
    rule = a_rule(quiet="{topic: coughing, most: 3 in 12 months}", purpose="safety net")
    (one,) = card(rule, a_record(COUGH), *shown, today=date(2026, 12, 31)).held
    assert one.step == "most"  # where its rule says so


def test_a_safety_net_may_say_how_often() -> None:
    quiet = "{topic: coughing, most: 7 in 14 days}"
    assert a_rule(quiet=quiet, purpose="safety net").quiet.most == (7, Duration(14, "day"))


@given(
    most=st.integers(1, 5),
    length=st.builds(Duration, st.integers(1, 400), st.sampled_from(["day", "week", "month"])),
    first=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)
def test_what_is_not_louder_never_shows_more_than_three_cards_within_a_year(
    most: int, length: Duration, first: date
) -> None:
    assume(not is_louder(most, length))
    year, shown = Duration(12, "month"), list[date]()
    for day in (first + timedelta(days=days) for days in range(800)):
        if sum(length.before(day) < on for on in shown) < most:  # as prompts/restraint.py counts
            shown.append(day)
        assert sum(year.before(day) < on for on in shown) <= 3


@pytest.mark.parametrize(
    ("key", "length"),
    [
        ("after_declined", "365 days"),  # a day short in a leap year
        ("after_declined", "52 weeks"),
        ("after_declined", "11 months"),
        ("after_not_now", "91 days"),  # a day short from July to October
        ("after_not_now", "12 weeks"),
        ("after_not_right", "1 year"),
        ("after_not_right", "104 weeks"),
        ("after_shown", "14 days"),
        ("after_shown", "12 weeks"),
        ("after_shown", "0 months"),
        ("after_overridden", "14 days"),
        ("after_no_time", "7 days"),  # as PRODUCT has it: sooner than silence
        ("after_no_time", "91 days"),
    ],
)
def test_months_and_days_are_compared_on_every_day_of_the_year(key: str, length: str) -> None:
    _, usual = DEFAULTS[key]
    (says,) = refusals(quiet=f"{{topic: coughing, {key}: {length}}}")
    assert says == f"{length} is shorter than everybody's {usual}."


@pytest.mark.parametrize(
    ("key", "length"),
    [
        ("after_declined", "366 days"),
        ("after_declined", "12 months"),
        ("after_declined", "1 year"),
        ("after_declined", "53 weeks"),
        ("after_not_now", "92 days"),
        ("after_not_right", "2 years"),
        ("after_shown", "92 days"),
        ("after_shown", "3 months"),
        ("after_no_time", "14 weeks"),
    ],
)
def test_the_same_length_in_other_words_is_not_shorter(key: str, length: str) -> None:
    assert refusals(quiet=f"{{topic: coughing, {key}: {length}}}") == []


def test_former_names_of_the_topic_still_count() -> None:
    rule = a_rule(quiet="{topic: coughing, also_known_as: [barking, hacking]}")
    for name in ("coughing", "barking", "hacking"):
        no = said(Reply.DECLINED, "1 month ago", topic=name)
        assert card(rule, a_record(COUGH), no).prompt is None
    other = said(Reply.DECLINED, "1 month ago", topic="wheezing")
    assert card(rule, a_record(COUGH), other).prompt is not None


def test_a_code_in_the_record_may_be_a_no() -> None:
    rule = a_rule(quiet="{topic: coughing, declined_codes: no-tea}")
    for kind in (Kind.OBSERVATION, Kind.PROCEDURE, Kind.CONDITION):
        no = entry(kind, "no-tea", date="1 month ago")
        assert card(rule, a_record(COUGH, no)).prompt is None
        old = entry(kind, "no-tea", date="13 months ago")
        assert card(rule, a_record(COUGH, old)).prompt is not None


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.APPOINTMENT, Kind.DRAFT_MESSAGE])
def test_a_no_does_not_stand_in_a_report_a_booking_or_a_draft(kind: Kind) -> None:
    rule = a_rule(quiet="{topic: coughing, declined_codes: no-tea}")
    line = entry(kind, "no-tea", date="1 month ago")
    assert card(rule, a_record(COUGH, line)).prompt is not None


def test_something_recorded_as_not_done_may_be_a_no() -> None:
    rule = a_rule(quiet="{topic: coughing, not_done_codes: blow-test}")
    for status, shown in (("not-done", False), ("completed", True), ("stopped", True)):
        line = entry(Kind.PROCEDURE, "blow-test", date="1 month ago", status=status)
        assert (card(rule, a_record(COUGH, line)).prompt is not None) is shown
    held = card(
        rule, a_record(COUGH, entry(Kind.PROCEDURE, "blow-test", date="today", status="not-done"))
    ).held
    assert held[0].says.endswith(": it is on the record as not done, 21 November 2026.")


@pytest.mark.parametrize(
    ("quiet", "says"),
    [
        pytest.param("{after_declined: 2 years}", '"quiet" needs "topic:".', id="no topic"),
        pytest.param("{topic: Coughing}", '"Coughing" cannot be a name.', id="not a name"),
        pytest.param(
            "{topic: coughing, after_declined: a while}",
            '"a while" is not a length of time.',
            id="no length",
        ),
        pytest.param(
            "{topic: coughing, after_decline: 2 years}",
            '"after_decline" is not a heading I know in "quiet".',
            id="a misspelt answer",
        ),
        pytest.param(
            "{topic: coughing, declined_codes: no-coffee}",
            'There is no code list called "no-coffee".',
            id="no such list",
        ),
        pytest.param("coughing", '"quiet" needs headings under it, each with a colon.'),
    ],
)
def test_a_quiet_period_that_cannot_be_read_is_never_dropped(quiet: str, says: str) -> None:
    assert refusals(quiet=quiet) == [says]
