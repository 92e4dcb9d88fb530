"""Drills: a rule that fires for all, one that goes silent, a code that changes, a review due.

Over the real app and a real store, with a clock that a test moves.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.cli import run
from cds_hooks.live import Live, in_force
from cds_hooks.pausing import Pausing
from cds_hooks.reloading import Reloading, proven
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import LOOKED, SHADOW, SHOWN, Event
from cds_hooks.store.pauses import Pause
from cds_hooks.tally import Tally
from cds_hooks.watching import Watching
from rules.load import load_library
from rules.rule import Purpose
from tests.builders import LISTS, PILOTED, list_text, rule_text, write_folder
from tests.fhir_builders import COPD_RULE, an_operation_outcome, margaret
from tests.served import NOW, Json, Surgery, piloting

TODAY = NOW.date()
AT_MOST = 20  # cards after the one with which a spike begins


class Watched(Surgery):
    """A surgery whose rules are watched: by the threads, or when a test says so."""

    def __init__(
        self, client: TestClient, store: Path, answers: Answers, live: Live, tally: Tally
    ) -> None:
        super().__init__(client, store)
        self.answers, self.live, self.tally = answers, live, tally

    def status(self) -> Json:
        """The state, as JSON."""
        found: Json = self.client.get("/status").json()
        return found

    def page(self) -> str:
        """The state, as people read it."""
        return str(self.client.get("/status", headers={"Accept": "text/html"}).text)

    def meet(self, *names: str) -> int:
        """Look at records of people with COPD; how many were shown a card."""
        return sum(len(self.ask(self.a_call(margaret(one), of=one)).cards) for one in names)

    def usually(self, outcome: str, times: int, *, since: int = 42, until: int = 1) -> None:
        """So many on each of these days ago, of forty looks."""
        for back in range(until, since + 1):
            day = TODAY - timedelta(days=back)
            counts = {LOOKED: 40, outcome: times}
            self.answers.count(
                event
                for what, many in counts.items()
                for event in [Event(day, COPD_RULE, "", what)] * many
            )


@contextmanager
def watched(folder: Path, live: Live) -> Generator[tuple[Watched, Watching]]:
    """The app, and what watches it, which looks when it is told to or once it is started."""
    told: list[Watched] = []
    store, tally = folder / "store", Tally()
    answers = Answers(store)
    settings = Settings(data=store)
    app = create_app(settings, live, answers, clock=lambda: told[0].now, tally=tally)
    pausing = Pausing(answers, live)
    pausing.look()
    with TestClient(app, base_url="http://good-day.example") as client:
        told.append(Watched(client, store, answers, live, tally))
        watching = Watching(answers, live, tally, told[0].clock, pausing.look)
        yield told[0], watching
        watching.stop()


def copd(folder: Path, purpose: Purpose = Purpose.OFFER) -> Live:
    library = piloting(folder / "practice", COPD_RULE)
    rules = tuple(replace(rule, purpose=purpose) for rule in library.rules)
    return Live(in_force(replace(library, rules=rules), NOW))


# ---- a spike ---


def test_a_rule_that_fires_for_all_is_stopped_by_itself_within_twenty_cards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHOWN, 2)
        watching.start()
        began = monotonic()
        shown, after = place.meet(*(f"a{n}" for n in range(19))), 0
        assert shown == 19, "twenty a day is where a spike begins"
        for number in range(300):
            if not place.meet(f"b{number}"):
                break
            after += 1
        assert after <= AT_MOST
        assert monotonic() - began < 60
        said = place.ask(place.a_call(margaret("c"), of="c")).body
        assert said == {"cards": []}, "what is unusual about a rule is not told beside somebody"
        (said,) = place.status()["inShadow"]
        assert said["rule"] == COPD_RULE
        assert said["because"].startswith("shown 2")
        assert "usual is fewer than 20" in said["because"]
        assert "These rules were shown far more often than is usual" in place.page()
    # A restart does not forget, and no other process asks either.
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        assert place.meet("d") == 0
        place.pass_time(days=3)
        watching.look()
        assert place.meet("e") == 0
        # A person takes it back; today it is not stopped anew, whatever was counted today.
        assert run(["pause", "--data", str(place.store)]) == 0
        assert f"the rule {COPD_RULE} (in shadow, by itself)" in capsys.readouterr().out
        assert run(["resume", COPD_RULE, "--data", str(place.store)]) == 0
        assert run(["resume", COPD_RULE, "--data", str(place.store)]) == 1


def test_one_that_took_over_from_a_rule_is_compared_with_that(tmp_path: Path) -> None:
    """A rule that was edited to fire for all may have been given another name with it."""
    library = piloting(tmp_path / "practice", COPD_RULE)
    (rule,) = library.rules
    new = replace(rule, id="of-everybody", care=replace(rule.care, replaces=COPD_RULE))
    live = Live(in_force(replace(library, rules=(new,)), NOW))
    with watched(tmp_path, live) as (place, watching):
        place.usually(SHOWN, 2)
        assert place.meet(*(f"a{n}" for n in range(20))) == 20
        watching.look()
        (said,) = place.status()["inShadow"]
        assert said["rule"] == "of-everybody"
        assert place.meet("b") == 0


def test_what_a_person_took_back_is_not_stopped_anew_that_day(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHOWN, 2)
        place.answers.count([Event(TODAY, COPD_RULE, "", SHOWN)] * 25)
        watching.look()
        assert place.meet("a") == 0
        assert place.answers.take_back(COPD_RULE, place.now)
        Pausing(place.answers, place.live).look()
        watching.look()
        assert place.meet("b") == 1
        assert "inShadow" not in place.status()
        place.answers.count([Event(TODAY + timedelta(days=1), COPD_RULE, "", SHOWN)] * 90)
        place.pass_time(days=1)
        watching.look()
        assert place.meet("c") == 0, "the day after it is looked at as ever"


def test_a_safety_net_is_never_stopped_by_itself_and_the_alarm_is_said(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path, Purpose.SAFETY_NET)) as (place, watching):
        place.usually(SHOWN, 2)
        watching.start()
        assert place.meet(*(f"a{n}" for n in range(30))) == 30
        watching.look()
        assert place.meet("b") == 1
        (alarm,) = place.status()["alarms"]
        assert (alarm["rule"], alarm["alarm"]) == (COPD_RULE, "spike")
        assert "It is a safety net, and never stops by itself" in place.page()
        metrics = str(place.client.get("/metrics").text)
        assert f'goodday_rule_alarm{{alarm="spike",rule="{COPD_RULE}"}} 1.0' in metrics


def test_what_shadow_counted_says_what_is_usual_from_the_first_day_of_a_pilot(
    tmp_path: Path,
) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHADOW, 30, since=14)
        place.answers.count([Event(TODAY, COPD_RULE, "", SHOWN)] * 60)
        watching.look()
        assert place.meet("a") == 1
        place.answers.count([Event(TODAY, COPD_RULE, "", SHOWN)] * 30)
        watching.look()
        assert place.meet("b") == 0


def test_with_less_than_seven_days_nobody_knows_what_is_usual(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHOWN, 2, since=6)
        place.answers.count([Event(TODAY, COPD_RULE, "", SHOWN)] * 500)
        watching.look()
        assert place.meet("a") == 1


# ---- silence ---


def test_a_rule_that_has_gone_silent_is_said_and_goes_on(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHOWN, 2, until=15)
        place.usually("held:quiet", 0, since=14)
        watching.look()
        (alarm,) = place.status()["alarms"]
        assert alarm["says"] == "silent for 14 days, where it would usually have spoken 28 times"
        assert "silent for 14 days" in place.page()
        assert place.meet("a") == 1
        place.pass_time(days=1)
        watching.look()
        assert "alarms" not in place.status(), "it has spoken yesterday"


# ---- canaries ---

COUGH = "cough"


def practice(folder: Path, *codes: str) -> Path:
    """A practice with one rule about everybody with a cough, by these codes."""
    files = {"coughing.yaml": rule_text(**PILOTED)}
    files["practice.yaml"] = "name: A test\ninvented: yes\npilots: [coughing]\n"
    files["value-sets/cough.yaml"] = list_text(COUGH, codes)
    write_folder(folder, files)
    return folder


def test_a_code_that_changes_in_a_list_is_noticed_within_the_hour_and_the_list_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The stories themselves still come out: they know the list by its name."""
    caplog.set_level("INFO")
    folder = practice(tmp_path / "practice", *LISTS[COUGH])
    live = Live(proven(load_library(folder), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):
        watching.ask_canaries()
        assert "canaries" not in place.status(), "they were asked when the rules were taken"
        place.pass_time(minutes=59)
        watching.ask_canaries()
        assert "canaries" not in place.status()
        place.pass_time(minutes=1)
        watching.ask_canaries()
        assert place.status()["canaries"]["wrong"] == []
        assert place.status()["canaries"]["asked"] == 3
        assert "All 3 came out as written" in place.page()

        practice(folder, "kough", "dry-cough")
        Reloading(folder, live, place.clock, 0).look(at_once=True)
        assert live.last is not None
        assert not live.last.wrong, "the set is taken: its own stories come out"
        place.pass_time(hours=1)
        watching.ask_canaries()
        assert place.status()["canaries"]["wrong"] == [{"rule": "coughing", "lists": [COUGH]}]
        assert "look at the code list cough" in place.page()
        metrics = str(place.client.get("/metrics").text)
        assert 'goodday_canary_wrong{rule="coughing"} 1.0' in metrics
        said = [json.loads(r.getMessage()) for r in caplog.records if r.name == "goodday"]
        assert {"event": "canary-wrong", "rule": "coughing", "lists": [COUGH]} in said

        practice(folder, *LISTS[COUGH])
        Reloading(folder, live, place.clock, 0).look(at_once=True)
        place.pass_time(hours=1)
        watching.ask_canaries()
        assert place.status()["canaries"]["wrong"] == []


def test_canaries_that_a_stop_cut_off_say_nothing(tmp_path: Path) -> None:
    folder = practice(tmp_path / "practice", *LISTS[COUGH])
    live = Live(proven(load_library(folder), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):
        place.pass_time(hours=2)
        watching.stop()
        watching.ask_canaries()
        assert "canaries" not in place.status()


def test_a_list_with_more_codes_is_the_same_to_its_canaries(tmp_path: Path) -> None:
    folder = practice(tmp_path / "practice", *LISTS[COUGH])
    live = Live(proven(load_library(folder), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):
        watching.ask_canaries()
        practice(folder, "new-cough", *LISTS[COUGH])
        Reloading(folder, live, place.clock, 0).look(at_once=True)
        place.pass_time(hours=1)
        watching.ask_canaries()
        assert place.status()["canaries"]["wrong"] == []


# ---- figures ---


def test_what_shadow_counted_is_told_and_today_is_not_over(tmp_path: Path) -> None:
    with watched(tmp_path, copd(tmp_path)) as (place, watching):
        place.usually(SHADOW, 3, since=14)
        place.usually("held:quiet", 5, since=7)
        watching.look()
        (rule,) = place.status()["rules"]
        figures = {"days": 14, "asked": 840, "shown": 0, "heldBack": 35, "inShadow": 42}
        assert rule["last28Days"] == figures
        assert "In shadow it would have been shown 42 times." in place.page()


def test_a_fault_ends_a_look_and_not_the_watch(tmp_path: Path) -> None:
    """Nobody would see that nobody watches."""
    with watched(tmp_path, copd(tmp_path)) as (place, _):
        faults: list[int] = []

        def clock() -> datetime:
            if len(faults) < 2:
                faults.append(1)
                raise ValueError
            return place.now

        again = Watching(place.answers, place.live, Tally(), clock, lambda: None, every=0.01)
        place.usually(SHADOW, 3, since=14)
        again.start()
        ends = monotonic() + 10
        while not place.live.figures and monotonic() < ends:
            sleep(0.01)
        again.stop()
        assert place.live.figures[COPD_RULE].shadow == 42


@pytest.mark.parametrize("which", [COPD_RULE, "the-one-that-it-replaces"])
def test_of_a_rule_that_put_itself_in_shadow_nothing_is_told_where_it_cannot_tell_either(
    tmp_path: Path, which: str
) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    (rule,) = library.shown().rules
    taking_over = replace(rule, care=replace(rule.care, replaces="the-one-that-it-replaces"))
    live = Live(in_force(replace(library, rules=(taking_over,)), NOW))
    with watched(tmp_path, live) as (place, _):
        call = place.a_call(margaret("a"), of="a")
        call["prefetch"] = {
            key: value
            if value is None or value["resourceType"] == "Patient"
            else an_operation_outcome()
            for key, value in call["prefetch"].items()
        }
        assert place.ask(call).held_back[COPD_RULE]["step"] == "cannot-tell"
        place.answers.pause(Pause(f"shadow:{which}", NOW, "shown 40 times"))
        Pausing(place.answers, live).look()
        assert place.ask(call).body == {"cards": []}
        seen = place.a_call(margaret("b"), of="b")
        assert place.ask(seen).body == {"cards": []}, "nor where it would have been shown"


def test_however_often_rules_change_canaries_are_asked_every_hour(tmp_path: Path) -> None:
    folder = practice(tmp_path / "practice", *LISTS[COUGH])
    live = Live(proven(load_library(folder), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):
        watching.ask_canaries()
        for number in range(3):  # the code changes at once, and something else later
            practice(folder, "kough", *["dry-cough", "wet-cough"][: number + 1])
            Reloading(folder, live, place.clock, 0).look(at_once=True)
            watching.ask_canaries()
            place.pass_time(minutes=25)
        assert live.last is not None
        assert live.last.at > NOW, "the rules were taken anew meanwhile"
        watching.ask_canaries()
        (wrong,) = place.status()["canaries"]["wrong"]
        assert wrong["lists"] == [COUGH]


def test_a_clock_that_is_put_back_a_day_does_not_keep_canaries_waiting(tmp_path: Path) -> None:
    live = Live(proven(load_library(practice(tmp_path / "p", *LISTS[COUGH])), NOW, "first"))
    with watched(tmp_path, live) as (place, watching):
        place.pass_time(days=-1)
        watching.ask_canaries()
        assert place.status()["canaries"]["at"] == "2026-11-20T09:30:00+00:00"
