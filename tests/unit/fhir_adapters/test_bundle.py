"""A bundle in a file: one whole person, or a sentence that says why not and names nobody."""

import gzip
import json
from pathlib import Path

import pytest

from fhir_adapters.bundle import BundleError, record_from_bundle, record_from_file
from rules.record import Kind
from tests.builders import Resource, a_bundle, a_patient, a_resource, code
from tests.fhir_builders import an_operation_outcome

COUGH = a_resource("Condition", "cough")


def whole(*resources: Resource, **more: object) -> Resource:
    return {**a_bundle(a_patient(), *resources), **more}


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_bundle_is_taken_as_the_whole_record() -> None:
    record = record_from_bundle(encoded(whole(COUGH)))
    assert record.unread == {}
    assert len(record.by_code[code("cough")]) == 1


EMPTY_ENTRY: Resource = {
    "resourceType": "Bundle",
    "entry": [{"resource": a_patient()}, {"resource": COUGH}, {"fullUrl": "urn:uuid:x"}],
}
NOT_WHOLE: dict[str, Resource] = {
    "a page with more to come": whole(COUGH, link=[{"relation": "next", "url": "x"}]),
    "fewer entries than its total": whole(COUGH, total=3),
    "an OperationOutcome in it": whole(COUGH, an_operation_outcome()),
    "an entry without a resource": EMPTY_ENTRY,
    "an entry without a type": whole(COUGH, {"id": "x"}),
}


@pytest.mark.parametrize("bundle", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_of_a_bundle_that_is_not_whole_no_list_is_known_to_be(bundle: Resource) -> None:
    record = record_from_bundle(encoded(bundle))
    assert set(record.unread) == set(Kind)
    assert len(record.by_code[code("cough")]) == 1, "what could be read is kept"


def test_a_damaged_entry_costs_only_the_list_that_it_belongs_to() -> None:
    record = record_from_bundle(encoded(whole(COUGH, a_resource("Procedure", "x", status=[1]))))
    assert set(record.unread) == {Kind.PROCEDURE}


def test_a_damaged_entry_that_no_rule_reads_costs_nothing() -> None:
    record = record_from_bundle(encoded(whole(COUGH, a_resource("Claim", "x", status=[1]))))
    assert record.unread == {}


def test_what_is_no_text_in_an_entry_costs_its_list_though_no_rule_reads_it() -> None:
    """Bytes that are not UTF-8 are no JSON, wherever they stand; as in a line of an export."""
    noted = a_resource("Procedure", "x", performer="@")
    record = record_from_bundle(encoded(whole(COUGH, noted)).replace(b"@", b"\xff"))
    assert set(record.unread) == {Kind.PROCEDURE}
    assert len(record.by_code[code("cough")]) == 1
    beside = encoded(whole(COUGH, signature="@")).replace(b"@", b"Zo\xeb")
    assert set(record_from_bundle(beside).unread) == set(Kind), "nobody knows what that was"
    of_another_sort = encoded(whole(COUGH, performed=[1]))
    assert record_from_bundle(of_another_sort).unread == {}


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a FHIR bundle that can be read"),
    "no JSON": (b"<Bundle/>", "not a FHIR bundle that can be read"),
    "not UTF-8": (b'{"resourceType": "\xff"}', "not a FHIR bundle that can be read"),
    "a list": (b"[]", "not a FHIR bundle that can be read"),
    "no type": (b"{}", "not a FHIR bundle that can be read"),
    "a Patient": (encoded(a_patient()), "not a Bundle"),
    "nobody": (encoded(a_bundle(COUGH)), "holds 0 Patient resources"),
    "two people": (encoded(whole(a_patient("another"))), "holds 2 Patient resources"),
    "a damaged Patient": (encoded(a_bundle({**a_patient(), "birthDate": 7})), "holds 0 Patient"),
    "somebody else's": (
        encoded(whole(a_resource("Condition", "cough", of="another-canary"))),
        "(Condition) is about somebody else",
    ),
    "entries that are none": (b'{"resourceType": "Bundle", "entry": {}}', "holds 0 Patient"),
}


@pytest.mark.parametrize(("body", "says"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_not_one_persons_bundle_gets_one_sentence(body: bytes, says: str) -> None:
    with pytest.raises(BundleError) as refused:
        record_from_bundle(body)
    assert says in str(refused.value)
    assert "canary" not in str(refused.value) + repr(refused.value)


def test_a_bundle_may_be_packed(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(encoded(whole(COUGH))))
    assert record_from_file(tmp_path / "a.json.gz").person.id == "test-person"


@pytest.mark.parametrize(
    "body", [b"\x1f\x8b", gzip.compress(b"{}", mtime=0)[:-9], b"\x1f\x8b" + b"\x00" * 100]
)
def test_a_packed_file_that_is_cut_off_gets_one_sentence(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.json.gz").write_bytes(body)
    with pytest.raises(BundleError, match="cannot be opened or unpacked"):
        record_from_file(tmp_path / "a.json.gz")


def test_a_file_that_is_not_there_or_is_a_folder_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no file called"):
        record_from_file(tmp_path / "none.json")
    with pytest.raises(BundleError, match="cannot be opened"):
        record_from_file(tmp_path)


@pytest.mark.parametrize(
    "reference",
    ["Patient/test-person", "urn:uuid:full", "https://ehr.example/fhir/Patient/test-person"],
)
def test_the_person_may_be_named_by_id_by_full_url_or_by_address(reference: str) -> None:
    cough = {**COUGH, "subject": {"reference": reference}}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:full", "resource": a_patient()}, {"resource": cough}],
    }
    assert code("cough") in record_from_bundle(encoded(bundle)).by_code


def test_without_a_full_url_the_persons_id_is_their_urn() -> None:
    cough = {**COUGH, "subject": {"reference": "urn:uuid:test-person"}}
    assert code("cough") in record_from_bundle(encoded(whole(cough))).by_code
