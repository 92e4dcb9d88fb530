"""``goodday population import``: a list kept as Parquet, asked about as if it was the source."""

import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from tests.builders import rule_text, write_folder
from tests.crowd.inventing import invent
from tests.crowd.page import TODAY
from tests.crowd.writing import bundle, write_ndjson

pytestmark = pytest.mark.long

PEOPLE = 60


class Desk:
    """Somebody at the practice's desk, with a list of people, who types the verbs."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.export, self.kept = folder / "export", folder / "kept"
        self.rows = folder / "rows.ndjson"

    def types(self, verb: str, source: Path, *more: object) -> tuple[int, str]:
        """The exit code, and everything that was said."""
        code = run(["population", verb, str(source), *map(str, more)])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    def asks(self, source: Path, processes: int = 1) -> tuple[int, str, list[str]]:
        """What ``population run`` ends with and says, and the rows that it writes."""
        asked = ("--today", TODAY.isoformat(), "--processes", processes, "--to", self.rows)
        code, said = self.types("run", source, *asked)
        return code, said, self.rows.read_text("utf-8").splitlines()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def spoilt(export: Path) -> None:
    """A line that cannot be read, of one person; and one that may be anybody's."""
    with (export / "Condition.ndjson").open("ab") as file:
        file.write(b'{"subject": {"reference": "Patient/crowd-7"}, "code": \n')
    with (export / "Goal.ndjson").open("ab") as file:
        file.write(b"{\n")


def test_every_row_and_word_is_the_same_as_straight_from_the_export(desk: Desk) -> None:
    write_ndjson(desk.export, (invent(1, number, TODAY) for number in range(PEOPLE)))
    spoilt(desk.export)
    straight = desk.asks(desk.export)
    code, said = desk.types("import", desk.export, "--to", desk.kept, "--processes", 1)
    assert code == straight[0] == PROBLEMS
    assert said.startswith(f"{PEOPLE} people and ")
    shutil.rmtree(desk.export)
    assert desk.asks(desk.kept) == straight
    assert len(straight[2]) == PEOPLE
    assert any('"prompt"' in row for row in straight[2])


def test_several_processes_and_bundles_come_to_the_same(desk: Desk) -> None:
    folder = desk.folder / "bundles"
    folder.mkdir()
    for number in range(2 * PEOPLE):
        (folder / f"{number:03}.json").write_bytes(bundle(invent(1, number, TODAY)))
    straight = desk.asks(folder)
    assert desk.types("import", folder, "--to", desk.kept, "--processes", 2)[0] == FINE
    assert len([*desk.kept.glob("[0-9]*.parquet")]) == 3  # beside the book and reminders
    assert desk.asks(desk.kept, processes=2) == straight
    # And an import of an import is the same again, to the byte.
    again = desk.folder / "again"
    assert desk.types("import", desk.kept, "--to", again)[0] == FINE
    assert [*map(Path.read_bytes, sorted(again.glob("*.parquet")))] == [
        *map(Path.read_bytes, sorted(desk.kept.glob("*.parquet")))
    ]


def test_nothing_of_it_needs_numpy_which_is_not_installed_with_it(desk: Desk) -> None:
    assert not [one for one in requires("pyarrow") or () if one.startswith("numpy")]
    write_ndjson(desk.export, (invent(1, number, TODAY) for number in range(PEOPLE)))
    _, _, straight = desk.asks(desk.export)
    desk.rows.unlink()
    verbs = [
        ["import", str(desk.export), "--to", str(desk.kept)],
        ["run", str(desk.kept), "--today", TODAY.isoformat(), "--to", str(desk.rows)],
    ]
    without = "import sys; sys.modules['numpy'] = None; from cds_hooks.cli import run; "
    for verb in verbs:
        asked = f"{without}sys.exit(run({['population', *verb, '--processes', '1']}))"
        subprocess.run([sys.executable, "-c", asked], check=True)
    assert desk.rows.read_text("utf-8").splitlines() == straight


def test_rules_that_read_more_than_was_kept_say_so_until_they_are_imported_with(desk: Desk) -> None:
    write_ndjson(desk.export, [invent(1, 1, TODAY)])
    practice = desk.folder / "practice"
    write_folder(practice, {"coughing.yaml": rule_text()})
    assert desk.types("import", desk.export, "--to", desk.kept)[0] == FINE
    code, said = desk.types("run", desk.kept, "--rules", practice)
    assert (code, "run goodday population import again with them" in said) == (COULD_NOT_RUN, True)
    assert desk.types("import", desk.export, "--to", desk.kept, "--rules", practice)[0] == FINE
    assert desk.types("run", desk.kept, "--rules", practice)[0] == FINE


def test_every_verb_may_be_asked_of_what_was_imported(desk: Desk) -> None:
    write_ndjson(desk.export, (invent(1, number, TODAY) for number in range(PEOPLE)))
    (desk.folder / "practice").mkdir()
    (desk.folder / "practice/practice.yaml").write_text(
        "name: Example Surgery\ninvented: yes\nphone: 01632 960123\npilots: [results-ahead]\n"
    )
    rules = ("--rules", desk.folder / "practice", "--processes", 1)
    assert desk.types("import", desk.export, "--to", desk.kept, *rules)[0] == FINE
    tag = ("--nobody-asked", "--today", TODAY.isoformat(), *rules, "--to")
    came = [
        desk.types("tag", source, *tag, desk.folder / "tags" / source.name)
        for source in (desk.export, desk.kept)
    ]
    assert [code for code, _ in came] == [FINE, FINE], came
    straight, kept = (
        {f.name: f.read_bytes() for f in (desk.folder / "tags" / name).rglob("*") if f.is_file()}
        for name in ("export", "kept")
    )
    assert straight == kept


def test_an_import_that_cannot_be_leaves_everything_as_it_was(desk: Desk) -> None:
    write_ndjson(desk.export, [])
    code, said = desk.types("import", desk.export, "--to", desk.export)
    assert (code, "is inside" in said) == (COULD_NOT_RUN, True)
    (other := desk.folder / "other").mkdir()
    (other / "notes.txt").touch()
    code, said = desk.types("import", desk.export, "--to", other)
    assert (code, "has other things in it" in said) == (COULD_NOT_RUN, True)
    code, said = desk.types("import", desk.folder / "nowhere", "--to", desk.kept)
    assert (code, "There is no folder called" in said) == (COULD_NOT_RUN, True)
    assert [*desk.kept.iterdir()] == []
