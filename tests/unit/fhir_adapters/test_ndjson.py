"""A folder of NDJSON: a record for each person; what does not say whose it is costs a list."""

import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from fhir_adapters.bulk.files import LONGEST_LINE, BulkError, find
from fhir_adapters.bulk.files import lines as file_lines
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.ndjson import Folder, records
from fhir_adapters.bulk.people import SetAside, Someone
from fhir_adapters.bulk.source import ready
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


def test_an_entry_about_two_people_at_once_costs_both_of_them_the_list(tmp_path: Path) -> None:
    both = {**a_resource("Condition", "cough", of="ann"), "patient": {"reference": "Patient/bea"}}
    write(tmp_path, {**EMPTY, "Condition": [both]}, ["ann", "bea", "cem"])
    found, aside = everybody(tmp_path)
    assert [who for who, one in found.items() if Kind.CONDITION in one.unread] == ["ann", "bea"]
    assert all(record.by_code == {} for record in found.values())
    assert "two people at once" in aside.first[0].why


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
    found, aside = everybody(tmp_path)
    assert code("cough") in found["ann"].by_code
    assert found["ann"].unread[Kind.CONDITION] == "an entry in it could not be read"
    (fault,) = aside.first
    assert fault.place.endswith("Condition.ndjson:2")
    assert "canary" not in str(aside)


def test_a_bad_line_that_names_one_person_costs_nobody_else_the_list(tmp_path: Path) -> None:
    broken = b'{"resourceType": "Condition", "subject": {"reference": "Patient/ann"}, "status": 1'
    write(tmp_path, EMPTY, ["ann", "bea"])
    (tmp_path / "Condition.ndjson").write_bytes(broken + b"\n")
    found, aside = everybody(tmp_path)
    assert Kind.CONDITION in found["ann"].unread
    assert Kind.CONDITION not in found["bea"].unread
    assert aside.count == 1


@pytest.mark.parametrize(
    ("buckets", "end"), [(1, b"\n"), (7, b"\n"), (1, b', "status": "\xff"}\n')]
)
def test_a_broken_line_that_names_nobody_on_the_list_may_be_anybodys(
    tmp_path: Path, buckets: int, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What broke the line may have broken the name in it: ann became aan."""
    monkeypatch.setattr(Folder, "buckets", buckets)
    broken = b'{"resourceType": "Condition", "subject": {"reference": "Patient/%b"}'
    write(tmp_path, EMPTY, ["ann", "bea", "cem", "dan"])
    (tmp_path / "Condition.ndjson").write_bytes(broken % b"ann" + b"\n")
    found, aside = everybody(tmp_path)
    assert [who for who in found if Kind.CONDITION in found[who].unread] == ["ann"]
    (tmp_path / "Condition.2.ndjson").write_bytes(broken.replace(b"%b", b"aan") + end)
    found, aside = everybody(tmp_path)
    assert all(Kind.CONDITION in record.unread for record in found.values())
    assert not any(Kind.PROCEDURE in record.unread for record in found.values())
    assert (aside.count, list(aside.unread)) == (2, [Kind.CONDITION])
    by_another_way = {one.person.id: one.unread for one in records(tmp_path, NEEDS)}
    assert by_another_way == {who: record.unread for who, record in found.items()}


def test_a_line_that_says_for_certain_whom_it_is_about_is_nobody_elses(tmp_path: Path) -> None:
    cem = {**a_resource("Condition", "cough", of="cem"), "status": ["x"]}
    write(tmp_path, {**EMPTY, "Condition": [cem]}, ["ann"])
    found, aside = everybody(tmp_path)
    assert aside.count == 1
    assert Kind.CONDITION not in found["ann"].unread


def test_two_lines_run_together_cost_everybody_the_list(tmp_path: Path) -> None:
    run_together = b"".join(
        lines([a_resource("Condition", "cough", of=who)]).strip() for who in ("ann", "bea")
    )
    write(tmp_path, EMPTY, ["ann", "bea", "cem"])
    (tmp_path / "Condition.ndjson").write_bytes(run_together)
    found, _ = everybody(tmp_path)
    assert all(Kind.CONDITION in record.unread for record in found.values())


def test_a_line_that_is_too_long_is_set_aside_without_the_lines_beside_it(tmp_path: Path) -> None:
    cough = lines([a_resource("Condition", "cough", of="ann")])
    write(tmp_path, EMPTY, ["ann"])
    long = b'{"resourceType": "Condition", "note": "' + b"x" * LONGEST_LINE + b'"}\n'
    (tmp_path / "Condition.ndjson").write_bytes(cough + long + cough)
    found, aside = everybody(tmp_path)
    assert code("cough") in found["ann"].by_code
    assert Kind.CONDITION in found["ann"].unread
    assert (aside.count, aside.first[0].place[-2:]) == (1, ":2")


def zstd(text: bytes) -> bytes:
    packed: bytes = import_module("pyarrow").compress(text, codec="zstd", asbytes=True)
    return packed


def test_files_may_be_packed_with_zstd(tmp_path: Path) -> None:
    write(tmp_path, {"Procedure": (), "Appointment": ()}, ["ann"])
    cough = lines([a_resource("Condition", "cough", of="ann")])
    (tmp_path / "Condition.ndjson.zst").write_bytes(zstd(b"\n" + cough + b"{\n" + b" \n" * 99999))
    found, aside = everybody(tmp_path)
    assert code("cough") in found["ann"].by_code
    assert [fault.place[len(str(tmp_path)) :] for fault in aside.first] == [
        "/Condition.ndjson.zst:3"
    ]


def test_zstd_without_pyarrow_is_one_sentence_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {}, ["ann"])
    (tmp_path / "Condition.ndjson.zst").write_bytes(zstd(b""))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BulkError, match=r"packed with zstd.*'goodday\[population\]', or unpack"):
        everybody(tmp_path)


PACKED: Mapping[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstd}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("length", [0, 9, -1])
def test_a_packed_file_that_did_not_arrive_whole_makes_its_list_unknown(
    tmp_path: Path, ending: str, length: int
) -> None:
    """One of no bytes at all too: an empty list, packed, is some bytes."""
    write(tmp_path, {"Procedure": (), "Appointment": ()}, ["ann"])
    pack = PACKED[ending]
    file = tmp_path / f"Condition.ndjson.{ending}"
    file.write_bytes(pack(b""))
    assert Kind.CONDITION not in everybody(tmp_path)[0]["ann"].unread
    file.write_bytes(pack(lines([a_resource("Condition", "cough", of="ann")]))[:length])
    found, aside = everybody(tmp_path)
    assert Kind.CONDITION in found["ann"].unread
    assert "cannot be opened or unpacked" in aside.first[0].why


def test_a_packed_file_that_is_cut_off_makes_its_list_unknown_for_everybody(tmp_path: Path) -> None:
    write(tmp_path, {"Procedure": (), "Appointment": ()}, ["ann"])
    (tmp_path / "Condition.ndjson.gz").write_bytes(gzip.compress(b" \n" * 999)[:-12])
    found, aside = everybody(tmp_path)
    assert Kind.CONDITION in found["ann"].unread
    assert "cannot be opened or unpacked" in aside.first[0].why
    assert not aside.unread[Kind.CONDITION].endswith("."), "a sentence is made of it"


def test_the_same_entry_twice_is_one_and_two_that_differ_are_none(tmp_path: Path) -> None:
    cough = {**a_resource("Condition", "cough", of="ann"), "id": "1"}
    write(tmp_path, EMPTY, ["ann", "bea"])
    (tmp_path / "Condition.1.ndjson").write_bytes(lines([cough]))
    (tmp_path / "Condition.2.ndjson").write_bytes(lines([cough]))
    found, _ = everybody(tmp_path)
    assert len(found["ann"].by_code[code("cough")]) == 1
    (tmp_path / "Condition.2.ndjson").write_bytes(lines([{**cough, "recordedDate": "2020"}]))
    found, _ = everybody(tmp_path)
    assert (found["ann"].by_code, Kind.CONDITION in found["ann"].unread) == ({}, True)
    assert Kind.CONDITION not in found["bea"].unread


def test_of_two_people_whose_entries_have_one_id_each_keeps_theirs(tmp_path: Path) -> None:
    """It is not noticed, and README says so: nobody's line is compared with everybody's."""
    coughs = [{**a_resource("Condition", "cough", of=who), "id": "1"} for who in ("ann", "bea")]
    found = read(tmp_path, Condition=coughs)
    for record in found.values():
        assert len(record.by_code[code("cough")]) == 1
        assert Kind.CONDITION not in record.unread


def test_nobody_is_asked_about_who_is_there_twice_and_not_the_same(tmp_path: Path) -> None:
    write(tmp_path, EMPTY, ["ann", "bea"])
    with (tmp_path / "Patient.ndjson").open("ab") as file:
        file.write(lines([a_patient("ann", name="Anna")]))
    found, aside = everybody(tmp_path)
    assert list(found) == ["bea"]
    assert aside.people == 1


def test_a_person_whose_own_line_cannot_be_read_is_told_as_somebody_not_asked_about(
    tmp_path: Path,
) -> None:
    write(tmp_path, EMPTY, ["ann"])
    with (tmp_path / "Patient.ndjson").open("ab") as file:
        file.write(b'{"resourceType": "Patient", "id": "bea"\n')
    found, aside = everybody(tmp_path)
    assert (list(found), aside.count, aside.people) == (["ann"], 1, 1)


def test_a_folder_with_nobody_in_it_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BulkError, match=r"no Patient\.ndjson"):
        list(records(tmp_path, NEEDS))
    with pytest.raises(BulkError, match="has nobody in it"):
        everybody(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "Condition.ndjson",
        "Condition.1.ndjson",
        "Condition.000.ndjson.gz",
        "Condition-0001.jsonl",
        "Condition/part-00000-c000.ndjson",
        "Condition/1.ndjson.gz",
    ],
)
def test_the_files_of_a_type_are_found_under_every_name_that_exports_give_them(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"")
    assert [piece.path for piece in find(tmp_path)["Condition"]] == [file]


@pytest.mark.parametrize("size", [1, 7, 100, 1000, 10**6])
def test_every_line_is_read_once_however_a_file_is_cut_into_pieces(
    tmp_path: Path, size: int
) -> None:
    coughs = [{**a_resource("Condition", "cough", of="ann"), "id": str(n)} for n in range(20)]
    (tmp_path / "Condition.ndjson").write_bytes(lines(coughs))
    pieces = find(tmp_path, size)["Condition"]
    read = [json.loads(text or b"") for piece in pieces for _, text in file_lines(piece)]
    assert read == coughs


def everybody(folder: Path) -> tuple[dict[str, PatientRecord], SetAside]:
    """Everybody in a folder, and what was set aside."""
    with tempfile.TemporaryDirectory() as scratch, Crew(1) as crew:
        parts, aside, _ = ready(folder, NEEDS, Path(scratch), crew)
        told: list[SetAside] = []
        people: list[Someone] = [one for part in parts for one in part.people(told)]
        return {one.record.person.id: one.record for one in people}, sum(told, aside)
