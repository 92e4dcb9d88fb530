"""A store is for one practice: where two use one, that is said, and a pause stops both."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from cds_hooks import clock
from cds_hooks.app import create_app
from cds_hooks.cli import run
from cds_hooks.live import Live, in_force
from cds_hooks.pausing import Pausing
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place
from rules.rule import Library
from tests.fhir_builders import margaret
from tests.served import NOW, Json, Surgery
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

OURS, THEIRS = "Two Rivers Surgery", "Hill Practice"


class Served(Surgery):
    """A service of a practice, over a store that may be another's too."""

    def __init__(self, client: TestClient, place: Place, pausing: Pausing) -> None:
        super().__init__(client, place.folder)
        self.pausing = pausing

    def look(self) -> tuple[Json, str]:
        """The state as JSON and as a page, after a look at what is paused."""
        self.pausing.look()
        self.pausing.say_in_force()
        page = self.client.get("/status", headers={"accept": "text/html"}).text
        return self.client.get("/status").json(), page


@contextmanager
def served(place: Place, library: Library, name: str, later: timedelta) -> Generator[Served]:
    live = Live(in_force(replace(library, practice=replace(library.practice, name=name)), NOW))
    answers = Answers(place)
    now = clock.now() + later
    pausing = Pausing(answers, live, clock=lambda: now)
    app = create_app(Settings(data=place.folder), live, answers, clock=lambda: NOW)
    with TestClient(app, base_url="http://good-day.example") as client:
        yield Served(client, place, pausing)


NOT_LATER = timedelta()


def test_one_practice_is_told_of_nobody(place: Place, library: Library) -> None:
    with (
        served(place, library, OURS, NOT_LATER) as one,
        served(place, library, OURS, NOT_LATER) as other,
    ):
        for each in (one, other, one):
            found, page = each.look()
            assert "otherPractices" not in found
            assert "Another practice" not in page


def test_another_practice_over_the_same_store_is_said_to_both(
    place: Place, library: Library
) -> None:
    with served(place, library, OURS, NOT_LATER) as ours:
        ours.look()
        with served(place, library, THEIRS, NOT_LATER) as theirs:
            found, page = theirs.look()
            assert found["otherPractices"] == [OURS]
            assert f"this one has had another name until lately: {OURS}." in page
        with served(place, library, OURS, NOT_LATER) as again:
            assert again.look()[0]["otherPractices"] == [THEIRS]


def test_a_name_that_nobody_has_any_more_is_told_for_two_hours(
    place: Place, library: Library
) -> None:
    with served(place, library, "Old Name", NOT_LATER) as before:
        before.look()
    with served(place, library, OURS, timedelta(hours=3)) as renamed:
        assert "otherPractices" not in renamed.look()[0]


def test_who_pauses_one_of_them_is_told_that_it_stops_both(
    place: Place,
    library: Library,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GOODDAY_STORE", raising=False)
    if place.url:
        monkeypatch.setenv("GOODDAY_STORE", place.url)
    words = ["--because", "The phone lines are down", "--data", str(place.folder)]
    with served(place, library, OURS, NOT_LATER) as ours:
        ours.look()
        assert run(["pause", "--practice", OURS, *words]) == 0
        assert capsys.readouterr().err == ""
        with served(place, library, THEIRS, NOT_LATER) as theirs:
            theirs.look()
            assert run(["pause", "--practice", OURS, *words]) == 0
            assert f"every practice over this store: {THEIRS} too" in capsys.readouterr().err
            theirs.look()
            call = theirs.a_call(margaret("ann"), of="ann")
            assert not theirs.ask(call).cards, "and so it does"
