"""What is no part of a list and looks like one, or the other way round: told, and never lost."""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec
import pytest

from fhir_adapters.bulk import buckets, parquet, standing
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bundle import LARGEST
from fhir_adapters.needs import needs_of
from rules.record import Kind, PatientRecord
from tests.builders import Resource, a_bundle, a_patient, a_resource, code
from tests.kept import Some, keep
from tests.lists import ndjson as lines
from tests.lists import places, records

NEEDS = needs_of(
    {kind: [code("cough"), code("visit")] for kind in (Kind.CONDITION, Kind.PROCEDURE)}
)
PEOPLE = ("ann", "bea")


def cough(of: str, id: str = "", **more: object) -> Resource:
    return {**a_resource("Condition", "cough", of=of), "id": id or f"c-{of}", **more}


def export(folder: Path, people: Iterable[str] = PEOPLE, **files: bytes) -> Path:
    text = {"Condition": b"", "Procedure": b"", "Patient": lines(map(a_patient, people))}
    for name, written in {**text, **files}.items():
        (folder / f"{name}.ndjson").write_bytes(written)
    return folder


def doubted(found: Mapping[str, PatientRecord], kind: Kind = Kind.CONDITION) -> list[str]:
    return [who for who, record in found.items() if kind in record.unread]


# ---- files ----------------------------------------------------------------------------------


def _folder(path: Path) -> None:
    path.mkdir()


def _packed_otherwise(path: Path) -> None:
    path.with_name(f"{path.name}.bz2").write_bytes(b"BZh9")


def _half_loaded(path: Path) -> None:
    path.with_name(f"{path.name}.part").write_bytes(b"{")


def _link_out(path: Path) -> None:
    elsewhere = path.parent.parent / "secret.txt"
    elsewhere.write_bytes(lines([cough("bea", "9")]))
    path.symlink_to(elsewhere)


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    "make", [_folder, _packed_otherwise, _half_loaded, _link_out, _link_to_itself, _pipe]
)
def test_a_part_of_a_list_that_is_no_file_makes_the_list_unknown(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """Beside a part that can be read, which says what it says."""
    folder = tmp_path / "export"
    folder.mkdir()
    export(folder, Condition=lines([cough("ann")]))
    make(folder / "Condition.2.ndjson")
    found, aside = records(folder, NEEDS)
    assert doubted(found) == ["ann", "bea"]
    assert doubted(found, Kind.PROCEDURE) == []
    assert code("cough") in found["ann"].by_code
    assert code("cough") not in found["bea"].by_code
    assert aside.count == 1
    assert "Condition.2.ndjson" in aside.first[0].place


def test_a_link_within_the_folder_is_followed_and_hidden_files_and_sums_are_not_read(
    tmp_path: Path,
) -> None:
    export(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.txt").write_bytes(lines([cough("ann")]))
    (tmp_path / "Condition.2.ndjson").symlink_to(tmp_path / "data" / "1.txt")
    for name in ("._Condition.ndjson", "Condition.ndjson.sha256", ".Condition.ndjson.part"):
        (tmp_path / name).write_bytes(b"\x00")
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, doubted(found)) == (0, [])
    assert code("cough") in found["ann"].by_code


def test_a_file_whose_name_does_not_say_its_type_is_read_by_what_its_lines_say(
    tmp_path: Path,
) -> None:
    room: Resource = {"resourceType": "Location", "id": "1"}
    mixed = [cough("ann"), a_patient("cem"), cough("cem"), room]
    (export(tmp_path) / "export-0001.ndjson").write_bytes(lines(mixed))
    found, aside = records(tmp_path, NEEDS)
    assert [who for who, one in found.items() if code("cough") in one.by_code] == ["ann", "cem"]
    assert (aside.count, doubted(found)) == (0, [])
    with (tmp_path / "export-0001.ndjson").open("ab") as file:
        file.write(b"{\n")
    found, aside = records(tmp_path, NEEDS)
    assert doubted(found) == doubted(found, Kind.PROCEDURE) == ["ann", "bea", "cem"]
    assert places(tmp_path, aside) == ["export-0001.ndjson:5"]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    export(tmp_path, Condition=b"\xef\xbb\xbf" + lines([cough("ann")]) + b"{\n")
    found, aside = records(tmp_path, NEEDS)
    assert code("cough") in found["ann"].by_code
    assert places(tmp_path, aside) == ["Condition.ndjson:2"]


def test_a_name_that_is_no_text_is_told_as_far_as_it_is(tmp_path: Path) -> None:
    export(tmp_path)
    (tmp_path / os.fsdecode(b"Condition-\xff.ndjson")).write_bytes(b"{\n")
    found, aside = records(tmp_path, NEEDS)
    assert doubted(found) == ["ann", "bea"]
    assert places(tmp_path, aside) == ["Condition-\\udcff.ndjson:1"]


# ---- lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        pytest.param(
            b'{"resourceType":"Condition","subject":{"reference":"Patient/ann"},"code',
            ["ann"],
            id="cut off behind whom it is about",
        ),
        pytest.param(
            b'{"resourceType":"Condition","asserter":{"reference":"Patient/ann"},"subje',
            ["ann", "bea"],
            id="cut off before it",
        ),
        pytest.param(
            b'{"asserter":{"reference":"Patient/ann"},"subject":{"reference":"Patient/bea"},',
            ["ann", "bea"],
            id="two people are named",
        ),
        pytest.param(
            b'{"resourceType":"Condition","subject":{"reference":"Patient/ann"x"}}',
            ["ann", "bea"],
            id="a quotation mark in an id",
        ),
        pytest.param(
            b'{"resourceType":"Condition","status":[1],"asserter":{"reference":"Patient/bea"},'
            b'"subject":{"reference":"Patient/ann"}}',
            ["ann"],
            id="JSON that is no Condition says whose it is",
        ),
        pytest.param(
            b'{"resourceType":"Condition","status":[1],"subject":{"reference":"Group/1"}}',
            [],
            id="and that it is nobody's",
        ),
        pytest.param(
            b'{"resourceType":"Condishun","subject":{"reference":"Patient/ann"}}',
            ["ann"],
            id="of a type that there is not",
        ),
        pytest.param(
            b'{"resourceType":"Condition","subject":{"reference":"Patient/ann"},"\xfccode":{}}',
            ["ann"],
            id="a byte that is no UTF-8, in a name that is not read",
        ),
        pytest.param(b'{"resourceType":"Location"}', ["ann", "bea"], id="of another type"),
    ],
)
def test_a_line_that_cannot_be_used_costs_whoever_it_may_be_about(
    tmp_path: Path, line: bytes, whose: list[str]
) -> None:
    found, aside = records(export(tmp_path, Condition=b"\n" + line + b"\n"), NEEDS)
    assert doubted(found) == whose
    assert places(tmp_path, aside) == ["Condition.ndjson:2"]


def test_whoever_is_no_patient_by_type_or_has_no_id_is_told_with_the_line(tmp_path: Path) -> None:
    with (export(tmp_path) / "Patient.ndjson").open("ab") as file:
        file.write(b'{"resourceType":"Patient"}\n{"resourceType":"Batient","id":"cem"}\n')
    found, aside = records(tmp_path, NEEDS)
    assert (list(found), aside.people) == (["ann", "bea"], 2)
    assert places(tmp_path, aside) == ["Patient.ndjson:3", "Patient.ndjson:4"]


@pytest.mark.parametrize("size", [10**6, 150])
def test_two_of_one_id_are_told_with_the_line_of_the_second(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file that is read in one piece, and in one of several."""
    monkeypatch.setattr("fhir_adapters.bulk.files.find.__defaults__", (size,))
    coughs = [cough("ann", "1"), cough("ann", "2"), cough("ann", "1", recordedDate="2020")]
    people = [*map(a_patient, PEOPLE), a_patient("bea", name="Bee")]
    export(tmp_path, Condition=lines(coughs), Patient=lines(people))
    found, aside = records(tmp_path, NEEDS)
    assert list(found) == ["ann"]
    assert doubted(found) == ["ann"]
    assert places(tmp_path, aside) == ["Patient.ndjson:3", "Condition.ndjson:3"]
    assert (aside.count, aside.people) == (2, 1)


def test_a_file_that_breaks_off_is_told_with_the_line_that_is_not_there(tmp_path: Path) -> None:
    """It is unpacked a MB at a time; of the last, which is not whole, nothing counts."""
    export(tmp_path)
    many = [cough("ann", str(number), text="x" * 10_000) for number in range(250)]
    whole = gzip.compress(lines(many), 1)
    (tmp_path / "Condition.2.ndjson.gz").write_bytes(whole + b"and no more of it")
    found, aside = records(tmp_path, NEEDS)
    assert doubted(found) == list(PEOPLE)
    there = len(found["ann"].by_code[code("cough")])
    assert 150 < there < 250
    assert places(tmp_path, aside) == [f"Condition.2.ndjson.gz:{there + 1}"]


# ---- memory ---------------------------------------------------------------------------------


def test_everybody_is_read_once_however_small_the_portions_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"p{number}" for number in range(50)]
    export(tmp_path, people, Condition=lines(map(cough, people)))
    whole, _ = records(tmp_path, NEEDS)
    monkeypatch.setattr(buckets, "PORTION", 1_000)
    found, aside = records(tmp_path, NEEDS)
    assert sorted(found) == sorted(whole) == sorted(people)
    assert list(found) != list(whole)
    assert all(code("cough") in record.by_code for record in found.values())
    assert aside.count == 0


def test_more_than_any_record_has_is_not_held_in_memory_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST_OF_ONE", 1_000)
    many = [cough("ann", str(number)) for number in range(100)]
    export(tmp_path, Condition=lines([*many, cough("bea")] * 2))
    found, aside = records(tmp_path, NEEDS)
    assert doubted(found) == ["ann"]
    assert 0 < len(found["ann"].by_code[code("cough")]) < 10
    assert len(found["bea"].by_code[code("cough")]) == 1
    assert aside.count > 100
    assert "more lines than any record has" in aside.first[0].why


# ---- bundles --------------------------------------------------------------------------------


def bundled(folder: Path, name: str, *resources: Resource) -> None:
    (folder / name).write_text(json.dumps(a_bundle(*resources)))


def test_two_bundles_that_differ_about_one_person_are_nobodys_whole_record(tmp_path: Path) -> None:
    bundled(tmp_path, "1.json", a_patient("ann"), cough("ann"))
    bundled(tmp_path, "2.json", a_patient("ann"))
    bundled(tmp_path, "3.json", a_patient("bea"))
    bundled(tmp_path, "4.json", a_patient("bea"))
    found, aside = records(tmp_path, NEEDS)
    assert (list(found), aside.count, aside.people) == (["bea"], 1, 1)
    assert places(tmp_path, aside) == ["2.json"]


def test_what_of_a_bundle_could_not_be_read_is_told(tmp_path: Path) -> None:
    bundled(tmp_path, "1.json", a_patient("ann"), {**cough("ann"), "status": [1]})
    bundled(tmp_path, "2.json", a_patient("bea"), {"resourceType": "Flag", "id": "1"})
    bundled(tmp_path, "3.json", {**a_patient("cem"), "id": ""})
    (tmp_path / "4.json").mkdir()
    (tmp_path / "5.json").symlink_to("/etc/hostname")
    bundled(tmp_path, "6.json", a_patient("dan"), cough("dan"))
    found, aside = records(tmp_path, NEEDS)
    assert doubted(found) == ["ann"]
    assert doubted(found, Kind.TAG) == ["bea"]
    assert sorted(places(tmp_path, aside)) == [f"{number}.json" for number in range(1, 6)]
    assert aside.people == 3


def test_a_bundle_that_is_huge_when_it_is_unpacked_is_set_aside(tmp_path: Path) -> None:
    bundled(tmp_path, "1.json", a_patient("ann"))
    (tmp_path / "2.json.gz").write_bytes(gzip.compress(b" " * (LARGEST + 1), 1))
    found, aside = records(tmp_path, NEEDS)
    assert (list(found), aside.people) == (["ann"], 1)
    assert "is longer than" in aside.first[0].why


# ---- tables, and Parquet ----------------------------------------------------------------------

MAPPING = """people: {file: people.csv, id: ID, born: Born}
files:
  - {file: coded.csv, holds: [condition], person: ID, date: Date,
     codes: [{column: Code, system: snomed}]}
"""


def tables(folder: Path, coded: str) -> Path:
    (folder / "mapping.yaml").write_text(MAPPING)
    (folder / "people.csv").write_text("ID,Born\n9990000018,1960\n9990000026,1970\n")
    (folder / "coded.csv").write_text("ID,Code,Date\n" + coded)
    return folder


def test_a_number_that_a_spreadsheet_rounded_may_be_anybodys(tmp_path: Path) -> None:
    found, aside = records(tables(tmp_path, "9.99E+09,13645005,2020\n"), NEEDS)
    assert doubted(found) == ["9990000018", "9990000026"]
    assert places(tmp_path, aside) == ["coded.csv:2"]


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    tables(folder, "").joinpath("coded.csv").rename(tmp_path / "secret.csv")
    (folder / "coded.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(BulkError, match="leads out of the folder"):
        records(folder, NEEDS)


def test_parquet_that_somebody_else_wrote_is_not_taken_for_ours(tmp_path: Path) -> None:
    """Even where its name is what its bytes come to, and the manifest names it."""
    keep(tmp_path, NEEDS, Some([]))
    pq, pa = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    pq.write_table(pa.table({"id": ["ann"], "codes": [1]}), tmp_path / "theirs")
    name = f"00001-{parquet.digest(tmp_path / 'theirs')}.parquet"
    (tmp_path / "theirs").rename(tmp_path / name)
    at, size = tmp_path / "manifest.json", (tmp_path / name).stat().st_size
    manifest = msgspec.json.decode(at.read_bytes(), type=parquet.Manifest)
    theirs = (parquet.File(name, size, people=1, entries=0, groups=1),)
    manifest = msgspec.structs.replace(manifest, files=theirs)
    named = msgspec.structs.replace(manifest, sum=manifest.summed())
    at.write_bytes(msgspec.json.encode(named))
    with pytest.raises(BulkError, match="is not as Good Day writes it; run goodday"):
        records(tmp_path, NEEDS)
