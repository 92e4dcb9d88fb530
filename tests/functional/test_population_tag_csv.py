"""``goodday population tag`` of CSV files: nobody in them is known by an id of a FHIR server."""

from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE
from tests.builders import write_folder
from tests.fhir_servers.gate import Gate
from tests.fhir_servers.servers import FhirServer
from tests.sending import Sender

MAPPING = """people: {file: people.csv, id: ID, born: Born, everybody_is: [registered, living]}
files:
  - file: coded.csv
    holds: [condition, observation, procedure, referral, care plan, message, document, report, task]
    person: ID
    codes: [{column: Code, system: good-day}]
    date: Date
  - file: flags.csv
    holds: [tag]
    person: ID
    codes: [{column: Code, system: good-day}]
    date: Date
"""
FOR_FHIR = {"flags.ndjson", "transaction-001.json"}
# Nobody listens there: whoever asks finds out.
NOBODY = FhirServer(1, Gate(1, "http://127.0.0.1:1/fhir"))


@pytest.fixture
def sender(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Sender:
    """Somebody with an extract: one person to be reminded, one whose reminder is to end."""
    made = Sender(tmp_path, capsys, NOBODY)
    files = {
        "mapping.yaml": MAPPING,
        "people.csv": "ID,Born\n9990000018,1960\n9990000026,1960\n",
        "coded.csv": "ID,Code,Date\n9990000018,cough,01/09/2020\n",
        "flags.csv": "ID,Code,Date\n9990000026,ask-tea,01/09/2026\n",
    }
    write_folder(made.source, files)
    return made


def kept(sender: Sender) -> None:
    """The list is an import of the extract from now on."""
    to = sender.folder / "kept"
    practice = str(sender.folder / "practice")
    assert run(["population", "import", str(sender.source), "--to", str(to), "--rules", practice,
                "--processes", "1"]) == FINE  # fmt: skip
    sender.source = to


@pytest.mark.parametrize("imported", [False, True], ids=["the files", "an import of them"])
def test_reminders_of_an_extract_are_for_the_record_system_alone(
    sender: Sender, *, imported: bool
) -> None:
    sender.practises()
    if imported:
        kept(sender)
    code, said = sender.types("--client", "ehr")
    assert code == FINE, said
    assert "1 reminder to add, 1 to end, 1 of them by hand" in said
    assert "whose numbers no FHIR server knows anybody by" in said
    assert "Fingerprint" not in said
    assert not FOR_FHIR & {one.name for one in sender.to.iterdir()}
    for name in ("emis.csv", "systmone.csv"):
        (row,) = sender.rows(name)
        assert (row["Patient"], row["Code"]) == ("9990000018", "ask-tea")
    (row,) = sender.rows("to-end.csv")
    assert row["Patient"] == "9990000026"
    assert "ended in the record system" in row["By hand, because"]
    assert '"ids":"extract"' in sender.text("night.json")


@pytest.mark.parametrize("apply", [(), ("--apply", "0" * 12, "--by", "Sam")], ids=["look", "send"])
def test_such_a_night_goes_to_no_server_and_it_is_said_what_to_do(
    sender: Sender, apply: tuple[str, ...]
) -> None:
    sender.types("--client", "ehr")
    code, said = sender.looks(*apply)
    assert code == COULD_NOT_RUN
    assert "take emis.csv or systmone.csv into the record system, or make a night of what" in said
    assert said.count("\n") == 1
    assert not sender.data.exists()


def test_what_an_export_left_in_the_folder_goes_with_the_next_night_of_an_extract(
    sender: Sender,
) -> None:
    extract = sender.source
    sender.source = sender.folder / "ndjson"
    sender.source.mkdir()
    sender.makes(["ann"])
    assert {one.name for one in sender.to.iterdir()} >= FOR_FHIR
    sender.source = extract
    assert sender.types("--client", "ehr")[0] == FINE
    assert not FOR_FHIR & {one.name for one in sender.to.iterdir()}


@pytest.mark.parametrize(
    ("person", "listed", "told"),
    [
        pytest.param("-12.5", "-12.5", False, id="an id of FHIR"),
        pytest.param("+A1*2", "'+A1*2", True, id="a formula"),
        pytest.param("a  b", "a b", True, id="two spaces"),
    ],
)
def test_an_id_is_as_it_was_or_that_is_told(
    sender: Sender, person: str, listed: str, *, told: bool
) -> None:
    write_folder(
        sender.source,
        {
            "people.csv": f"ID,Born\n{person},1960\n",
            "coded.csv": f"ID,Code,Date\n{person},cough,01/09/2020\n",
            "flags.csv": "ID,Code,Date\n",
        },
    )
    _, said = sender.types()
    assert [row["Patient"] for row in sender.rows("emis.csv")] == [listed]
    assert ("The id of 1 person stands in the lists with an apostrophe" in said) == told
