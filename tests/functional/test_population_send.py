"""Who may have a night sent, and what is left out of it: all that is said before anything is sent.

What happens at a server, and on the way there, is in ``fhir_servers/test_sending.py``.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE
from cds_hooks.store.pauses import Pause
from rules.record import Reply
from tests.fhir_servers.gate import Gate
from tests.fhir_servers.servers import FhirServer
from tests.lengths import first
from tests.sending import Sender
from tests.tagging import NOW, a_cough

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


def test_who_said_no_since_gets_none(sender: Sender) -> None:
    sender.store().close()
    sender.has(["ann", "bea"], a_cough("ann"), a_cough("bea"))
    assert sender.types("--client", "ehr", "--data", str(sender.data))[0] == FINE
    sender.heard("ehr:ann", Reply.DECLINED, at=NOW + timedelta(days=2))
    code, said = sender.looks("--data", str(sender.data))
    assert (code, "1 left out: something was said since" in said) == (FINE, True)
    assert "1 reminder to add" in said


def test_what_is_paused_is_not_sent(sender: Sender) -> None:
    sender.store().close()
    sender.has(["ann"], a_cough("ann"))
    assert sender.types("--client", "ehr", "--data", str(sender.data))[0] == FINE
    store = sender.store()
    store.pause(Pause("rule:coughing", NOW, "a complaint"))
    store.close()
    assert "paused by hand (a complaint)" in sender.looks("--data", str(sender.data))[1]
