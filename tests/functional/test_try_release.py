"""What `goodday rules try` leaves beside a rule, and the gate to a pilot that it opens."""

import json
from pathlib import Path

import pytest

from cds_hooks import clock
from cds_hooks.cli import run
from cds_hooks.commands.tried import kept, place_of
from prompts.gates import Tried
from rules.load import load_library
from tests.builders import rule_text, write_folder
from tests.exports import COUGHING, Crowd, a_crowd, a_practice, tried
from tests.headings import ENOUGH_TOLD, PILOTED


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return a_practice(tmp_path / "practice")


def found(file: Path) -> Tried | None:
    """What release finds beside a rule."""
    (rule,) = load_library(file).library.rules
    return kept(place_of(file, rule.id), rule)


def test_a_try_is_of_the_rule_as_it_is_until_the_rule_changes(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = practice / "coughing.yaml"
    assert found(file) is None
    tried(practice, a_crowd().write(tmp_path / "export"))
    assert "Kept for goodday rules release" in capsys.readouterr().out
    today = clock.practice_day(clock.now())
    assert found(file) == Tried(today, same=True)
    file.write_text(rule_text(**COUGHING, status="shadow"), encoding="utf-8")
    assert found(file) == Tried(today, same=True)  # where it is in its life is no part of it
    file.write_text(rule_text(**COUGHING, exclude=None), encoding="utf-8")
    assert found(file) == Tried(today, same=False)
    for spoilt in (b"{", b'{"rule": "\xff"}'):
        place_of(file, "coughing").write_bytes(spoilt)
        assert found(file) is None


def test_the_report_beside_a_rule_has_no_person_and_no_small_number_in_it(
    practice: Path, tmp_path: Path
) -> None:
    tried(practice, a_crowd().write(tmp_path / "export"))
    text = (practice / "tried" / "coughing.json").read_text(encoding="utf-8")
    kept = json.loads(text)
    assert (kept["people"], kept["prompted"]) == (50, 40)
    assert all(row["left"] is None or row["left"] % 5 == 0 for row in kept["waterfall"])
    assert "Sam" not in text
    assert "p12" not in text


def test_no_report_is_left_where_that_is_not_wanted_or_there_is_nobody(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried(practice, a_crowd().write(tmp_path / "export"), "--no-keep")
    few = Crowd()
    few.add(7, "cough")
    tried(practice, few.write(tmp_path / "few"))
    assert "under 8 people" in capsys.readouterr().out
    assert not (practice / "tried").exists()


def test_a_rule_with_a_try_report_is_released_into_a_pilot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "practice"
    write_folder(folder, {"coughing.yaml": rule_text(**PILOTED, tests=ENOUGH_TOLD)})
    run(["rules", "lock", str(folder)])
    file = folder / "coughing.yaml"
    assert run(["rules", "release", str(file), "--to", "pilot", "--yes"]) == 1
    shut = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not met")]
    assert len(shut) == 1
    assert shut[0].startswith("not met  It has not been tried on a list of people.")
    source = a_crowd().write(tmp_path / "export")
    assert run(["rules", "try", str(file), str(source), "--processes", "1"]) == 0
    assert run(["rules", "release", str(file), "--to", "pilot", "--yes"]) == 0
    assert "status: pilot" in file.read_text(encoding="utf-8")
