"""When a true rule says nothing: every answer is respected to the day, wherever it stands."""

from datetime import date, timedelta

import pytest

from prompts.prompt import Held
from rules.record import Entry, Kind, Reply, Said
from tests.builders import TODAY, a_record, a_rule, card, entry, said, when

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")


def held(*before: Said, entries: tuple[Entry, ...] = (), today: date = TODAY) -> Held | None:
    """What holds the usual rule back for somebody with a cough."""
    choice = card(a_rule(), a_record(COUGH, *entries), *before, today=today)
    assert (choice.prompt is None) == bool(choice.held)
    return choice.held[0] if choice.held else None


# PRODUCT 1.4 and 1.5, as issue 2 repeats them, and issue 5 where nobody answered: on the last quiet
# day, and on the day it ends.
@pytest.mark.parametrize(
    ("reply", "on", "last", "ends"),
    [
        pytest.param(Reply.SHOWN, "2026-03-02", "2026-06-01", "2026-06-02", id="shown 3 months"),
        pytest.param(
            Reply.NO_TIME, "2026-03-02", "2026-06-01", "2026-06-02", id="no time 3 months"
        ),
        pytest.param(
            Reply.NOT_NOW, "2026-03-02", "2026-06-01", "2026-06-02", id="not now 3 months"
        ),
        pytest.param(
            Reply.NOT_NOW, "2025-11-30", "2026-02-27", "2026-02-28", id="not now, a month end"
        ),
        pytest.param(
            Reply.DECLINED, "2026-03-02", "2027-03-01", "2027-03-02", id="declined 12 months"
        ),
        pytest.param(
            Reply.DECLINED, "2024-02-29", "2025-02-27", "2025-02-28", id="declined on a leap day"
        ),
        pytest.param(
            Reply.ALREADY_DONE, "2026-03-02", "2027-03-01", "2027-03-02", id="done 12 months"
        ),
        pytest.param(
            Reply.NOT_RIGHT, "2026-03-02", "2028-03-01", "2028-03-02", id="not right 24 months"
        ),
        pytest.param(
            Reply.ACCEPTED, "2026-03-02", "2027-03-01", "2027-03-02", id="accepted 12 months"
        ),
        pytest.param(
            Reply.OVERRIDDEN, "2026-03-02", "2026-06-01", "2026-06-02", id="overridden 3 months"
        ),
    ],
)
def test_how_long_each_answer_is_respected(reply: Reply, on: str, last: str, ends: str) -> None:
    before = said(reply, on)
    quiet = held(before, today=date.fromisoformat(last))
    assert quiet is not None
    assert (quiet.step, quiet.reply, quiet.until) == ("quiet", reply, date.fromisoformat(ends))
    assert held(before, today=date.fromisoformat(ends)) is None
    assert held(before, today=before.on) is not None


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply.SHOWN, "the card was shown on 20 November 2026, and nobody has said yes or no"),
        (Reply.NO_TIME, "there was no time on 20 November 2026"),
        (Reply.NOT_NOW, 'the person said "not now" on 20 November 2026'),
        (Reply.DECLINED, 'the person said "no, thank you" on 20 November 2026'),
        (Reply.OVERRIDDEN, "the card was closed on 20 November 2026 without a reason"),
        (Reply.ALREADY_DONE, "it was marked as already offered or done on 20 November 2026"),
        (Reply.NOT_RIGHT, "it was marked as not right for this person on 20 November 2026"),
        (Reply.ACCEPTED, "an offer was taken up on 20 November 2026"),
    ],
)
def test_a_hold_says_until_when_and_why(reply: Reply, sentence: str) -> None:
    quiet = held(said(reply, "2026-11-20"))
    assert quiet is not None
    assert quiet.says.startswith("Quiet until ")
    assert quiet.says.endswith(f": {sentence}.")


def test_the_longest_period_wins_whatever_came_last() -> None:
    no = said(Reply.DECLINED, "3 months ago")
    busy = said(Reply.NO_TIME, "today")
    for order in ((no, busy), (busy, no)):
        quiet = held(*order)
        assert quiet is not None
        assert (quiet.reply, quiet.until) == (Reply.DECLINED, date(2027, 8, 21))


@pytest.mark.parametrize(
    ("ask_again", "quiet_until"),
    [
        pytest.param("in 6 days", "2026-11-27", id="sooner than our period"),
        pytest.param("in 30 months", "2029-05-21", id="later than our period"),
        pytest.param("today", None, id="the day has come"),
        pytest.param("2 days ago", None, id="the day is over"),
    ],
)
def test_a_day_that_the_person_chose_stands_in_place_of_our_period(
    ask_again: str, quiet_until: str | None
) -> None:
    chosen = when(ask_again)
    assert chosen is not None
    for reply in (Reply.NOT_NOW, Reply.DECLINED):
        quiet = held(said(reply, "1 month ago", ask_again=chosen.first))
        assert (quiet.until.isoformat() if quiet and quiet.until else None) == quiet_until
        if quiet is not None:
            assert quiet.says.endswith("and chose that day.")


def test_the_chosen_day_counts_also_where_the_same_answer_is_kept_twice() -> None:
    # Our own store keeps the answer; the record keeps it with the day.
    stored = said(Reply.NOT_NOW, "1 month ago")
    with_day = said(Reply.NOT_NOW, "1 month ago", ask_again=TODAY + timedelta(days=3))
    for order in ((stored, with_day), (with_day, stored)):
        quiet = held(*order)
        assert quiet is not None
        assert quiet.until == TODAY + timedelta(days=3)


def test_a_chosen_day_does_not_undo_another_answer() -> None:
    no = said(Reply.DECLINED, "3 months ago")
    later = said(Reply.NOT_NOW, "1 month ago", ask_again=TODAY)
    quiet = held(no, later)
    assert quiet is not None
    assert quiet.reply is Reply.DECLINED


def test_an_answer_on_another_topic_holds_nothing_back() -> None:
    assert held(said(Reply.DECLINED, "1 month ago", topic="wheezing")) is None


def test_a_card_that_was_answered_is_no_longer_a_card_without_an_answer() -> None:
    shown = said(Reply.SHOWN, "10 days ago")
    for day, counts in (("8 days ago", Reply.NO_TIME), ("10 days ago", Reply.NO_TIME),
                        ("11 days ago", Reply.SHOWN)):  # fmt: skip
        quiet = held(shown, said(Reply.NO_TIME, day))
        assert quiet is not None
        assert quiet.reply is counts


def test_an_answer_from_the_future_is_heard_as_given_today() -> None:
    quiet = held(said(Reply.NO_TIME, "in 3 months"))
    assert quiet is not None
    assert quiet.until == date(2027, 2, 21)


@pytest.mark.parametrize(
    ("most", "shown", "today", "says"),
    [
        pytest.param(
            "1 in 12 months",
            ("2024-02-29",),
            "2025-02-27",
            "Quiet until 28 February 2025: it was shown once in 12 months.",
            id="once is enough",
        ),
        pytest.param(
            "1 in 12 months", ("2024-02-29",), "2025-02-28", "", id="a leap day is over on the 28th"
        ),
        pytest.param(
            "2 in 12 months",
            ("2026-01-15", "2026-05-22"),
            "2026-11-21",
            "Quiet until 15 January 2027: it was shown 2 times in 12 months.",
            id="twice is enough",
        ),
        pytest.param(
            "2 in 12 months",
            ("2026-01-15", "2026-05-22"),
            "2027-01-15",
            "",
            id="over on the day that it names",
        ),
    ],
)
def test_so_many_cards_in_so_long_are_enough(
    most: str, shown: tuple[str, ...], today: str, says: str
) -> None:
    rule = a_rule(quiet=f"{{topic: coughing, most: {most}}}", exclude=None)
    before = [said(Reply.SHOWN, on) for on in shown]
    choice = card(rule, a_record(COUGH), *before, today=date.fromisoformat(today))
    assert [held.says for held in choice.held] == ([says] if says else [])
    assert (choice.prompt is None) is bool(says)


def test_the_day_that_is_said_is_the_day_on_which_nothing_holds_it_back_any_more() -> None:
    shown = [said(Reply.SHOWN, on) for on in ("2026-05-01", "2026-06-01", "2026-11-20")]
    often = held(*shown)
    assert often is not None
    assert (often.step, often.until) == ("most", date(2027, 5, 1))
    no = held(*shown, said(Reply.DECLINED, "2026-11-21"))
    assert no is not None
    assert (no.step, no.until) == ("quiet", date(2027, 11, 21))
    assert held(*shown, today=date(2027, 4, 30)) is not None
    assert held(*shown, today=date(2027, 5, 1)) is None


# ---- answers that stand in the record -------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reply", "until"),
    [
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", date="1 month ago", status="not-done"),
            Reply.DECLINED,
            "2027-10-21",
            id="what is offered, not done",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "coughing", date="1 month ago", status="not-done"),
            Reply.DECLINED,
            "2027-10-21",
            id="the topic itself, not done",
        ),
        pytest.param(
            entry(
                Kind.PROCEDURE, "coughing", date="1 month ago", status="not-done", answer="not-now"
            ),
            Reply.NOT_NOW,
            "2027-01-21",
            id="not now, as we write it",
        ),
        pytest.param(
            entry(
                Kind.PROCEDURE, "coughing", date="1 month ago", status="not-done", answer="maybe"
            ),
            Reply.DECLINED,
            "2027-10-21",
            id="a reason that we do not know is a no",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", status="not-done"),
            Reply.DECLINED,
            "2027-11-21",
            id="a no without a date is never forgotten",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", date="2026", status="not-done"),
            Reply.DECLINED,
            "2027-11-21",
            id="a no of this year may be of today",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", date="2025", status="not-done"),
            Reply.DECLINED,
            "2026-12-31",
            id="a no of last year may be of its last day",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", date="in 2 months", status="not-done"),
            Reply.DECLINED,
            "2027-11-21",
            id="a no with a slip in its date",
        ),
        pytest.param(
            entry(
                Kind.PROCEDURE,
                "tea-group",
                date="1 month ago",
                status="not-done",
                ask_again=date(2026, 12, 24),
            ),
            Reply.DECLINED,
            "2026-12-24",
            id="a no with a day to ask again",
        ),
        pytest.param(
            entry(
                Kind.PROCEDURE,
                "tea-group",
                date="1 month ago",
                status="not-done",
                ask_again=date(2006, 12, 24),
            ),
            Reply.DECLINED,
            "2027-10-21",
            id="a day to ask again that was over before the no",
        ),
    ],
)
def test_a_no_in_the_record_is_heard(line: Entry, reply: Reply, until: str) -> None:
    quiet = held(entries=(line,))
    assert quiet is not None
    assert (quiet.step, quiet.reply) == ("quiet", reply)
    assert quiet.until == date.fromisoformat(until)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(entry(Kind.PROCEDURE, "tea-group", date="1 month ago"), id="done"),
        pytest.param(
            entry(Kind.REFERRAL, "tea-group", date="1 month ago", status="revoked"),
            id="a referral taken back",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "wheezing", date="1 month ago", status="not-done"),
            id="another topic",
        ),
        pytest.param(
            entry(Kind.PROCEDURE, "tea-group", date="13 months ago", status="not-done"),
            id="too long ago",
        ),
        pytest.param(entry(Kind.CONDITION, "no-tea"), id="a code that the rule does not name"),
    ],
)
def test_what_is_no_no_in_the_record(line: Entry) -> None:
    assert held(entries=(line,)) is None


def test_the_record_is_heard_beside_our_own_store() -> None:
    in_record = entry(Kind.PROCEDURE, "tea-group", date="1 month ago", status="not-done")
    quiet = held(said(Reply.NO_TIME, "today"), entries=(in_record,))
    assert quiet is not None
    assert quiet.reply is Reply.DECLINED


def test_a_no_under_a_former_name_of_the_topic_is_heard_in_the_record_too() -> None:
    rule = a_rule(quiet="{topic: coughing, also_known_as: barking}")
    line = entry(Kind.PROCEDURE, "barking", date="1 month ago", status="not-done")
    assert card(rule, a_record(COUGH, line)).prompt is None


@pytest.mark.parametrize(
    ("declined_codes", "kind", "quiet"),
    [
        pytest.param("", Kind.PROCEDURE, True, id="a no may stand among the procedures"),
        pytest.param("", Kind.OBSERVATION, False, id="not among the observations"),
        pytest.param(", declined_codes: no-tea", Kind.OBSERVATION, True, id="unless a code may"),
        pytest.param(", declined_codes: no-tea", Kind.REPORT, False, id="but not in a report"),
    ],
)
def test_a_no_may_stand_where_we_could_not_look(
    declined_codes: str, kind: Kind, quiet: bool
) -> None:
    rule = a_rule(quiet=f"{{topic: coughing{declined_codes}}}", exclude=None)
    choice = card(rule, a_record(COUGH, unread=[kind]))
    assert (choice.prompt is None) is quiet
    if quiet:
        assert choice.held[0].step == "answers"
        assert choice.held[0].says == (
            f"Not shown: the list of {kind} entries could not be read, and a no may stand there."
        )


def test_what_is_not_true_is_not_held_back_but_simply_not_said() -> None:
    choice = card(a_rule(), a_record(), said(Reply.DECLINED, "today"))
    assert (choice.prompt, choice.held) == (None, ())


def test_no_day_in_any_answer_falls_off_the_calendar() -> None:
    for on in (date.min, date.max):
        for today in (date.min, TODAY, date.max):
            for reply in Reply:
                card(a_rule(), a_record(COUGH), Said("coughing", reply, on), today=today)
