"""`goodday rules diff`: what changed in meaning, and who is gained and lost by which line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import rules
from cds_hooks.cli import run
from cds_hooks.commands.reviews import file_beside
from rules.load import load_library
from tests.builders import (
    a_bundle,
    a_patient,
    list_text,
    released_text,
    rule_text,
    write_folder,
)

TODAY = ("--today", "2026-11-21", "--processes", "1")
FROM_65 = "\nall:\n  - has_cough\n  - age: {at_least: 65}\n"
BORN = ("1950", "1951", "1990", "1991-05")


def versions(folder: Path, new: str, old: str | None = None) -> tuple[str, str]:
    """Two folders of a practice with one rule each, and the files of the rule."""
    write_folder(folder / "old", {"coughing.yaml": old or rule_text()})
    write_folder(folder / "new", {"coughing.yaml": new})
    return str(folder / "old/coughing.yaml"), str(folder / "new/coughing.yaml")


def condition(of: str, number: int, system: str, code: str) -> dict[str, object]:
    active = {
        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
        "code": "active",
    }
    return {
        "resourceType": "Condition",
        "id": f"{of}-{number}",
        "subject": {"reference": f"Patient/{of}"},
        "clinicalStatus": {"coding": [active]},
        "onsetDateTime": "2026-10-01",
        "code": {"coding": [{"system": system, "code": code}]},
    }


def crowd(folder: Path, born: tuple[str, ...] = BORN, palliative: int = 2) -> str:
    """People with a cough; the first of them receive palliative care."""
    lists = load_library(folder / "old").library.code_lists
    cough, care = lists["cough"].first, lists["palliative-care"].first
    (folder / "people").mkdir()
    for number, day in enumerate(born):
        who = f"p{number}"
        codes = [cough, *([care] if number < palliative else [])]
        found = [condition(who, place, *each) for place, each in enumerate(codes)]
        bundle = a_bundle(a_patient(who, born=day), *found)
        (folder / f"people/{who}.json").write_text(json.dumps(bundle))
    return str(folder / "people")


def diff(*arguments: str) -> int:
    return run(["rules", "diff", *arguments])


def test_the_same_twice_is_no_difference_for_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, "# Only a comment\n" + rule_text())
    assert diff(old, new, crowd(tmp_path), *TODAY) == 0
    said = capsys.readouterr().out
    assert "Nothing that the two decide or say is different." in said
    assert "Asked about 4 people: nobody is gained or lost." in said


def test_an_exclusion_that_was_removed_is_said_loudly_with_its_line_and_who_needs_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text(exclude=None))
    assert diff(old, new, crowd(tmp_path), *TODAY) == 1
    said = capsys.readouterr().out
    line = 1 + rule_text().split("\n").index("  - shared: palliative")
    assert "!! palliative was removed" in said
    assert "4 people, as of 21 November 2026: 2 -> 4" in said
    both = (
        f"2 would GAIN the prompt   !! both are receiving palliative care (line {line} was removed)"
    )
    assert both in said
    assert "Who needs to look: clinical safety (an exclusion was removed), owner" in said
    assert "Unchanged: summary, question, detail" in said
    assert "p0" not in said


def test_whoever_is_lost_is_lost_by_the_line_that_says_no_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text(when=FROM_65))
    assert diff(old, new, crowd(tmp_path), *TODAY) == 1
    said = capsys.readouterr().out
    line = 1 + Path(new).read_text().split("\n").index("    - age: {at_least: 65}")
    assert "+ age is at least 65" in said
    assert ": 2 -> 0" in said
    assert f'2 would lose the prompt   "age at least 65" is not so (line {line})' in said


def test_what_keeps_somebody_from_it_twice_is_told_twice_before_they_are_gained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text(exclude=None), rule_text(when=FROM_65))
    assert diff(old, new, crowd(tmp_path, ("1990",), 1), *TODAY) == 1
    said = capsys.readouterr().out
    assert '"age at least 65" is not so' in said
    assert "this person is receiving palliative care" in said
    assert "1 would GAIN the prompt   !! " in said


def test_who_could_not_be_told_before_is_a_group_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adult = "\nall:\n  - has_cough\n  - age: {at_least: 35}\n"
    old, new = versions(tmp_path, rule_text(), rule_text(when=adult))
    assert diff(old, new, crowd(tmp_path, ("1991", "2000"), 0), *TODAY) == 1
    said = capsys.readouterr().out
    assert "1 could not be told before, prompts now" in said
    assert '"age at least 35" is not known' in said
    assert "1 would GAIN the prompt" in said


def test_the_sum_is_the_same_whatever_the_number_of_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text(when=FROM_65, exclude=None))
    people = crowd(tmp_path, BORN * 3)
    said: list[str] = []
    for processes in ("1", "2"):
        assert diff(old, new, people, "--today", "2026-11-21", "--processes", processes) == 1
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "12 people" in said[0]


def test_whom_it_is_about_goes_to_a_file_for_its_owner_alone_or_to_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = versions(tmp_path, rule_text(exclude=None))
    people, file = crowd(tmp_path), tmp_path / "who.ndjson"
    assert diff(old, new, people, "--to", str(file), *TODAY) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(row["person"], row["was"], row["now"]) for row in rows] == [
        ("p0", "excluded", "prompt"),
        ("p1", "excluded", "prompt"),
    ]
    assert diff(old, new, people, "--people", *TODAY) == 2
    assert "--people is for a screen" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert diff(old, new, people, "--people", *TODAY) == 1
    assert [line.strip() for line in capsys.readouterr().out.splitlines()].count("p0") == 1
    assert diff(old, new, "--people") == 2


def test_json_leaves_small_numbers_out_unless_it_stays_inside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text(when=FROM_65, exclude=None), rule_text(when=FROM_65))
    people = crowd(tmp_path, ("1950",) * 21 + ("1991",) * 30)
    arguments = (old, new, people, "--format", "json", *TODAY)
    assert diff(*arguments) == 1
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["people"] == {"asked": 50, "before": 20, "after": 20}
    (group,) = rule["changes"]
    assert (group["people"], group["loud"]) == (None, True)
    assert diff(*arguments, "--inside") == 1
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["people"] == {"asked": 51, "before": 19, "after": 21}
    assert rule["changes"][0]["people"] == 2


def test_a_list_with_other_codes_says_which_came_and_went_and_so_does_its_lock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, rule_text())
    (tmp_path / "new/value-sets/cough.yaml").write_text(list_text("cough", ["cough", "wet-cough"]))
    assert diff(old, new) == 1
    said = capsys.readouterr().out
    assert "cough: + wet-cough" in said
    assert "cough: - dry-cough" in said
    assert "whoever keeps the code lists (codes came or went)" in said
    folders = str(tmp_path / "old"), str(tmp_path / "new")
    assert diff("--lock", *folders) == 2
    assert "has no value-sets.lock" in capsys.readouterr().err
    for folder in folders:
        assert run(["rules", "lock", folder]) == 0
    capsys.readouterr()
    assert diff("--lock", *folders) == 1
    said = capsys.readouterr().out
    assert "cough   2 codes before, 2 now" in said
    assert "  + wet-cough" in said
    assert "looked at by: coughing" in said
    assert "wheeze" not in said
    assert diff("--lock", folders[0], folders[0]) == 0


def test_a_folder_against_a_folder_is_a_line_for_each_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, _ = versions(tmp_path, rule_text(exclude=None))
    for folder, name in (("old", "gone"), ("new", "came"), ("old", "stays"), ("new", "stays")):
        text = rule_text(id=name, quiet=f"{{topic: {name}}}", people=None, tests=None)
        (tmp_path / folder / f"{name}.yaml").write_text(text)
    folders = str(tmp_path / "old"), str(tmp_path / "new")
    assert diff(*folders, crowd(tmp_path), "--all", *TODAY) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["came", "coughing", "stays", "gone"]
    assert "2 -> 4   2 gained, 0 lost   !! somebody may be left alone less" in lines[2]
    assert lines[3].split() == ["stays", "the", "same", "2", "->", "2"]
    assert lines[-1] == "3 of 4 rules changed"
    assert lines[0].endswith("true counts: this stays inside the practice.")
    assert diff(old, folders[1]) == 2
    assert "a file and a folder" in capsys.readouterr().err


def test_a_rule_is_compared_with_itself_in_an_earlier_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path / "ours", {"coughing.yaml": rule_text()})
    file = tmp_path / "ours/coughing.yaml"
    git = ("git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "ours"), ("commit", "-qm", "First")):
        subprocess.run((*git, *command), check=True)
    file.write_text(rule_text(exclude=None))
    assert diff("HEAD", str(file)) == 1
    assert "!! palliative was removed" in capsys.readouterr().out
    assert diff("HEAD", str(tmp_path / "ours"), "--all") == 1
    assert diff("HEAD~7", str(file)) == 2
    assert "no such revision" in capsys.readouterr().err
    assert diff("HEAD", str(Path(rules.__file__).parent / "library")) == 2
    assert "of which there is one at a time" in capsys.readouterr().err
    later = tmp_path / "ours/later.yaml"
    later.write_text(rule_text(id="later"))
    assert diff("HEAD", str(later)) == 2
    assert "was not there yet in HEAD" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_not_taken_for_a_rule_that_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = versions(tmp_path, "format: 1\nid: coughing\n")
    assert diff(old, new) == 1
    captured = capsys.readouterr()
    assert "cannot be compared: mend this first." in captured.err
    assert "not there any more" not in captured.out


@pytest.mark.long
def test_a_review_opens_the_gate_to_live_for_just_this_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    piloted = released_text(status="pilot")
    old, new = versions(tmp_path, piloted, piloted)
    file = Path(new)

    def gate() -> str:
        run(["rules", "release", new, "--to", "live"])
        return next(line for line in capsys.readouterr().out.splitlines() if "released last" in line
                    or "another difference" in line)  # fmt: skip

    assert gate() == "met      What it decides and says is what was released last."
    file.write_text(piloted.replace("What does a good day look like?", "How is a good day?"))
    assert gate().startswith("not met  Nobody has reviewed the difference")
    assert diff(old, new, "--reviewed-by", "clinical safety officer") == 0
    assert gate().startswith("met      The difference from what was released last was reviewed on ")
    assert "(clinical safety officer)" in gate()
    kept = json.loads(file_beside(file).read_text())
    assert set(kept) == {"was", "now", "on", "by"}
    whole = file_beside(file).read_bytes()
    for spoilt in (b"{", whole.replace(b"officer", b"\xff")):
        file_beside(file).write_bytes(spoilt)
        assert gate().startswith("not met  Nobody has reviewed the difference")
    file_beside(file).write_bytes(whole)
    file.write_text(file.read_text().replace("How is a good day?", "How was a good day?"))
    assert "is of another difference than this one" in gate()
    file.write_text(piloted)
    capsys.readouterr()
    assert diff(old, new, "--reviewed-by", "owner") == 1
    assert "There is no difference to review" in capsys.readouterr().err
