"""The ceiling of a session (PRODUCT 1.4): eight cards in four hours for whoever looks.

``a_call`` says who looks in ``context.userId``, as every hook of ours has it.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks.app import create_app
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.sittings import FILE
from prompts.ceilings import MOST_IN_SESSION
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import Reply, Surgery, surgery

GP, NURSE = "Practitioner/gp", "Practitioner/nurse"


def look(service: Surgery, person: str, who: str = GP) -> Reply:
    """Somebody opens the record of one more person like Margaret."""
    call = service.a_call(margaret(person), of=person)
    call["context"]["userId"] = who
    return service.ask(call)


def a_full_session(service: Surgery, who: str = GP) -> None:
    for number in range(MOST_IN_SESSION):
        assert len(look(service, f"{number}-of-{who[-2:]}", who).cards) == 1


def test_the_ninth_card_in_four_hours_waits_and_says_so(service: Surgery) -> None:
    a_full_session(service)
    ninth = look(service, "ninth")
    assert ninth.cards == []
    held = ninth.held_back[COPD_RULE]
    assert held["step"] == "session"
    assert held["says"] == "Waits: 8 cards were shown here in the last 4 hours."
    service.pass_time(hours=3, minutes=59)
    assert look(service, "ninth").cards == []
    service.pass_time(minutes=16)
    assert len(look(service, "ninth").cards) == 1


def test_somebody_else_has_a_session_of_their_own(service: Surgery) -> None:
    a_full_session(service)
    assert len(look(service, "ninth", NURSE).cards) == 1


SPELT = [
    GP,
    f"https://ehr.example/fhir/{GP}",
    f" {GP} ",
    f"{GP}/_history/2",
    f"http://10.0.0.7:8080/r4/{GP}/_history/17",
    f"/{GP}/",
    f"{GP}#name",
]


def test_one_who_is_written_in_many_ways_has_one_session(service: Surgery) -> None:
    for number in range(MOST_IN_SESSION):
        assert len(look(service, f"number-{number}", SPELT[number % len(SPELT)]).cards) == 1
    for way, who in enumerate(SPELT):
        assert look(service, f"ninth-{way}", who).held_back[COPD_RULE]["step"] == "session", who
    for other in ("Practitioner/gp2", "PractitionerRole/gp", "gp/Practitioner", f"{GP}/x"):
        assert len(look(service, f"number-{other.replace('/', '-')}", other).cards) == 1, other


@pytest.mark.parametrize("user", ["", " ", "\t"])
def test_nobody_at_all_has_no_session_and_gets_no_answer(service: Surgery, user: str) -> None:
    reply = look(service, "one", user)
    assert (reply.status, "context.userId" in reply.says()) == (400, True)


@pytest.mark.parametrize("user", ["#", "/", "/_history/1", "?", "urn:uuid:1", "gp"])
def test_whatever_is_written_there_is_counted(service: Surgery, user: str) -> None:
    for number in range(MOST_IN_SESSION):
        assert len(look(service, f"number-{number}", user).cards) == 1
    assert look(service, "ninth", user).cards == []


def test_a_look_that_shows_nothing_uses_nothing_up(service: Surgery) -> None:
    for _ in range(12):
        look(service, "one")  # the second time on, it is quiet
    for number in range(MOST_IN_SESSION - 1):
        assert len(look(service, f"number-{number}").cards) == 1
    assert look(service, "ninth").cards == []


def test_it_goes_on_after_a_restart(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as service:
        a_full_session(service)
    with surgery(tmp_path, library) as service:
        assert look(service, "ninth").held_back[COPD_RULE]["step"] == "session"


def test_two_workers_count_together(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as one:
        app = create_app(
            Settings(data=one.store), library, Answers(one.store), clock=lambda: one.now
        )
        with TestClient(app) as client:
            workers = (one, Surgery(client, one.store))
            for number in range(MOST_IN_SESSION):
                assert len(look(workers[number % 2], f"number-{number}").cards) == 1
            for worker in workers:
                assert look(worker, "ninth").cards == []


def test_where_it_cannot_be_counted_there_are_fewer_cards_and_never_more(
    service: Surgery,
) -> None:
    look(service, "one")
    (service.store / FILE).unlink()
    answer = look(service, "two")
    assert (answer.status, answer.cards) == (200, [])
    assert answer.held_back[COPD_RULE]["step"] == "memory"


def test_who_looks_is_in_no_log(service: Surgery, capfd: pytest.CaptureFixture[str]) -> None:
    look(service, "one", "Practitioner/dr-quillfeather")
    assert "quillfeather" not in "".join(capfd.readouterr())
    for file in service.store.iterdir():
        assert b"quillfeather" not in file.read_bytes()


LOOKS = st.lists(
    st.tuples(st.sampled_from([0, 1, 5, 14, 16, 60, 239, 241]), st.sampled_from([GP, NURSE])),
    max_size=40,
)


@settings(
    max_examples=max(settings().max_examples // 20, 5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(looks=LOOKS)
def test_never_above_eight_in_four_hours_and_nothing_is_left_after_a_day(
    service: Surgery, looks: Sequence[tuple[int, str]]
) -> None:
    shown: list[tuple[float, str]] = []
    service.pass_time(days=1000)  # everybody is somebody new to the ceilings
    for number, (gap, who) in enumerate(looks):
        service.pass_time(minutes=gap)
        at = service.now.timestamp()
        shown += [(at, who)] * len(look(service, f"{number}-at-{at:.0f}", who).cards)
        recent = [one for one in shown if one[1] == who and one[0] > at - 4 * 3600]
        assert len(recent) <= MOST_IN_SESSION
