"""Whatever lies in the folder of a list is read, or told and its list unknown."""

import gzip
import json
import os
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from fhir.resources import R4B

from fhir_adapters.bulk.fetched import NAME, UNREAD, Fetched
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.names import SAID, TYPES_OF_FHIR
from fhir_adapters.needs import needs_of
from fhir_adapters.read import KINDS
from rules.record import Kind
from tests.builders import Resource, a_bundle, a_patient, a_resource, code
from tests.lists import PACKED, ndjson, places, records

NEEDS = needs_of({kind: [code("cough")] for kind in (Kind.CONDITION, Kind.PROCEDURE)})
COUGH = code("cough")


def cough(of: str = "ann", id: str = "1") -> Resource:
    return {**a_resource("Condition", "cough", of=of), "id": id}


def export(folder: Path, people: Iterable[str] = ("ann", "bea")) -> Path:
    (folder / "Patient.ndjson").write_bytes(ndjson(map(a_patient, people)))
    for name in ("Condition", "Procedure"):
        (folder / f"{name}.ndjson").write_bytes(b"")
    return folder


def put(folder: Path, name: str, text: bytes | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ndjson([cough()]) if text is None else text)
    return path


# ---- the parts of an export -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Condition.2.NDJSON",
        "Condition.2.Jsonl",
        "Conditions.ndjson",
        "ConditionPart2.ndjson",
        "Practice_Mixed.ndjson",
        "SurgeryExport.ndjson",
        "Export-0001.ndjson",
        "Export/part1.ndjson",
        "Extra/a.ndjson",
        "Condition/2026/part1.ndjson",
        "Claim/Condition.2.ndjson",
    ],
)
def test_a_part_is_read_whatever_its_name_begins_with_and_however_it_is_written(
    tmp_path: Path, name: str
) -> None:
    put(export(tmp_path), name)
    found, aside = records(tmp_path, NEEDS)
    assert COUGH in found["ann"].by_code
    assert (aside.count, Kind.CONDITION in found["bea"].unread) == (0, False)


@pytest.mark.parametrize("ending", ["GZ", "Zst"])
def test_a_packed_part_is_read_in_large_letters_too(tmp_path: Path, ending: str) -> None:
    packed = PACKED[ending.lower()](ndjson([cough()]))
    put(export(tmp_path), f"Condition.2.ndjson.{ending}", packed)
    found, aside = records(tmp_path, NEEDS)
    assert (COUGH in found["ann"].by_code, aside.count) == (True, 0)


@pytest.mark.parametrize(
    "name",
    [
        "Condition.2.ndjson.zstd",
        "Condition.2.ndjson.gzip",
        "Condition.2.ndjson.filepart",
        "Condition.2.ndjson.download",
        "Condition.2.json",
        "Condition.tar.gz",
    ],
)
def test_what_is_named_for_a_type_and_is_not_read_makes_that_list_unknown(
    tmp_path: Path, name: str
) -> None:
    put(export(tmp_path), name)
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, places(tmp_path, aside)) == (1, [name])
    assert all(Kind.CONDITION in record.unread for record in found.values())
    assert not any(Kind.PROCEDURE in record.unread for record in found.values())
    assert not aside.others


@pytest.mark.parametrize(
    "name", ["notes", "conditions.txt", "all.zip", "Practice.tar.gz", "ann.json.zst"]
)
def test_what_may_be_anything_makes_every_list_unknown_and_may_be_about_more_people(
    tmp_path: Path, name: str
) -> None:
    put(export(tmp_path), name)
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, places(tmp_path, aside), aside.others) == (1, [name], True)
    assert all({*NEEDS.kinds} <= {*record.unread} for record in found.values())


@pytest.mark.parametrize("name", ["Immunization.ndjson", "Claim/part-1.ndjson.gz", "Slot.zip"])
def test_a_type_that_no_rule_reads_is_not_opened(tmp_path: Path, name: str) -> None:
    put(export(tmp_path), name, b"{ this is no line")
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, [Kind.CONDITION in one.unread for one in found.values()]) == (
        0,
        [False] * 2,
    )


def test_the_types_that_are_known_are_those_of_fhir() -> None:
    """R4 has some that R4B has no more, and fhir.resources has R4B alone."""
    before = re.compile("MedicinalProduct|Substance|.*EvidenceSynthesis")
    modules = {path.stem for path in Path(R4B.__file__).parent.glob("*.py")}
    unheard = [one for one in TYPES_OF_FHIR if one.lower() not in modules]
    assert [one for one in unheard if not before.match(one)] == []
    assert {*KINDS, "Patient", "Bundle", "OperationOutcome", "Claim"} < TYPES_OF_FHIR


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "Condition.ndjson.sha256",
        "MD5SUMS",
        "README.md",
        "copies.csv",
        "notes.txt",
        "_SUCCESS",
        ".Condition.2.ndjson.part",
        ".trash/Condition.2.ndjson",
    ],
)
def test_sums_manifests_and_what_is_hidden_say_nothing_of_anybody(
    tmp_path: Path, name: str
) -> None:
    put(export(tmp_path), name)
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, COUGH in found["ann"].by_code) == (0, False)
    assert Kind.CONDITION not in found["ann"].unread


def test_json_beside_an_export_that_has_no_resource_in_it_is_passed_over(tmp_path: Path) -> None:
    put(export(tmp_path), "COUNTS.json", b'{"Patient": 2, "Condition": 0}')
    put(tmp_path, "counts.json.gz", gzip.compress(b'{"Patient": 2}'))
    assert records(tmp_path, NEEDS)[1].count == 0
    put(tmp_path, "more.json.gz", gzip.compress(b'{"Patient": 2}')[:-9])
    put(tmp_path, "whole.json", b'{"resourceType":"Bundle"')
    assert records(tmp_path, NEEDS)[1].count == 2


@pytest.mark.parametrize("name", ["Bundle.ndjson", "OperationOutcome.ndjson"])
def test_a_file_of_bundles_or_of_what_could_not_be_exported_is_told(
    tmp_path: Path, name: str
) -> None:
    put(export(tmp_path), name, ndjson([{"resourceType": name.split(".", maxsplit=1)[0]}]))
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, Kind.CONDITION in found["ann"].unread) == (1, True)


def test_what_a_server_said_beside_an_export_was_heard_when_it_was_fetched(tmp_path: Path) -> None:
    export(tmp_path)
    for kind, name in SAID.items():
        put(tmp_path, f"{name}.00001.ndjson", ndjson([{"resourceType": kind}]))
    assert records(tmp_path, NEEDS)[1].count == len(SAID)
    told = Fetched(server="https://a.example/fhir", types=("Patient", *KINDS), files=())
    put(tmp_path, NAME, msgspec.json.encode(told))
    put(tmp_path, UNREAD, b"")
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, Kind.CONDITION in found["ann"].unread) == (0, False)


# ---- folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["part2", "Condition", "manifest"])
def test_a_folder_that_leads_elsewhere_is_not_read_and_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    put(tmp_path / "elsewhere", "Condition.2.ndjson")
    (export(folder) / name).symlink_to(tmp_path / "elsewhere")
    found, aside = records(folder, NEEDS)
    assert places(folder, aside) == [name]
    assert all(Kind.CONDITION in record.unread for record in found.values())


def test_a_link_to_a_folder_that_is_read_anyway_is_nothing_to_tell(tmp_path: Path) -> None:
    put(export(tmp_path), "parts/Condition.2.ndjson")
    (tmp_path / "newest").symlink_to(tmp_path / "parts")
    found, aside = records(tmp_path, NEEDS)
    assert (COUGH in found["ann"].by_code, aside.count) == (True, 0)
    put(tmp_path, ".old/Condition.3.ndjson")
    (tmp_path / "older").symlink_to(tmp_path / ".old")
    assert places(tmp_path, records(tmp_path, NEEDS)[1]) == ["older"]


@contextmanager
def somebody_else() -> Generator[Path]:
    """A folder of somebody's who may not do all, whoever runs the tests."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with TemporaryDirectory() as folder:
            yield Path(folder)
            for path in Path(folder).iterdir():
                path.chmod(0o700)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_a_folder_within_that_may_not_be_looked_into_is_told(mode: int) -> None:
    with somebody_else() as folder:
        put(export(folder), "more/Condition.2.ndjson").parent.chmod(mode)
        found, aside = records(folder, NEEDS)
        assert places(folder, aside) == ["more/Condition.2.ndjson" if mode == 0o400 else "more"]
        assert all(Kind.CONDITION in record.unread for record in found.values())
        assert aside.others == (mode != 0o400)


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_a_source_that_may_not_be_looked_into_gets_one_sentence_about_reading(mode: int) -> None:
    with somebody_else() as inside:
        folder = inside / "export"
        folder.mkdir()
        export(folder).chmod(mode)
        with pytest.raises(BulkError, match=r"export cannot be opened: look at who may read it\.$"):
            records(folder, NEEDS)


# ---- lines that are named for another type ----------------------------------------------------

BROKEN = ndjson([cough()])[:-2] + b"\n"


def test_a_broken_line_among_those_of_another_type_costs_the_list_that_it_names(
    tmp_path: Path,
) -> None:
    put(export(tmp_path), "Procedure.ndjson", BROKEN)
    found, _ = records(tmp_path, NEEDS)
    assert {*NEEDS.kinds} <= {*found["ann"].unread}
    assert Kind.CONDITION not in found["bea"].unread


def test_a_broken_line_among_the_people_costs_the_list_that_it_names_and_may_be_somebody(
    tmp_path: Path,
) -> None:
    export(tmp_path)
    with (tmp_path / "Patient.ndjson").open("ab") as file:
        file.write(BROKEN)
    found, aside = records(tmp_path, NEEDS)
    assert (Kind.CONDITION in found["ann"].unread, aside.people) == (True, 1)
    assert Kind.CONDITION not in found["bea"].unread


def test_a_broken_person_among_the_entries_is_somebody_who_was_not_asked_about(
    tmp_path: Path,
) -> None:
    put(export(tmp_path), "Procedure.ndjson", b'{"resourceType":"Patient","id":"cem"\n')
    _, aside = records(tmp_path, NEEDS)
    assert (aside.count, aside.people) == (1, 1)


@pytest.mark.parametrize("name", ["Patient.2.ndjson.gz", "all.ndjson.gz"])
def test_where_people_break_off_more_of_them_may_be_missing(tmp_path: Path, name: str) -> None:
    """And the lists of the others are what they are, where nothing else is in that file."""
    text = gzip.compress(ndjson([a_patient("cem")]))[:-6]
    put(export(tmp_path), name, text)
    found, aside = records(tmp_path, NEEDS)
    assert (aside.count, aside.people, aside.others) == (1, 0, True)
    assert [Kind.CONDITION in one.unread for one in found.values()] == [name[0] == "a"] * len(found)


# ---- bundles ----------------------------------------------------------------------------------


def a_file(*resources: Resource) -> bytes:
    return json.dumps(a_bundle(*resources)).encode()


ANN, BEA = a_file(a_patient("ann"), cough()), a_file(a_patient("bea"))


@pytest.mark.parametrize("text", [BEA, b"\xef\xbb\xbf" + BEA], ids=["plain", "marked"])
@pytest.mark.parametrize("name", ["b.JSON", "b.Json.GZ"])
def test_a_bundle_is_read_in_large_letters_and_behind_a_byte_order_mark(
    tmp_path: Path, name: str, text: bytes
) -> None:
    put(tmp_path, "a.json", ANN)
    put(tmp_path, name, gzip.compress(text) if "GZ" in name else text)
    found, aside = records(tmp_path, NEEDS)
    assert ([*found], aside.count) == (["bea", "ann"] if name < "a" else ["ann", "bea"], 0)


@pytest.mark.parametrize("name", ["b.json.zst", "b.json.part", "x/b.json", "b.xml"])
def test_a_bundle_that_is_not_read_is_somebody_who_was_not_asked_about(
    tmp_path: Path, name: str
) -> None:
    put(tmp_path, "a.json", ANN)
    put(tmp_path, name, BEA)
    found, aside = records(tmp_path, NEEDS)
    assert ([*found], places(tmp_path, aside), aside.people) == (["ann"], [name], 1)
    assert Kind.CONDITION not in found["ann"].unread


def test_bundles_beside_an_export_are_people_who_were_not_asked_about(tmp_path: Path) -> None:
    put(export(tmp_path, ["bea"]), "a.json", ANN)
    found, aside = records(tmp_path, NEEDS)
    assert ([*found], places(tmp_path, aside), aside.people) == (["bea"], ["a.json"], 1)
    assert Kind.CONDITION in found["bea"].unread  # a bundle may have anything of hers, too


SPOILT: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "broken off": ("b.json", lambda whole: whole[:-3]),
    "not finished": ("b.json.part", lambda whole: whole),
    "in another folder": ("old/b.json", lambda whole: whole),
    "packed and cut": ("b.json.gz", lambda whole: gzip.compress(whole)[:-9]),
    "of two people": ("b.json", lambda _: a_file(a_patient("bea"), a_patient("ann"))),
    "somebody else's": ("b.json", lambda _: a_file(a_patient("bea"), cough("ann", "9"))),
}


@pytest.mark.parametrize(("name", "make"), SPOILT.values(), ids=SPOILT)
def test_whoever_is_named_in_a_bundle_that_is_not_read_has_no_list_that_is_known_to_be_whole(
    tmp_path: Path, name: str, make: Callable[[bytes], bytes]
) -> None:
    put(tmp_path, "a.json", ANN)
    put(tmp_path, name, make(a_file(a_patient("ann"), cough("ann", "9"))))
    put(tmp_path, "c.json", a_file(a_patient("cem")))
    found, aside = records(tmp_path, NEEDS)
    assert ([*found], aside.count, aside.people) == (["ann", "cem"], 1, 1)
    assert {*NEEDS.kinds} <= {*found["ann"].unread}
    assert COUGH in found["ann"].by_code
    assert Kind.CONDITION not in found["cem"].unread


def test_two_bundles_of_one_person_are_known_as_such_where_part_of_one_cannot_be_read(
    tmp_path: Path,
) -> None:
    put(tmp_path, "a.json", ANN)
    put(tmp_path, "b.json", a_file(a_patient("ann"), {**cough("ann", "9"), "id": 9}))
    found, aside = records(tmp_path, NEEDS)
    assert (found, aside.people, places(tmp_path, aside)) == ({}, 1, ["b.json"])


def test_every_list_of_a_bundle_that_is_in_doubt_is_named(tmp_path: Path) -> None:
    torn = [{**cough(), "status": [1]}, {**a_resource("Flag", "cough", of="ann"), "status": [1]}]
    put(tmp_path, "a.json", a_file(a_patient("ann"), *torn))
    _, aside = records(tmp_path, NEEDS)
    says = "The lists of condition and tag entries are unknown: part of it could not be read."
    assert [fault.why for fault in aside.first] == [says]


def test_the_place_of_a_bundle_that_cannot_be_opened_is_said_once(tmp_path: Path) -> None:
    put(tmp_path, "a.json.gz", gzip.compress(ANN)[:-6])
    _, aside = records(tmp_path, NEEDS)
    assert [fault.why for fault in aside.first] == ["It cannot be opened or unpacked."]
