"""Where everything is expected to be there, a test that is skipped is a test that failed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, add

# A file of tests for each way to skip, and one that has nothing to do with skipping.
SKIPS = {
    "mark": "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_it(): ...",
    "condition": "import pytest\n@pytest.mark.skipif('1', reason='not here')\ndef test_it(): ...",
    "call": "import pytest\ndef test_it(): pytest.skip('not now')",
    "library": "import pytest\npytest.importorskip('no_such_library')",
    "whole_file": "import pytest\npytest.skip('all', allow_module_level=True)",
    "shared_data": "def test_it(shared_data): ...",
}
EXPECTED = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert False"


def outcomes(folder: Path, **variables: str) -> dict[str, str]:
    """What became of each file, run with our conftest where there is no shared data."""
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    for name, source in {**SKIPS, "expected": EXPECTED}.items():
        add(folder / "tests" / f"test_{name}.py", source)
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-rfEsx", "--continue-on-collection-errors",
            "--import-mode=importlib", "--rootdir", folder, "-c", os.devnull, "tests",
        ],
        cwd=folder,
        env={**{k: v for k, v in os.environ.items() if k != "GOODDAY_REQUIRE"}, **variables},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    found = re.findall(r"^([A-Z]+) .*?tests/test_(\w+)\.py", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in found}


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What happens on anybody's machine."""
    return outcomes(tmp_path_factory.mktemp("allowed"))


@pytest.fixture(scope="module")
def required(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What happens where everything has to be there."""
    return outcomes(tmp_path_factory.mktemp("required"), GOODDAY_REQUIRE="all")


@pytest.mark.parametrize("way", SKIPS)
def test_a_skip_is_a_skip_where_nothing_is_required(allowed: dict[str, str], way: str) -> None:
    assert allowed[way] == "SKIPPED"


@pytest.mark.parametrize("way", SKIPS)
def test_a_skip_is_a_failure_where_everything_is_required(
    required: dict[str, str], way: str
) -> None:
    assert required[way] in ("FAILED", "ERROR")


def test_a_failure_that_is_expected_is_no_skip(required: dict[str, str]) -> None:
    assert required["expected"] == "XFAIL"
