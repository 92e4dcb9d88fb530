"""``goodday population run``: every rule asked about everybody on a list."""

import json
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from fhir_adapters.read import TYPES
from tests.builders import Resource, a_patient, a_resource, rule_text, write_folder

BAD = b'{"subject": {"reference": "Patient/bea"}, "code": \n'


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    write_folder(tmp_path / "practice", {"coughing.yaml": rule_text()})
    return tmp_path / "practice"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Ann coughs, Bea does not; every list that there is was exported."""
    folder = tmp_path / "export"
    people = [a_patient(who, born="1966-01-01") for who in ("ann", "bea")]
    lines = {name: list[Resource]() for name in TYPES.values()}
    lines |= {"Patient": people, "Condition": [a_resource("Condition", "cough", of="ann")]}
    folder.mkdir()
    for name, each in lines.items():
        text = "".join(json.dumps(one) + "\n" for one in each)
        (folder / f"{name}.ndjson").write_text(text, encoding="utf-8")
    return folder


def asked(export: Path, practice: Path, *more: object) -> int:
    usual = ["--rules", str(practice), "--today", "2026-11-21", "--processes", "1"]
    return run(["population", "run", str(export), *usual, *map(str, more)])


def test_it_counts_whom_each_rule_would_prompt_for_and_writes_a_line_for_each_person(
    tmp_path: Path, export: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.ndjson"
    assert asked(export, practice, "--to", rows) == FINE
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 people"
    assert said[2].split() == ["coughing", "1", "0", "0", "0"]
    ann, bea = map(json.loads, rows.read_text("utf-8").splitlines())
    assert (ann["person"], ann["came"][0]["decision"]) == ("ann", "prompt")
    assert bea == {"person": "bea", "came": []}


def test_what_could_not_be_read_is_told_by_its_place_and_kept_apart(
    tmp_path: Path, export: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (export / "Condition.ndjson").open("ab") as file:
        file.write(BAD)
    rejects = tmp_path / "rejects"
    assert asked(export, practice, "--rejects", rejects) == PROBLEMS
    out, err = capsys.readouterr()
    assert f"{export / 'Condition.ndjson'}:2  This line is not" in err
    assert "bea" not in out + err
    # Of Bea it cannot be told; that Ann coughs stands there all the same.
    assert out.splitlines()[2].split() == ["coughing", "1", "0", "1", "0"]
    assert rejects.read_bytes() == BAD


@pytest.mark.parametrize("option", ["--to", "--rejects"])
def test_what_it_writes_about_people_is_for_its_owner_alone_whoever_could_read_the_file_before(
    tmp_path: Path, export: Path, practice: Path, option: str
) -> None:
    file = tmp_path / "there"
    file.write_text("what stood there before")
    file.chmod(0o644)
    assert asked(export, practice, option, file) == FINE
    assert file.stat().st_mode & 0o777 == 0o600
    assert "before" not in file.read_text()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("nowhere", "There is no folder called", id="nothing is there"),
        pytest.param("practice", "has nobody in it", id="nobody is in it"),
        pytest.param("practice/coughing.yaml", "name the folder", id="a file"),
    ],
)
def test_a_source_that_is_none_gets_one_sentence(
    tmp_path: Path, practice: Path, capsys: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    assert asked(tmp_path / source, practice) == COULD_NOT_RUN
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb",
    [
        ["population", "run", "{list}"],
        ["population", "import", "{list}", "--to", "{to}"],
        ["population", "fetch", "https://fhir.example/r4", "--to", "{to}"],
        ["population", "tag", "{list}", "--to", "{to}", "--nobody-asked"],
        ["population", "tag", "--to", "{to}", "--nobody-asked"],
        ["rules", "try", "cough", "{list}"],
    ],
    ids=["run", "import", "fetch", "tag", "send", "try"],
)
def test_rules_that_need_mending_are_no_list_of_which_something_was_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/cough.yaml").write_text("id: cough\nwhen: [\n", encoding="utf-8")
    (tmp_path / "list").mkdir()
    named = {"list": tmp_path / "list", "to": tmp_path / "to"}
    typed = [word.format(**named) for word in verb]
    assert run([*typed, "--rules", str(tmp_path / "rules")]) == COULD_NOT_RUN
    assert "cough.yaml:" in "".join(capsys.readouterr())
    assert not (tmp_path / "to").exists()
