"""A folder of NDJSON: a record for each person; what does not say whose it is costs a list."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from fhir_adapters.bulk.ndjson import NdjsonError, records
from fhir_adapters.needs import needs_of
from rules.record import Kind, PatientRecord
from tests.builders import Resource, a_patient, a_resource, code

NEEDS = needs_of(
    {
        kind: [code("cough"), code("visit")]
        for kind in (Kind.CONDITION, Kind.PROCEDURE, Kind.APPOINTMENT)
    }
)
EMPTY: Mapping[str, Iterable[Resource]] = {"Condition": (), "Procedure": (), "Appointment": ()}


def lines(resources: Iterable[Resource]) -> bytes:
    return b"".join(json.dumps(resource).encode() + b"\n" for resource in resources)


def write(folder: Path, files: Mapping[str, Iterable[Resource]], people: Iterable[str]) -> Path:
    for name, resources in files.items():
        (folder / f"{name}.ndjson").write_bytes(lines(resources))
    (folder / "Patient.ndjson").write_bytes(lines(a_patient(person) for person in people))
    return folder


def read(folder: Path, **files: Iterable[Resource]) -> dict[str, PatientRecord]:
    """Ann's and Bea's records from a folder with these files, and empty ones for other needs."""
    write(folder, {**EMPTY, **files}, ["ann", "bea"])
    return {record.person.id: record for record in records(folder, NEEDS)}


def test_each_person_gets_their_own_entries(tmp_path: Path) -> None:
    found = read(tmp_path, Condition=[a_resource("Condition", "cough", of="ann")])
    assert code("cough") in found["ann"].by_code
    assert code("cough") not in found["bea"].by_code
    assert set(found["ann"].unread) == set(Kind) - set(NEEDS.kinds)


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/ann/_history/2",
        "https://ehr.example/fhir/Patient/ann",
        "https://ehr.example/fhir/Patient/ann/_history/2",
    ],
)
def test_a_person_is_known_in_every_form_of_a_reference(tmp_path: Path, reference: str) -> None:
    cough = {**a_resource("Condition", "cough"), "subject": {"reference": reference}}
    found = read(tmp_path, Condition=[cough])
    assert code("cough") in found["ann"].by_code
    assert Kind.CONDITION not in found["bea"].unread


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        {"identifier": {"value": "1"}},
        {"reference": ""},
        {"reference": "urn:uuid:1"},
        {"reference": "#contained"},
        {"reference": "Patient?identifier=1"},
    ],
)
def test_an_entry_that_may_be_anybodys_makes_its_list_unknown_for_everybody(
    tmp_path: Path, subject: object
) -> None:
    cough = {**a_resource("Condition", "cough"), "subject": subject}
    for record in read(tmp_path, Condition=[cough]).values():
        assert Kind.CONDITION in record.unread
        assert Kind.PROCEDURE not in record.unread
        assert record.by_code == {}


def test_an_operation_outcome_among_the_entries_makes_the_list_unknown(tmp_path: Path) -> None:
    outcome: Resource = {"resourceType": "OperationOutcome", "issue": []}
    assert Kind.CONDITION in read(tmp_path, Condition=[outcome])["ann"].unread


def test_an_entry_about_somebody_who_is_not_in_the_folder_is_nobodys_business(
    tmp_path: Path,
) -> None:
    for of in ("Patient/cem", "Group/everybody"):
        cough = {**a_resource("Condition", "cough"), "subject": {"reference": of}}
        found = read(tmp_path, Condition=[cough])["ann"]
        assert (found.by_code, Kind.CONDITION in found.unread) == ({}, False)


def visit(*references: str) -> Resource:
    actors = [{"actor": {"reference": reference}} for reference in references]
    return {**a_resource("Appointment", "visit"), "participant": actors}


def test_a_visit_of_several_people_is_each_of_theirs(tmp_path: Path) -> None:
    found = read(tmp_path, Appointment=[visit("Patient/ann", "Practitioner/gp", "Patient/bea")])
    assert all(code("visit") in record.by_code for record in found.values())


def test_a_visit_of_staff_and_rooms_alone_is_nobodys(tmp_path: Path) -> None:
    found = read(tmp_path, Appointment=[visit("Practitioner/gp", "Location/room-1")])
    for record in found.values():
        assert (record.by_code, Kind.APPOINTMENT in record.unread) == ({}, False)


def test_an_entry_about_two_people_at_once_stops_the_run_with_one_sentence(tmp_path: Path) -> None:
    both = {**a_resource("Condition", "cough", of="ann"), "patient": {"reference": "Patient/bea"}}
    with pytest.raises(NdjsonError, match="a Condition that is about two people") as refused:
        read(tmp_path, Condition=[both])
    assert "ann" not in str(refused.value).removeprefix(str(tmp_path))


def test_a_type_that_was_not_exported_is_unknown_and_not_empty(tmp_path: Path) -> None:
    write(tmp_path, {"Condition": ()}, ["ann"])
    (record,) = records(tmp_path, NEEDS)
    assert record.unread[Kind.PROCEDURE] == "the folder has no Procedure file"
    assert Kind.CONDITION not in record.unread


def test_files_may_be_packed_and_may_have_empty_lines(tmp_path: Path) -> None:
    write(tmp_path, {"Procedure": (), "Appointment": ()}, ["ann"])
    cough = lines([a_resource("Condition", "cough", of="ann")])
    (tmp_path / "Condition.ndjson.gz").write_bytes(gzip.compress(b"\n" + cough + b"\n  \n"))
    (record,) = records(tmp_path, NEEDS)
    assert code("cough") in record.by_code


BAD_LINES = {
    "no JSON": b"{",
    "not UTF-8": b'{"resourceType": "Condition", "id": "\xff"}',
    "a list": b"[]",
    "no type": b'{"id": "canary"}',
    "an element of another sort": b'{"resourceType": "Condition", "status": ["canary"]}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_cannot_be_read_is_named_by_its_place_and_not_by_what_it_says(
    tmp_path: Path, line: bytes
) -> None:
    write(tmp_path, EMPTY, ["ann"])
    good = lines([a_resource("Condition", "cough", of="ann")])
    (tmp_path / "Condition.ndjson").write_bytes(good + line + b"\n")
    with pytest.raises(NdjsonError) as refused:
        list(records(tmp_path, NEEDS))
    assert "Condition.ndjson:2 " in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_packed_file_that_is_cut_off_gets_one_sentence(tmp_path: Path) -> None:
    write(tmp_path, EMPTY, ["ann"])
    (tmp_path / "Condition.ndjson.gz").write_bytes(gzip.compress(b"{}" * 999)[:-12])
    with pytest.raises(NdjsonError, match="cannot be opened or unpacked"):
        list(records(tmp_path, NEEDS))


def test_a_folder_with_nobody_in_it_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NdjsonError, match=r"no Patient\.ndjson with anybody in it"):
        list(records(tmp_path / "none", NEEDS))
