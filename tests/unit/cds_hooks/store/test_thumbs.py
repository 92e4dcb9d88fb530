"""What was said of rules on the pages of cards: a thumb, words, a reply, and nobody in it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cds_hooks.store.answers import Answers, Issued
from cds_hooks.store.backups import backup
from cds_hooks.store.opening import Place, connect
from cds_hooks.store.people import erase, erase_within, export
from cds_hooks.store.restoring import restore
from cds_hooks.store.tables import FILE, metadata, thumb_presses, thumb_words, thumbs
from cds_hooks.store.thumbs import DOWN, LONGEST, SOME, UP, WRONG_ROLE, Reply, Thumbs
from cds_hooks.store.verifying import wrong_with
from tests.stores import NOW, TODAY, a_card, bytes_of, fast_folder, place, postgresql, store
from tests.unit.cds_hooks.store.test_restoring import begin_anew

__all__ = ["fast_folder", "place", "postgresql", "store"]

TOMORROW = TODAY + timedelta(days=1)
WORDS = "It came while Zebedee was crying."
LATER = NOW + timedelta(days=3)


def shown(store: Answers, card: str) -> None:
    """Have a card shown, unless it was."""
    if store.issued(card) is None:
        store.issue(replace(a_card(f"of-{card}"), card=card))


def press(
    store: Answers, said: str, card: str = "a", rule: str = "one", words: str = "", after: int = 0
) -> None:
    """Somebody presses, so many days after today, on the page of a card that was shown."""
    shown(store, card)
    assert store.said.press(card, rule, "1", said, TODAY + timedelta(days=after), words=words)


def counted(store: Answers, after: int = 1) -> tuple[int, int]:
    """How often one rule helped and did not, as told so many days later."""
    found = store.said.counted(TODAY + timedelta(days=after)).get("one", Thumbs())
    return found.up, found.down


def rows(place: Place) -> dict[str, list[dict[str, object]]]:
    """Every row that is kept of it."""
    database = connect(place, FILE)
    with database.reading() as connection:
        found = {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in metadata.tables.items()
            if name.startswith("thumb") or name == "replies"
        }
    database.close()
    return found


# ---- thumbs ----------------------------------------------------------------------------------


def test_a_card_has_one_thumb_for_each_of_its_rules_and_pressing_again_changes_it(
    store: Answers,
) -> None:
    press(store, UP)
    press(store, UP, rule="two")
    press(store, UP, card="b")
    assert counted(store) == (2, 0)
    press(store, DOWN)
    press(store, DOWN, card="A")  # a UUID is one in either case
    assert counted(store) == (1, 1)
    assert store.said.counted(TOMORROW)["two"] == Thumbs(1, 0)
    press(store, UP, after=7)  # the last day on which its page can be pressed
    assert counted(store, after=8) == (2, 0)


def test_the_thumbs_of_today_are_not_told_before_tomorrow(store: Answers) -> None:
    press(store, UP)
    assert counted(store, after=0) == (0, 0)
    assert counted(store, after=1) == counted(store, after=90) == (1, 0)
    assert counted(store, after=91) == (0, 0)


def test_a_wrong_role_stands_beside_a_thumb_and_can_be_changed_too(
    store: Answers, place: Place
) -> None:
    press(store, UP)
    press(store, WRONG_ROLE)
    press(store, f"{WRONG_ROLE}:nurse")
    assert counted(store) == (1, 0)
    assert sorted(str(row["said"]) for row in rows(place)["thumbs"]) == ["up", "wrong-role:nurse"]


def test_two_presses_at_once_are_one_thumb(place: Place) -> None:
    stores = [Answers(place) for _ in range(4)]
    shown(stores[0], "a")
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            done = [pool.submit(press, one, said) for one in stores for said in (UP, DOWN)]
            for each in done:
                each.result()
    assert sum(counted(stores[0])) == 1
    assert len(rows(place)["thumb_presses"]) == len(rows(place)["thumbs"]) == 1
    for one in stores:
        one.close()


# ---- that nobody is in it ----------------------------------------------------------------------


def test_neither_a_card_nor_a_moment_is_kept_with_a_thumb(store: Answers, place: Place) -> None:
    card = a_card()
    store.issue(card)
    press(store, UP, card=card.card, words=WORDS)
    press(store, f"{WRONG_ROLE}:pharmacist", card=card.card)
    text = json.dumps(rows(place))
    for told in (card.card, "ann", card.hook_instance, "Zebedee", "09:30", "T09"):
        assert told not in text
    by_role = [row for row in rows(place)["thumbs"] if row["said"] != "up"]
    assert [row["said_on"] for row in by_role] == ["2026-11-01"]  # who was in on a day is not told
    assert {event.outcome for event in store.counted(TODAY, TODAY)} == {"shown"}


def test_what_joins_a_thumb_to_a_card_is_let_go_of_when_its_page_can_no_longer_be_pressed(
    store: Answers, place: Place
) -> None:
    press(store, UP, words=WORDS)
    store.let_go(TODAY + timedelta(days=7))
    assert len(rows(place)["thumb_presses"]) == 1
    store.let_go(TODAY + timedelta(days=8))
    found = rows(place)
    assert (found["thumb_presses"], len(found["thumbs"]), len(found["thumb_words"])) == ([], 1, 1)


def test_a_person_who_is_erased_takes_words_on_their_cards_along_and_exports_hold_none(
    store: Answers, place: Place
) -> None:
    theirs, others = a_card("ann"), a_card("bea")
    for card in (theirs, others):
        store.issue(card)
        for said in (UP, WRONG_ROLE):
            press(store, said, card=card.card, words=WORDS if said == UP else "")
        told = json.dumps(export(place, card.person, with_comments=True))
        assert "thumb" not in told
        assert "Zebedee" not in told
    store.close()
    erase(place, "ann", TODAY)
    again = Answers(place)  # whose page may be open still
    assert not again.said.press(theirs.card, "one", "1", UP, TODAY, words=WORDS)
    again.close()
    found = rows(place)
    assert len(found["thumbs"]) == 4  # nobody is in them
    assert len(found["thumb_presses"]) == 2
    assert len(found["thumb_words"]) == 1
    again = Answers(place)
    assert [one.text for one in again.said.read(TODAY)] == [WORDS]
    again.close()
    assert wrong_with(place) == ()


@pytest.mark.parametrize("before", [False, True])
def test_words_that_are_written_while_the_person_is_erased_do_not_stay(
    store: Answers, place: Place, *, before: bool
) -> None:
    card = a_card("ann")
    store.issue(card)
    if before:
        press(store, UP, card=card.card)
    database = connect(place, FILE)
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            erase_within(connection, store.key, "ann", TODAY, also_the_no=False)
            kept = pool.submit(store.said.press, card.card, "one", "1", DOWN, TODAY, words=WORDS)
            with pytest.raises(TimeoutError):  # it waits
                kept.result(0.5)
        assert kept.result() is False
    database.close()
    found = rows(place)
    assert (found["thumb_words"], found["thumb_presses"]) == ([], [])


# ---- words and replies -------------------------------------------------------------------------


def read(store: Answers, after: int = 0) -> list[tuple[str, str, bool, bool]]:
    """The words that are kept, and whether they wait, and are late."""
    found = store.said.read(TODAY + timedelta(days=after))
    return [(one.said, one.text, one.waits, one.late) for one in found]


def test_words_are_sealed_go_with_the_thumb_that_is_changed_and_end_after_180_days(
    store: Answers, place: Place
) -> None:
    press(store, DOWN, words=WORDS)
    assert WORDS not in json.dumps(rows(place))
    press(store, DOWN, words="Other words")
    assert read(store) == [(DOWN, "Other words", True, False)]
    press(store, UP)
    assert read(store) == []
    press(store, UP, words="x" * (LONGEST + 1))
    assert read(store) == [(UP, "x" * LONGEST, True, False)]
    assert read(store, after=180) != []
    assert read(store, after=181) == []
    store.let_go(TODAY + timedelta(days=180))
    assert len(rows(place)["thumb_words"]) == 1
    store.let_go(TODAY + timedelta(days=181))
    assert (rows(place)["thumb_words"], len(rows(place)["thumbs"])) == ([], 1)


def test_words_that_wait_for_more_than_14_days_are_late_until_they_are_replied_to(
    store: Answers,
) -> None:
    press(store, DOWN, words=WORDS)
    press(store, DOWN, card="b", rule="two", words="Others", after=10)
    late = [store.said.late(TODAY + timedelta(days=after)) for after in (0, 14, 15, 25, 180, 181)]
    assert late == [set(), set(), {"one"}, {"one", "two"}, {"one", "two"}, {"two"}]
    assert read(store, after=15)[0][2:] == (True, True)
    assert store.said.reply("one", "We look at it.", TODAY + timedelta(days=15)) == (1, 0)
    assert store.said.late(TODAY + timedelta(days=25)) == {"two"}
    assert (DOWN, WORDS, False, False) in read(store, after=25)


def test_a_reply_answers_what_was_read_before_it_and_nothing_that_came_since(
    store: Answers,
) -> None:
    press(store, DOWN, words="First")
    assert store.said.reply("one", "Unread.", TODAY) == (0, 1)
    read(store)
    press(store, UP, card="b", words="Second")
    press(store, UP, card="c", rule="two", words="Of another rule")
    assert store.said.reply("one", "Read.", TOMORROW) == (1, 1)
    waits = [text for _, text, waits, _ in read(store) if waits]
    assert waits == ["Second", "Of another rule"]
    assert [(one.says, one.on) for one in store.said.replies()] == [
        ("Read.", TOMORROW),
        ("Unread.", TODAY),
    ]


def test_thumbs_and_replies_go_after_a_year(store: Answers, place: Place) -> None:
    press(store, UP)
    store.said.reply("one", "Thank you.", TODAY)
    store.let_go(TODAY + timedelta(days=365))
    assert (len(rows(place)["thumbs"]), len(rows(place)["replies"])) == (1, 1)
    store.let_go(TODAY + timedelta(days=366))
    assert not any(rows(place).values())


def test_a_clock_that_was_put_back_keeps_nothing_from_being_let_go_of(store: Answers) -> None:
    press(store, UP, words=WORDS)
    press(store, UP, after=-400)  # with the hash of the day before
    press(store, UP, card="b", after=-400)
    store.let_go(TODAY)
    assert store.said.rules() == {"one"}
    store.let_go(TODAY + timedelta(days=8))
    assert store.said.rules() == set()


# ---- roles -------------------------------------------------------------------------------------


def test_a_role_is_told_from_the_fifth_answer_to_one_version_of_a_rule(store: Answers) -> None:
    asked = [("one", "1"), ("two", "1")]
    for number in range(SOME):
        assert store.said.wrong_role(asked) == {}
        press(store, f"{WRONG_ROLE}:nurse", card=f"n{number}")
    press(store, f"{WRONG_ROLE}:gp", card="g")
    assert store.said.wrong_role(asked) == {"one": ("nurse",)}
    for number in range(SOME):
        press(store, WRONG_ROLE, card=f"u{number}")
    assert store.said.wrong_role(asked) == {"one": ("", "nurse")}
    assert store.said.wrong_role([("one", "2"), ("two", "1")]) == {}  # a new version begins anew
    assert store.said.wrong_role([]) == {}


# ---- backups -----------------------------------------------------------------------------------


def told(place: Place) -> tuple[dict[str, Thumbs], set[str], list[str]]:
    """Thumbs by rule, words, and replies."""
    store = Answers(place)
    found = (
        dict(store.said.counted(TODAY + timedelta(days=20))),
        {one.text for one in store.said.read(TODAY)},
        [one.says for one in store.said.replies()],
    )
    store.close()
    return found


def backed_up(place: Place, folder: Path) -> tuple[Path, Issued]:
    """A store with a thumb on a card about ann, words and a reply; and a backup of it."""
    store, card = Answers(place), a_card("ann")
    store.issue(card)
    press(store, UP, card=card.card, words=WORDS)
    store.said.reply("one", "A reply.", TODAY)
    store.close()
    return backup(place, folder / "backups", NOW), card


def test_they_survive_a_backup_and_a_restore_and_so_does_what_was_said_since(
    place: Place, tmp_path: Path
) -> None:
    made, card = backed_up(place, tmp_path)
    assert WORDS not in "".join(packed.decode("latin-1") for _, packed in bytes_of(made, place))
    store = Answers(place)
    press(store, DOWN, card=card.card, words="Changed since.")
    press(store, UP, card="b", rule="two", words="New since.")
    store.said.reply("two", "A new reply.", TODAY + timedelta(days=1))
    store.close()
    before = told(place)
    restore(place, made, LATER)
    assert told(place) == before
    assert before[0] == {"one": Thumbs(0, 1), "two": Thumbs(1, 0)}
    assert before[1:] == ({"Changed since.", "New since."}, ["A new reply.", "A reply."])
    store = Answers(place)
    press(store, UP, card=card.card)  # which thumb the card has is still known
    store.close()
    assert told(place)[0] == {"one": Thumbs(1, 0), "two": Thumbs(1, 0)}
    assert wrong_with(place) == ()


def test_they_come_back_from_a_backup_over_a_store_that_began_anew(
    place: Place, tmp_path: Path
) -> None:
    made, _ = backed_up(place, tmp_path)
    begin_anew(place)
    store = Answers(place)
    press(store, DOWN, card="b")
    store.close()
    restore(place, made, LATER)
    assert told(place) == ({"one": Thumbs(1, 1)}, {WORDS}, ["A reply."])


def test_a_backup_brings_no_words_back_of_cards_of_somebody_who_was_erased_since(
    place: Place, tmp_path: Path
) -> None:
    made, _ = backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    restore(place, made, LATER)
    assert told(place) == ({"one": Thumbs(1, 0)}, set(), ["A reply."])
    assert rows(place)["thumb_presses"] == []


def test_nor_does_an_older_store_that_a_backup_of_after_the_erasure_replaces(
    place: Place, tmp_path: Path
) -> None:
    older, _ = backed_up(place, tmp_path)
    erase(place, "ann", TODAY)
    after = backup(place, tmp_path / "after", LATER)
    begin_anew(place)
    restore(place, older, LATER)  # by mistake: of before the erasure
    assert told(place)[1] == {WORDS}
    restore(place, after, LATER + timedelta(days=1))
    assert told(place) == ({"one": Thumbs(1, 0)}, set(), ["A reply."])


def test_words_that_were_changed_on_the_disk_are_said(place: Place) -> None:
    store = Answers(place)
    press(store, UP, words=WORDS)
    store.close()
    assert wrong_with(place) == ()
    database = connect(place, FILE)
    with database.writing() as connection:
        connection.execute(thumb_words.update().values(sealed="AAAA"))
    database.close()
    assert wrong_with(place) == ("1 comments were changed, or sealed with another key.",)


def test_the_tables_hold_no_other_column_than_were_thought_of() -> None:
    assert set(thumbs.c.keys()) == {"thumb", "rule", "version", "said", "said_on"}
    assert set(thumb_presses.c.keys()) == {"press", "thumb", "until"}


def test_a_reply_has_a_day_and_nobody(store: Answers) -> None:
    store.said.reply("one", "x" * 600, TODAY)
    assert store.said.replies() == [Reply("one", "x" * LONGEST, date(2026, 11, 21))]


@pytest.mark.parametrize("said", [UP, WRONG_ROLE])
def test_a_thumb_is_in_no_count(store: Answers, said: str) -> None:
    press(store, said)
    assert {event.outcome for event in store.counted(TODAY, TODAY)} == {"shown"}
