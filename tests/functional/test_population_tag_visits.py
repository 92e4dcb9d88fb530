"""``goodday population tag``: who comes in the next days, with results ahead, from the same run."""

import json
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import FINE, PROBLEMS
from cds_hooks.store.pauses import Pause
from rules.record import Reply
from tests.builders import Resource, a_bundle, a_resource, write_folder
from tests.fhir_builders import a_booking, leroy
from tests.tagging import NOW, Desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def visit(person: str, day: str) -> Resource:
    """A planned visit that is in the book."""
    proposed = json.loads(json.dumps(a_booking(person, f"{day}T09:00:00Z")))
    made: Resource = proposed["entry"][0]["resource"]
    return {**made, "id": f"visit-{person}", "status": "booked"}


VISITS = {"leroy-1": "2026-12-01", "ann": "2026-11-22", "bea": "2027-02-01"}
LETTERS = "name: Example Surgery\ninvented: yes\nphone: 01632 960123\npilots: [results-ahead]\n"


@pytest.mark.long  # the rule for letters is the library's, which takes a second to read
@pytest.mark.parametrize("exported", [False, True], ids=["bundles", "an export"])
def test_the_visits_to_come_are_those_of_goodday_visits_and_so_is_who_gets_a_letter(
    desk: Desk, capsys: pytest.CaptureFixture[str], *, exported: bool
) -> None:
    write_folder(desk.folder / "practice", {"practice.yaml": LETTERS})
    records = {of: [*leroy(of), visit(of, day)] for of, day in VISITS.items()}
    bundles = desk.folder / "records" if exported else desk.source
    bundles.mkdir(exist_ok=True)
    for person, lines in records.items():
        text = json.dumps(a_bundle(*lines))
        (bundles / f"{person}.json").write_text(text, encoding="utf-8")
    if exported:
        every = [one for lines in records.values() for one in lines]
        desk.has([], *(one for one in every if one["resourceType"] != "Patient"))
        people = [one for one in every if one["resourceType"] == "Patient"]
        text = "".join(json.dumps(one) + "\n" for one in people)
        (desk.source / "Patient.ndjson").write_text(text, encoding="utf-8")
    code, said = desk.types()
    assert code == FINE
    assert "2 visits in 14 days, 1 letter that could go ahead." in said
    rows = desk.rows("results-ahead.csv")
    assert [(row["Patient"], row["Letter"]) for row in rows] == [("ann", "no"), ("leroy-1", "yes")]
    assert rows[0]["Day"] == "22 November 2026"
    run(["visits", str(bundles), "--practice", str(desk.folder / "practice"),
         "--today", "2026-11-21", "--nobody-asked"])  # fmt: skip
    *listed, summed_up = capsys.readouterr().out.splitlines()
    assert summed_up.startswith("2 visits in 14 days, 1 letter")
    for line, row in zip(listed, rows, strict=True):
        assert row["Patient"] in line
        assert row["Why not"] in line


@pytest.mark.long
def test_whatever_holds_a_card_back_holds_a_letter_back(desk: Desk) -> None:
    write_folder(desk.folder / "practice", {"practice.yaml": LETTERS})
    flagged = a_resource("Flag", "safeguarding", of="flagged", id="f", status="active")
    lost = a_resource("Observation", "bereavement", of="bereaved", id="b", status="final")
    more: dict[str, list[Resource]] = {
        "as-usual": [],
        "said-no": [],
        "flagged": [flagged],
        "bereaved": [{**lost, "effectiveDateTime": "2026-10-01"}],
    }
    for of, lines in more.items():
        text = json.dumps(a_bundle(*leroy(of), visit(of, "2026-12-01"), *lines))
        (desk.source / f"{of}.json").write_text(text, encoding="utf-8")
    died = [{**one, "deceasedBoolean": True} for one in leroy("died")[:1]]
    text = json.dumps(a_bundle(*died, *leroy("died")[1:], visit("died", "2026-12-01")))
    (desk.source / "died.json").write_text(text, encoding="utf-8")
    desk.heard("said-no", Reply.DECLINED, "results-ahead")
    assert desk.types("--data", str(desk.data))[0] == FINE
    why = {row["Patient"]: row["Why not"] for row in desk.rows("results-ahead.csv")}
    assert why.keys() == more.keys()
    assert why["as-usual"] == ""
    assert 'the person said "no, thank you"' in why["said-no"]
    assert "not be safe with letters" in why["flagged"]
    assert "lost somebody in the last 90 days" in why["bereaved"]
    store = desk.store()
    store.pause(Pause("rule:results-ahead", NOW, "a letter went wrong"))
    store.close()
    desk.types("--data", str(desk.data))
    rows = desk.rows("results-ahead.csv")
    assert {row["Letter"] for row in rows} == {"no"}
    assert any("paused by hand (a letter went wrong)" in row["Why not"] for row in rows)


@pytest.mark.long
def test_that_the_visits_could_not_be_read_is_said(desk: Desk) -> None:
    write_folder(desk.folder / "practice", {"practice.yaml": LETTERS})
    desk.has(["ann", "bea"], visit("bea", "2026-12-01"))
    (desk.source / "Appointment.ndjson").unlink()
    code, said = desk.types()
    assert code == PROBLEMS
    assert "Of 2 people the visits could not all be read" in said
