"""What the workers of a cluster do is what one machine does, told and lost alike."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bulk import blocks, buckets, standing
from fhir_adapters.bulk.fetched import NAME, UNREAD, Fetched, Unread
from fhir_adapters.bulk.files import LONGEST_LINE, Piece
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.read import TYPES
from rules.load import load_library
from rules.record import Kind
from rules.rule import Library
from tests.batches import Rows, by_lines, by_workers, embedded
from tests.builders import Resource, a_condition, a_patient
from tests.exports import a_crowd, a_practice, about

pytest.importorskip("pyarrow")  # of the extra


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load_library(a_practice(tmp_path_factory.mktemp("practice"))).usable()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return a_crowd().write(tmp_path / "export")


def cough(number: int, id: str = "", **more: object) -> Resource:
    return {**a_condition("cough"), **about(number), "id": id, **more}


def more(export: Path, name: str, *lines: bytes | Resource) -> None:
    with (export / name).open("ab") as file:
        for line in lines:
            file.write((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")


def everything_wrong(export: Path) -> None:
    more(export, "Condition.ndjson", cough(1, "x"), cough(1, "x", recordedDate="2020"), b"{")
    more(export, "Condition.ndjson", json.dumps(cough(2)).encode().replace(b"Pat", b"P\xe9t"))
    more(export, "Condition.2.ndjson", codecs.BOM_UTF8 + json.dumps(cough(3)).encode())
    more(export, "Condition.2.ndjson", b" " * (LONGEST_LINE + 5), cough(4, "y"), cough(4, "y"))
    more(export, "Patient.ndjson", a_patient("p5", name="Another"), {"resourceType": "Patient"})
    more(export, "Observation.ndjson.bz2", b"BZh9")
    more(export, "notes.ndjson", cough(6))


def test_the_same_is_told_and_lost(export: Path, library: Library) -> None:
    everything_wrong(export)
    people, aside = embedded(export, library)
    found, told = by_workers(export, library)
    assert found == people
    assert (told.count, told.people, told.unread) == (aside.count, aside.people, aside.unread)
    assert sorted(told.first) == sorted(aside.first)
    assert aside.count == 7
    assert sorted(aside.unread) == [Kind.CONDITION, Kind.OBSERVATION]


def test_a_worker_that_stops_and_goes_on_has_every_line_once(
    export: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_wrong(export)
    whole = by_workers(export, library)
    monkeypatch.setattr(blocks, "_SORTED_AT_ONCE", 300)
    monkeypatch.setattr(blocks, "_BLOCK", 100)
    assert by_workers(export, library) == whole


def test_everybody_is_asked_once_however_small_the_portions_are(
    export: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = by_workers(export, library)
    monkeypatch.setattr(buckets, "PORTION", 1_000)
    monkeypatch.setattr(blocks, "PORTION", 1_000)  # what is more is on disk
    found, aside = by_workers(export, library)
    assert (found, aside) == (whole, SetAside())
    assert list(found) != list(whole)


def test_more_than_any_record_has_is_told(
    export: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST_OF_ONE", 2_000)
    more(export, "Condition.ndjson", *(cough(1) for _ in range(50)))
    people, aside = embedded(export, library)
    assert by_workers(export, library) == (people, aside)
    assert aside.count > 30


# ---- a folder that was fetched -------------------------------------------------------------------


def fetched(export: Path, **more: object) -> None:
    told = Fetched(server="https://a.example/fhir", types=("Patient", *TYPES.values()), files=())
    (export / NAME).write_bytes(msgspec.json.encode(msgspec.structs.replace(told, **more)))


def test_a_list_that_was_not_fetched_is_unknown_of_everybody(
    export: Path, library: Library
) -> None:
    fetched(export, unread={"Condition": "it was not there"}, people=2)
    people, aside = embedded(export, library)
    assert by_workers(export, library) == (people, aside)
    assert aside.unread == {Kind.CONDITION: "it was not there"}
    assert "cannot tell" in decisions(people)
    assert "prompt" not in decisions(people)


def test_a_list_that_was_not_fetched_of_one_person_is_unknown_of_them(
    export: Path, library: Library
) -> None:
    before = embedded(export, library)[0]
    fetched(export, unread_of_people=1)
    mark = Unread("p1", "Condition", "it was forbidden")
    (export / UNREAD).write_bytes(msgspec.json.encode(mark) + b"\n")
    people, aside = embedded(export, library)
    assert by_workers(export, library) == (people, aside)
    assert [who for who in people if people[who] != before[who]] == ["p1"]
    assert "cannot tell" in decisions({"p1": people["p1"]})


def decisions(people: Rows) -> set[object]:
    return {decision for came in people.values() for _, _, decision, _ in came}


# ---- an address ----------------------------------------------------------------------------------


def as_spark_reads(export: Path) -> Iterator[tuple[str, list[bytes]]]:
    """The lines of each file, without ends or a mark in front, and no more of one than is told."""
    for path in sorted(export.glob("*.ndjson")):
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).removesuffix(b"\n").split(b"\n")
        yield str(path), [line[: LONGEST_LINE + 1] for line in lines]


def test_lines_of_an_address_come_to_the_same(export: Path, library: Library) -> None:
    everything_wrong(export)
    (export / "Observation.ndjson.bz2").unlink()
    people, aside = embedded(export, library)
    found, told = by_lines(dict(as_spark_reads(export)), library)
    assert found == people
    assert (told.count, told.people, told.unread) == (aside.count, aside.people, aside.unread)
    assert sorted(told.first) == sorted(aside.first)


# ---- what one task works on ----------------------------------------------------------------------


@given(st.lists(st.integers(0, 50)), st.integers(1, 40))
def test_stints_have_every_piece_in_its_order_and_no_more_than_they_may(
    sizes: list[int], size: int
) -> None:
    pieces = [(Piece(Path("x"), "", start=at), more) for at, more in enumerate(sizes)]
    found = blocks.stints(pieces, size)
    assert [piece for one in found for piece in one] == [piece for piece, _ in pieces]
    bytes_of = [sum(sizes[piece.start] for piece in one) for one in found]
    assert [] not in found
    assert all(len(found[at]) == 1 or more <= size for at, more in enumerate(bytes_of))
    # None of them would have had room for what the next begins with.
    both = zip(bytes_of, found[1:], strict=False)
    assert all(before + sizes[after[0].start] > size for before, after in both)
