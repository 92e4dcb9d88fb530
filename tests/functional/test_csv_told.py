"""A list in CSV files at the command line: nobody's line is lost, and what is wrong is told."""

import json
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from tests.builders import rule_text, write_folder
from tests.exports import PALLIATIVE, tried

MAPPING = """people:
  file: people.csv
  id: NHS Number
  born: DOB
  everybody_is: [registered, living]
files:
  - file: coded.csv
    holds: [everything coded, tag, task, care plan, message, document]
    person: NHS Number
    codes: [{column: Code, system: snomed}, {column: Local, system: good-day}]
    date: Date
"""
PEOPLE = """NHS Number,DOB
999 000 0018,03-Mar-1956
999 000 0026,03-Mar-1956
"""
# Both have a cough; the first receives palliative care, by a number that is written otherwise.
CODED = f"""NHS Number,Code,Local,Date
999 000 0018,,cough,03/03/2020
999 000 0026,,cough,03/03/2020
9990000018,{PALLIATIVE},,03/03/2026
"""
NOT_ON_IT = f"999 000 0034,{PALLIATIVE},,03/03/2026\n9990000034,,cough,03/03/2026\n"


# Two ethnic categories and two tenths, each written in several ways; and what is neither.
SPLIT = (
    ("A", "1"), ("White British", "01"), ("white - british", "1.0"),
    ("H", "10"), ("Indian", " 10"), ("of 4 High Street", "99999"),
)  # fmt: skip


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    write_folder(tmp_path / "practice", {"coughing.yaml": rule_text()})
    return tmp_path / "practice"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    files = {"mapping.yaml": MAPPING, "people.csv": PEOPLE, "coded.csv": CODED}
    write_folder(tmp_path / "extract", files)
    return tmp_path / "extract"


def asked(extract: Path, practice: Path, *more: object) -> int:
    usual = ["--rules", str(practice), "--today", "2026-11-21", "--processes", "1"]
    return run(["population", "run", str(extract), *usual, *map(str, more)])


def test_somebody_is_left_in_peace_however_their_number_is_written(
    extract: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(extract, practice) == FINE
    out, err = capsys.readouterr()
    assert out.splitlines()[2].split() == ["coughing", "1", "1", "0", "0"]
    assert err == ""


def test_whose_lines_are_not_on_the_list_is_told_with_the_first_and_their_lines_kept(
    tmp_path: Path, extract: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (extract / "coded.csv").write_text(CODED + NOT_ON_IT, encoding="utf-8")
    assert asked(extract, practice, "--rejects", tmp_path / "rejects") == PROBLEMS
    out, err = capsys.readouterr()
    assert out.splitlines()[2].split() == ["coughing", "1", "1", "0", "0"]
    told = "2 lines of this file are about people who are not in people.csv."
    assert f"{extract / 'coded.csv'}:5  {told}\nand 1 more." in err
    assert "9990000034" not in out + err
    assert (tmp_path / "rejects").read_text(encoding="utf-8") == NOT_ON_IT


def test_a_mapping_that_names_another_number_in_one_file_ends_the_run(
    extract: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = CODED.replace("999 000 00", "EMIS").replace("99900000", "EMIS")
    (extract / "coded.csv").write_text(other, encoding="utf-8")
    for processes in ("1", "2"):
        assert asked(extract, practice, "--processes", processes) == COULD_NOT_RUN
        out, err = capsys.readouterr()
        assert out == ""
        assert f"{extract / 'coded.csv'} is about nobody in people.csv" in err


def test_a_folder_of_tables_without_a_mapping_says_what_it_lacks(
    extract: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (extract / "mapping.yaml").rename(extract / "ours.yaml")
    assert asked(extract, practice) == COULD_NOT_RUN
    said = capsys.readouterr().err
    assert "mapping.yaml" in said
    assert "--mapping" in said
    assert asked(extract, practice, "--mapping", extract / "ours.yaml") == FINE


def test_a_group_is_one_however_it_is_written_and_what_somebody_typed_is_not_let_out(
    tmp_path: Path, extract: Path, practice: Path
) -> None:
    split = "  ethnic: Ethnicity\n  deprived: IMD\nfiles:\n"
    (extract / "mapping.yaml").write_text(MAPPING.replace("files:\n", split), encoding="utf-8")
    rows = [f"{number},1956,{','.join(SPLIT[number % 6])}\n" for number in range(60)]
    people = f"NHS Number,DOB,Ethnicity,IMD\n{''.join(rows)}"
    (extract / "people.csv").write_text(people, encoding="utf-8")
    coded = "".join(f"{number},,cough,2020\n" for number in range(60))
    (extract / "coded.csv").write_text(f"NHS Number,Code,Local,Date\n{coded}", encoding="utf-8")
    report = tmp_path / "report.json"
    assert tried(practice, extract, "--to", str(report), "--no-keep") == FINE
    text = report.read_text(encoding="utf-8")
    splits = {one["by"]: one["groups"] for one in json.loads(text)["report"]["splits"]}
    sizes = {by: {each["name"]: each["people"] for each in splits[by]} for by in splits}
    assert sizes["ethnic category"] == {
        "Asian: Indian": 20, "White: British": 30, "written otherwise": 10,
    }  # fmt: skip
    assert sizes["deprivation"] == {
        "tenth 1, most deprived": 30, "tenth 10, least deprived": 20, "written otherwise": 10,
    }  # fmt: skip
    assert "High Street" not in text


def test_two_versions_of_a_rule_are_asked_about_tables_too_with_true_counts_that_stay_inside(
    tmp_path: Path, extract: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path / "new", {"coughing.yaml": rule_text(exclude=None)})
    mapping = (extract / "mapping.yaml").rename(tmp_path / "ours.yaml")
    asked = ["rules", "diff", str(practice), str(tmp_path / "new"), str(extract)]
    usual = ["--today", "2026-11-21", "--processes", "1", "--mapping", str(mapping)]
    assert run([*asked, *usual]) == PROBLEMS
    told = capsys.readouterr().out
    assert "2 people, as of 21 November 2026: 1 -> 2" in told
    assert "true counts: this stays inside the practice" in told
    assert run([*asked, *usual, "--format", "json"]) == PROBLEMS
    assert "true counts" not in capsys.readouterr().out
    assert run([*asked[:-1], *usual]) == COULD_NOT_RUN
    assert "--mapping is about the people of a list" in capsys.readouterr().err
