"""Who may have a night sent, and what is left out of it: all that is said before anything is sent.

What happens at a server, and on the way there, is in ``fhir_servers/test_sending.py``.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE
from cds_hooks.commands.night_folder import alone_in
from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import Pause
from rules.record import Reply
from tests.fhir_servers.gate import Gate
from tests.fhir_servers.servers import FhirServer
from tests.lengths import first
from tests.sending import Sender
from tests.tagging import NOW, a_cough, a_flag

# Nobody listens there: whoever asks finds out.
NOBODY = FhirServer(1, Gate(1, "http://127.0.0.1:1/fhir"))


@pytest.fixture
def sender(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Sender:
    return Sender(tmp_path, capsys, NOBODY)


def test_without_a_fingerprint_it_is_said_what_would_be_sent_and_nothing_is(
    sender: Sender,
) -> None:
    mark = sender.makes(["ann", "bea"])
    code, said = sender.looks()
    assert code == FINE
    assert "2 reminders to add and 0 to end at http://127.0.0.1:1/fhir." in said
    assert "Nothing was sent." in said
    assert f"--apply {mark}" in said
    assert not sender.data.exists()
    assert "ann" not in said


def test_a_name_to_leave_out_that_is_nobody_is_a_slip_unless_the_night_knew_of_it(
    sender: Sender,
) -> None:
    sender.makes(["ann", "bea"])
    (sender.to / "leave-out.txt").write_text("ann\nbae\n", encoding="utf-8")
    said = sender.looks()[1]
    assert "1 left out: it is named in leave-out.txt" in said
    assert 'names "bae", which is nobody' in said
    sender.makes(["ann", "bea"])
    said = sender.looks()[1]
    assert "1 reminder to add and 0 to end" in said
    assert "which is nobody" not in said


def test_only_the_night_that_was_looked_through_is_sent(sender: Sender) -> None:
    earlier = sender.makes(["ann"])
    assert sender.makes(["ann", "bea"]) != earlier
    code, said = sender.sends(mark=earlier)
    assert (code, f"another night than {earlier}" in said) == (COULD_NOT_RUN, True)
    assert not sender.data.exists()


def test_what_was_changed_after_it_was_written_is_not_sent(sender: Sender) -> None:
    sender.makes(["ann"])
    path = sender.to / "transaction-001.json"
    path.write_text(sender.text(path.name).replace("tea", "gin"), encoding="utf-8")
    code, said = sender.sends()
    assert (code, "not as it was written" in said) == (COULD_NOT_RUN, True)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param(("--by", " "), "Say who sends it", id="nobody"),
        pytest.param(("--today", "2026-11-25"), "records change", id="four days after"),
        pytest.param(("--today", "2026-11-20"), "records change", id="the day before"),
    ],
)
def test_somebody_sends_it_soon(sender: Sender, more: tuple[str, ...], says: str) -> None:
    sender.makes(["ann"])
    code, said = sender.sends(*more)
    assert (code, says in said) == (COULD_NOT_RUN, True)


def test_leave_to_look_is_no_leave_to_write(sender: Sender) -> None:
    sender.makes(["ann"])
    text = sender.clients.read_text("utf-8").partition("[client.reminders]")[0]
    sender.clients.write_text(text, "utf-8")
    code, said = sender.sends()
    assert (code, "gives no leave to write" in said) == (COULD_NOT_RUN, True)


def test_a_night_that_is_nobodys_is_not_sent(sender: Sender) -> None:
    sender.has(["ann"], a_cough("ann"))
    sender.types()
    code, said = sender.sends()
    assert (code, "This night was made for no client" in said) == (COULD_NOT_RUN, True)


def test_a_night_is_not_made_and_sent_at_once(sender: Sender) -> None:
    sender.makes(["ann"])
    code, said = sender.types("--apply", sender.mark())
    assert (code, "sent once a person has looked through it" in said) == (COULD_NOT_RUN, True)


def test_a_night_is_sent_by_one_at_a_time_wherever_their_journals_are(sender: Sender) -> None:
    sender.makes(["ann"])
    with alone_in(sender.to):
        for data in (sender.data, sender.folder / "other"):
            code, said = sender.sends("--nobody-asked", "--data", str(data))
            assert (code, "or sending from it" in said) == (COULD_NOT_RUN, True)
            assert not data.exists()
        assert "or sending from it" in sender.types("--client", "ehr")[1]
        assert "1 reminder to add" in sender.looks()[1]


@pytest.mark.parametrize("status", first(1, ["shadow", "draft", "retired"]))
def test_a_rule_that_is_not_shown_any_more_adds_nothing(sender: Sender, status: str) -> None:
    sender.makes(["ann"])
    sender.practises(status=status)
    code, said = sender.looks()
    assert (code, "1 left out: its rule is not in pilot or live" in said) == (FINE, True)
    assert "0 reminders to add" in said


def test_a_rule_that_was_changed_adds_nothing(sender: Sender) -> None:
    sender.makes(["ann"])
    sender.practises(quiet="{topic: another-topic}")
    assert "1 left out: its rule was changed since" in sender.looks()[1]


LATER = NOW + timedelta(days=2)
BEFORE = NOW - timedelta(days=3)


def with_a_store(sender: Sender) -> None:
    """A night for ann and cy, who are to get a reminder, and bea, whose is to end."""
    sender.store().close()
    sender.has(["ann", "bea", "cy"], a_cough("ann"), a_flag("bea"), a_cough("cy"))
    assert sender.types("--client", "ehr", "--data", str(sender.data))[0] == FINE


@pytest.mark.each
@pytest.mark.parametrize(
    ("person", "reply", "topic", "at"),
    [
        pytest.param("ann", Reply.DECLINED, "coughing", LATER, id="no"),
        pytest.param("ann", Reply.DECLINED, "tea-groups", LATER, id="no to it by another rule"),
        pytest.param("ann", Reply.SHOWN, "coughing", LATER, id="the reminder taken from a card"),
        pytest.param("bea", Reply.NOT_NOW, "reminder-of-coughing", LATER, id="leave this reminder"),
        pytest.param("ann", Reply.DECLINED, "coughing", BEFORE, id="a no that came late"),
    ],
)
def test_whoever_said_anything_since_is_left_out(
    sender: Sender, person: str, reply: Reply, topic: str, at: datetime
) -> None:
    with_a_store(sender)
    assert "left out" not in sender.looks("--data", str(sender.data))[1]
    sender.heard(f"ehr:{person}", reply, topic, at, offers=("the tea group",))
    code, said = sender.looks("--data", str(sender.data))
    assert (code, "1 left out: something was said since" in said) == (FINE, True)
    left = "2 reminders to add and 0" if person == "bea" else "1 reminder to add and 1"
    assert left in said


def test_what_was_said_before_the_night_leaves_nobody_out_though_it_was_that_day(
    sender: Sender,
) -> None:
    sender.store().close()
    sender.heard("ehr:ann", Reply.DECLINED, "another-topic", NOW + timedelta(days=1))
    with_a_store(sender)
    assert "left out" not in sender.looks("--data", str(sender.data))[1]


def test_a_night_that_heard_people_is_sent_by_the_store_it_was_made_with(sender: Sender) -> None:
    with_a_store(sender)
    sender.heard("ehr:ann", Reply.DECLINED, at=LATER)
    code, said = sender.looks("--nobody-asked")
    assert (code, "This night was made with what people had said" in said) == (COULD_NOT_RUN, True)
    other = sender.folder / "other"
    Answers(other).close()
    code, said = sender.looks("--data", str(other))
    assert (code, "was made with another store" in said) == (COULD_NOT_RUN, True)


def test_a_store_that_has_come_to_hold_another_clients_people_alone_is_none(
    sender: Sender,
) -> None:
    with_a_store(sender)
    sender.heard("south:ann", Reply.DECLINED, at=LATER)
    code, said = sender.looks("--data", str(sender.data))
    assert (code, "of the people of south" in said) == (COULD_NOT_RUN, True)


def test_who_has_said_anything_in_a_store_that_the_night_did_not_have_is_left_out(
    sender: Sender,
) -> None:
    sender.makes(["ann", "bea"])
    sender.heard("ehr:ann", Reply.DECLINED, at=BEFORE)
    assert "1 left out: something was said since" in sender.looks("--data", str(sender.data))[1]


def test_nobody_can_read_in_a_night_who_said_what(sender: Sender) -> None:
    sender.heard("ehr:ann", Reply.DECLINED, "another-topic", BEFORE)
    with_a_store(sender)
    assert "another-topic" not in sender.text("night.json")
    assert "declined" not in sender.text("night.json")


def test_what_is_paused_is_not_sent(sender: Sender) -> None:
    sender.store().close()
    sender.has(["ann"], a_cough("ann"))
    assert sender.types("--client", "ehr", "--data", str(sender.data))[0] == FINE
    store = sender.store()
    store.pause(Pause("rule:coughing", NOW, "a complaint"))
    store.close()
    assert "paused by hand (a complaint)" in sender.looks("--data", str(sender.data))[1]
