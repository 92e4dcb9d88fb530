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
