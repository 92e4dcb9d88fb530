"""What stands in somebody's lists, however their lines are strewn and whatever is there twice."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.ndjson import open_folder
from fhir_adapters.needs import needs_of
from rules.record import Kind, PatientRecord
from tests.builders import Resource, a_patient, a_resource, code
from tests.lists import ndjson, records

KINDS = {"Condition": Kind.CONDITION, "Procedure": Kind.PROCEDURE}
CODES = ("cough", "visit")
NEEDS = needs_of({kind: list(map(code, CODES)) for kind in KINDS.values()})
# Of which type, under which id or none, with which code and year, and in which of the files.
Line = tuple[str, str, str, str, int]
LINES = st.lists(
    st.tuples(
        st.sampled_from(sorted(KINDS)),
        st.sampled_from(["", *"abcdefgh"]),
        st.sampled_from(CODES),
        st.sampled_from(["2019", "2020"]),
        st.integers(1, 3),
    ),
    max_size=20,
)


def resource(line: Line) -> Resource:
    """One entry of Ann's."""
    resource_type, name, what, year, _ = line
    day = "recordedDate" if resource_type == "Condition" else "performedDateTime"
    found = {**a_resource(resource_type, what, of="ann"), "id": name, day: year}
    return found if name else {key: found[key] for key in found if key != "id"}


def anns(lines: list[Line]) -> PatientRecord:
    """Her record, from files with these lines."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Patient.ndjson").write_bytes(ndjson([a_patient("ann")]))
        for kind in KINDS:
            for number in (1, 2, 3):
                some = [resource(line) for line in lines if (line[0], line[4]) == (kind, number)]
                (folder / f"{kind}.{number}.ndjson").write_bytes(ndjson(some))
        assert open_folder(folder, NEEDS).buckets == 1
        found, _ = records(folder, NEEDS)
        return found["ann"]


def standing(record: PatientRecord) -> dict[str, list[tuple[Kind, str, str]]]:
    """Under each code its entries in their order: of which list, by which name, and their year."""
    return {
        what: [
            (one.kind, one.reference, str(one.when and one.when.first.year))
            for one in record.by_code.get(code(what)) or ()
        ]
        for what in CODES
    }


@given(LINES)
def test_what_stands_once_is_there_and_of_two_that_differ_neither_is(lines: list[Line]) -> None:
    versions: dict[tuple[str, str], set[Line]] = {}
    for line in lines:
        versions.setdefault(line[:2], set()).add((*line[:4], 0))
    expected: dict[str, list[tuple[Kind, str, str]]] = {what: [] for what in CODES}
    for resource_type, name, what, year, _ in lines:
        entry = KINDS[resource_type], f"{resource_type}/{name}", year
        alike = len(versions[resource_type, name]) == 1
        if not name or (alike and entry not in expected[what]):
            expected[what].append(entry)
    record = anns(lines)
    found = standing(record)
    assert {what: sorted(some) for what, some in found.items()} == {
        what: sorted(some) for what, some in expected.items()
    }
    differ = {KINDS[of] for (of, name), some in versions.items() if name and len(some) > 1}
    assert record.unread.keys() & set(KINDS.values()) == differ


@given(LINES)
def test_a_record_is_the_same_whichever_of_its_files_came_first(
    lines: list[Line],
) -> None:
    named = [line for line in lines if line[1]]
    moved = [(*line[:4], 4 - line[4]) for line in reversed(named)]
    assert standing(anns(named)) == standing(anns(moved))
