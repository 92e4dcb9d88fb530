"""What is shipped is the same wherever and whenever it is made, and says what it stands on."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.architecture.project import tracked
from tests.packaging.conftest import ROOT, environment

pytestmark = pytest.mark.long


@pytest.fixture
def cloned(tmp_path: Path) -> Path:
    """The project as somebody else has it: elsewhere, years ago, and for nobody else to read."""
    folder = tmp_path / "somewhere" / "else"
    for name in tracked():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, file)
        file.chmod(0o700 if os.access(ROOT / name, os.X_OK) else 0o600)  # git keeps that
        os.utime(file, (1_500_000_000, 1_500_000_000))
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def make(folder: Path, what: str) -> Path:
    """The one file that make makes, in a folder of its own."""
    shutil.rmtree(folder / "dist", ignore_errors=True)
    subprocess.run(
        ["make", "--silent", "--assume-old=.venv/dev", what],
        cwd=folder,
        env=environment(TZ="Asia/Tokyo"),
        check=True,
        capture_output=True,
    )
    (made,) = (folder / "dist").iterdir()
    return made


def test_the_wheel_is_the_same_to_the_byte_wherever_it_is_built(wheel: Path, cloned: Path) -> None:
    other = make(cloned, "wheel")
    assert other.name == wheel.name
    assert sha256(other.read_bytes()).hexdigest() == sha256(wheel.read_bytes()).hexdigest()


def test_the_bill_of_materials_has_every_locked_package_with_version_and_hashes(
    cloned: Path,
) -> None:
    bill = json.loads(make(cloned, "sbom").read_bytes())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "goodday")
    listed = {
        f"{one['name']}=={one['version']}": {
            each["content"]
            for reference in one["externalReferences"]
            for each in reference["hashes"]
            if each["alg"] == "SHA-256"
        }
        for one in bill["components"]
    }
    assert listed == locked()
    references = [each for one in bill["components"] for each in one["externalReferences"]]
    assert not [each for each in references if "://" in each["url"]], "no address of a registry"
    assert "timestamp" not in bill["metadata"], "made again, it is the same"
    assert "serialNumber" not in bill


def locked() -> dict[str, set[str]]:
    """The packages of requirements.lock, each with the hashes of its files."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line]
    return {
        line[0]: {word.removeprefix("--hash=sha256:") for word in line if "sha256:" in word}
        for line in lines
    }
