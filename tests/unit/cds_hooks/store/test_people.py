"""What is kept of one person: given to them, and let go of; a no outlives it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import sleep

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.hearing import KEPT_COMMENT, LONGEST_COMMENT, MOST_UNKNOWN, hear_one
from cds_hooks.store.kept import Met
from cds_hooks.store.opening import Place, connect
from cds_hooks.store.outliving import KEPT_LATE
from cds_hooks.store.people import erase, export
from cds_hooks.store.tables import FILE, metadata
from cds_hooks.store.verifying import wrong_with
from rules.record import Reply
from tests.postgresql import Server
from tests.stores import NOW, SINGING, TODAY, a_card, pressed, said, said_to, was_closed

WORDS = "Zebedee would rather talk to Dr Quillfeather"


def about_ann(place: Place) -> None:
    """Two cards for ann, a comment, and a no; and somebody else."""
    store = Answers(place)
    first, second = a_card("zebedee-ann"), a_card("zebedee-ann", NOW + timedelta(days=1))
    for card in (first, second, a_card("bea")):
        store.issue(card)
    store.hear([was_closed(first, Reply.NO_TIME, comment=WORDS)], NOW)
    later = NOW + timedelta(days=1)
    store.hear([pressed(second, "no", later), pressed(first, "refer", later)], later)
    store.close()


def rows(place: Place, table: str) -> int:
    """How many rows a table has."""
    database = connect(place, FILE)
    with database.reading() as connection:
        found = len(connection.execute(metadata.tables[table].select()).all())
    database.close()
    return found


def every_byte(place: Place) -> bytes:
    """All that is in the store: its files, or the rows of its database."""
    if not place.url:
        return b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
    database = connect(place, FILE)
    with database.reading() as connection:
        found = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
    database.close()
    return repr(found).encode()


def test_a_person_is_given_everything_but_what_others_wrote(place: Place) -> None:
    about_ann(place)
    told = export(place, "zebedee-ann")
    assert told is not None
    text = json.dumps(told)
    assert text.count('"shown_at"') == 2
    assert '"facts": [["has_copd", "yes", ["http://snomed.info/sct|13645005"]' in text
    assert '"comments_kept": 1' in text
    assert '"too_late_for": ["breathing"]' in text
    assert "Quillfeather" not in text
    assert WORDS in json.dumps(export(place, "zebedee-ann", with_comments=True))
    assert export(place, "nobody") is None


def test_among_it_are_the_sentences_about_them(place: Place) -> None:
    store = Answers(place)
    steps = (("copd-flu", (("quiet", "The person said no on 3 March 2026."),)),)
    store.issue(replace(a_card("ann"), steps=steps))
    store.close()
    told = export(place, "ann")
    assert told is not None
    assert "The person said no on 3 March 2026." in json.dumps(told)


def test_who_is_erased_is_in_no_row_and_no_byte(place: Place) -> None:
    about_ann(place)
    assert b"zebedee-ann" in every_byte(place)
    assert erase(place, "zebedee-ann", TODAY) == 2
    assert b"zebedee-ann" not in every_byte(place)
    assert b"Zebedee" not in every_byte(place)
    assert rows(place, "comments") == rows(place, "late") == 0
    assert rows(place, "cards") == rows(place, "grounds") == 1
    assert wrong_with(place) == ()


def test_that_they_said_no_outlives_it(place: Place) -> None:
    about_ann(place)
    erase(place, "zebedee-ann", TODAY)
    store = Answers(place)
    day = TODAY + timedelta(days=1)
    expected = {("breathing", Reply.DECLINED, day), ("results", Reply.DECLINED, day)}
    assert said(store, "zebedee-ann") == expected
    assert said_to(store, SINGING, "zebedee-ann") == {Reply.DECLINED}
    assert store.history("zebedee-ann").shown == ()
    store.close()
    told = export(place, "zebedee-ann")
    assert told is not None
    assert told["cards"] == []
    assert len(json.dumps(told["said_no_before"]).split("topic")) > 2


@pytest.mark.parametrize("how", ["pressed", "closed", "never"])
def test_a_no_on_a_card_that_was_open_while_they_were_erased_is_heard(
    place: Place, how: str
) -> None:
    store = Answers(place)
    card = a_card("north:ann")
    store.issue(card)
    erase(place, "north:ann", TODAY)
    later = NOW + timedelta(days=1)
    closing = was_closed(card, Reply.DECLINED, later)
    met = {"pressed": pressed(card, "no", later), "never": pressed(card, "never", later)}
    assert store.hear([met.get(how, closing)], later, realm="south") == 0
    assert store.history("north:ann").said == ()
    assert store.hear([met.get(how, closing)], later, realm="north") == 1
    said_no = {(one.topic, one.reply) for one in store.history("north:ann").said}
    assert ("breathing", Reply.DECLINED) in said_no
    assert (("results", Reply.DECLINED) in said_no) is (how != "never")
    assert said_to(store, SINGING, "north:ann") == {Reply.DECLINED}
    assert {one.ask_again for one in store.history("north:ann").said} == {
        date(2099, 1, 1) if how == "never" else None
    }
    assert store.history("north:ann").shown == ()
    store.close()


def test_nothing_but_a_no_is_and_only_for_so_long(place: Place) -> None:
    store = Answers(place)
    card, other = a_card("ann"), a_card("bea")
    store.issue(card)
    store.issue(other)
    erase(place, "ann", TODAY)
    erase(place, "bea", TODAY, also_the_no=True)
    later = NOW + timedelta(days=1)
    yes = [pressed(card, "refer", later), was_closed(card, Reply.NOT_RIGHT, later)]
    assert store.hear([*yes, pressed(other, "no", later)], later) == 0
    assert rows(place, "erased_cards") > 0
    store.let_go(TODAY + KEPT_LATE + timedelta(days=1))
    assert rows(place, "erased_cards") == 0
    assert store.hear([pressed(card, "no", later)], NOW + KEPT_LATE + timedelta(days=1)) == 0
    assert store.history("ann").said == ()
    store.close()


def test_that_a_card_is_open_is_told_to_them_and_gone_if_they_want(place: Place) -> None:
    store = Answers(place)
    store.issue(a_card("ann"))
    store.close()
    erase(place, "ann", TODAY)
    told = export(place, "ann")
    assert told is not None
    assert told["cards"] == told["said_no_before"] == []
    assert "breathing" in json.dumps(told["may_still_say_no_to"])
    erase(place, "ann", TODAY, also_the_no=True)
    assert export(place, "ann") is None
    assert rows(place, "erased_cards") == 0


def test_a_no_that_is_being_heard_while_they_are_erased_is_kept_and_they_are_erased(
    postgresql: Server, tmp_path: Path
) -> None:
    place = Place(tmp_path / "store", postgresql.new_database())
    store, card = Answers(place), a_card("ann")
    store.issue(card)
    database = connect(place, FILE)
    with ThreadPoolExecutor(1) as elsewhere:
        with database.writing() as connection:
            hear_one(connection, store.key, pressed(card, "no"), NOW, "")
            erasing = elsewhere.submit(erase, place, "ann", TODAY)
            sleep(0.5)  # so that it waits for the one who is heard
            assert not erasing.done()
        assert erasing.result() == 1
    database.close()
    assert {(one.reply, one.topic) for one in store.history("ann").said} >= {
        (Reply.DECLINED, "breathing"), (Reply.DECLINED, "results"),
    }  # fmt: skip
    assert store.history("ann").shown == ()
    store.close()


def test_unless_they_want_that_gone_too(place: Place) -> None:
    about_ann(place)
    erase(place, "zebedee-ann", TODAY)
    erase(place, "zebedee-ann", TODAY, also_the_no=True)
    store = Answers(place)
    assert store.history("zebedee-ann").said == ()
    store.close()
    assert export(place, "zebedee-ann") is None


def test_what_was_counted_stays(place: Place) -> None:
    about_ann(place)
    store = Answers(place)
    before = store.counted(TODAY, TODAY + timedelta(days=9))
    store.close()
    erase(place, "zebedee-ann", TODAY)
    store = Answers(place)
    assert store.counted(TODAY, TODAY + timedelta(days=9)) == before != {}
    store.close()


# ---- what is kept only for so long -----------------------------------------------------------


@pytest.mark.parametrize(("days", "kept"), [(0, 0), (1, 1)], ids=["the last day", "the day after"])
def test_a_comment_is_let_go_of_after_180_days(place: Place, days: int, kept: int) -> None:
    about_ann(place)
    assert KEPT_COMMENT.days == 180
    store = Answers(place)
    assert store.let_go(TODAY + KEPT_COMMENT + timedelta(days=days)) == kept
    store.close()
    assert rows(place, "comments") == 1 - kept
    assert rows(place, "answers") == 3 + 0


def test_the_first_answer_of_a_day_lets_go_of_it(place: Place) -> None:
    about_ann(place)
    store = Answers(place)
    store.hear([], NOW + KEPT_COMMENT)
    assert rows(place, "comments") == 1
    store.hear([], NOW + KEPT_COMMENT + timedelta(days=1))
    store.close()
    assert rows(place, "comments") == 0


def test_an_erasure_lets_go_of_the_comments_of_others_whose_days_are_over(place: Place) -> None:
    about_ann(place)
    store = Answers(place)
    store.issue(a_card("cat"))
    store.close()
    erase(place, "cat", TODAY + KEPT_COMMENT + timedelta(days=1))
    assert rows(place, "comments") == 0


def test_a_long_comment_is_cut(place: Place) -> None:
    store = Answers(place)
    card = a_card()
    store.issue(card)
    store.hear([was_closed(card, Reply.NO_TIME, comment="x" * 100_000)], NOW)
    store.close()
    told = json.dumps(export(place, "ann", with_comments=True))
    assert told.count("x") < LONGEST_COMMENT + 20


def test_a_card_that_is_not_ours_is_noted_by_a_hash_and_comes_to_nothing(place: Place) -> None:
    store = Answers(place)
    theirs = a_card("north:ann")
    store.issue(theirs)
    strange = Met("Zebedee 9434765919", NOW, closed=Reply.DECLINED, comment=WORDS)
    foreign = was_closed(theirs, Reply.DECLINED)
    assert store.hear([strange, strange, foreign], NOW, realm="south") == 0
    assert {one.reply for one in store.history("north:ann").said} == {Reply.SHOWN}
    store.close()
    assert rows(place, "unknown_cards") == 2
    assert b"Zebedee" not in every_byte(place)
    assert rows(place, "comments") == rows(place, "answers") == 0


def test_so_many_of_them_are_kept_and_no_more(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_UNKNOWN == 10_000
    monkeypatch.setattr("cds_hooks.store.hearing.MOST_UNKNOWN", 20)
    store = Answers(place)
    for number in range(45):
        at = NOW + timedelta(days=number)
        store.hear([Met(f"unknown-{number}", at, closed=Reply.DECLINED)], at)
    store.close()
    assert rows(place, "unknown_cards") == 20
