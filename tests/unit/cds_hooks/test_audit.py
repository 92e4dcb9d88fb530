"""The audit: whatever is done to it afterwards is found."""

import random
import sqlite3
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks.store.audit import ENDS_AT, FILE, MOST_SENTENCES, Audit, Looked
from cds_hooks.store.keys import Key
from cds_hooks.store.tables import StoreError

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
TRIALS = 1_000 if settings().max_examples > 200 else 50


def look(number: int) -> Looked:
    at = NOW + timedelta(minutes=number)
    return Looked(at, f"nurse-{number % 3}", "clinical", "trace", f"card-{number}", number % 4 != 0)


def filled(folder: Path, entries: int = 12) -> Audit:
    audit = Audit(folder, KEY)
    for number in range(entries):
        assert audit.add(look(number)) == number + 1
    return audit


def change(folder: Path, *statements: str) -> None:
    """As somebody does who can write to the file."""
    with sqlite3.connect(folder / FILE) as file:
        for statement in statements:
            file.execute(statement)
    file.close()


def test_what_was_looked_at_is_kept_in_its_order(tmp_path: Path) -> None:
    audit = filled(tmp_path)
    assert list(audit.entries()) == [look(number) for number in range(12)]
    assert audit.wrong() == []
    audit.close()
    again = Audit(tmp_path, KEY)
    assert again.add(look(12)) == 13
    assert again.wrong() == []


def test_a_page_has_the_latest_first_and_says_where_older_ones_begin(tmp_path: Path) -> None:
    audit = filled(tmp_path)
    pages: list[list[Looked]] = []
    before: int | None = None
    while not pages or before is not None:
        page = audit.page(5, before)
        assert (page.count, page.wrong) == (12, [])
        pages.append(list(page.entries))
        before = page.before
    assert [len(each) for each in pages] == [5, 5, 2]
    assert [one for each in pages for one in each] == [look(n) for n in reversed(range(12))]
    assert audit.page(5, 1).entries == ()
    assert audit.page(12).before is None


@pytest.mark.long
def test_a_long_audit_is_looked_through_without_holding_all_of_it(tmp_path: Path) -> None:
    audit = filled(tmp_path, 3)
    change(
        tmp_path,
        "INSERT INTO entries WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 20000) SELECT i, at, who || i, role, action, what, allowed, seal || i"
        " FROM n JOIN entries ON number = 1",
    )
    tracemalloc.start()
    page = audit.page(200)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (page.count, len(page.entries), page.before) == (20_000, 200, 19_801)
    assert len(page.wrong) == MOST_SENTENCES + 1
    assert page.wrong[-1] == f"And {20_000 - 3 - MOST_SENTENCES} more are not."
    assert most < 4_000_000


def test_an_audit_with_nothing_in_it_is_as_it_was_written(tmp_path: Path) -> None:
    assert Audit(tmp_path, KEY).wrong() == []


MOVED = (
    "UPDATE entries SET number = -1 WHERE number = 4",
    "UPDATE entries SET number = 4 WHERE number = 9",
    "UPDATE entries SET number = 9 WHERE number = -1",
)
CHANGES: dict[str, tuple[tuple[str, ...], str]] = {
    "who": (("UPDATE entries SET who = 'somebody' WHERE number = 5",), "Entry 5 is not as"),
    "when": (("UPDATE entries SET at = '2026-01-01' WHERE number = 1",), "Entry 1 is not as"),
    "allowed": (("UPDATE entries SET allowed = 1 - allowed WHERE number = 12",), "Entry 12"),
    "when, to what is no time": (
        ("UPDATE entries SET at = 'yesterday' WHERE number = 3",),
        "Entry 3 is not as",
    ),
    "who, to what is no text": (
        ("UPDATE entries SET who = x'ff00' WHERE number = 3",),
        "Entry 3 is not as",
    ),
    "the seal, to what is no text": (
        ("UPDATE entries SET seal = x'ff00' WHERE number = 3",),
        "Entry 3 is not as",
    ),
    "the seal, to an odd text": (
        ("UPDATE entries SET seal = 'é' WHERE number = 12",),
        "Entry 12 is not as",
    ),
    "the seal": (("UPDATE entries SET seal = 'x' WHERE number = 7",), "Entry 7 is not as"),
    "moved": (MOVED, "Entry 4 is not as"),
    "one taken out": (("DELETE FROM entries WHERE number = 6",), "Entry 6 is not there"),
    "the first taken out": (("DELETE FROM entries WHERE number = 1",), "Entry 1 is not there"),
    "the end cut off": (("DELETE FROM entries WHERE number > 10",), "went on to entry 12"),
    "everything taken out": (("DELETE FROM entries",), "went on to entry 12"),
    "closed up": (
        (
            "DELETE FROM entries WHERE number = 6",
            "UPDATE entries SET number = number - 1 WHERE number > 6",
        ),
        "Entry 6 is not as",
    ),
    "one put in": (
        (
            "INSERT INTO entries SELECT 13, at, who, role, action, what, allowed, seal"
            " FROM entries WHERE number = 12",
        ),
        "Entry 13 is not as",
    ),
}


@pytest.mark.parametrize(("statements", "says"), CHANGES.values(), ids=CHANGES)
def test_what_is_done_to_it_is_found_and_the_place_said(
    tmp_path: Path, statements: tuple[str, ...], says: str
) -> None:
    audit = filled(tmp_path)
    change(tmp_path, *statements)
    page = audit.page(20)
    assert any(says in sentence for sentence in page.wrong), page.wrong
    assert len(page.entries) in (page.count, page.count - 1)  # what can be read is still listed


def test_whoever_works_the_seals_out_again_needs_our_key(tmp_path: Path) -> None:
    filled(tmp_path).close()
    for file in (FILE, ENDS_AT):
        (tmp_path / file).rename(tmp_path / f"old-{file}")
    forged = Audit(tmp_path, b"another key" * 3)
    for number in range(12):
        forged.add(look(number + 50))
    forged.close()
    assert len(Audit(tmp_path, KEY).wrong()) == 13


def test_an_end_that_is_not_there_or_not_ours_is_said(tmp_path: Path) -> None:
    audit = filled(tmp_path)
    (tmp_path / ENDS_AT).write_text("12 x y\n")
    assert "not ours" in audit.wrong()[0]
    (tmp_path / ENDS_AT).unlink()
    assert "not there" in audit.wrong()[0]


def test_an_end_from_before_does_not_hide_that_it_was_cut_off_since(tmp_path: Path) -> None:
    """What the file beside it cannot show: an older end, put back together with older entries."""
    audit = filled(tmp_path, 5)
    older = (tmp_path / ENDS_AT).read_text()
    audit.add(look(5))
    (tmp_path / ENDS_AT).write_text(older)
    assert audit.wrong() == []  # entry 6 is still there, and sealed


@given(st.randoms(use_true_random=False))
@settings(max_examples=TRIALS)
def test_no_single_change_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    audit = filled(folder, dice.randint(1, 6))
    count = len(list(audit.entries()))
    number = dice.randint(1, count)
    column = dice.choice(["at", "who", "role", "action", "what", "seal"])
    done = dice.choice(["alter", "remove", "swap", "renumber"])
    if done == "alter":
        change(folder, f"UPDATE entries SET {column} = {column} || 'x' WHERE number = {number}")
    elif done == "remove":
        change(folder, f"DELETE FROM entries WHERE number = {number}")
    elif done == "swap" and count > 1:
        other = number % count + 1
        change(
            folder,
            f"UPDATE entries SET number = -1 WHERE number = {number}",
            f"UPDATE entries SET number = {number} WHERE number = {other}",
            f"UPDATE entries SET number = {other} WHERE number = -1",
        )
    else:
        change(folder, f"UPDATE entries SET number = {count + 5} WHERE number = {number}")
    assert audit.wrong()
    audit.close()


ADDING = """
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from cds_hooks.store.audit import Audit, Looked
audit = Audit(Path(sys.argv[1]), b"k" * 32)
for number in range(25):
    at = datetime(2026, 11, 21, tzinfo=UTC)
    print(audit.add(Looked(at, sys.argv[2], "clinical", "trace", "card", True)), flush=True)
"""


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    Audit(tmp_path, KEY).close()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(tmp_path), f"worker-{n}"], stdout=subprocess.PIPE
        )
        for n in range(3)
    ]
    numbers = [int(n) for one in running for n in one.communicate()[0].split()]
    assert sorted(numbers) == list(range(1, 76))
    assert Audit(tmp_path, KEY).wrong() == []


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    for wait in (1, 7, 16):
        begun = len(list(Audit(tmp_path, KEY).entries()))
        with subprocess.Popen(
            [sys.executable, "-c", ADDING, str(tmp_path), "worker"], stdout=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            last = [int(running.stdout.readline()) for _ in range(wait)][-1]
            running.kill()
        audit = Audit(tmp_path, KEY)
        assert len(list(audit.entries())) >= last >= begun + wait
        assert audit.wrong() == []
        audit.close()


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, and long enough to be looked at as if it were")
    with pytest.raises(StoreError, match="not ours"):
        Audit(tmp_path, KEY)


# ---- what is closed with a key ---------------------------------------------------------------


@given(st.binary(max_size=200), st.integers(0, 4000))
def test_a_box_opens_what_it_closed_while_it_is_young(plain: bytes, age: int) -> None:
    box = Key(b"s" * 32).box_for("links")
    closed = box.close(plain, 1_000_000)
    assert "=" not in closed
    opened = box.open(closed, 1_000_000 + age, within=1800)
    assert opened == (plain if age <= 1800 else None)


@given(st.text(max_size=200))
def test_a_box_opens_nothing_else(text: str) -> None:
    assert Key(b"s" * 32).box_for("links").open(text, 1_000_000, within=1800) is None


def test_a_box_for_one_purpose_is_not_opened_for_another() -> None:
    key = Key(b"s" * 32)
    closed = key.box_for("links").close(b"a card", 1_000_000)
    assert key.box_for("words").open(closed, 1_000_000, within=60) is None
