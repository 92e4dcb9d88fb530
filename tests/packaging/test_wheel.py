"""What was built runs by itself: away from the source, with its data, under names of its own."""

import json
import re
import signal
import subprocess
from email import message_from_string
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

from tests.architecture.project import PACKAGES, SETTINGS, tracked
from tests.packaging.conftest import Installed, environment

pytestmark = pytest.mark.long

DIST_INFO = f"goodday-{SETTINGS['project']['version']}.dist-info"


def test_the_wheel_holds_every_file_of_the_four_packages_and_nothing_beside_them(
    wheel: Path,
) -> None:
    with ZipFile(wheel) as opened:
        held = set(opened.namelist())
    ours = {name for package in PACKAGES for name in tracked(f"{package}/*")}
    assert ours - held == set()
    assert {name.partition("/")[0] for name in held} == {*PACKAGES, DIST_INFO}
    assert {f"{package}/py.typed" for package in PACKAGES} <= held


def test_the_metadata_keeps_it_from_being_published_by_accident(wheel: Path) -> None:
    with ZipFile(wheel) as opened:
        metadata = message_from_string(opened.read(f"{DIST_INFO}/METADATA").decode())
        licence = opened.read(f"{DIST_INFO}/licenses/LICENSE")
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier", [])
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert licence.startswith(b"MIT License")


def test_it_is_the_installed_packages_that_run(installed: Installed) -> None:
    asked = "import json, {0}; print(json.dumps([p.__file__ for p in ({0})]))"
    said = installed.run("python", "-c", asked.format(", ".join(PACKAGES)))
    assert said.stderr == ""
    assert json.loads(said.stdout) == [
        str(installed.packages / package / "__init__.py") for package in PACKAGES
    ]


def test_the_four_names_are_ours_alone(installed: Installed) -> None:
    asked = (
        "import json; from importlib.metadata import packages_distributions as names;"
        f" print(json.dumps([names()[name] for name in {PACKAGES}]))"
    )
    said = installed.run("python", "-c", asked)
    assert said.stderr == ""
    assert json.loads(said.stdout) == [["goodday"]] * len(PACKAGES)


def test_the_command_says_what_it_can_do(installed: Installed) -> None:
    said = installed.run("goodday", "--help")
    assert (said.returncode, said.stderr) == (0, "")
    assert re.findall(r"^    (\w+) ", said.stdout, re.MULTILINE) == [
        "demo",
        "serve",
        "visits",
        "papers",
        "rules",
        "lists",
        "client",
        "pause",
        "resume",
        "store",
        "directory",
    ]


@pytest.mark.parametrize("verb", ["check", "test"])
def test_the_shipped_rules_hold_where_they_are_installed(installed: Installed, verb: str) -> None:
    said = installed.run("goodday", "rules", verb, installed.packages / "rules" / "library")
    assert (said.returncode, said.stderr) == (0, ""), said.stdout


def test_the_shipped_data_loads_without_a_problem(installed: Installed) -> None:
    asked = """
from importlib.resources import as_file, files
from rules.load import load_library
loaded = load_library()
assert not loaded.stops, loaded.stops
assert loaded.library.rules and loaded.library.code_lists
with as_file(files("cds_hooks.demo") / "practice") as practice:
    assert load_library(practice).usable().shown().rules
"""
    said = installed.run("python", "-c", asked)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_installed_demo_starts_shows_its_page_and_stops(
    installed: Installed, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [installed.bin / "goodday", "demo", "--port", "0", "--data", tmp_path / "demo"],
        cwd=installed.empty,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        address = demo.stdout.readline().split()[-1]
        try:
            with urlopen(address, timeout=10) as page:
                shown = page.read().decode()
            style = re.findall(r'href="([^"]+\.css)"', shown)
            with urlopen(urljoin(address, style[0]), timeout=10) as sheet:
                assert sheet.headers["content-type"].startswith("text/css")
            with urlopen(urljoin(address, "/cds-services"), timeout=10) as services:
                offered = json.load(services)
        finally:
            demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=10) == 0
    assert "<!doctype html>" in shown.lower()
    assert len(offered["services"]) == 2
    assert list(installed.empty.iterdir()) == []


@pytest.mark.parametrize("name", ["rules", "prompts", "fhir_adapters"])
def test_a_package_of_the_same_name_in_front_gives_one_plain_sentence(
    installed: Installed, tmp_path: Path, name: str
) -> None:
    stranger = tmp_path / name
    stranger.mkdir()
    (stranger / "__init__.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    said = installed.run("goodday", "rules", "check", tmp_path, PYTHONPATH=str(tmp_path))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == (
        f'The package "{name}" found at {stranger} is not ours:'
        " install goodday in an environment of its own.\n"
    )


def test_a_folder_of_the_same_name_where_one_stands_does_no_harm(
    installed: Installed, tmp_path: Path
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").write_text("raise SystemExit('no')", encoding="utf-8")
    said = subprocess.run(
        [installed.bin / "goodday", "rules", "test", installed.packages / "rules" / "library"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, b"")
