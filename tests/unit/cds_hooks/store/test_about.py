"""One person, decided about in one transaction: the history, the choice, and the card."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest

from cds_hooks.store.answers import Again, Answers, Issued
from cds_hooks.store.counting import Event
from cds_hooks.store.kept import Met, Used
from cds_hooks.store.opening import Place
from cds_hooks.store.remembering import MOST_REPEATS, REPEATED_WITHIN
from prompts.history import Shown
from rules.record import Reply
from tests.served import VIEW
from tests.stores import NOW, SINGING, TODAY, a_card, pressed, said_to, was_closed


def test_workers_that_are_asked_about_one_person_at_once_issue_one_card(place: Place) -> None:
    workers = [Answers(place) for _ in range(4)]
    together = Barrier(len(workers))

    def asked(number: int) -> int:
        issued = 0
        for person in range(10):
            together.wait()
            with workers[number].about(f"person-{person}") as known:
                if not known.history(None, TODAY).shown:
                    known.issue(a_card(f"person-{person}"))
                    issued += 1
        return issued

    with ThreadPoolExecutor(len(workers)) as threads:
        assert sum(threads.map(asked, range(len(workers)))) == 10
    for person in range(10):
        assert len(workers[0].history(f"person-{person}").shown) == 1
    for worker in workers:
        worker.close()


def test_what_is_decided_about_one_person_does_not_wait_for_another(place: Place) -> None:
    """Where the database is a server: SQLite has one writer."""
    first, second = Answers(place), Answers(place)
    if place.url:
        with first.about("ann") as ann, second.about("bea") as bea:
            ann.issue(a_card("ann"))
            bea.issue(a_card("bea"))
            assert second.history("ann").shown == ()
    assert len(first.history("bea").shown) == len(first.history("ann").shown) == bool(place.url)
    first.close()
    second.close()


def test_a_card_is_kept_whole_or_not_at_all(store: Answers) -> None:
    def interrupted() -> None:
        with store.about("ann") as known:
            known.issue(a_card())
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert store.history("ann").shown == ()
    assert store.counted(TODAY, TODAY) == {}


def test_a_card_is_kept_for_the_person_who_is_decided_about(store: Answers) -> None:
    with pytest.raises(ValueError, match="for the person"), store.about("ann") as known:
        known.issue(a_card("bea"))


def test_what_was_shown_is_told_the_oldest_first_with_its_rules_topics_and_offers(
    store: Answers,
) -> None:
    store.issue(a_card(at=NOW + timedelta(days=2)))
    store.issue(a_card(at=NOW))
    first, second = store.history("ann").shown
    assert (first.on, second.on) == (TODAY, TODAY + timedelta(days=2))
    offers = (SINGING, "tag:due", "record:results")
    assert first == Shown(TODAY, ("one", "two"), ("breathing", "results"), offers)


def test_a_client_that_repeats_its_call_has_not_seen_its_card(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    again = Again(card.service, card.hook_instance, NOW + REPEATED_WITHIN)
    assert store.history("ann", again).shown == ()
    assert store.history("ann", again).said == ()


@pytest.mark.parametrize(
    ("hook", "at"),
    [
        pytest.param(VIEW, NOW + REPEATED_WITHIN + timedelta(seconds=1), id="later"),
        pytest.param(VIEW, NOW - timedelta(days=1), id="by a clock that was put back"),
        pytest.param("encounter-start", NOW, id="of another hook"),
    ],
)
def test_another_call_is_no_repeat_though_its_client_gives_it_the_same_name(
    store: Answers, hook: str, at: datetime
) -> None:
    card = a_card()
    store.issue(card)
    asking = Again(f"good-day-{hook}", card.hook_instance, at)
    assert len(store.history("ann", asking).shown) == 1
    assert {one.reply for one in store.history("ann", asking).said} == {Reply.SHOWN}


def test_a_client_that_repeats_its_call_for_ever_is_shown_no_more_and_forgets_no_no(
    store: Answers,
) -> None:
    """Or each repeat would leave another card, and each call would read them all."""
    one_instance = str(uuid4())
    asking = Again(a_card().service, one_instance, NOW)
    cards: list[Issued] = []
    for number in range(500):
        with store.about("ann") as known:
            history = known.history(asking, TODAY)
            assert len(history.shown) == (0 if number <= MOST_REPEATS else number)
            if not history.shown:  # as whoever decides has it: what was shown is quiet for a while
                cards.append(replace(a_card(), hook_instance=one_instance))
                known.issue(cards[-1])
            else:
                break
        store.hear([pressed(cards[0], "no")], NOW)
    assert len(cards) == MOST_REPEATS + 1
    for one in (asking, None):
        assert said_to_of(store, one) == {Reply.DECLINED}


def said_to_of(store: Answers, asking: Again | None) -> set[Reply]:
    """What was said about breathing, when somebody asks from there, besides what was shown."""
    history = store.history("ann", asking)
    return {one.reply for one in history.said if one.topic == "breathing"} - {Reply.SHOWN}


def test_an_answer_counts_for_its_offer_on_whichever_rule(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "refer")], NOW)
    assert said_to(store, SINGING) == {Reply.ACCEPTED}
    assert said_to(store, "record:results") == set()


def test_no_thank_you_answers_every_offer_of_its_card(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "no")], NOW)
    assert said_to(store, SINGING) == said_to(store, "record:results") == {Reply.DECLINED}


def test_the_day_that_a_person_chose_is_told_with_their_answer(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "never")], NOW)
    chosen = {one.ask_again for one in store.history("ann").said if one.topic == "breathing"}
    assert [day.year for day in chosen if day is not None] == [2099]


def test_a_clock_that_went_back_loses_no_answer_and_dates_none_before_its_card(
    store: Answers,
) -> None:
    card = a_card()
    store.issue(card)
    a_day_ago = NOW - timedelta(days=1)
    assert store.hear([pressed(card, "no", a_day_ago)], a_day_ago) == 1
    assert {one.on for one in store.history("ann").said} == {TODAY}


def test_a_clock_that_runs_a_day_ahead_loses_no_answer(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    assert store.hear([pressed(card, "no", NOW + timedelta(days=1))], NOW) == 1
    assert {one.on for one in store.history("ann").said} == {TODAY}


# ---- counts ----------------------------------------------------------------------------------


def test_a_card_is_counted_for_each_of_its_rules_and_offers(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "refer"), pressed(card, "tag")], NOW)
    assert store.counted(TODAY, TODAY) == {
        Event(TODAY, "one", "", "shown"): 1,
        Event(TODAY, "two", "", "shown"): 1,
        Event(TODAY, "one", SINGING, "shown"): 1,
        Event(TODAY, "one", "tag:due", "shown"): 1,
        Event(TODAY, "two", "record:results", "shown"): 1,
        Event(TODAY, "one", "", "accepted"): 1,
        Event(TODAY, "one", "", "answered"): 1,  # two was not: none of its buttons was pressed
        Event(TODAY, "one", "", "taken"): 1,
        Event(TODAY, "one", SINGING, "accepted"): 1,
        Event(TODAY, "one", "tag:due", "taken"): 1,
    }


def test_a_no_to_all_of_a_card_is_counted_for_each_rule_and_offer(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    store.hear([pressed(card, "no")], NOW)
    declined = {e for e in store.counted(TODAY, TODAY) if e.outcome == Reply.DECLINED}
    assert {(event.rule, event.offer) for event in declined} == {
        ("one", ""), ("two", ""),
        ("one", SINGING), ("one", "tag:due"), ("two", "record:results"),
    }  # fmt: skip


def test_an_offer_that_was_full_three_times_rests_for_everybody(store: Answers) -> None:
    for number in range(3):
        with store.about("zoe") as known:
            assert known.history(None, TODAY).capacity == {}
        card = a_card(f"person-{number}")
        store.issue(card)
        full = Met(card.card, NOW, closed=Reply.SHOWN, reason="service-not-available")
        store.hear([full, full], NOW)
    with store.about("zoe") as known:
        assert known.history(None, TODAY).capacity[SINGING] == TODAY
        assert known.history(None, TODAY + timedelta(days=91)).capacity == {}


def test_late_and_repeated_answers_are_not_counted(store: Answers) -> None:
    card = a_card()
    store.issue(card)
    before = store.counted(TODAY, TODAY)
    store.hear([was_closed(card, Reply.NO_TIME)], NOW)
    once = store.counted(TODAY, TODAY)
    store.hear([was_closed(card, Reply.NO_TIME)], NOW)
    store.hear([was_closed(card, Reply.NOT_RIGHT, NOW + timedelta(hours=1))], NOW)
    assert store.counted(TODAY, TODAY) == once != before


def test_what_was_held_can_be_counted_too(store: Answers) -> None:
    held = Event(TODAY, "one", "", "held:quiet")
    store.count([held, held])
    store.count([held])
    assert store.counted(TODAY, TODAY) == {held: 3}
    assert store.counted(TODAY + timedelta(days=1), TODAY + timedelta(days=9)) == {}


# ---- what a card rests on --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "answer", "code"),
    [
        ("Mrs Zebedee", "yes", "s|1"),
        ("has_copd", "Zebedee", "s|1"),
        ("has_copd", "yes", "COPD, seen by Dr Zebedee"),
        ("has_copd", "yes", "no-system"),
    ],
)
def test_a_fact_holds_codes_and_days_and_no_words(fact: str, answer: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"one word|no space"):
        Used(fact, answer, (code,))


def test_no_value_says_who_it_is_about_when_it_is_printed() -> None:
    card = a_card("zebedee")
    assert "zebedee" not in repr(card)
    assert "Zebedee" not in repr(was_closed(card, Reply.NO_TIME, comment="Zebedee"))
    place = Place(Path(), "postgresql://u:Zebedee@h/d", key="Zebedee")
    assert "Zebedee" not in f"{place} {place!r} {place.named} {place.with_options}"


def test_a_card_of_before_the_store_knew_offers_is_still_answered(store: Answers) -> None:
    card = a_card()
    plain = Issued(
        card.card, "ann", "s", "h", card.rules, card.topics, NOW,
        tuple(type(b)(b.suggestion, b.reply, b.topics) for b in card.buttons),
    )  # fmt: skip
    store.issue(plain)
    store.hear([pressed(card, "no")], NOW)
    assert {one.reply for one in store.history("ann").said} == {Reply.DECLINED}
