"""``goodday population tag``: who is left out before any rule is asked, for nobody is looking."""

import json
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from tests.builders import Resource, a_patient
from tests.tagging import Desk, a_cough, a_flag

REPLACED: Resource = {"link": [{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]}
SEE_ALSO: Resource = {"link": [{"other": {"reference": "Patient/new"}, "type": "seealso"}]}


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def on_the_list(desk: Desk, **people: Resource) -> None:
    """Everybody coughs; of each is said what the record says besides."""
    desk.has([], *map(a_cough, people))
    lines = [{**a_patient(one, born="1960-01-01"), **more} for one, more in people.items()]
    text = "".join(json.dumps(one) + "\n" for one in lines)
    (desk.source / "Patient.ndjson").write_text(text, encoding="utf-8")


def reminded(desk: Desk) -> list[str]:
    """Who is on each list that adds anything, which is the same on all."""
    of = [row["Patient"] for row in desk.rows("emis.csv")]
    assert [row["Patient"] for row in desk.rows("systmone.csv")] == of
    added = [flag["subject"]["reference"] for flag in desk.flags() if flag["status"] == "active"]
    assert added == [f"Patient/{one}" for one in of]
    return of


@pytest.mark.parametrize(
    "says",
    [
        pytest.param({"deceasedBoolean": True}, id="died"),
        pytest.param({"deceasedDateTime": "2026-01"}, id="died on a day"),
        pytest.param({"active": False}, id="left"),
        pytest.param(REPLACED, id="merged into another record"),
    ],
)
def test_nobody_who_died_or_left_is_reminded_though_no_rule_says_so(
    desk: Desk, says: Resource
) -> None:
    on_the_list(desk, ann={}, bea=says)
    code, said = desk.types()
    assert code == FINE
    assert "1 person is left out: the record says that they have died or are not" in said
    assert "1 to add, 0 to end, 0 held back, 0 cannot tell" in said
    assert reminded(desk) == ["ann"]


@pytest.mark.parametrize(
    "says",
    [
        pytest.param({"deceasedBoolean": False}, id="living"),
        pytest.param({"deceasedDateTime": "2026-11-22"}, id="a day to come"),
        pytest.param({"active": True}, id="in use, and nothing else"),
        pytest.param(SEE_ALSO, id="there is another record"),
    ],
)
def test_everybody_else_is(desk: Desk, says: Resource) -> None:
    on_the_list(desk, bea=says)
    assert "left out" not in desk.types()[1]
    assert reminded(desk) == ["bea"]


def test_what_could_not_be_read_is_not_a_death_and_is_told_apart(desk: Desk) -> None:
    on_the_list(desk, ann={}, bea={"deceasedBoolean": True}, cas={"deceasedDateTime": "soon"})
    code, said = desk.types()
    assert code == PROBLEMS
    assert "1 person is left out: it cannot be told whether they have died." in said
    assert "1 person is left out: the record says that they have died" in said
    assert reminded(desk) == ["ann"]


def test_an_import_leaves_out_the_same_people(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.practises()
    gone: dict[str, Resource] = {"d": {"deceasedBoolean": True}, "l": {"active": False}}
    on_the_list(desk, ann={}, m=REPLACED, u={"deceasedDateTime": "soon"}, **gone)
    straight = desk.types(), desk.text("night.json"), desk.text("today.txt")
    kept = desk.folder / "kept"
    practice = str(desk.folder / "practice")
    run(["population", "import", str(desk.source), "--to", str(kept), "--rules", practice,
         "--processes", "1"])  # fmt: skip
    capsys.readouterr()
    desk.source = kept
    assert (desk.types(), desk.text("night.json"), desk.text("today.txt")) == straight
    assert "3 people are left out" in straight[2]


def test_a_reminder_that_somebody_has_who_died_is_ended_where_the_rules_say_so(desk: Desk) -> None:
    """As a card would ask: one whose reason still holds stays, for a person to look at."""
    on_the_list(desk, bea={"deceasedBoolean": True}, cas={"deceasedBoolean": True})
    flags = [a_flag("bea", "f-bea"), a_flag("cas", "f-cas")]
    text = "".join(json.dumps(one) + "\n" for one in flags)
    (desk.source / "Flag.ndjson").write_text(text, encoding="utf-8")
    (desk.source / "Condition.ndjson").write_text(json.dumps(a_cough("bea")) + "\n", "utf-8")
    desk.types()
    assert reminded(desk) == []
    assert [row["Patient"] for row in desk.rows("to-end.csv")] == ["cas"]


@pytest.mark.parametrize("name", ["bea", "Patient/bea", "Flag/f-cas"])
def test_whoever_a_person_struck_out_is_left_out_of_the_nights_after(desk: Desk, name: str) -> None:
    desk.has(["ann", "bea", "cas"], a_cough("ann"), a_cough("bea"), a_flag("cas", "f-cas"))
    desk.types()
    struck = desk.to / "leave-out.txt"
    struck.write_text(f"{name}\nnobody-1\n", encoding="utf-8")
    code, said = desk.types()
    assert code == FINE
    assert "1 reminder left out, as leave-out.txt says; of 2 names in it 1 had none" in said
    assert name not in desk.text("today.txt")
    assert reminded(desk) == (["ann", "bea"] if "cas" in name else ["ann"])
    assert [row["Patient"] for row in desk.rows("to-end.csv")] == ([] if "cas" in name else ["cas"])
    assert len(desk.entries()) == 2
    struck.unlink()
    desk.types()
    assert len(desk.entries()) == 3


def test_a_list_of_names_that_cannot_be_read_may_leave_somebody_out_and_ends_the_night(
    desk: Desk,
) -> None:
    desk.has(["ann"], a_cough("ann"))
    desk.to.mkdir()
    (desk.to / "leave-out.txt").write_bytes(b"\xff\xfe\x00")
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert "leave-out.txt cannot be read as text" in said
    assert not (desk.to / "emis.csv").exists()
