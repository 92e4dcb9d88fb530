"""`goodday rules try`: whom a rule would prompt for on a list, line by line, and what is told."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from fhir_adapters.systems import UK_CORE_ETHNICITY
from rules.codes import OWN
from tests.builders import (
    TODAY,
    a_resource,
    rule_text,
    write_folder,
)
from tests.exports import CHILD, PALLIATIVE, Crowd, a_crowd, a_practice, tried
from tests.served import Json

SYNTHEA = Path(__file__).parents[1] / "fixtures" / "synthea"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return a_practice(tmp_path / "practice")


Rows = Mapping[str, Mapping[str, int | None]]


def written(practice: Path, source: Path, *more: str) -> tuple[Json, Rows]:
    """The report as JSON, and its lines by the words they begin with."""
    file = practice.parent / "report.json"
    tried(practice, source, "--to", str(file), *more)
    found: Json = json.loads(file.read_text(encoding="utf-8"))["report"]
    return found, {row["says"]: row for row in found["rows"]}


def test_the_lines_stand_in_the_order_of_the_file_and_end_in_who_is_left(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tried(practice, a_crowd().write(tmp_path / "export")) == 0
    said = capsys.readouterr().out
    told = [line.split("  ") for line in said.splitlines()]
    numbers = [[cell.strip() for cell in line if cell.strip()] for line in told]
    lines = {line[0]: line[1:] for line in numbers if len(line) > 1}
    assert lines["Everyone on the list"] == ["52"]
    assert lines["who have cough"] == ["40", "40", "12"]
    assert lines["who are 18 or over"] == ["37", "49", "3"]
    assert lines["not: This person is receiving palliative care"] == ["35", "50"]
    assert lines["Would be prompted"] == ["35"]
    assert "true counts: this stays inside the practice" in said
    assert "reviewed by a clinical safety officer" in said


def test_who_is_lost_by_one_line_alone_is_told_of_that_line(practice: Path, tmp_path: Path) -> None:
    found, rows = written(practice, a_crowd().write(tmp_path / "export"), "--inside")
    assert rows["who have cough"]["only"] == 12
    assert rows["who are 18 or over"]["only"] == 3
    # Whoever receives palliative care is to be left in peace at another line too.
    assert rows["This person is receiving palliative care"]["only"] == 0
    assert rows["It is a time to leave them in peace"]["meets"] == 50
    assert found["prompted"] == 35


def test_a_list_that_is_not_there_is_cannot_tell_and_not_a_no(
    practice: Path, tmp_path: Path
) -> None:
    source = a_crowd().write(tmp_path / "export")
    (source / "Condition.ndjson").unlink()
    found, rows = written(practice, source, "--inside")
    first = rows["who have cough"]
    assert (first["left"], first["cannot_tell"], first["meets"], first["unsure"]) == (0, 52, 0, 52)
    assert found["prompted"] == 0


def test_the_record_alone_leaves_people_alone(practice: Path, tmp_path: Path) -> None:
    crowd = a_crowd()
    no = {"statusReason": {"coding": [{"system": OWN, "code": "declined"}]}, "status": "not-done"}
    for number in range(12, 16):
        day = (TODAY - timedelta(days=30)).isoformat()
        said = a_resource("Procedure", "tea-group", of=f"p{number}", performedDateTime=day)
        crowd.put("Procedure", {**said, **no})
    found, rows = written(practice, crowd.write(tmp_path / "export"), "--inside")
    assert rows["An answer that is on the record keeps it quiet"]["only"] == 4
    assert found["prompted"] == 31


def test_cards_are_counted_by_the_appointment_book(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = a_crowd()
    both = crowd.add(2, "cough", "wheeze")
    yesterday = TODAY - timedelta(days=1)
    crowd.visits([*range(10, 16), *both], yesterday, "Practitioner/1")
    crowd.visits([16], yesterday, "Practitioner/2")
    tried(practice, crowd.write(tmp_path / "export"))
    said = capsys.readouterr().out
    assert "If the 2 rules read here were in use, they would ask 37 people something" in said
    assert "two rules or more would ask 2 at once" in said
    assert "the last 28 days (9 visits in 2 surgeries), 7 visits have a card" in said
    assert "Cards in a surgery: 3.5 on average" in said
    assert "the same clinician, or place, on one day" in said


def test_one_of_anything_is_one(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = Crowd()
    crowd.visits(crowd.add(1, "cough"), TODAY - timedelta(days=1), "Practitioner/1")
    tried(practice, crowd.write(tmp_path / "export"))
    said = capsys.readouterr().out
    assert "would ask 1 person something today" in said
    assert "(1 visit in 1 surgery), 1 visit has a card; 0 of these have a rule" in said


def test_groups_are_told_apart_and_small_ones_hidden(practice: Path, tmp_path: Path) -> None:
    crowd = a_crowd()
    ethnic = {"url": UK_CORE_ETHNICITY, "valueCodeableConcept": {"coding": [{"code": "H"}]}}
    crowd.add(14, "cough", extension=[ethnic])
    found, _ = written(practice, crowd.write(tmp_path / "export"), "--inside")
    splits = splits_of(found)
    assert set(splits) == {"age", "sex", "ethnic category"}
    assert splits["ethnic category"]["Asian: Indian"] == (14, 14, 14)
    assert splits["sex"]["female"] == (32, 32, 30)
    assert splits["sex"]["male"] == (8, None, None)
    assert splits["age"]["0 to 17"] == (3, None, None)


def splits_of(report: Json) -> dict[str, dict[str, tuple[object, ...]]]:
    return {
        one["by"]: {
            group["name"]: (group["people"], group["eligible"], group["prompted"])
            for group in one["groups"]
        }
        for one in report["splits"]
    }


def test_a_group_that_is_lost_elsewhere_is_told_in_a_sentence(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = Crowd()
    crowd.add(60, "cough", gender="male")
    crowd.add(20, "cough", born=CHILD, gender="male")
    crowd.add(40, "cough", gender="female")
    crowd.add(30, "cough", PALLIATIVE, gender="female")
    source = crowd.write(tmp_path / "export")
    file = tmp_path / "report.html"
    tried(practice, source, "--to", str(file))
    sentence = (
        '"female" is mostly lost at "This person is receiving palliative care",'
        ' and everybody else at "who are 18 or over".'
    )
    assert sentence in capsys.readouterr().out
    assert sentence.replace('"', "&#34;") in file.read_text(encoding="utf-8")


def test_a_rule_for_bookings_is_asked_of_the_visit_that_is_coming(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visiting = {
        "hook": "appointment-book",
        "facts": "\nis_visit: {find: this_appointment, codes: visit, label: comes for a visit}",
        "when": "is_visit",
        **dict.fromkeys(("people", "tests", "today")),
    }
    folder = tmp_path / "practice"
    write_folder(folder, {"coughing.yaml": rule_text(**visiting)})
    crowd = Crowd()
    coming = crowd.add(12)
    crowd.visits(coming[:5], TODAY + timedelta(days=9), "Practitioner/1")
    crowd.visits(coming[5:7], TODAY + timedelta(days=90), "Practitioner/1")
    assert tried(folder, crowd.write(tmp_path / "export"), "--no-keep") == 0
    said = capsys.readouterr().out
    assert "It is asked as if the next visit within 28 days was being booked." in said
    assert re.search(r"Would be prompted +5\b", said)


def test_what_is_written_has_small_numbers_hidden_and_the_others_rounded(
    practice: Path, tmp_path: Path
) -> None:
    source = a_crowd().write(tmp_path / "export")
    found, rows = written(practice, source)
    assert found["true_counts"] is False
    assert (found["people"], found["prompted"]) == (50, 40)
    assert rows["who have cough"]["left"] == rows["who have cough"]["meets"] == 40
    # It loses three, the palliative line two: neither the one nor the other can be told.
    assert rows["who are 18 or over"]["left"] == 40
    assert rows["who are 18 or over"]["meets"] is None
    assert rows["who are 18 or over"]["only"] is None
    assert splits_of(found)["sex"] == {
        "female": (30, 30, 30), "male": (10, None, None), "not recorded": (10, None, None),
    }  # fmt: skip
    for row in found["rows"]:
        numbers = [one for one in row.values() if isinstance(one, int)]
        assert all(one >= 10 and one % 5 == 0 for one in numbers)


def test_true_counts_are_written_only_when_asked_for_and_say_that_they_stay(
    practice: Path, tmp_path: Path
) -> None:
    source = a_crowd().write(tmp_path / "export")
    for name in ("a.html", "a.csv", "a.json"):
        file = tmp_path / name
        tried(practice, source, "--to", str(file), "--inside")
        assert "this stays inside the practice" in file.read_text(encoding="utf-8")
        tried(practice, source, "--to", str(file))
        text = file.read_text(encoding="utf-8")
        assert "this stays inside the practice" not in text
        assert "rounded to the nearest 5" in text


def test_a_csv_has_a_number_a_line(practice: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    tried(practice, a_crowd().write(tmp_path / "export"), "--to", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    left = {row["line"]: row["number"] for row in rows if row["counts"] == "left"}
    assert left["who have cough"] == "40"
    assert [row["number"] for row in rows if (row["part"], row["of"]) == ("sex", "male")] == [
        "10", "hidden", "hidden",
    ]  # fmt: skip


def test_one_process_or_two_come_to_the_same(practice: Path, tmp_path: Path) -> None:
    source = a_crowd().write(tmp_path / "export")
    one, _ = written(practice, source, "--inside", "--processes", "1")
    two, _ = written(practice, source, "--inside", "--processes", "2")
    assert one == two


def test_a_line_that_could_not_be_read_is_told_in_the_report_and_by_the_exit(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = a_crowd().write(tmp_path / "export")
    with (source / "Condition.ndjson").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    assert tried(practice, source) == 1
    said = capsys.readouterr()
    assert "1 thing was set aside" in said.out
    assert f"{source / 'Condition.ndjson'}:43" in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["sniffing", "{source}"], "There is no rule sniffing in", id="no such rule"),
        pytest.param(["coughing", "{source}/none"], "There is no folder", id="no source"),
        pytest.param(["coughing", "{source}", "--to", "a.txt"], "ends in none of", id="what sort"),
        pytest.param(["coughing", "{source}", "--inside"], "name a file with --to", id="of what"),
    ],
)
def test_what_cannot_be_run_says_why(
    practice: Path,
    tmp_path: Path,
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = a_crowd().write(tmp_path / "export")
    given = [one.format(source=source) for one in arguments]
    assert run(["rules", "try", *given, "--rules", str(practice)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("name", ["file/report.html", "folder.html"])
def test_a_place_that_cannot_be_written_to_is_told_before_anybody_is_asked(
    practice: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.html").mkdir()
    to = tmp_path / name
    assert tried(practice, tmp_path / "nothing is read of this", "--to", str(to)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"{to} cannot be written. Look at its permissions, or name another folder.\n"
    )
    assert not list(tmp_path.rglob(".*"))


# ---- people whom others labelled ----------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("rule", "column"),
    [
        ("copd-without-plan", "R1_copd_no_plan"),
        ("asthma-without-plan", "R7_asthma_no_plan"),
        ("diabetes-without-plan", "R11_dm_no_plan"),
        ("heart-failure-without-plan", "R9_hf_no_plan"),
    ],
)
def test_as_many_are_left_as_the_oracle_counts(
    shared_data: Path, tmp_path: Path, rule: str, column: str
) -> None:
    patients = shared_data / "patients" / "open-mutated"
    with (patients / "oracle-2022-01-01.csv").open(encoding="utf-8", newline="") as lines:
        expected = sum(row[column] == "1" for row in csv.DictReader(lines))
    with (patients / "labels.csv").open(encoding="utf-8", newline="") as lines:
        everybody = len(list(csv.DictReader(lines)))
    file = tmp_path / "report.json"
    asked = ["rules", "try", rule, str(patients / "ndjson"), "--rules", str(SYNTHEA), "--no-keep"]
    assert run([*asked, "--today", "2022-01-01", "--to", str(file), "--inside"]) == 0
    found = json.loads(file.read_text(encoding="utf-8"))["report"]
    rows = [row for row in found["rows"] if row["sort"] != "who is left alone"]
    assert found["people"] == everybody == 49
    assert rows[-1]["left"] == expected


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.html"])
def test_whether_few_or_none_of_a_list_are_lost_is_in_no_format(
    practice: Path, tmp_path: Path, name: str
) -> None:
    """48 people of whom all, or all but a few, have a cough."""
    told = set[str]()
    for others in (0, 1, 5):
        crowd = Crowd()
        crowd.add(48 - others, "cough", gender="female")
        crowd.add(others, gender="female")
        tried(practice, crowd.write(tmp_path / f"export {others}"), "--to", str(tmp_path / name))
        told.add((tmp_path / name).read_text(encoding="utf-8"))
    assert len(told) == 1
    assert "50" in told.pop()
