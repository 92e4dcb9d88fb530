"""Whatever a file is called in which somebody's condition stands: it is read, or told.

Only what is hidden, what says nothing of anybody by its name, and the files of a type that no rule
reads are passed over.
"""

import re
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, example, given
from hypothesis import strategies as st

from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.names import TYPES_OF_FHIR, is_beside
from fhir_adapters.needs import needs_of
from fhir_adapters.read import KINDS
from rules.record import Kind
from tests.builders import Resource, a_bundle, a_patient, a_resource, code
from tests.lists import PACKED, ndjson, records

NEEDS = needs_of({kind: [code("cough")] for kind in (Kind.CONDITION, Kind.PROCEDURE)})
COUGH = a_resource("Condition", "cough", of="ann", id="1")
NOBODYS: Resource = {**COUGH, "subject": None}
READ = {"Patient", "Bundle", "OperationOutcome", *KINDS}
UNREAD_TYPES = TYPES_OF_FHIR - READ

WORDS = st.one_of(
    st.sampled_from(
        ["Condition", "Procedure", "Patient", "Bundle", "Claim", "Export", "part", "x"]
    ),
    st.sampled_from(["", ".", "..", "-0001", ".2", "_", " ", "~", "Part2", "manifest", "README"]),
    st.sampled_from(
        [".ndjson", ".NDJSON", ".jsonl", ".json", ".gz", ".GZ", ".zst", ".part", ".zip"]
    ),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), max_size=5),
)
NAMES = (
    st.lists(WORDS, min_size=1, max_size=4)
    .map("".join)
    .filter(lambda name: name not in ("", ".", "..") and len(name.encode()) < 256)
)
PATHS = st.lists(NAMES, min_size=1, max_size=3)


def says_nothing(path: list[str]) -> bool:
    """Whether a file may be passed over, by the names alone."""
    word = re.match(r"[A-Z][A-Za-z]+", path[-1])
    named = {*path[:-1], *([word[0]] if word else [])}
    hidden = any(name.startswith(".") for name in path)
    return hidden or is_beside(path[-1], path[:-1]) or bool(named & UNREAD_TYPES)


def put(folder: Path, path: list[str], text: bytes) -> None:
    at = folder.joinpath(*path)
    assume(not at.exists() and not any(one.is_file() for one in at.parents))
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_bytes(text)


@given(path=PATHS, packed=st.sampled_from(["", *PACKED]))
@example(path=["Condition.2.NDJSON"], packed="")
@example(path=["Export", "part1.ndjson"], packed="")
@example(path=["Condition.tar.gz"], packed="gz")
@example(path=["Condition.2.ndjson.filepart"], packed="")
def test_a_condition_beside_an_export_is_read_or_told(path: list[str], packed: str) -> None:
    with TemporaryDirectory() as name, suppress(BulkError):  # it was fetched, or is a table
        folder = Path(name)
        (folder / "Patient.ndjson").write_bytes(ndjson([a_patient("ann"), a_patient("bea")]))
        for kind in ("Condition", "Procedure"):
            (folder / f"{kind}.ndjson").write_bytes(b"")
        text = ndjson([COUGH])
        put(folder, path, PACKED[packed](text) if packed else text)
        found, aside = records(folder, NEEDS)
        is_read = code("cough") in found["ann"].by_code
        assert is_read or says_nothing(path) or aside.count
        assert is_read or not aside.count or aside.unread or aside.others


@given(path=PATHS)
@example(path=["b.JSON"])
@example(path=["x", "b.json"])
@example(path=["b.json.part"])
def test_a_bundle_beside_another_is_read_or_somebody_who_is_told(path: list[str]) -> None:
    with TemporaryDirectory() as name, suppress(BulkError):
        folder = Path(name)
        put(folder, ["a.json"], ndjson([a_bundle(a_patient("ann"))]))
        put(folder, path, ndjson([a_bundle(a_patient("bea"), NOBODYS)]))
        found, aside = records(folder, NEEDS)
        hidden = any(one.startswith(".") for one in path)
        told = aside.people or aside.others
        assert "bea" in found or told or hidden or is_beside(path[-1])
