"""The kill switch: who cannot read it says so, and after a minute shows nothing to anybody.

Over the real app, a real store and the real thread that looks; a test moves the seconds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.pausing import Pausing
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import EVERYTHING, Pause
from rules.rule import Purpose
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import HELD_BACK, NOW, Json, Surgery, piloting

AT_MOST = 10  # real seconds


class Faulty(Answers):
    """A store of which the pauses alone cannot be read, as long as something is wrong."""

    wrong: Exception | None = None
    looks = 0

    def pauses(self) -> tuple[Pause, ...]:
        self.looks += 1
        if self.wrong is not None:
            raise self.wrong
        return super().pauses()


@dataclass
class Switched:
    """A service that looks up what is paused, and seconds that a test lets pass."""

    place: Surgery
    answers: Faulty
    live: Live
    pausing: Pausing
    seconds: float = 0.0

    def meet(self, name: str) -> Json:
        """What the service says of somebody with COPD."""
        return self.place.ask(self.place.a_call(margaret(name), of=name)).body

    def status(self) -> Json:
        found: Json = self.place.client.get("/status").json()
        return found

    def page(self) -> str:
        return str(self.place.client.get("/status", headers={"Accept": "text/html"}).text)

    def ready(self) -> tuple[int, Json]:
        answer = self.place.client.get("/health/ready")
        return answer.status_code, answer.json()

    def looked(self) -> None:
        """Wait until its thread has looked once more, from beginning to end."""
        before, ends = self.answers.looks, monotonic() + AT_MOST
        while self.answers.looks < before + 2:
            assert monotonic() < ends, "nobody looks any more"
            sleep(0.01)


@pytest.fixture
def switched(tmp_path: Path) -> Iterator[Switched]:
    library = piloting(tmp_path / "practice", COPD_RULE)
    told: list[Switched] = []
    answers = Faulty(tmp_path / "store")
    live = Live(in_force(library, NOW), steady=lambda: told[0].seconds if told else 0.0)
    pausing = Pausing(answers, live, every=0.01)
    app = create_app(Settings(), live, answers, clock=lambda: NOW)
    with TestClient(app, base_url="http://good-day.example") as client:
        told.append(Switched(Surgery(client, tmp_path / "store"), answers, live, pausing))
        pausing.start()
        yield told[0]
        pausing.stop()


def test_a_fault_ends_one_look_at_the_switch_and_not_the_watch(switched: Switched) -> None:
    switched.answers.wrong = MemoryError()
    switched.looked()
    switched.answers.wrong = None
    switched.answers.pause(Pause(EVERYTHING, NOW, "An incident"))
    switched.looked()
    (held,) = switched.meet("a")["extension"][HELD_BACK]
    assert held["says"] == "Not shown: paused by hand (An incident)."


def test_a_switch_that_is_read_is_not_worth_a_word(switched: Switched) -> None:
    switched.seconds = 3_600
    switched.looked()
    assert "switch" not in switched.status()
    assert switched.ready() == (200, {"ready": True, "rules": 1})
    metrics = switched.place.client.get("/metrics").text
    assert "goodday_switch_unread_seconds 0.0" in metrics
    assert switched.meet("a")["cards"]


def test_a_switch_that_cannot_be_read_is_told_before_the_minute_is_over(
    switched: Switched,
) -> None:
    switched.answers.wrong = ZeroDivisionError()
    switched.looked()
    switched.seconds += 20
    assert switched.status()["switch"] == {
        "unreadSince": "2026-11-21T09:29:40+00:00",
        "showsNothing": False,
    }
    assert "could not be read since 21 November 2026, 09:29" in switched.page()
    code, ready = switched.ready()
    assert (code, ready["without"]) == (200, ["the switch that pauses rules"])
    metrics = switched.place.client.get("/metrics").text
    assert "goodday_switch_unread_seconds 20.0" in metrics
    assert switched.meet("a")["cards"], "what nobody paused a few seconds ago is still shown"


def test_within_a_minute_of_not_knowing_nothing_is_shown_until_it_can_be_read_again(
    switched: Switched,
) -> None:
    switched.answers.wrong = ZeroDivisionError()
    switched.looked()
    switched.seconds += 60
    said = switched.meet("a")
    assert said["cards"] == []
    (held,) = said["extension"][HELD_BACK]
    assert (held["rule"], held["step"]) == (COPD_RULE, "paused")
    assert "nobody could look up what is paused" in held["says"]
    code, ready = switched.ready()
    assert (code, ready["ready"]) == (503, False)
    assert "cannot read what is paused" in json.dumps(ready["because"])
    assert switched.status()["switch"]["showsNothing"]
    assert "Good Day shows nothing to anybody" in switched.page()
    switched.answers.wrong = None
    switched.looked()
    assert switched.meet("b")["cards"]
    assert switched.ready()[0] == 200


def test_a_safety_net_too_is_silent_where_somebody_may_have_paused_it(
    switched: Switched,
) -> None:
    rules = switched.live.rules.library
    nets = tuple(replace(rule, purpose=Purpose.SAFETY_NET) for rule in rules.rules)
    switched.live.take(in_force(replace(rules, rules=nets), NOW))
    assert switched.meet("a")["cards"]
    (switched.place.store / "answers.sqlite").unlink()  # nobody can read it, nor what was said
    switched.looked()
    switched.seconds += 60
    assert switched.meet("b")["cards"] == []
    code, ready = switched.ready()
    assert code == 200, "every other process lacks it too, and what is sent here is answered"
    assert ready["without"] == ["the store of answers", "the switch that pauses rules"]


def test_a_service_that_could_not_read_it_since_its_start_shows_nothing(tmp_path: Path) -> None:
    answers = Faulty(tmp_path / "store")
    answers.wrong = ZeroDivisionError()
    live = Live(in_force(piloting(tmp_path / "practice", COPD_RULE), NOW))
    pausing = Pausing(answers, live)
    pausing.start()
    app = create_app(Settings(), live, answers, clock=lambda: NOW)
    with TestClient(app, base_url="http://good-day.example") as client:
        place = Surgery(client, tmp_path / "store")
        assert place.ask(place.a_call(margaret("a"), of="a")).cards == []
    pausing.stop()
