"""``find: outcome``: what was said before to cards on a topic."""

from itertools import product

import pytest

from rules.answer import Answer
from rules.record import Kind, Reply
from tests.builders import entry, said
from tests.spec.table import NO, UNSURE, YES, answer

WORDS = {str(reply).replace(" ", "_"): reply for reply in Reply}


@pytest.mark.parametrize(("word", "reply"), list(product(WORDS, Reply)))
def test_each_word_is_one_kind_of_answer(word: str, reply: Reply) -> None:
    question = f"find: outcome\ntopic: coughing\noutcome: {word}"
    found = answer(question, before=[said(reply, "1 month ago")])
    assert found is (YES if WORDS[word] is reply else NO)


@pytest.mark.parametrize("reply", Reply)
def test_without_a_word_any_answer_counts(reply: Reply) -> None:
    assert answer("find: outcome\ntopic: coughing", before=[said(reply, "today")]) is YES


def test_several_words_are_any_of_them() -> None:
    question = "find: outcome\ntopic: coughing\noutcome: [declined, not_now]"
    assert answer(question, before=[said(Reply.NOT_NOW, "today")]) is YES
    assert answer(question, before=[said(Reply.ACCEPTED, "today")]) is NO


def test_an_answer_on_another_topic_is_not_an_answer_on_this_one() -> None:
    other = said(Reply.DECLINED, "today", topic="wheezing")
    assert answer("find: outcome\ntopic: coughing", before=[other]) is NO


def test_nothing_said_is_no() -> None:
    assert answer("find: outcome\ntopic: coughing") is NO


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-11-21", YES), ("2026-05-21", YES), ("2026-05-20", NO), ("2026-11-22", NO)],
    ids=["today", "to the day", "a day too old", "tomorrow"],
)
def test_within_is_a_window_with_both_ends(on: str, expected: Answer) -> None:
    question = "find: outcome\ntopic: coughing\nwithin: 6 months"
    assert answer(question, before=[said(Reply.DECLINED, on)]) is expected


@pytest.mark.parametrize(
    ("window", "on", "expected"),
    [
        ("since: 2026-05-21", "2026-05-21", YES),
        ("since: 2026-05-21", "2026-05-20", NO),
        ("before: 2026-05-21", "2026-05-20", YES),
        ("before: 2026-05-21", "2026-05-21", NO),
        ("since: 6 months ago", "2026-05-21", YES),
        ("before: 6 months ago", "2026-05-20", YES),
        ("since: 2026-01-01\nbefore: 2026-05-21", "2026-05-20", YES),
        ("since: 2026-01-01\nbefore: 2026-05-21", "2025-12-31", NO),
    ],
)
def test_since_and_before_are_as_for_every_other_fact(
    window: str, on: str, expected: Answer
) -> None:
    question = f"find: outcome\ntopic: coughing\n{window}"
    assert answer(question, before=[said(Reply.DECLINED, on)]) is expected


COUGHED = "coughed: {find: condition, codes: cough, give: latest date}"


@pytest.mark.parametrize(
    ("coughed", "expected"),
    [("2026-05-20", YES), ("2026-05-21", YES), ("2026-05-22", NO), ("2026-05", UNSURE), ("", NO)],
    ids=["before it", "the same day", "after it", "some day of that month", "never"],
)
def test_an_answer_is_held_against_what_happened(coughed: str, expected: Answer) -> None:
    question = "find: outcome\ntopic: coughing\nsince: coughed"
    lines = [entry(Kind.CONDITION, "cough", date=coughed)] if coughed else []
    before = [said(Reply.DECLINED, "2026-05-21")]
    assert answer(question, *lines, facts=COUGHED, before=before) is expected


def test_where_it_is_not_sure_which_answers_count_the_number_and_the_day_are_open() -> None:
    half_a_date = entry(Kind.CONDITION, "cough", date="2026-05")
    before = [said(Reply.SHOWN, "2026-05-10"), said(Reply.SHOWN, "2026-08-01")]

    def told(give: str, test: str, *, way: str = "since") -> Answer:
        question = f"find: outcome\ntopic: coughing\n{way}: coughed\ngive: {give}"
        return answer(question, half_a_date, facts=COUGHED, before=before, test=test)

    assert told("count", "{at_least: 1}") is YES
    assert told("count", "{equals: 2}") is UNSURE
    assert told("latest date", "{after: 2026-07-31}") is YES
    assert told("earliest date", "{after: 2026-07-31}") is UNSURE
    assert told("earliest date", "{before: 2026-08-02}") is YES
    assert told("count", "{at_least: 1}", way="before") is UNSURE


@pytest.mark.parametrize(
    ("give", "test", "expected"),
    [
        ("count", "{equals: 2}", YES),
        ("count", "{at_least: 3}", NO),
        ("latest date", "{within: 2 months}", YES),
        ("earliest date", "{within: 2 months}", NO),
        ("earliest date", "{within: 8 months}", YES),
    ],
)
def test_outcomes_can_be_counted_and_dated(give: str, test: str, expected: Answer) -> None:
    before = [said(Reply.SHOWN, "1 month ago"), said(Reply.SHOWN, "7 months ago")]
    question = f"find: outcome\ntopic: coughing\ngive: {give}"
    assert answer(question, before=before, test=test) is expected


def test_an_answer_in_the_record_is_heard_beside_our_own() -> None:
    no = entry(Kind.PROCEDURE, "coughing", date="1 month ago", status="not-done")
    later = entry(
        Kind.PROCEDURE, "coughing", date="1 month ago", status="not-done", answer="not-now"
    )
    declined = "find: outcome\ntopic: coughing\noutcome: declined"
    assert answer(declined, no) is YES
    assert answer(declined, later) is NO
    assert answer("find: outcome\ntopic: coughing\noutcome: not_now", later) is YES
    assert answer(declined + "\nwithin: 2 weeks", no) is NO


def test_an_answer_may_stand_where_we_could_not_look() -> None:
    question = "find: outcome\ntopic: coughing\noutcome: declined"
    unread = [Kind.PROCEDURE]
    assert answer(question, unread=unread) is UNSURE
    assert answer(question, unread=[Kind.TAG]) is NO
    assert answer(question, before=[said(Reply.DECLINED, "today")], unread=unread) is YES
    counted = question + "\ngive: count"
    assert answer(counted, unread=unread, test="{at_most: 3}") is UNSURE
    assert answer(counted, test="{equals: 0}") is YES
