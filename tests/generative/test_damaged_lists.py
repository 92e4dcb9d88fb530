"""A list kept as Parquet, of which a disk or a copy lost or changed something.

Whatever it is: an error in one sentence, or what everybody had before. Never fewer people, and
never fewer of anybody's entries, without a word.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk.beside import keep_beside, kept_book, kept_flags
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.parquet import Keeping, finish, unfinished
from fhir_adapters.bulk.people import Fault, Ids, SetAside, Someone
from fhir_adapters.needs import needs_of
from rules.record import Entry, Kind, PatientRecord, Person
from tests.builders import a_record, code, entry
from tests.kept import Some, opened
from tests.lengths import only

NEEDS = needs_of(
    {kind: [code("cough"), code("wheeze")] for kind in (Kind.CONDITION, Kind.PROCEDURE)}
)
AGAIN = "goodday population import again"


def somebody(who: str, *lines: Entry) -> Someone:
    return Someone(a_record(*lines, person=Person(who)))


def entries(record: PatientRecord) -> list[str]:
    return [repr(one) for each in record.by_code for one in record.by_code[each]]


BESIDE = ([("ann", "2026-03-03", "tea")], [b'{"resourceType":"Flag"}'])


def a_whole_list(folder: Path) -> None:
    """Three people in two files, one of them in two groups, an appointment and a reminder."""
    lines = entry(Kind.CONDITION, "cough"), entry(Kind.PROCEDURE, "wheeze")
    parts = Some([somebody("ann", *lines), somebody("bea")]), Some([somebody("cem", *lines)])
    with unfinished(folder) as inside:
        came = [Keeping(inside, NEEDS)(part) for part in parts]
        files = [file for some, _ in came for file in some]
        aside = SetAside(1, (Fault("Goal.ndjson:2", "This line"),), 1, {Kind.GOAL: "not whole"})
        beside = keep_beside(inside, *BESIDE)
        finish(folder, inside, files, NEEDS, aside, Ids.FHIR, beside)


def all_of(folder: Path) -> tuple[object, ...]:
    """All that anybody reads of a list. Raises BulkError."""
    source = opened(folder, NEEDS)
    people = [one for part in source.parts for one in part.people([])]
    rows = [(one.record.person, entries(one.record), one.record.unread) for one in people]
    return rows, source.aside, [*kept_book(folder)], [*kept_flags(folder)]


def the_same_or_a_sentence(folder: Path, name: str, spoilt: bytes, whole: object) -> None:
    """The law, for one file with other bytes in it."""
    file = folder / name
    before, says = file.read_bytes(), ""
    file.write_bytes(spoilt)
    try:
        assert all_of(folder) == whole
    except BulkError as error:
        says = str(error)
    assert not says or says.endswith(f"; run {AGAIN}.")
    assert "\n" not in says
    file.write_bytes(before)


def test_wherever_a_file_of_a_list_is_cut_off_it_is_told_or_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fhir_adapters.bulk.parquet._GROUP", 1)
    a_whole_list(tmp_path)
    whole = all_of(tmp_path)
    for name in sorted(file.name for file in tmp_path.iterdir()):
        text = (tmp_path / name).read_bytes()
        for length in {*range(0, len(text), only(211, 3)), len(text) - 2, len(text) - 1}:
            the_same_or_a_sentence(tmp_path, name, text[:length], whole)


@given(data=st.data())
def test_whatever_changes_in_a_file_of_a_list_is_told_or_nothing_is_lost(
    data: st.DataObject,
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr("fhir_adapters.bulk.parquet._GROUP", 1)
        a_whole_list(folder)
        whole = all_of(folder)
        file = data.draw(st.sampled_from(sorted(folder.iterdir())))
        text = bytearray(file.read_bytes())
        for at in data.draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=4)):
            text[at] ^= 1 << data.draw(st.integers(0, 7))
        the_same_or_a_sentence(folder, file.name, bytes(text), whole)
