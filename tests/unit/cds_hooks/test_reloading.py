"""Rules that change while they are asked: all of a set or nothing of it, and the last good one."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import settings
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from cds_hooks.app import create_app
from cds_hooks.canary import canaries
from cds_hooks.live import InForce, Live, in_force
from cds_hooks.reloading import Reloading, fingerprint
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from rules.care import Released
from rules.load import load_library
from rules.rule import Status, Wording
from tests.builders import ENOUGH_TOLD, PILOTED, rule_text, write_folder
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import NOW, VIEW, Surgery, piloting, surgery

SOAK = settings().max_examples > 200
RELOADS = 1_000 if SOAK else 40
NAMES = ("cough", "wheeze")


def write(folder: Path, version: int, **changed: str) -> None:
    """A practice with two rules of one version, both about everybody with a cough."""
    files = {
        f"{name}.yaml": rule_text(
            id=name, title=f"{name} of version {version}", quiet=f"{{topic: {name}}}",
            tests=ENOUGH_TOLD.replace("coughing", name), **PILOTED,
        ).replace("\nstatus:", f"\nversion: {version}\nstatus:")
        for name in NAMES
    }  # fmt: skip
    practice = f"name: A test\ninvented: yes\npilots: [{', '.join(NAMES)}]\n"
    write_folder(folder, {**files, "practice.yaml": practice, **changed})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "practice", 1)
    return tmp_path / "practice"


@pytest.fixture
def live(folder: Path) -> Live:
    return Live(ready(folder))


def ready(folder: Path) -> InForce:
    return in_force(load_library(folder).usable(), NOW, fingerprint(folder))


def reloading(folder: Path, live: Live) -> Reloading:
    return Reloading(folder, live, lambda: NOW, 1)


def versions(live: Live) -> set[int]:
    return {rule.version for rule in live.rules.library.rules}


# ---- what is taken, and when ----------------------------------------------------------------


def test_what_has_changed_is_taken_once_it_is_the_same_for_two_looks(
    folder: Path, live: Live
) -> None:
    looks = reloading(folder, live)
    looks.look()
    assert live.last is None
    write(folder, 2)
    looks.look()
    assert versions(live) == {1}, "somebody may be in the middle of saving"
    looks.look()
    assert versions(live) == {2}
    assert live.last is not None
    assert not live.last.wrong


def test_files_that_were_only_touched_are_the_same_set(folder: Path, live: Live) -> None:
    before = live.rules
    looks = reloading(folder, live)
    write(folder, 1)
    looks.look(at_once=True)
    assert live.rules is before


BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "a heading that is none": ({"wheeze.yaml": "nonsense: 1\n"}, "problems"),
    "half a file": ({"wheeze.yaml": rule_text(id="wheeze")[:200]}, "problems"),
    "not text": ({"wheeze.yaml": "\x00\x01"}, "problems"),
    "a pilot that is not there": ({"practice.yaml": "name: A\npilots: [cuogh]\n"}, "problems"),
    "a story that comes out otherwise": (
        {"wheeze.yaml": rule_text(
            id="wheeze", quiet="{topic: wheeze}", **PILOTED,
            tests=ENOUGH_TOLD.replace("coughing", "wheeze").replace(
                "expect: prompt", "expect: no prompt", 1),
        )}, "stories",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_bad_set_keeps_the_last_good_one_and_is_said_once(
    folder: Path, live: Live, caplog: pytest.LogCaptureFixture, files: dict[str, str], reason: str
) -> None:
    caplog.set_level("INFO")
    before = live.rules
    looks = reloading(folder, live)
    write(folder, 2, **files)
    for _ in range(3):
        looks.look(at_once=True)
    assert live.rules is before
    assert live.last is not None
    assert live.last.wrong
    assert events(caplog) == [("reload-failed", reason)]
    write(folder, 1)
    looks.look(at_once=True)
    assert live.rules is before
    assert not live.last.wrong, "it was taken back"
    write(folder, 2)
    looks.look(at_once=True)
    assert versions(live) == {2}
    assert events(caplog)[1:] == [("reloaded", "")]


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    said = [json.loads(record.getMessage()) for record in caplog.records]
    return [(one["event"], one.get("reason", "")) for one in said]


def test_what_is_wrong_is_said_by_place_and_kind_and_not_in_the_words_of_the_file(
    folder: Path, live: Live
) -> None:
    write(folder, 2, **{"wheeze.yaml": rule_text(id="wheeze", owner=None, zebedee="9997771230")})
    reloading(folder, live).look(at_once=True)
    assert live.last is not None
    assert any(line.startswith("wheeze.yaml, line ") for line in live.last.wrong)
    assert all(re.fullmatch(r"[\w.-]+, line \d+: .*\.", line) for line in live.last.wrong)
    assert "zebedee" not in str(live.last.wrong).lower()
    assert "9997771230" not in str(live.last.wrong)


def test_a_folder_that_goes_away_keeps_the_last_good_set(folder: Path, live: Live) -> None:
    before = live.rules
    looks = reloading(folder, live)
    folder.rename(folder.with_name("elsewhere"))
    looks.look(at_once=True)
    assert live.rules is before
    assert live.last is not None
    assert live.last.wrong


def test_a_fault_ends_one_look_and_not_the_watch(folder: Path, live: Live) -> None:
    faults: list[int] = []

    def clock() -> datetime:
        if not faults:
            faults.append(1)
            raise ZeroDivisionError
        return NOW

    looks = Reloading(folder, live, clock, 0.01)
    looks.start()
    write(folder, 2)
    ends = monotonic() + 10
    while versions(live) != {2} and monotonic() < ends:
        sleep(0.01)
    looks.stop()
    assert faults
    assert versions(live) == {2}


def test_two_sets_have_the_same_fingerprint_only_where_every_file_is_the_same(
    folder: Path,
) -> None:
    first = fingerprint(folder)
    write(folder, 1)
    assert fingerprint(folder) == first
    (folder / "cough.yaml").rename(folder / "cou.yaml")
    assert fingerprint(folder) != first


# ---- canaries -------------------------------------------------------------------------------


def test_every_story_of_a_pilot_is_asked_through_the_door_and_nothing_is_logged(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    loaded = load_library(folder)
    assert canaries(ready(folder), loaded.stories) == []
    assert not caplog.records


def test_the_stories_of_the_rules_that_we_ship_are_answered(tmp_path: Path) -> None:
    piloting(tmp_path, COPD_RULE, RESULTS_RULE)
    loaded = load_library(tmp_path)
    assert canaries(ready(tmp_path), loaded.stories) == []


@pytest.mark.parametrize("status", [Status.PILOT, Status.SHADOW, Status.LIVE])
def test_a_card_that_cannot_be_sent_is_found_by_a_canary(folder: Path, status: Status) -> None:
    """Also of a rule that is not shown yet, or to some sessions only."""
    loaded = load_library(folder)
    days = [story.today for stories in loaded.stories.values() for story in stories]
    released = Released(1, "0" * 16, max(days) + timedelta(days=1))
    broken = tuple(
        replace(
            rule,
            status=status,
            care=replace(rule.care, released=released),
            card=replace(rule.card, words=replace(rule.card.words, summary=TOO_LONG)),
        )
        if rule.id == "wheeze"
        else rule
        for rule in loaded.library.rules
    )
    rules = in_force(replace(loaded.library, rules=broken), NOW)
    assert "wheeze" in canaries(rules, loaded.stories)


TOO_LONG = Wording(("a" * 500,))


# ---- under constant calls -------------------------------------------------------------------


@pytest.fixture
def asked(tmp_path: Path, live: Live) -> Iterator[Surgery]:
    with surgery(tmp_path / "served", live) as here:
        yield here


@pytest.mark.long
def test_reloads_under_constant_calls_are_never_seen_half_way(
    folder: Path, live: Live, asked: Surgery
) -> None:
    """Both rules on a card, and both titles in discovery, are of one version, which never falls."""
    looks = reloading(folder, live)
    over = threading.Event()
    went_wrong: list[BaseException] = []

    def reload_all() -> None:
        broken = list(BROKEN.values())
        try:
            for number in range(2, RELOADS + 2):
                bad = number % 2 == 1
                write(folder, number, **(broken[number // 2 % len(broken)][0] if bad else {}))
                looks.look(at_once=True)
                assert versions(live) == {number - bad}
        except BaseException as error:
            went_wrong.append(error)
        finally:
            over.set()

    thread = threading.Thread(target=reload_all)
    thread.start()
    seen = [1]
    calls = 0
    while not over.is_set():
        calls += 1
        seen.append(one_version(asked.client.get("/cds-services").text, r"of version (\d+)"))
        reply = asked.ask(asked.a_call(coughing(f"person-{calls}"), of=f"person-{calls}"))
        assert reply.prompted == set(NAMES)
        seen.append(one_version(reply.text, r"(?:cough|wheeze)\|(\d+)"))
        sleep(0.005)
    thread.join()
    assert not went_wrong, went_wrong
    assert seen == sorted(seen)
    assert len(set(seen)) > RELOADS / 8
    assert calls > RELOADS


def one_version(text: str, pattern: str) -> int:
    found = {int(number) for number in re.findall(pattern, text)}
    assert len(found) == 1, found
    return found.pop()


def coughing(of: str) -> list[dict[str, object]]:
    from tests.builders import a_condition, a_patient

    cough = a_condition("cough", id="c", subject={"reference": f"Patient/{of}"})
    return [a_patient(of), cough]


def test_an_answer_to_a_card_of_a_service_that_is_no_more_is_still_heard(
    folder: Path, live: Live, asked: Surgery
) -> None:
    from tests.served import closed

    card = asked.ask(asked.a_call(coughing("person"), of="person")).card
    looks = reloading(folder, live)
    (folder / "practice.yaml").write_text("name: A test\ninvented: yes\n", encoding="utf-8")
    looks.look(at_once=True)
    assert asked.discovery() == []
    assert asked.tell(closed(card, NOW, "limited-time")).status == 200


Change = Callable[[Path], None]
VIEW_SERVICE = f"good-day-{VIEW}"


def test_rules_that_change_while_a_call_comes_in_do_not_meet_it_half(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    old = replace(library, practice=replace(library.practice, name="The Old Surgery"))
    new = replace(library, practice=replace(library.practice, name="The New Surgery"))
    live = Live(in_force(old, NOW))
    app = create_app(Settings(), live, Answers(tmp_path / "store"), clock=lambda: NOW)

    async def reloaded_meanwhile(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_a_reload() -> Message:
            message = await receive()
            if message["type"] == "http.request" and scope["method"] == "POST":
                live.take(in_force(new, NOW))
            return message

        await app(scope, with_a_reload, send)

    with TestClient(reloaded_meanwhile, base_url="http://good-day.example") as client:
        place = Surgery(client, tmp_path / "store")
        sources = [
            place.ask(place.a_call(margaret(one), of=one)).card["source"]["label"] for one in "ab"
        ]
    assert sources[0].startswith("The Old Surgery"), "it began with the rules of before"
    assert sources[1].startswith("The New Surgery")
