"""Whatever a server says of its files, nothing is written elsewhere, nor taken for whole."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.fetched import NAME, account, set_aside
from fhir_adapters.fetching.calling import NotFetched
from fhir_adapters.fetching.manifest import read_manifest
from tests.builders import Resource
from tests.bulk_server import Bulk
from tests.fetching import NEEDS, fetched, held, people

# Text that is somewhere between a path, an address and nothing at all.
WORDS = st.sampled_from([
    "Patient", "Condition", "Flag", "Bundle", "../Patient", "/etc/passwd", "", "patient",
    "http://169.254.169.254/", "https://elsewhere.example/x", "file:///etc/passwd", "\u202e", "a b",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
FILES = st.lists(
    st.fixed_dictionaries({"type": WORDS, "url": WORDS}, optional={"count": VALUES}) | VALUES,
    max_size=4,
)
MANIFESTS = st.fixed_dictionaries(
    {},
    optional={
        "transactionTime": VALUES | st.just("2026-11-20"),
        "requiresAccessToken": VALUES | st.booleans(),
        "output": VALUES | FILES,
        "error": VALUES | FILES,
        "deleted": VALUES | FILES,
        "link": VALUES,
    },
)


@given(body=st.binary(max_size=60) | VALUES.map(json.dumps).map(str.encode))
def test_what_is_no_manifest_is_told(body: bytes) -> None:
    with suppress(NotFetched):
        read_manifest(body, ["Patient"])


@given(changed=MANIFESTS)
def test_a_manifest_leads_nowhere_but_into_the_folder(changed: dict[str, object]) -> None:
    """Each part of an honest manifest may be anything else."""

    def spoilt(made: Resource) -> object:
        return {**made, **changed}

    with TemporaryDirectory() as folder:
        to = Path(folder) / "to"
        try:
            told = fetched(Bulk(people(2), polls=0, manifest=spoilt), to).came.told
        except NotFetched:
            assert not to.exists()
        else:
            assert {one.parent for one in Path(folder).rglob("*")} <= {Path(folder), to}
            assert account(to, NEEDS) is not None
            aside = set_aside(to, told, NEEDS)
            conditions = [one for one in held(to) if one["resourceType"] == "Condition"]
            named = {"output", "transactionTime"} & changed.keys()
            assert len(conditions) == 2 or aside.unread or named
        assert {one.name for one in Path(folder).iterdir()} <= {"to", "to.fetching"}
        assert all(one.stat().st_mode & 0o077 == 0 for one in Path(folder).rglob("*"))
        assert to.exists() == (to / NAME).exists()
