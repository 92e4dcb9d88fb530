"""The wheel, built once, and installed where nothing of the source can be seen."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and an empty folder to stand in."""

    bin: Path
    packages: Path
    empty: Path

    def run(
        self, command: str, *arguments: str | Path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its commands from the empty folder."""
        return subprocess.run(
            [self.bin / command, *arguments],
            cwd=self.empty,
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


def environment(**variables: str) -> dict[str, str]:
    """This environment without what steers Python and make, and something besides."""
    steers = ("PYTHON", "MAKE", "MFLAGS", "GOODDAY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steers)}
    return kept | variables


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the source as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that borrows the libraries of this one, and not its project."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True, with_pip=False)
    scheme = {"base": str(home), "platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    # Folders named in a .pth are searched, but the .pth files in them (ours, editable) are not.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    here = home / "bin" / "python"
    subprocess.run(
        [
            sys.executable, "-m", "pip", "--python", here, "--quiet", "--disable-pip-version-check",
            "install", "--no-deps", "--no-index", wheel,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return Installed(home / "bin", packages, tmp_path_factory.mktemp("empty"))
