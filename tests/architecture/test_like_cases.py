"""Of many like cases some are run each time and told as such, and all of them in CI."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, add

MANY = """
import pytest
@pytest.mark.parametrize("case", range(21))
def test_many(case): print("ran", case)
@pytest.mark.parametrize("case", range(4))
def test_few(case): print("few", case)
@pytest.mark.each
@pytest.mark.parametrize("case", range(7))
def test_each(case): print("each", case)
"""


def ran(folder: Path, most: str, **variables: str) -> list[str]:
    """Which cases were run, and what was said of the others."""
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    add(folder / "tests" / "test_them.py", MANY)
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider",
            "--import-mode=importlib", "--rootdir", folder, "-c", os.devnull, "-W", "ignore",
            f"--like-cases={most}", "tests",
        ],
        cwd=folder,
        env={**{k: v for k, v in os.environ.items() if k != "GOODDAY_REQUIRE"}, **variables},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return re.findall(r"(?:ran|few|each) \d+|\d+ deselected", done.stdout)


def test_the_first_the_last_and_some_between_are_run(tmp_path: Path) -> None:
    some = ran(tmp_path, "5")
    assert [one for one in some if one.startswith("ran")] == [
        f"ran {n}" for n in (0, 5, 10, 15, 20)
    ]
    assert len([one for one in some if one.startswith("few")]) == 4
    assert len([one for one in some if one.startswith("each")]) == 7
    assert some[-1] == "16 deselected"


@pytest.mark.parametrize(("most", "required"), [("5", "all"), ("0", "")])
def test_all_are_run_in_ci_and_by_whoever_runs_some_files(
    tmp_path: Path, most: str, required: str
) -> None:
    assert len(ran(tmp_path, most, GOODDAY_REQUIRE=required)) == 21 + 4 + 7
