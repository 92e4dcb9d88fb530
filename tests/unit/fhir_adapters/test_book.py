"""The appointment book of a source: who comes on which day, and to whom."""

import gzip
import json
from pathlib import Path

import pytest

from fhir_adapters.bulk.book import Coming, book
from tests.builders import Resource, a_bundle, a_patient, a_resource


def visit(of: str, start: str, *actors: str) -> Resource:
    made = a_resource("Appointment", "visit", of=of, status="booked", start=start)
    to = [{"actor": {"reference": actor}, "status": "accepted"} for actor in actors]
    participant = made["participant"]
    assert isinstance(participant, list)
    return {**made, "participant": [*participant, *to]}


def export(folder: Path, *visits: Resource) -> Path:
    text = "".join(json.dumps(one) + "\n" for one in visits)
    (folder / "Appointment.ndjson").write_text(text, encoding="utf-8")
    return folder


def test_people_come_on_a_day_to_a_clinician_else_to_a_place(tmp_path: Path) -> None:
    folder = export(
        tmp_path,
        visit("ann", "2026-11-23T10:00:00Z", "Location/2", "PractitionerRole/1"),
        visit("bea", "2026-11-23T10:10:00Z", "Location/2"),
        visit("cat", "2026-11-23T10:20:00Z", "RelatedPerson/9"),
    )
    assert set(book(folder)) == {
        Coming("ann", "2026-11-23", "PractitionerRole/1"),
        Coming("bea", "2026-11-23", "Location/2"),
        Coming("cat", "2026-11-23", ""),
    }


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"status": "cancelled"}, id="called off"),
        pytest.param({"status": "noshow"}, id="nobody came"),
        pytest.param({"start": "2026-11"}, id="a month alone"),
        pytest.param({"start": ""}, id="no day"),
        pytest.param({"resourceType": "Slot"}, id="no appointment"),
    ],
)
def test_what_does_not_happen_on_a_known_day_is_in_no_surgery(
    tmp_path: Path, more: dict[str, object]
) -> None:
    folder = export(tmp_path, {**visit("ann", "2026-11-23T10:00:00Z"), **more})
    assert list(book(folder)) == []


def test_a_line_that_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    folder = export(tmp_path, visit("ann", "2026-11-23"))
    with (folder / "Appointment.ndjson").open("ab") as file:
        file.write(b"\n{broken\n")
    (folder / "Appointment.2.ndjson.gz").write_bytes(gzip.compress(b"{}\n" * 99)[:-9])
    assert [one.person for one in book(folder)] == ["ann"]


def test_bundles_have_the_book_of_each_person(tmp_path: Path) -> None:
    whole = a_bundle(a_patient("ann"), visit("ann", "2026-11-23", "Location/2"))
    (tmp_path / "ann.json.gz").write_bytes(gzip.compress(json.dumps(whole).encode()))
    (tmp_path / "bea.json").write_text("{", encoding="utf-8")
    assert list(book(tmp_path)) == [Coming("ann", "2026-11-23", "Location/2")]


def test_a_source_without_appointments_has_an_empty_book(tmp_path: Path) -> None:
    assert list(book(tmp_path)) == []


def test_a_visit_that_is_in_two_parts_of_an_export_is_one(tmp_path: Path) -> None:
    one, unnamed = {**visit("ann", "2026-11-23"), "id": "1"}, {**visit("bea", "2026-11-23")}
    unnamed.pop("id", None)
    export(tmp_path, one, unnamed, unnamed)
    (tmp_path / "Appointment.2.ndjson").write_text(json.dumps(one), encoding="utf-8")
    assert sorted(one.person for one in book(tmp_path)) == ["ann", "bea", "bea"]


MAPPING = """people: {file: people.csv, id: ID, born: Born}
files:
  - {file: book.csv, holds: [appointment], person: ID, codes: [{column: For, system: emis}],
     date: Day, to: With,
     status: {column: State, stands: [Booked], over: [Seen], not_done: [Cancelled], void: [Slip]}}
"""
TABLE = """Appointments

ID,For,Day,With,State
ann,,23/11/2026 10:00,Dr A,Booked
bea,,23-Nov-2026,,Seen
cem,,23/11/2026,Dr A,Cancelled
dan,,23/11/2026,Dr A,Slip
eve,,23/11/2026,Dr A,Nobody knows
fay,,Nov 2026,Dr A,Booked
gus,,23/11/26,Dr A,Booked
,,23/11/2026,Dr A,Booked
hal,23/11/2026
ida,,23/11/2026,Dr A,Booked,, ,
"""


@pytest.mark.parametrize("where", ["mapping.yaml", "named.yaml"])
def test_a_table_of_appointments_is_a_book(tmp_path: Path, where: str) -> None:
    (tmp_path / where).write_text(MAPPING, encoding="utf-8")
    (tmp_path / "book.csv").write_text(TABLE, encoding="utf-8")
    named = None if where == "mapping.yaml" else tmp_path / where
    assert list(book(tmp_path, named)) == [
        Coming("ann", "2026-11-23", "Dr A"),
        Coming("bea", "2026-11-23", ""),
        Coming("ida", "2026-11-23", "Dr A"),
    ]
