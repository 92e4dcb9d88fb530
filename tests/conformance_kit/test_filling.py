"""What a prefetch template stands for, on one record."""

from pathlib import Path
from typing import Any

import pytest

from cds_hooks.conformance.fetching import Unfilled, fill
from cds_hooks.conformance.people import Person, invented, read_person
from tests.builders import TODAY

Json = dict[str, Any]  # FHIR JSON, as tests know it

LITTLE, MUCH, _ = invented(TODAY)
CONTEXT: Json = {"userId": "Practitioner/conformance", "patientId": "invented"}
OF = "patient={{context.patientId}}"


def codes(template: str, person: Person = MUCH) -> list[str]:
    """The codes of what a template brings, in their order."""
    entries = fill(template, person, CONTEXT).get("entry", ())
    coded = [entry["resource"].get("code", {}).get("coding", [{}])[0] for entry in entries]
    return [one.get("code", "") for one in coded]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param(f"Procedure?{OF}&code=391131001", ["391131001"], id="a code"),
        pytest.param(
            f"Procedure?{OF}&code=http://snomed.info/sct|391131001", ["391131001"], id="its system"
        ),
        pytest.param(f"Procedure?{OF}&code=http://loinc.org|391131001", [], id="another system"),
        pytest.param(
            f"Procedure?{OF}&code=391131001,741056003", ["391131001", "741056003"], id="two codes"
        ),
        pytest.param(
            "Procedure?subject=Patient/{{context.patientId}}&code=391131001",
            ["391131001"],
            id="a whole reference",
        ),
        pytest.param("Procedure?patient=somebody-else", [], id="somebody else"),
        pytest.param(f"Condition?{OF}&clinical-status=resolved", [], id="a status"),
        pytest.param(
            f"Condition?{OF}&clinical-status=active&code=13645005", ["13645005"], id="two together"
        ),
        pytest.param(f"Observation?{OF}&category=laboratory", [], id="a category"),
        pytest.param(f"Procedure?{OF}&date=ge2026-09-22", ["243120004", "171055003"], id="since"),
        pytest.param(
            f"Procedure?{OF}&date=lt2026-09-01&_sort=date",
            ["391131001", "741056003"],
            id="before, the oldest first",
        ),
        pytest.param(f"Procedure?{OF}&_sort=-date&_count=1", ["171055003"], id="the newest"),
        pytest.param(
            f"Procedure?{OF}&combo-code=391131001", ["391131001"], id="a code, its own or a part's"
        ),
        pytest.param(f"Procedure?{OF}&component-code=391131001", [], id="a part's code alone"),
        pytest.param(f"Procedure?{OF}&combo-value-concept=391131001", [], id="a value"),
        pytest.param(f"Observation?{OF}&status=preliminary", [], id="a status that is a code"),
    ],
)
def test_a_search_brings_what_fits(template: str, expected: list[str]) -> None:
    assert sorted(codes(template)) == sorted(expected)


def test_a_search_is_sorted() -> None:
    newest_first = codes(f"Procedure?{OF}&_sort=-date")
    assert newest_first == codes(f"Procedure?{OF}&_sort=date")[::-1]
    assert newest_first[0] == "171055003"


def test_a_list_that_was_cut_says_that_there_is_more() -> None:
    cut = fill(f"Procedure?{OF}&_count=2", MUCH, CONTEXT)
    assert (len(cut["entry"]), cut["total"], cut["link"][0]["relation"]) == (2, 5, "next")
    assert "link" not in fill(f"Procedure?{OF}&_count=50", MUCH, CONTEXT)


def test_an_empty_list_has_no_entry_at_all() -> None:
    empty = fill(f"Goal?{OF}", MUCH, CONTEXT)
    assert empty == {"resourceType": "Bundle", "type": "searchset", "total": 0}


def test_one_resource_is_read_by_its_id() -> None:
    assert fill("Patient/{{context.patientId}}", MUCH, CONTEXT) == MUCH.patient
    assert fill("Practitioner/{{userPractitionerId}}", MUCH, CONTEXT)["id"] == "conformance"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (f"Condition?{OF}&code:in=http://example.org/list", "code:in needs a server"),
        (f"Condition?{OF}&onset-age=gt50", "the kit cannot search by onset-age"),
        ("Encounter/{{context.encounterId}}", "the token context.encounterId has no value here"),
        ("Patient/{{userPatientId}}", "the token userPatientId has no value here"),
        ("Organization/1", "a resource that this record does not hold"),
        (f"Condition?{OF}&recorded-date=soon", "a date in it cannot be read"),
        (f"Condition?{OF}&_count=some", "a count in it is no whole number"),
    ],
)
def test_what_cannot_be_filled_says_why(template: str, why: str) -> None:
    with pytest.raises(Unfilled, match=why):
        fill(template, MUCH, CONTEXT)


def test_a_person_under_a_new_id_has_the_same_record() -> None:
    moved = LITTLE.somebody_new()
    assert moved.id != LITTLE.id
    assert moved.id not in (LITTLE.somebody_new().id, "invented")
    assert all("invented" not in str(one.get("subject")) for one in moved.resources)
    assert len(moved.resources) == len(LITTLE.resources)
    assert moved.under(LITTLE.id) == LITTLE


def test_a_bundle_whose_entries_refer_by_address_is_read(tmp_path: Path) -> None:
    address = "urn:uuid:8c5b0a60-98b7-4d6c-8ab5-0d8f0c1f8f4e"
    file = tmp_path / "bundle.json"
    condition = {"resourceType": "Condition", "id": "c", "subject": {"reference": address}}
    patient = {"resourceType": "Patient", "id": "p"}
    entries = [{"fullUrl": address, "resource": patient}, {"resource": condition}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    import json

    file.write_text(json.dumps(bundle), encoding="utf-8")
    person = read_person(file)
    assert person.resources[0]["subject"] == {"reference": "Patient/p"}
