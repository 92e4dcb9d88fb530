"""What a list costs grows with the list, and not with the square of it: pieces and buckets."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from fhir_adapters.bulk.buckets import Buckets, how_many, on_disk, parts_of
from fhir_adapters.bulk.files import find

PIECES, BUCKETS = 5, 7
MB = 1024 * 1024


@pytest.mark.parametrize(("whole", "size"), [(500, 10), (2_000, 20), (50_000, 40)])
def test_the_longer_a_list_the_larger_are_its_pieces_up_to_four_times(
    tmp_path: Path, whole: int, size: int
) -> None:
    (tmp_path / "Condition.ndjson").write_bytes(b"\n" * whole)
    pieces = find(tmp_path, 10)["Condition"]
    assert {(piece.end or 0) - piece.start for piece in pieces} == {size}
    assert sum((piece.end or 0) - piece.start for piece in pieces) == whole


@pytest.mark.parametrize(
    ("megabytes", "buckets"),
    [(0, 1), (3, 1), (4, 2), (29, 14), (500, 16), (640, 20), (99_999, 400)],
)
def test_every_processor_has_some_of_a_short_list_and_none_has_too_much_of_a_long_one(
    megabytes: int, buckets: int
) -> None:
    assert how_many(megabytes * MB, 32 * MB) == buckets


def test_the_files_of_a_bucket_are_found_without_a_look_at_those_of_the_others(
    tmp_path: Path,
) -> None:
    for place in reversed(range(PIECES)):
        with ExitStack() as files:
            to = Buckets(BUCKETS, on_disk(tmp_path, place, files))
            for bucket in range(BUCKETS):
                to.file(bucket).write(b"%d %d" % (bucket, place))
    for bucket in range(BUCKETS):
        found = parts_of(tmp_path, bucket)
        assert [path.read_text() for path in found] == [f"{bucket} {n}" for n in range(PIECES)]
        (inside,) = {path.parent for path in found}
        assert set(inside.iterdir()) == set(found)


def test_a_bucket_of_nobody_has_no_files(tmp_path: Path) -> None:
    assert parts_of(tmp_path, 1) == []
