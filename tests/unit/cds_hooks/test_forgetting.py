"""A service lets go of what was kept for long enough by the clock, though nobody says anything."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cds_hooks import app as the_app
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.hearing import KEPT_COMMENT
from cds_hooks.store.mutes import FILE as MUTES
from cds_hooks.store.opening import Place, connect
from rules.record import Reply
from rules.rule import Library
from tests.fhir_builders import COPD_RULE
from tests.served import piloting
from tests.stores import NOW, a_card, was_closed
from tests.unit.cds_hooks.store.test_people import rows

OVER = NOW + KEPT_COMMENT + timedelta(days=1)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return piloting(tmp_path / "practice", COPD_RULE)


def commented(folder: Path) -> Path:
    """A store with a comment that somebody wrote today."""
    store = Answers(folder / "store")
    card = a_card()
    store.issue(card)
    store.hear([was_closed(card, Reply.NO_TIME, comment="written words")], NOW)
    store.close()
    return folder / "store"


def comments_in(folder: Path, wanted: int) -> int:
    """How many comments are kept, once it had time to become as many."""
    until = time.monotonic() + 10
    while (found := rows(Place(folder), "comments")) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_a_service_that_starts_lets_go_of_comments_whose_days_are_over(
    tmp_path: Path, library: Library
) -> None:
    folder = commented(tmp_path)
    app = the_app.create_app(Settings(data=folder), library, Answers(folder), clock=lambda: OVER)
    with TestClient(app):
        assert comments_in(folder, 0) == 0


def test_a_service_that_runs_does_so_though_no_answer_comes(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert the_app.FORGETS_EVERY <= 3_600
    monkeypatch.setattr(the_app, "FORGETS_EVERY", 0.02)
    folder, now = commented(tmp_path), [NOW + KEPT_COMMENT]

    def clock() -> datetime:
        return now[0]

    app = the_app.create_app(Settings(data=folder), library, Answers(folder), clock=clock)
    with TestClient(app):
        time.sleep(0.3)
        assert comments_in(folder, 1) == 1
        now[0] = OVER
        assert comments_in(folder, 0) == 0


class Faulty(Answers):
    """A store in which one thing goes wrong each time that sessions are let go of."""

    def forget_sittings(self, now: datetime) -> None:
        raise ZeroDivisionError


def test_a_fault_with_one_thing_keeps_nothing_else(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_app, "FORGETS_EVERY", 0.02)
    folder, now = commented(tmp_path), [NOW]

    def clock() -> datetime:
        return now[0]

    app = the_app.create_app(Settings(data=folder), library, Faulty(folder), clock=clock)
    with TestClient(app):
        time.sleep(0.1)
        now[0] = OVER
        assert comments_in(folder, 0) == 0


def test_a_mute_that_is_over_goes_though_nobody_looks_any_more(
    tmp_path: Path, library: Library
) -> None:
    store = Answers(tmp_path)
    until = store.mutes().mute("Practitioner/gp", (COPD_RULE,), NOW.date())
    store.mutes().mute("Practitioner/nurse", (COPD_RULE,), NOW.date() + timedelta(days=1))
    store.close()
    over = datetime.combine(until, NOW.timetz())
    app = the_app.create_app(
        Settings(data=tmp_path), library, Answers(tmp_path), clock=lambda: over
    )
    with TestClient(app):
        deadline = time.monotonic() + 10
        while (left := mutes_in(tmp_path)) != 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert left == 1


def mutes_in(folder: Path) -> int:
    database = connect(Place(folder), MUTES)
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM mutes").scalar_one()
    database.close()
    return int(found)
