"""Nothing outside is needed to serve, and nothing outside is asked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.served import piloting

pytestmark = pytest.mark.long

# As root, and for everybody else where the kernel lets them have namespaces.
WAYS = (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"])


def cut_off() -> list[str] | None:
    """The command that runs another where there is no network; None where there is none."""
    if shutil.which("unshare") is None:
        return None
    for way in WAYS:
        if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    return None


def test_a_service_that_is_cut_off_answers_and_tries_to_reach_nobody(tmp_path: Path) -> None:
    way = cut_off()
    if way is None:
        pytest.skip("nobody may make a network of their own here (unshare --net)")
    piloting(tmp_path / "practice", COPD_RULE, RESULTS_RULE)
    said = subprocess.run(
        [
            *way, sys.executable, "-m", "tests.functional.cut_off",
            tmp_path / "serving", tmp_path / "practice",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {
        "services": 2,
        "status": 200,
        "cards": 1,
        "ready": 200,
        "stopped": 0,
        "attempts": 0,
        "and with one of ours": 1,
    }
