"""A night sent to a FHIR server that no one here wrote, and what goes wrong on the way."""

import stat
from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from cds_hooks.population.journal import opened
from fhir_adapters.drafts import Json
from rules.record import Reply
from tests.fhir_servers.gate import Wrong
from tests.fhir_servers.servers import FhirServer, medplum
from tests.sending import SAM, Sender
from tests.tagging import NOW, a_cough, a_flag

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def started() -> Generator[FhirServer]:
    with medplum() as server:
        yield server


@pytest.fixture
def sender(
    started: FhirServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Generator[Sender]:
    started.gate.asked.clear()
    made = Sender(tmp_path, capsys, started)
    yield made
    started.gate.wrong.clear()
    started.gate.wrong_looks.clear()
    started.gate.minds = None


def people(of: str, number: int = 5) -> list[str]:
    """People of one test: the server is one for all of them."""
    return [f"{of}-{one}" for one in range(number)]


def of(sender: Sender, some: list[str]) -> Counter[str]:
    return Counter({one: n for one, n in sender.reminders().items() if one in some})


def test_a_night_is_sent_once_however_often_it_is_sent(sender: Sender) -> None:
    add, end = people("once"), people("once-over", 2)
    sender.makes(add, end)
    code, said = sender.looks()
    assert code == FINE
    assert f"5 reminders to add and 2 to end at {sender.server.gate.address}" in said
    assert "Nothing was sent" in said
    assert sender.server.gate.asked == []
    assert of(sender, add) == Counter()
    code, said = sender.sends()
    assert (code, "5 reminders added, 0 there before, 2 ended" in said) == (FINE, True)
    assert of(sender, add) == Counter(add)
    assert sender.over(end) == set(end)
    asked = len(sender.server.gate.asked)
    code, said = sender.sends()
    assert (code, "7 of them had been sent by an earlier run" in said) == (FINE, True)
    assert len(sender.server.gate.asked) == asked
    assert SAM in sender.text(f"sent-{sender.mark()}.txt")


@pytest.mark.parametrize("wrong", [one for one in Wrong if one is not Wrong.LATE])
def test_whatever_goes_wrong_each_is_there_once(sender: Sender, wrong: Wrong) -> None:
    name = wrong.name.lower().replace("_", "-")
    add, end = people(name), people(f"{name}-over", 2)
    sender.makes(add, end)
    sender.server.gate.wrong.extend([wrong, wrong])
    code, said = sender.sends()
    assert code == FINE, said
    assert of(sender, add) == Counter(add)
    assert sender.over(end) == set(end)


def test_what_is_done_after_nobody_waits_any_more_is_waited_for(sender: Sender) -> None:
    add = people("late")
    sender.makes(add)
    sender.registers(settle=5)
    sender.server.gate.late = 0.7
    sender.server.gate.wrong.append(Wrong.LATE)
    assert sender.sends()[0] == FINE
    assert of(sender, add) == Counter(add)
    assert [one.method for one in sender.server.gate.asked].count("POST") == 1


def test_a_look_that_is_put_off_is_tried_again(sender: Sender) -> None:
    add = people("put-off")
    sender.makes(add)
    sender.server.gate.wrong.append(Wrong.CUT_AFTER)
    sender.server.gate.wrong_looks.extend([Wrong.LATER, Wrong.CUT_BEFORE, Wrong.UNWELL])
    code, said = sender.sends()
    assert (code, "Trying again in 1 s" in said) == (FINE, True)
    assert of(sender, add) == Counter(add)


def test_what_somebody_changed_is_left_as_it_is_and_is_for_a_person(sender: Sender) -> None:
    add, end = people("changed"), people("changed-over", 3)
    sender.makes(add, end)
    words = {"text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"/>'}}
    sender.server.put([a_flag(end[1], f"f-{end[1]}", version="", **words)])
    now = sender.at_server(f"/fhir/Flag/f-{end[1]}")
    code, said = sender.sends()
    assert code == PROBLEMS
    assert "5 reminders added, 0 there before, 2 ended" in said
    assert "1 for a person to look at: somebody changed it since it was read" in said
    assert end[1] not in said
    assert sender.at_server(f"/fhir/Flag/f-{end[1]}") == now
    (row,) = sender.rows(f"by-hand-{sender.mark()}.csv")
    assert (row["Patient"], row["Flag"]) == (end[1], f"Flag/f-{end[1]}")
    assert row["Where it stands"] == "transaction-001.json, entry 7"
    assert sender.sends()[0] == PROBLEMS  # and it is not forgotten


def test_the_same_list_on_the_next_night_adds_nothing(sender: Sender) -> None:
    add = people("next")
    first = sender.makes(add)
    assert sender.sends()[0] == FINE
    assert sender.makes([*add, "next-new"]) != first
    code, said = sender.sends()
    assert (code, "1 reminder added, 5 there before" in said) == (FINE, True)
    assert of(sender, [*add, "next-new"]) == Counter([*add, "next-new"])


def test_without_its_journal_nothing_is_added_twice_either(sender: Sender) -> None:
    add = people("lost")
    sender.makes(add)
    assert sender.sends()[0] == FINE
    (sender.data / "reminders-ehr.journal").unlink()
    code, said = sender.sends()
    assert (code, "0 reminders added, 5 there before" in said) == (FINE, True)
    assert of(sender, add) == Counter(add)


def test_one_that_somebody_took_away_is_not_put_back(sender: Sender) -> None:
    add = people("taken")
    sender.makes(add)
    sender.sends()
    sender.takes_away(add[2])
    sender.makes([*add, "taken-new"])
    code, said = sender.sends()
    assert (code, "somebody took it away since" in said) == (PROBLEMS, True)
    assert of(sender, add) == Counter(set(add) - {add[2]})


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("void", {"status": "entered-in-error"}),
        ("inactive", {"status": "inactive"}),
        ("ended", {"period": {"start": "2026-09-01", "end": "2026-10-01"}}),
    ],
)
def test_one_that_is_over_at_the_server_is_not_told_as_there(
    sender: Sender, name: str, changed: Json
) -> None:
    add = people(f"was-{name}")
    sender.makes(add)
    sender.sends()
    sender.changes(add[2], **changed)
    sender.makes([*add, f"was-{name}-new"])
    code, said = sender.sends()
    assert (code, "1 reminder added, 4 there before" in said) == (PROBLEMS, True)
    assert "1 for a person to look at: it was there before, and is over or void" in said
    (row,) = sender.rows(f"by-hand-{sender.mark()}.csv")
    assert row["Patient"] == add[2]
    (sender.data / "reminders-ehr.journal").unlink()
    code, said = sender.sends()
    assert (code, "0 reminders added, 5 there before" in said) == (PROBLEMS, True)
    assert "1 for a person to look at: it was there before, and is over or void" in said


def test_of_two_with_one_name_one_may_be_over(sender: Sender) -> None:
    add = people("pair", 1)
    sender.makes(add)
    sender.sends()
    sender.server.put([{**one, "id": "pair-over", "status": "inactive"}
                       for one in sender.all_flags()
                       if one["subject"]["reference"] == f"Patient/{add[0]}"])  # fmt: skip
    sender.makes([*add, "pair-new"])
    code, said = sender.sends()
    assert (code, "1 reminder added, 1 there before" in said) == (FINE, True)


@pytest.mark.parametrize("token", ["nobody-gave-this", "two words"])
def test_without_a_token_that_is_good_nothing_is_sent(sender: Sender, token: str) -> None:
    add = people("token")
    sender.makes(add)
    sender.registers(token)
    code, said = sender.sends()
    assert (code, "access token" in said) == (COULD_NOT_RUN, True)
    assert "5 not added or ended yet" in said
    assert "without an answer" not in said
    assert token not in said
    assert of(sender, add) == Counter()
    sender.registers()
    assert sender.sends()[0] == FINE
    assert of(sender, add) == Counter(add)
    for one in add:
        sender.takes_away(one)


def test_a_server_that_is_not_there_is_left_alone_after_a_while_and_gone_on_with(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_hooks.population.applying.TRIES", 2)
    add = people("away")
    sender.makes(add)
    sender.server.gate.wrong.extend([Wrong.UNWELL] * 2)
    code, said = sender.sends()
    assert (code, "left alone for now: it answered with 503" in said) == (COULD_NOT_RUN, True)
    assert "The same command goes on from here" in said
    assert sender.sends()[0] == FINE
    assert of(sender, add) == Counter(add)


def test_one_that_the_server_does_not_take_stands_in_nobody_elses_way(sender: Sender) -> None:
    add = people("minded", 9)
    sender.makes(add)
    sender.server.gate.minds = f"Patient/{add[4]}"
    code, said = sender.sends()
    assert (code, "8 reminders added" in said) == (PROBLEMS, True)
    assert of(sender, add) == Counter(set(add) - {add[4]})
    (row,) = sender.rows(f"by-hand-{sender.mark()}.csv")
    assert (row["Patient"], row["Because"]) == (add[4], "the server did not take it")


def test_a_server_that_takes_nothing_is_not_asked_about_each(sender: Sender) -> None:
    sender.makes(people("minded-all", 40))
    sender.server.gate.minds = ""
    code, said = sender.sends()
    assert (code, "takes none of them (it answers with 422)" in said) == (COULD_NOT_RUN, True)
    assert len([one for one in sender.server.gate.asked if one.method == "POST"]) < 20


@pytest.mark.parametrize(
    ("wrong", "who"),
    [
        pytest.param(Wrong.NOTHING, 4, id="before theirs is sent"),
        pytest.param(Wrong.UNWELL, 1, id="before theirs is sent again"),
    ],
)
def test_who_says_no_while_others_are_sent_is_left_out(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, wrong: Wrong, who: int
) -> None:
    monkeypatch.setattr("cds_hooks.population.applying.MOST_ENTRIES", 2)
    add = people(f"meanwhile-{who}")
    heard = ("--data", str(sender.data))
    sender.store().close()
    sender.has(add, *map(a_cough, add))
    assert sender.types("--client", "ehr", *heard)[0] == FINE
    gate, person = sender.server.gate, f"ehr:{add[who]}"
    gate.wrong.append(wrong)
    gate.meanwhile = lambda: sender.heard(person, Reply.DECLINED, at=NOW + timedelta(days=2))
    code, said = sender.sends(*heard)
    assert (code, "4 reminders added, 0 there before" in said) == (FINE, True)
    assert "1 left out: something was said since" in said
    assert of(sender, add) == Counter(set(add) - {add[who]})
    assert "yet" not in said


def test_what_a_gateway_did_not_take_is_sent_by_the_same_command_once_it_does(
    sender: Sender,
) -> None:
    add, end = people("gateway", 8), people("gateway-over", 2)
    sender.makes(add, end)
    sender.server.gate.minds = ""
    code, said = sender.sends()
    assert (code, "takes none of them" in said) == (COULD_NOT_RUN, True)
    assert "without an answer" not in said
    sender.server.gate.minds = None
    code, said = sender.sends()
    assert (code, "8 reminders added, 0 there before, 2 ended" in said) == (FINE, True)
    assert of(sender, add) == Counter(add)
    assert sender.over(end) == set(end)


def test_one_to_end_that_was_not_taken_is_ended_on_a_later_night(sender: Sender) -> None:
    end = people("not-ended", 2)
    first = sender.makes([], end)
    sender.server.gate.minds = ""
    assert sender.sends()[0] == PROBLEMS
    sender.server.gate.minds = None
    assert sender.makes_of_what_is_there(["not-ended-new"], end) != first
    code, said = sender.sends()
    assert (code, "1 reminder added, 0 there before, 2 ended" in said) == (FINE, True)
    assert sender.over(end) == set(end)


def test_those_that_are_never_taken_stand_in_nobody_elses_way_when_they_are_sent_again(
    sender: Sender,
) -> None:
    add, never = people("always", 3), people("never", 7)
    sender.makes([*add, *never])
    sender.server.gate.minds = "Patient/never"
    for _ in range(2):
        code, said = sender.sends()
        assert (code, "3 reminders added" in said) == (PROBLEMS, True)
        assert "7 for a person to look at: the server did not take it" in said
    sender.makes([*add, *never, "always-new"])
    code, said = sender.sends()
    assert (code, "1 reminder added, 3 there before" in said) == (PROBLEMS, True)


def test_those_that_come_first_and_are_not_taken_hold_the_others_up_once(sender: Sender) -> None:
    never, add = people("first-never", 7), people("last", 3)
    sender.makes([*never, *add])
    sender.server.gate.minds = "Patient/first-never"
    assert sender.sends()[0] == COULD_NOT_RUN
    code, said = sender.sends()
    assert (code, "3 reminders added" in said) == (PROBLEMS, True)
    assert "7 for a person to look at: the server did not take it" in said


def test_one_that_is_as_it_was_before_it_was_ended_is_ended_again(sender: Sender) -> None:
    end = people("restored", 2)
    sender.makes([], end)
    copies = [sender.at_server(f"/fhir/Flag/f-{one}") for one in end]
    assert sender.sends()[0] == FINE
    sender.server.put(copies[:1], as_it_was=True)
    assert sender.over(end) == {end[1]}
    sender.has([*end, "restored-new"], a_cough("restored-new"), *copies)
    assert sender.types("--client", "ehr")[0] == FINE
    code, said = sender.sends()
    assert (code, "1 reminder added, 0 there before, 2 ended" in said) == (FINE, True)
    assert sender.over(end) == set(end)


def test_whom_a_person_strikes_out_is_left_out(sender: Sender) -> None:
    add, end = people("struck", 3), people("struck-over", 2)
    sender.makes(add, end)
    text = f"{add[0]}\nFlag/f-{end[1]}\nstruck-nobody\n"
    (sender.to / "leave-out.txt").write_text(text, encoding="utf-8")
    code, said = sender.sends()
    assert (code, "2 left out: it is named in leave-out.txt" in said) == (FINE, True)
    assert 'names "struck-nobody", which is nobody' in said
    assert of(sender, add) == Counter(add[1:])
    assert sender.over(end) == {end[0]}


def test_two_cannot_send_at_once(sender: Sender) -> None:
    sender.makes(["two"])
    with opened(sender.data / "reminders-ehr.journal", sender.server.gate.address):
        code, said = sender.sends()
    assert (code, "Somebody else is sending" in said) == (COULD_NOT_RUN, True)


def test_nothing_of_a_person_and_no_token_is_in_the_journal(sender: Sender) -> None:
    add, end = ["9990000018"], ["9990000026"]
    sender.makes(add, end)
    code, said = sender.sends()
    path = sender.data / "reminders-ehr.journal"
    kept = path.read_text("utf-8")
    assert code == FINE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = (sender.folder / "token").read_text("ascii")
    for secret in (*add, *end, SAM, token):
        assert secret not in kept
        assert secret not in said
    for name in (f"sent-{sender.mark()}.txt", f"by-hand-{sender.mark()}.csv"):
        assert stat.S_IMODE((sender.to / name).stat().st_mode) == 0o600
