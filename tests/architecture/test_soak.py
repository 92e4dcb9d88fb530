"""What a test says it tries in soak is tried there: its file is among those that soak runs."""

import re

from tests.architecture.project import ROOT

# How a test asks how long it may take: by what hypothesis was told, or with tests/lengths.py.
_ASKS = re.compile(
    r"settings\(\)\.max_examples|^from tests\.lengths import .*\b(examples|only)\b", re.M
)


def test_whatever_does_more_in_soak_is_run_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (soak,) = re.findall(r"^soak:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    run = re.findall(r"tests/[\w/.]+", soak)
    longer = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if _ASKS.search(path.read_text("utf-8"))
    }
    assert len(longer) > 20
    assert [one for one in sorted(longer) if not one.startswith(tuple(run))] == []
