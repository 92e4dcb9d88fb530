"""What a benchmark of a whole list measures is a run that asks."""

from pathlib import Path

from tests.benchmarks.lists import crowd
from tests.benchmarks.one_run import once


def test_by_two_processes_it_asks_the_same_as_by_one(tmp_path: Path) -> None:
    people = crowd(tmp_path / "export", 60)
    one, two = once("run", people), once("run", people, "--processes", "2")
    assert (one.people, one.came) == (two.people, two.came)
    assert one.people == 60
    assert one.came > 0
