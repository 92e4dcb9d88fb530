"""The project as files: where it is, what is tracked, and copies that may be spoilt."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "prompts", "fhir_adapters", "cds_hooks")

# What TOML holds is of every sort.
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked(*patterns: str) -> list[str]:
    """The tracked files that are there: all of them, or those that fit a pattern."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def copy_to(folder: Path) -> Path:
    """The four packages and their settings, to be spoilt."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def add(file: Path, text: str) -> None:
    """Lines at the end of a file, which is made where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"\n{text}\n")


def contracts(folder: Path) -> str:
    """What import-linter says of a copy, or of the project."""
    return _said(folder, Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache")


def banned(folder: Path, *files: str) -> str:
    """What ruff says about banned APIs in a copy, a line for each."""
    return _said(
        folder,
        sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251",
        "--output-format", "concise", *files,
    )  # fmt: skip


def _said(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.stdout + done.stderr
