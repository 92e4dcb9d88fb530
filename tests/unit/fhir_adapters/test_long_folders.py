"""What a list costs grows with the list, and not with the square of it: pieces and buckets."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from fhir_adapters.bulk.buckets import Buckets, on_disk, parts_of
from fhir_adapters.bulk.files import find

PIECES, BUCKETS = 5, 7


@pytest.mark.parametrize(("whole", "size"), [(500, 10), (2_000, 20), (50_000, 40)])
def test_the_longer_a_list_the_larger_are_its_pieces_up_to_four_times(
    tmp_path: Path, whole: int, size: int
) -> None:
    (tmp_path / "Condition.ndjson").write_bytes(b"\n" * whole)
    pieces = find(tmp_path, 10)["Condition"]
    assert {(piece.end or 0) - piece.start for piece in pieces} == {size}
    assert sum((piece.end or 0) - piece.start for piece in pieces) == whole


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
