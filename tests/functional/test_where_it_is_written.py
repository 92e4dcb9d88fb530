"""Where verbs about a list write: never into what they read, and told before anything is read."""

from pathlib import Path

import pytest

from cds_hooks.cli import run
from tests.exports import a_crowd, a_practice
from tests.lengths import first

DAY = ("--today", "2026-11-21", "--processes", "1")


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return a_practice(tmp_path / "practice")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return a_crowd().write(tmp_path / "export")


def asked(verb: str, practice: Path, export: Path, *more: str) -> int:
    arguments = {
        "try": ["rules", "try", "coughing", str(export), "--rules", str(practice), *DAY],
        "diff": ["rules", "diff", str(practice), str(practice), str(export), *DAY],
        "run": ["population", "run", str(export), "--rules", str(practice), *DAY],
        "import": ["population", "import", str(export), "--rules", str(practice)],
        "tag": ["population", "tag", str(export), "--nobody-asked", *DAY],
    }[verb]
    return run([*arguments, *more])


@pytest.mark.parametrize(
    ("verb", "option", "more"),
    [
        ("run", "--to", []),
        ("run", "--rejects", []),
        ("try", "--to", []),
        ("try", "--rejects", []),
        ("try", "--to", ["--inside"]),
        ("diff", "--to", []),
        ("diff", "--rejects", []),
        ("import", "--to", []),
        ("import", "--rejects", ["--to", "kept"]),
        ("tag", "--rejects", ["--to", "tonight"]),
    ],
)
def test_nothing_is_written_into_what_is_read(
    practice: Path,
    export: Path,
    verb: str,
    option: str,
    more: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {path.name: path.read_bytes() for path in export.iterdir()}
    file = "../export/Condition.ndjson" if verb != "try" else "../export/table.csv"
    where = tmp_path / "practice" / file  # by another way than the source is named
    assert asked(verb, practice, export, option, str(where), *more) == 2
    said = capsys.readouterr()
    assert f"{option} {where} is inside {export}, which is read: name another place." in said.err
    assert not said.out
    assert {path.name: path.read_bytes() for path in export.iterdir()} == before


@pytest.mark.parametrize("verb", first(2, ["try", "import", "run", "diff"]))
def test_where_what_is_set_aside_cannot_be_kept_nothing_is_done(
    practice: Path, export: Path, tmp_path: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    more = ["--to", str(kept)] if verb == "import" else []
    rejects = str(tmp_path / "nowhere" / "rejects")
    (export / "Condition.ndjson").unlink()
    (export / "Patient.ndjson").unlink()  # whoever reads it says that nobody is in it
    assert asked(verb, practice, export, "--rejects", rejects, *more) == 2
    said = capsys.readouterr()
    assert rejects in said.err
    assert not said.out
    assert not kept.exists()


def test_what_stays_inside_is_for_its_owner_alone(
    practice: Path, export: Path, tmp_path: Path
) -> None:
    file = tmp_path / "report.csv"
    assert asked("try", practice, export, "--to", str(file)) == 0
    assert file.stat().st_mode & 0o777 == 0o644
    assert asked("try", practice, export, "--to", str(file), "--inside") == 0
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("verb", "instead"), [("try", "--to FILE"), ("diff", "--format json")])
def test_true_counts_that_go_into_a_pipe_are_said_to_be_such(
    practice: Path, export: Path, verb: str, instead: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(verb, practice, export) == 0
    said = capsys.readouterr().err
    assert "These are true counts, which stay inside the practice" in said
    assert instead in said


@pytest.mark.parametrize("bad", [5, 12])
def test_how_much_was_set_aside_is_a_number_as_any_other(
    practice: Path, export: Path, tmp_path: Path, bad: int
) -> None:
    with (export / "Condition.ndjson").open("a", encoding="utf-8") as file:
        file.write("{broken\n" * bad)
    for name in ("report.json", "report.csv", "report.html"):
        report = tmp_path / name
        assert asked("try", practice, export, "--to", str(report)) == 1
        said = report.read_text(encoding="utf-8")
        told = "Of the source up to 7 things were set" if bad == 5 else "about 10 things were set"
        assert (told in said) or name.endswith(".csv")
        assert f"{bad} thing" not in said
