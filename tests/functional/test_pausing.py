"""The switch: what is paused by hand is quiet everywhere within a minute, and says that it is."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from cds_hooks.store.answers import Answers
from tests.fhir_builders import COPD_RULE, margaret
from tests.running import GOODDAY
from tests.served import HELD_BACK, VIEW, Json, Running, a_call, piloting, prefetch_of, serving

AT_MOST = 60  # seconds, on every worker


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Running, Running]]:
    """Two processes over one store."""
    piloting(tmp_path / "practice", COPD_RULE)
    with (
        serving(tmp_path / "one", tmp_path / "practice", "--data", str(tmp_path / "store")) as one,
        serving(tmp_path / "two", tmp_path / "practice", "--data", str(tmp_path / "store")) as two,
    ):
        yield one, two


def goodday(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [GOODDAY, *words, "--data", str(folder / "store")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def asked(service: Running, person: str) -> Json:
    services: list[Json] = service.send("GET", "/cds-services").body["services"]
    templates = next(one["prefetch"] for one in services if one["hook"] == VIEW)
    call = a_call(prefetch_of(templates, margaret(person)), of=person)
    answer: Json = service.post(f"/cds-services/good-day-{VIEW}", call).body
    return answer


def step(service: Running, person: str) -> str:
    answer = asked(service, person)
    held = answer.get("extension", {}).get(HELD_BACK, [])
    return "card" if answer["cards"] else "; ".join(f"{one['step']}: {one['says']}" for one in held)


def until(service: Running, wanted: str, person: str) -> str:
    """What it says, once it says that, or when the time is over."""
    ends, found, number = monotonic() + AT_MOST, "", 0
    while wanted not in found and monotonic() < ends:
        found, number = step(service, f"{person}-{number}"), number + 1
        sleep(0.2)
    return found


@pytest.mark.long
def test_a_paused_rule_is_quiet_on_every_process_and_speaks_again_when_it_is_resumed(
    two: tuple[Running, Running], tmp_path: Path
) -> None:
    assert step(two[0], "a") == "card"
    because = "--because", "The group is full"
    assert goodday(tmp_path, "pause", COPD_RULE, *because).returncode == 0
    for number, service in enumerate(two):
        said = until(service, "paused", f"b{number}")
        assert said == "paused: Not shown: paused by hand (The group is full)."
    state = two[0].send("GET", "/status").body
    assert [one["what"] for one in state["paused"]] == [f"rule:{COPD_RULE}"]
    assert "The group is full" in goodday(tmp_path, "pause").stdout
    assert goodday(tmp_path, "resume", COPD_RULE).returncode == 0
    for number, service in enumerate(two):
        assert until(service, "card", f"c{number}") == "card"


@pytest.mark.long
def test_a_practice_can_be_paused_by_its_name_as_it_is_written(
    two: tuple[Running, Running], tmp_path: Path
) -> None:
    name = "Two Rivers Surgery"
    words = "pause", "--practice", name, "--because", "Moving house"
    assert goodday(tmp_path, *words).returncode == 0
    assert "Moving house" in until(two[0], "paused", "a")
    page = two[0].send("GET", "/status", headers={"Accept": "text/html"}).text
    assert f"The practice {name}: Moving house" in page


@pytest.mark.long
def test_everything_can_be_paused_at_once(two: tuple[Running, Running], tmp_path: Path) -> None:
    assert goodday(tmp_path, "pause", "--all", "--because", "An incident").returncode == 0
    assert "An incident" in until(two[1], "paused", "a")


@pytest.mark.long
def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    Answers(tmp_path / "store").close()
    assert "Nothing is paused" in goodday(tmp_path, "pause").stdout
    assert "--because" in goodday(tmp_path, "pause", "a-rule").stderr
    assert "Not paused" in goodday(tmp_path, "resume", "a-rule").stderr
    assert "Say what" in goodday(tmp_path, "resume").stderr
