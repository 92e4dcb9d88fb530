"""``goodday population tag``: the folder of a night, and a list with something wrong."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from cds_hooks.commands.night_folder import SEAL, night_folder
from tests.builders import write_folder
from tests.tagging import Desk, a_cough


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Somebody whose list has one person on it, who would be reminded."""
    made = Desk(tmp_path, capsys)
    made.has(["ann"], a_cough("ann"))
    return made


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


@pytest.mark.parametrize("below", ["", "nights"], ids=["the same", "a folder in it"])
def test_what_a_night_writes_is_never_read_as_part_of_the_list(desk: Desk, below: str) -> None:
    before = names(desk.source)
    code, said = desk.types("--to", str(desk.source / below))
    assert code == COULD_NOT_RUN
    assert "is where the list is read from" in said
    assert names(desk.source) == before


def test_the_list_by_another_name_is_still_the_list(desk: Desk) -> None:
    other = desk.folder / "nights"
    other.symlink_to(desk.source)
    assert desk.types("--to", str(other))[0] == COULD_NOT_RUN


def test_a_file_in_the_folders_place_is_named_before_anybody_is_asked_about(desk: Desk) -> None:
    desk.to.write_text("mine", encoding="utf-8")
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert said == f"{desk.to} is a file; name a folder with --to.\n"


def test_a_folder_that_cannot_be_written_to_is_named_before_anybody_is_asked_about(
    desk: Desk,
) -> None:
    (desk.to / ".today.txt").mkdir(parents=True)
    lose_the_list(desk)
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert said == f"{desk.to / '.today.txt'} cannot be written to, or the disk is full.\n"


def test_two_runs_do_not_write_to_one_folder(desk: Desk) -> None:
    with night_folder(desk.to, desk.source):
        code, said = desk.types()
        assert code == COULD_NOT_RUN
        assert f"Another run is writing to {desk.to}" in said
    assert desk.types()[0] == FINE


def test_what_is_not_a_nights_stays_in_its_folder(desk: Desk) -> None:
    desk.to.mkdir()
    for name in ("notes.txt", "transaction-of-mine.json", ".keep"):
        (desk.to / name).write_text("mine", encoding="utf-8")
    assert desk.types()[0] == FINE
    assert desk.types()[0] == FINE
    assert {one.name for one in desk.to.iterdir() if one.read_bytes() == b"mine"} == {
        "notes.txt", "transaction-of-mine.json", ".keep",
    }  # fmt: skip


def test_a_file_that_stood_ready_for_others_to_read_is_the_owners_alone(desk: Desk) -> None:
    desk.to.mkdir()
    for name in ("emis.csv", ".emis.csv"):
        (desk.to / name).touch(0o666)
    desk.types()
    assert (desk.to / "emis.csv").stat().st_mode & 0o777 == 0o600


def lose_the_list(desk: Desk) -> None:
    (desk.source / "Patient.ndjson").unlink()


def break_a_rule(desk: Desk) -> None:
    write_folder(desk.folder / "practice", {"more.yaml": "format: ["})


def break_the_store(desk: Desk) -> None:
    (desk.data / "answers.sqlite").write_bytes(b"not a store" * 1000)


@pytest.mark.parametrize("breaks", [lose_the_list, break_the_store, break_a_rule])
def test_a_night_that_cannot_be_is_no_night_with_nothing_to_do(
    desk: Desk, breaks: Callable[[Desk], None]
) -> None:
    desk.store().close()
    desk.practises()
    breaks(desk)
    assert desk.types("--data", str(desk.data))[0] == COULD_NOT_RUN
    assert not desk.to.exists()


def test_what_is_there_from_before_is_not_taken_for_tonights(desk: Desk) -> None:
    desk.types()
    kept = {one.name: one.read_bytes() for one in desk.to.iterdir()}
    lose_the_list(desk)
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert f"What is in {desk.to} is of an earlier run." in said
    assert {one.name: one.read_bytes() for one in desk.to.iterdir()} == kept


def test_a_file_that_did_not_arrive_is_told_and_is_not_nothing_to_do(desk: Desk) -> None:
    (desk.source / "Condition.ndjson").unlink()
    code, said = desk.types()
    assert code == PROBLEMS
    assert "The list of condition entries is unknown for everybody" in said
    assert "The list of condition entries is unknown for everybody" in desk.text(SEAL)


def test_what_was_set_aside_is_in_the_summary_of_the_night(desk: Desk) -> None:
    with (desk.source / "Condition.ndjson").open("a", encoding="utf-8") as file:
        file.write("{\n")
    with (desk.source / "Patient.ndjson").open("a", encoding="utf-8") as file:
        file.write("{\n")
    code, _ = desk.types()
    assert code == PROBLEMS
    assert "2 lines set aside, unused; 1 of them people who were not asked" in desk.text(SEAL)


WRITING = """
import sys
from pathlib import Path
from cds_hooks.commands.night_folder import night_folder
big = "x" * 200_000
night = lambda n, more: {**{f"transaction-{i:03}.json": n + big for i in range(more)},
                         "emis.csv": n + big, "flags.ndjson": n + big, "today.txt": n}
nights = night("1", 9), night("2", 2)
print("ready", flush=True)
while True:
    for one in nights:
        with night_folder(Path(sys.argv[1]), Path("nowhere")) as folder:
            folder.write(one)
"""


@pytest.mark.long
def test_a_run_that_is_killed_leaves_one_night_or_says_that_it_is_not_whole(tmp_path: Path) -> None:
    folder, moments = tmp_path / "night", random.Random(7)
    seen: set[bool] = set()
    for _ in range(25):
        with subprocess.Popen(
            [sys.executable, "-c", WRITING, str(folder)], stdout=subprocess.PIPE
        ) as run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            run.send_signal(signal.SIGKILL)
        found = {one.name: one.read_text(encoding="utf-8") for one in folder.glob("[!.]*")}
        assert len({text[0] for text in found.values()}) <= 1  # never of two nights
        assert all(len(text) == 200_001 for name, text in found.items() if name != SEAL)
        whole = SEAL in found
        assert not whole or len(found) == {"1": 12, "2": 5}[found[SEAL]]
        seen.add(whole)
    assert seen == {True, False}
    with night_folder(folder, tmp_path / "nowhere") as again:
        again.write({"emis.csv": "3", SEAL: "3"})
    assert names(folder) == {"emis.csv", SEAL}
