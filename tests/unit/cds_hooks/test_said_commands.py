"""``goodday store said`` and ``reply``: for a practice whose manager signs in nowhere."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.keys import read_key
from cds_hooks.store.opening import Place
from tests.stores import a_card, fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

TODAY = date(2026, 11, 30)


class Typed:
    """Somebody at a terminal."""

    def __init__(
        self, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.place, self._capsys = place, capsys
        if place.url:
            monkeypatch.setenv("GOODDAY_STORE", place.url)
        noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
        monkeypatch.setattr("cds_hooks.clock.now", lambda: noon)

    def __call__(self, *words: str) -> tuple[int, str]:
        """The exit code, and everything that was said."""
        code = run(["store", *words, "--data", str(self.place.folder)])
        out, err = self._capsys.readouterr()
        return code, out + err

    def press(self, said: str, card: str, words: str = "", before: int = 1) -> None:
        """Somebody pressed, so many days before."""
        store = Answers(self.place)
        store.issue(replace(a_card(), card=card))
        on = TODAY - timedelta(days=before)
        store.said.press(card, "copd", "1", said, on, words=words)
        store.close()


@pytest.fixture
def typed(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    return Typed(place, monkeypatch, capsys)


def test_words_are_read_and_replied_to_at_the_command_line(typed: Typed) -> None:
    typed.press("down", "a", "It came too late.\nAnd twice.", before=20)
    typed.press("up", "b", "Good.")
    assert typed("reply", "copd", "--says", "Unread.") == (
        FINE,
        "Everybody in the practice is shown it. It answers none of the words that wait. 2 came"
        " since they were read last, and wait on.\ngoodday store said shows them.\n",
    )
    assert typed("said") == (
        FINE,
        "copd\n"
        "  In 90 days: fewer than 5 answers.\n"
        "  It did not help (waits for more than 14 days):\n"
        "    It came too late.\n"
        "    And twice.\n"
        "  It helped (waits for a reply):\n"
        "    Good.\n"
        "  Replied on 30 November 2026: Unread.\n",
    )
    assert typed("reply", "copd", "--says", " It comes\n earlier now. ") == (
        FINE,
        "Everybody in the practice is shown it. It answers 2 of the words that wait.\n",
    )
    _, told = typed("said")
    assert "It helped (replied to):" in told
    assert "Replied on 30 November 2026: It comes earlier now." in told


def test_five_thumbs_are_told_apart(typed: Typed) -> None:
    for number in range(5):
        typed.press("up" if number else "down", f"c{number}")
    code, told = typed("said")
    assert (code, "In 90 days: it helped 4, it did not help 1." in told) == (FINE, True)


def test_reading_words_is_in_the_audit_first(typed: Typed) -> None:
    typed.press("down", "a", "It came too late.")
    typed("said")
    folder = typed.place.folder
    audit = Audit(folder, read_key(folder, make=False).bytes_for("audit"))
    (look,) = audit.entries()
    audit.close()
    assert (look.role, look.action, look.what) == ("command line", "words", "words about rules")
    assert "too late" not in json.dumps([look.who, look.what])


def test_where_nothing_was_said_that_is_said(typed: Typed) -> None:
    Answers(typed.place).close()
    assert typed("said") == (FINE, "Nobody has said anything about a card, before today.\n")


@pytest.mark.parametrize("says", ["", " \n", "x" * 501, "\u202e"])
def test_a_reply_that_says_nothing_or_too_much_is_not_kept(typed: Typed, says: str) -> None:
    typed.press("down", "a")
    code, told = typed("reply", "copd", "--says", says)
    assert (code, "1 to 500 characters" in told) == (COULD_NOT_RUN, True)
    store = Answers(typed.place)
    assert store.said.replies() == []
    store.close()


def test_a_slip_in_the_name_of_a_rule_is_told(typed: Typed) -> None:
    typed.press("down", "a")
    code, told = typed("reply", "cobd", "--says", "Thank you.")
    assert code == PROBLEMS
    assert "Nobody has said anything about a rule cobd. Did you mean copd?" in " ".join(
        told.split()
    )


@pytest.mark.parametrize("verb", [("said",), ("reply", "copd", "--says", "Thank you.")])
def test_without_a_store_none_is_made(
    tmp_path: Path, verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["store", *verb, "--data", str(tmp_path / "none")])
    assert (code, "There is no store in" in capsys.readouterr().err) == (COULD_NOT_RUN, True)
    assert not (tmp_path / "none").exists()
