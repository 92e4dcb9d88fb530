"""An import in the place of its source: the files of a night, and the report of a rule on trial."""

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE
from tests.builders import TODAY, a_bundle, a_patient
from tests.exports import a_crowd, a_practice, tried
from tests.served import Json
from tests.tagging import Desk, a_cough, a_flag


def imported(source: Path, to: Path, rules: Path) -> Path:
    """The source kept as Parquet, and then gone."""
    asked = ["population", "import", str(source), "--to", str(to), "--rules", str(rules)]
    assert run([*asked, "--processes", "1"]) == FINE
    shutil.rmtree(source)
    return to


def files_of(folder: Path) -> Mapping[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir())}


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, capsys)
    made.practises()
    return made


def both(desk: Desk) -> tuple[tuple[int, str], Mapping[str, bytes]]:
    """What the night says and writes, the same from the source and from an import of it."""
    straight, files = desk.types(), files_of(desk.to)
    shutil.rmtree(desk.to)
    desk.source = imported(desk.source, desk.folder / "kept", desk.folder / "practice")
    desk.types()  # what the import itself said
    kept = desk.types()
    assert kept == straight
    assert files_of(desk.to) == files
    return straight, files


def test_reminders_are_put_back_whole_from_an_import_too(desk: Desk) -> None:
    whole: Json = {"extension": [{"url": "https://ehr.example/x", "valueString": "kept"}]}
    desk.has(
        ["ann", "bea", "cem", "dan", "eve"],
        a_flag("ann", **whole),
        a_flag("bea", id="f2", version=""),
        a_flag("cem", id="f3"),
        a_flag("dan", id="f3", version="4"),
        a_cough("eve"),
    )
    (_, said), files = both(desk)
    assert "1 reminder to add, 4 to end, 3 of them by hand" in said
    assert b'"valueString":"kept"' in files["flags.ndjson"]


def test_those_in_bundles_too(desk: Desk) -> None:
    shutil.rmtree(desk.source)
    desk.source.mkdir()
    for who, *lines in (("ann", a_flag("ann")), ("bea", a_cough("bea"))):
        bundle = a_bundle(a_patient(str(who), born="1960-01-01"), *lines)
        (desk.source / f"{who}.json").write_text(json.dumps(bundle))
    (_, said), files = both(desk)
    assert "1 reminder to add, 1 to end, 0 of them by hand" in said
    assert b'"PUT"' in files["transaction-001.json"]


MAPPING = """people: {file: people.csv, id: ID, born: Born, everybody_is: [registered, living]}
files:
  - file: coded.csv
    holds: [condition, observation, procedure, referral, care plan, message, document, report]
    person: ID
    codes: [{column: Code, system: good-day}]
    date: Date
  - {file: flags.csv, holds: [tag, task], person: ID, codes: [{column: Code, system: good-day}],
     date: Date}
  - {file: book.csv, holds: [appointment], person: ID, codes: [{column: For, system: good-day}],
     date: Day, to: With, status: {column: State, stands: [Booked], not_done: [Cancelled]}}
"""


def test_reminders_in_tables_are_ended_by_hand_from_an_import_too(desk: Desk) -> None:
    shutil.rmtree(desk.source)
    desk.source.mkdir()
    files = {
        "mapping.yaml": MAPPING,
        "people.csv": "ID,Born\nann,1960\n",
        "coded.csv": "ID,Code,Date\n",
        "flags.csv": "ID,Code,Date\nann,ask-tea,01/09/2026\n",
        "book.csv": "ID,For,Day,With,State\n",
    }
    for name, text in files.items():
        (desk.source / name).write_text(text)
    (code, said), night = both(desk)
    assert code == FINE, said
    assert "0 reminders to add, 1 to end, 1 of them by hand" in said
    assert b"it is ended in the record system that they are from" in night["to-end.csv"]


def test_a_damaged_file_of_reminders_is_told(desk: Desk) -> None:
    desk.has(["ann"], a_flag("ann"))
    desk.source = imported(desk.source, desk.folder / "kept", desk.folder / "practice")
    (flags,) = desk.source.glob("_flags-*.parquet")
    text = bytearray(flags.read_bytes())
    text[len(text) // 2] ^= 1
    flags.write_bytes(text)
    code, said = desk.types()
    assert (code, "is missing or damaged; run goodday population import" in said) == (
        COULD_NOT_RUN,
        True,
    )
    flags.unlink()
    assert desk.types()[0] == COULD_NOT_RUN


def test_a_rule_on_trial_comes_to_the_same_report_with_its_surgeries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = a_practice(tmp_path / "practice")
    crowd = a_crowd()
    crowd.visits(range(5, 20), TODAY - timedelta(days=1), "Practitioner/1")
    crowd.visits(range(12, 15), TODAY - timedelta(days=3), "Practitioner/2")
    source, report = crowd.write(tmp_path / "export"), tmp_path / "report.json"
    told: list[tuple[str, str]] = []
    for _ in range(2):
        assert tried(practice, source, "--to", str(report), "--inside", "--no-keep") == FINE
        told.append((capsys.readouterr().out, report.read_text()))
        if source.name == "export":
            source = imported(source, tmp_path / "kept", practice)
            capsys.readouterr()
    assert told[0] == told[1]
    assert "(18 visits in 2 surgeries)" in told[0][0]
