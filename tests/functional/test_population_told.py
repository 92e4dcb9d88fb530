"""What every verb about a list tells of what it could not read, and keeps of it."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from fhir_adapters.bulk import standing
from fhir_adapters.bulk.files import LONGEST_LINE
from fhir_adapters.read import TYPES
from tests.builders import (
    Resource,
    a_bundle,
    a_patient,
    a_resource,
    released_text,
    write_folder,
)
from tests.lists import ndjson
from tests.tagging import RULE

VERBS: Mapping[str, Sequence[str]] = {
    "run": ["population", "run", "{list}"],
    "import": ["population", "import", "{list}", "--to", "{to}"],
    "tag": ["population", "tag", "{list}", "--to", "{to}", "--nobody-asked"],
    "try": ["rules", "try", "coughing", "{list}"],
    "diff": ["rules", "diff", "{rules}", "{rules}", "{list}"],
}
TABLES = """people: {file: people.csv, id: ID, born: Born}
files: [{file: coded.csv, holds: [condition], person: ID, date: Date,
  codes: [{column: Code, system: snomed}]}]
"""


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """One rule, in pilot, that offers a reminder."""
    invented = "name: Example Surgery\ninvented: yes\n"
    files = {"coughing.yaml": released_text(**RULE), "practice.yaml": invented}
    write_folder(tmp_path / "practice", files)
    return tmp_path / "practice"


def asked(practice: Path, source: Path, verb: str, *more: object) -> int:
    places = {"list": source, "to": practice.parent / "made", "rules": practice}
    words = [word.format(**places) for word in VERBS[verb]]
    rules = [] if verb == "diff" else ["--rules", str(practice)]
    return run([*words, *rules, "--processes", "1", *map(str, more)])


def export(folder: Path, **files: bytes) -> Path:
    """Ann and Bea, and every list, empty but for what is given."""
    folder.mkdir()
    people = ndjson([a_patient("ann"), a_patient("bea")])
    for name in TYPES.values():
        (folder / f"{name}.ndjson").write_bytes(b"")
    for name, text in {"Patient": people, **files}.items():
        (folder / f"{name}.ndjson").write_bytes(text)
    return folder


def cough(of: str, id: str, **more: object) -> Resource:
    return {**a_resource("Condition", "cough", of=of, id=id), **more}


def counted(err: str) -> int:
    """How many things were set aside, by what is told."""
    lines = [line for line in err.splitlines() if "  " in line]
    more = [int(line.split()[1]) for line in err.splitlines() if line.endswith(" more.")]
    return len(lines) + sum(more)


# ---- what is kept -----------------------------------------------------------------------------


def test_as_many_lines_are_kept_as_are_told(
    tmp_path: Path,
    practice: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One thing of each sort: a line as it came; what is none, by its place."""
    monkeypatch.setattr(standing, "MOST_OF_ONE", 2_000)
    nobodys = cough("ann", "1", subject=None)
    outcome: Resource = {"resourceType": "OperationOutcome"}
    both = cough("ann", "2", patient={"reference": "Patient/bea"})
    twice = [cough("bea", "3"), cough("bea", "3", recordedDate="2020")]
    too_much = [cough("dan", f"d{number}") for number in range(40)]
    people = [*map(a_patient, ("ann", "bea", "cem", "dan")), a_patient("cem", name="Cem")]
    broken = b'{"resourceType":"Condition"\n'
    source = export(
        tmp_path / "export",
        Patient=ndjson(people) + b'{"resourceType":"Patient"}\n',
        Condition=ndjson([nobodys, both, *twice, *too_much]) + broken,
        Procedure=ndjson([outcome, {"resourceType": "Location"}]),
    )
    (source / "Flag.ndjson").write_bytes(b'"' + b"x" * LONGEST_LINE + b'"\n')
    (source / "Communication.2.ndjson.gz").write_bytes(gzip.compress(b"\n" * 9)[:-4])
    (source / "Task.2.ndjson.part").write_bytes(b"")
    kept = tmp_path / "rejects"
    assert asked(practice, source, "run", "--rejects", kept) == PROBLEMS
    err = capsys.readouterr().err
    lines = kept.read_bytes().splitlines(keepends=True)
    assert counted(err) == len(lines) > 20
    assert broken in lines
    for one in (nobodys, both, outcome, twice[1], too_much[-1], people[-1]):
        assert ndjson([one]) in lines
    said = [json.loads(line) for line in lines if b'"why"' in line]
    assert {Path(one["place"]).name for one in said} == {
        "Flag.ndjson:1", "Communication.2.ndjson.gz:1", "Task.2.ndjson.part",
    }  # fmt: skip
    assert kept.stat().st_mode & 0o777 == 0o600


def test_of_bundles_the_files_are_kept_that_were_not_read(
    tmp_path: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "bundles"
    source.mkdir()
    whole = {who: json.dumps(a_bundle(a_patient(who))) for who in ("ann", "bea")}
    doubted = json.dumps(a_bundle(a_patient("cem"), cough("cem", "1", status=[1])))
    texts = {
        "a.json": whole["ann"], "b.json": whole["bea"], "c.json": whole["bea"] + "{",
        "d.json": doubted, "e.json": "", "f.zip": "", "g.json": json.dumps(a_bundle()),
    }  # fmt: skip
    for name, text in texts.items():
        (source / name).write_text(text)
    kept = tmp_path / "rejects"
    assert asked(practice, source, "run", "--rejects", kept) == PROBLEMS
    said = [json.loads(line) for line in kept.read_bytes().splitlines()]
    assert {Path(one["place"]).name for one in said} == {
        "c.json", "d.json", "e.json", "f.zip", "g.json",
    }  # fmt: skip
    assert len(said) == counted(capsys.readouterr().err) == 5


def test_an_import_says_that_what_was_set_aside_was_kept_when_it_was_made(
    tmp_path: Path, practice: Path
) -> None:
    source = export(tmp_path / "export", Condition=b"{\n")
    first, second = tmp_path / "first", tmp_path / "second"
    assert asked(practice, source, "import", "--rejects", first) == PROBLEMS
    assert first.read_bytes() == b"{\n"
    assert asked(practice, tmp_path / "made", "run", "--rejects", second) == PROBLEMS
    (said,) = map(json.loads, second.read_bytes().splitlines())
    assert said["place"] == str(tmp_path / "made")
    assert said["why"].startswith("What was set aside of it was kept when it was imported")


# ---- what is told -----------------------------------------------------------------------------


def test_where_people_break_off_it_is_told_that_there_may_be_more(
    tmp_path: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = export(tmp_path / "export")
    (source / "Patient.2.ndjson.gz").write_bytes(gzip.compress(ndjson([a_patient("cem")]))[:-6])
    assert asked(practice, source, "run") == PROBLEMS
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2
    assert err[0].endswith(
        "Patient.2.ndjson.gz:1  The file breaks off here, or cannot be opened or unpacked."
    )
    assert err[1] == "More people may be in what was set aside: they were not asked about."


def test_no_sentence_ends_twice(
    tmp_path: Path, practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = export(tmp_path / "export", Procedure=ndjson([{"resourceType": "OperationOutcome"}]))
    (source / "Condition.2.ndjson.gz").write_bytes(b"")
    assert asked(practice, source, "run") == PROBLEMS
    err = capsys.readouterr().err
    assert "The list of condition entries is unknown for everybody: a file of it breaks off" in err
    assert "procedure entries is unknown for everybody: the export says that something" in err
    assert ".." not in err


# ---- nobody -----------------------------------------------------------------------------------


def no_lines(folder: Path) -> Path:
    return export(folder, Patient=b"")


def nobody_who_can_be_read(folder: Path) -> Path:
    return export(folder, Patient=b'{"resourceType":"Patient"}\n')


def headings_alone(folder: Path) -> Path:
    folder.mkdir()
    (folder / "mapping.yaml").write_text(TABLES)
    (folder / "people.csv").write_text("ID,Born\n")
    (folder / "coded.csv").write_text("ID,Code,Date\n")
    return folder


def no_bundle_that_can_be_read(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.json").write_text("{")
    return folder


Make = Callable[[Path], Path]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "make", [no_lines, nobody_who_can_be_read, headings_alone, no_bundle_that_can_be_read]
)
def test_a_list_with_nobody_who_can_be_asked_about_is_none(
    tmp_path: Path, practice: Path, capsys: pytest.CaptureFixture[str], verb: str, make: Make
) -> None:
    """What was set aside is told all the same, and the file is there that keeps it."""
    source = make(tmp_path / "list")
    code = asked(practice, source, verb, "--rejects", tmp_path / "rejects")
    out, err = capsys.readouterr()
    assert code == COULD_NOT_RUN, err
    assert err.splitlines()[-1] == f"{source} has nobody in it who could be asked about."
    assert out == ""


def test_an_import_of_nobody_leaves_the_one_before_it(tmp_path: Path, practice: Path) -> None:
    source = export(tmp_path / "export")
    assert asked(practice, source, "import") == FINE
    before = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    (source / "Patient.ndjson").write_bytes(b"")
    assert asked(practice, source, "import") == COULD_NOT_RUN
    assert {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()} == before
