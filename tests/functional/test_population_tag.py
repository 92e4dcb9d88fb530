"""``goodday population tag``: reminders to add and to end for a whole list, as files."""

import json
import os
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, population_tag, say
from cds_hooks.store.pauses import Pause
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.wholes import wholes
from fhir_adapters.drafts import Json, prove
from rules.record import Reply
from tests.builders import (
    ENOUGH_TOLD,
    Resource,
    a_bundle,
    a_patient,
    a_resource,
    released_text,
)
from tests.tagging import NOW, OFFERS, RULE, Desk, a_cough, a_flag


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def files_of(folder: Path) -> Mapping[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir())}


def test_whoever_a_card_would_offer_a_reminder_gets_one_to_add(desk: Desk) -> None:
    desk.has(["ann", "bea"], a_cough("ann"))
    code, said = desk.types()
    assert code == FINE
    assert "1 reminder to add, 0 to end" in said
    (flag,) = desk.flags()
    assert flag["subject"] == {"reference": "Patient/ann"}
    assert flag["status"] == "active"
    prove([flag])
    (entry,) = desk.entries()
    assert entry["resource"] == flag
    name = flag["identifier"][1]
    asked = f"identifier={name['system']}|{name['value']}"
    assert entry["request"] == {"method": "POST", "url": "Flag", "ifNoneExist": asked}
    for name, day in (("emis.csv", "Date"), ("systmone.csv", "Event date")):
        (row,) = desk.rows(name)
        assert (row["Patient"], row["Code"]) == ("ann", "ask-tea")
        assert row[day] == {"Date": "21-Nov-2026", "Event date": "21/11/2026"}[day]
    (row,) = desk.rows("emis.csv")
    assert row["Term"] == "Ask about the tea group"
    assert "coughing, version 1" in row["Associated text"]


def test_the_files_are_for_whoever_asked_alone(desk: Desk) -> None:
    desk.has(["zoe-77"], a_cough("zoe-77"))
    before = os.umask(0)
    try:
        desk.types()
    finally:
        os.umask(before)
    assert stat.S_IMODE(desk.to.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in desk.to.iterdir()} == {0o600}
    assert "zoe-77" in desk.text("emis.csv")
    assert "zoe-77" not in desk.text("today.txt")


def test_whoever_waits_while_reminders_are_looked_up_whole_sees_that(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Crew] = []
    seen: list[str] = []

    @contextmanager
    def watching(crew: Crew) -> Generator[None]:
        drawn.append(crew)
        yield
        drawn.clear()

    def looked_up(*told: Any) -> Any:  # Any: whatever it is given, as it is
        seen.extend(crew.so_far.what for crew in drawn)
        return wholes(*told)

    monkeypatch.setattr(say, "watching", watching)
    monkeypatch.setattr(population_tag, "wholes", looked_up)
    desk.has(["ann"], a_flag("ann", "f"))
    assert desk.types()[0] == FINE
    assert seen == ["Reminders"]


def test_the_same_night_gives_the_same_bytes_however_many_processes_there_are(desk: Desk) -> None:
    people = [f"p{number}" for number in range(12)]
    desk.has(people, *map(a_cough, people[:8]), *(a_flag(one, f"f-{one}") for one in people[6:]))
    written: list[Mapping[str, bytes]] = []
    for number, processes in enumerate(("1", "2", "3")):
        to = desk.folder / f"night-{number}"
        assert desk.types("--to", str(to), "--processes", processes)[0] == FINE
        written.append(files_of(to))
    assert written[0] == written[1] == written[2]
    assert len(written[0]["flags.ndjson"].splitlines()) == 10  # 6 to add and 4 to end
    assert desk.types("--to", str(desk.folder / "night-0"))[0] == FINE
    assert files_of(desk.folder / "night-0") == written[0]


def test_a_reminder_that_is_on_the_record_is_not_added_again(desk: Desk) -> None:
    desk.has(["ann"], a_cough("ann"), a_flag("ann"))
    assert "0 reminders to add, 0 to end" in desk.types()[1]
    assert desk.flags() == []
    assert not list(desk.to.glob("transaction-*"))


def test_one_that_is_over_does_not_stand_in_the_way_of_the_next(desk: Desk) -> None:
    desk.has(["ann"], a_cough("ann"))
    desk.types()
    (first,) = desk.flags()
    desk.has(["ann"], a_cough("ann"), a_flag("ann", status="inactive"))
    desk.types()
    (second,) = desk.flags()
    assert first["identifier"][1] != second["identifier"][1]
    assert first["identifier"][0] == second["identifier"][0]


def test_a_reminder_whose_list_could_not_be_read_may_be_there_and_is_not_added(desk: Desk) -> None:
    desk.has(["ann", "bea"], a_cough("ann"), a_cough("bea"))
    broken = '{"resourceType": "Flag", "subject": {"reference": "Patient/ann"}, \n'
    (desk.source / "Flag.ndjson").write_text(broken, encoding="utf-8")
    code, said = desk.types()
    assert code == PROBLEMS
    assert "Flag.ndjson:1" in said
    assert [flag["subject"]["reference"] for flag in desk.flags()] == ["Patient/bea"]


def test_a_reminder_whose_reason_is_gone_is_put_back_whole_and_over(desk: Desk) -> None:
    kept: Json = {"extension": [{"url": "https://ehr.example/x", "valueString": "kept"}]}
    desk.has(["ann"], a_flag("ann", **kept))
    code, said = desk.types()
    assert code == FINE
    assert "0 reminders to add, 1 to end, 0 of them by hand" in said
    (entry,) = desk.entries()
    assert entry["request"] == {"method": "PUT", "url": "Flag/f1", "ifMatch": 'W/"3"'}
    over = {"status": "inactive", "period": {"start": "2026-09-01", "end": "2026-11-21"}}
    assert entry["resource"] == {**a_flag("ann", **kept), **over}
    assert desk.flags() == [entry["resource"]]
    (row,) = desk.rows("to-end.csv")
    assert (row["Patient"], row["Flag"], row["By hand, because"]) == ("ann", "Flag/f1", "")
    assert row["Reason"].startswith("By now ")
    assert desk.rows("emis.csv") == []


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        pytest.param([a_flag("ann", version="")], "which version", id="without a version"),
        pytest.param([a_flag("ann", "a/b?c")], "stand in an address", id="an id that is none"),
        pytest.param([a_flag("ann", version='3", W/"4')], "which version", id="no version"),
        pytest.param([a_flag("ann"), a_flag("bea", version="4")], "not alike", id="one name twice"),
    ],
)
def test_what_cannot_be_put_back_safely_is_left_to_a_person(
    desk: Desk, flags: list[Resource], why: str
) -> None:
    desk.has(["ann", "bea"], *flags)
    code, said = desk.types()
    assert code == FINE
    assert f"{len(flags)} to end, {len(flags)} of them by hand" in said
    assert all(why in row["By hand, because"] for row in desk.rows("to-end.csv"))
    assert desk.entries() == []


@pytest.mark.parametrize("reply", [Reply.DECLINED, Reply.NOT_NOW, Reply.SHOWN])
def test_whoever_is_left_alone_by_cards_gets_no_reminder(desk: Desk, reply: Reply) -> None:
    desk.has(["ann", "bea"], a_cough("ann"), a_cough("bea"))
    desk.heard("ann", reply)
    code, said = desk.types("--data", str(desk.data))
    assert code == FINE
    assert "1 held back" in said
    assert "held back by: quiet 1" in said
    assert [row["Patient"] for row in desk.rows("emis.csv")] == ["bea"]


def test_a_no_to_the_patient_of_another_client_is_another_persons(desk: Desk) -> None:
    desk.has(["ann"], a_cough("ann"))
    desk.heard("north:ann", Reply.DECLINED)
    desk.heard("south:bea", Reply.DECLINED)
    desk.types("--data", str(desk.data), "--client", "south")
    assert len(desk.flags()) == 1
    desk.types("--data", str(desk.data), "--client", "north")
    assert desk.flags() == []


@pytest.mark.parametrize("named", ["", "nroth"], ids=["no client", "one that is not there"])
def test_a_no_is_not_forgotten_for_want_of_the_right_client(desk: Desk, named: str) -> None:
    desk.has(["ann"], a_cough("ann"))
    desk.heard("north:ann", Reply.DECLINED)
    code, said = desk.types("--data", str(desk.data), "--client", named)
    assert code == COULD_NOT_RUN
    assert f'is kept here of the people of north, and of nobody of "{named}": say whose' in said
    assert not desk.to.exists()


def test_a_reminder_of_which_somebody_said_that_it_stays_is_not_ended(desk: Desk) -> None:
    desk.has(["ann"], a_flag("ann"))
    desk.heard("ann", Reply.NOT_NOW, "reminder-of-coughing")
    desk.types("--data", str(desk.data))
    assert desk.rows("to-end.csv") == []


def test_a_no_ends_the_reminder_of_what_was_offered(desk: Desk) -> None:
    desk.practises(
        offers=f"{OFFERS}- refer: {{label: Refer to the tea group, service: tea-group}}\n"
    )
    desk.has(["ann"], a_cough("ann"), a_flag("ann"))
    desk.heard("ann", Reply.DECLINED)
    desk.types("--data", str(desk.data))
    (row,) = desk.rows("to-end.csv")
    assert 'said "no, thank you"' in row["Reason"]


def test_a_rule_that_was_paused_adds_and_ends_nothing(desk: Desk) -> None:
    desk.has(["ann", "bea"], a_cough("ann"), a_flag("bea"))
    store = desk.store()
    store.pause(Pause("rule:coughing", NOW, "something went wrong"))
    store.close()
    code, said = desk.types("--data", str(desk.data))
    assert code == FINE
    assert "0 reminders to add, 0 to end" in said
    assert "paused 1" in said


def test_nobody_is_reminded_of_whom_a_hold_says_to_leave_in_peace(desk: Desk) -> None:
    snomed = {"coding": [{"system": "http://snomed.info/sct", "code": "103735009"}]}
    palliative = a_resource("Condition", of="ann", onsetDateTime="2026-10-01", code=snomed)
    desk.has(["ann", "bea"], a_cough("ann"), a_cough("bea"), palliative)
    desk.types()
    assert [flag["subject"]["reference"] for flag in desk.flags()] == ["Patient/bea"]


@pytest.mark.parametrize("status", ["draft", "shadow"])
def test_a_rule_that_is_shown_to_nobody_makes_no_reminder(desk: Desk, status: str) -> None:
    desk.practises(status=status)
    desk.has(["ann"], a_cough("ann"))
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert "is in pilot or live here" in said
    assert not desk.to.exists()


def test_without_a_store_nothing_is_tagged(desk: Desk) -> None:
    desk.has(["ann"], a_cough("ann"))
    code, said = desk.types("--data", str(desk.data))
    assert code == COULD_NOT_RUN
    assert "There is no store in" in said
    assert not desk.to.exists()
    assert not desk.data.exists()


@pytest.mark.parametrize("words", ["-1.2", "=1+1", "+1", "@x", "\uff1d1"])
def test_no_cell_is_a_formula(desk: Desk, words: str) -> None:
    desk.practises(offers=OFFERS.replace("Ask about the tea group", words))
    desk.has(["-1.2"], a_cough("-1.2"))
    desk.types()
    for name, column in (("emis.csv", "Term"), ("systmone.csv", "Description")):
        assert [(row["Patient"], row[column]) for row in desk.rows(name)] == [
            ("-1.2", f"'{words}")  # an id is as it was
        ]


def test_a_spreadsheet_is_told_how_the_lists_for_people_are_written(desk: Desk) -> None:
    desk.practises(offers=OFFERS.replace("about the tea", "about the caf\u00e9's tea"))
    desk.has(["ann", "bea"], a_cough("ann"), a_flag("bea"))
    desk.types()
    assert desk.text("to-end.csv").startswith('\ufeff"Patient"')
    assert desk.text("emis.csv").startswith('"Patient"')
    assert "caf\u00e9" in desk.rows("emis.csv")[0]["Term"]


def test_a_transaction_has_no_more_than_a_hundred_entries_and_none_of_last_night(
    desk: Desk,
) -> None:
    people = [f"p{number:03}" for number in range(101)]
    desk.has(people, *map(a_cough, people))
    desk.types()
    assert [one.name for one in sorted(desk.to.glob("transaction-*"))] == [
        "transaction-001.json",
        "transaction-002.json",
    ]
    names = {entry["request"]["ifNoneExist"] for entry in desk.entries()}
    assert len(names) == 101
    desk.has(["ann"], a_cough("ann"))
    desk.types()
    assert [one.name for one in desk.to.glob("transaction-*")] == ["transaction-001.json"]


def test_bundles_and_an_export_of_the_same_people_come_to_the_same_reminders(desk: Desk) -> None:
    people = {"ann": [a_cough("ann")], "bea": [a_flag("bea", "f-b")], "cas": []}
    desk.has(people, *(one for lines in people.values() for one in lines))
    desk.types()
    exported = files_of(desk.to)
    for one in desk.source.iterdir():
        one.unlink()
    for person, lines in people.items():
        bundle = a_bundle(a_patient(person, born="1960-01-01"), *lines)
        (desk.source / f"{person}.json").write_text(json.dumps(bundle), encoding="utf-8")
    desk.types()
    assert files_of(desk.to) == exported
    assert len(desk.entries()) == 2


def test_a_reminder_for_which_a_card_has_no_room_is_added_all_the_same(desk: Desk) -> None:
    names = ("ask-tea", "ask-cake", "ask-walk", "ask-song")
    tags = (f'- tag: {{label: "Add {one}", code: {one}, words: "{one}"}}\n' for one in names)
    desk.practises(offers="\n" + "".join(tags))
    desk.has(["ann"], a_cough("ann"))
    desk.types()
    assert {row["Code"] for row in desk.rows("emis.csv")} == set(names)


@pytest.mark.parametrize(("wheezes", "ended"), [(False, 1), (True, 0)])
def test_a_reminder_that_another_rule_would_add_again_is_not_ended(
    desk: Desk, *, wheezes: bool, ended: int
) -> None:
    desk.practises()
    text = (desk.folder / "practice/coughing.yaml").read_text(encoding="utf-8")
    changed = {
        "id": "wheezing",
        "status": "pilot",
        "facts": text.split("facts:\n")[1].split("when:")[0].replace("cough", "wheeze"),
        "when": "has_wheeze",
        "quiet": "{topic: wheezing}",
        "tests": ENOUGH_TOLD.replace("cough", "wheeze"),
        "people": text.split("people:\n")[1].split("tests:")[0].replace("cough", "wheeze"),
    }
    other = released_text(**{**RULE, **changed})
    (desk.folder / "practice/wheezing.yaml").write_text(other, encoding="utf-8")
    wheeze = {**a_cough("ann"), "code": a_resource("Condition", "wheeze")["code"]}
    desk.has(["ann"], a_flag("ann"), *([wheeze] if wheezes else []))
    assert desk.types()[0] == FINE
    assert len(desk.rows("to-end.csv")) == ended


def test_somebody_who_is_on_the_list_twice_gets_one_reminder(desk: Desk) -> None:
    for name in ("a.json", "b.json"):
        bundle = a_bundle(a_patient("ann", born="1960-01-01"), a_cough("ann"))
        (desk.source / name).write_text(json.dumps(bundle), encoding="utf-8")
    desk.types()
    assert len(desk.flags()) == 1
    assert len(desk.rows("emis.csv")) == 1
