"""The same thing asked twice: by a client that never got its card, and by two clients at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

from fhir_adapters.bundle import record_from_bundle
from rules.engine import evaluate
from rules.outcome import Decision
from tests.builders import a_bundle
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, a_booking, leroy, margaret
from tests.served import VIEW, piloting, surgery

START = "encounter-start"


def test_a_call_that_is_repeated_gets_a_card_again(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    with surgery(tmp_path, library) as practice:
        call = practice.a_call(margaret())
        assert practice.ask(call).card["summary"] == practice.ask(call).card["summary"]
        assert practice.ask(practice.a_call(margaret())).cards == []


def test_a_client_that_gives_every_call_one_name_is_shown_no_card_again(tmp_path: Path) -> None:
    """Neither on the next days, nor by another hook at the same moment."""
    library = piloting(tmp_path / "practice", COPD_RULE)
    both = tuple(replace(rule, hooks=(VIEW, START)) for rule in library.rules)
    with surgery(tmp_path, replace(library, rules=both)) as practice:
        call = practice.a_call(margaret())
        other = practice.a_call(margaret(), hook=START)
        other["hookInstance"] = call["hookInstance"]
        other["context"]["encounterId"] = "1"
        assert len(practice.ask(call).cards) == 1
        assert practice.post(json.dumps(other).encode(), START).cards == []
        for _ in range(20):
            practice.pass_time(days=1)
            assert practice.ask(call).cards == []


def test_a_repeated_call_after_an_answer_stays_quiet(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    with surgery(tmp_path, library) as practice:
        call = practice.a_call(margaret())
        reply = practice.ask(call)
        said = {
            "card": reply.card["uuid"],
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": reply.button("No, thank you")["uuid"]}],
            "outcomeTimestamp": "2026-11-21T09:30:00Z",
        }
        assert practice.tell(said).status == 200
        assert practice.ask(call).cards == []


def test_of_two_clinicians_who_open_a_record_at_once_one_sees_the_card(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    with surgery(tmp_path, library) as practice:
        calls = [practice.a_call(margaret()) for _ in range(12)]
        with ThreadPoolExecutor(6) as clinicians:
            replies = list(clinicians.map(practice.ask, calls))
        assert sum(len(reply.cards) for reply in replies) == 1


def test_a_proposed_appointment_in_a_bundle_is_the_one_being_booked(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", RESULTS_RULE)
    bundle = a_bundle(*leroy())
    booking = a_booking()
    assert isinstance(bundle["entry"], list)
    assert isinstance(booking["entry"], list)
    bundle["entry"] += booking["entry"]
    record = record_from_bundle(json.dumps(bundle).encode())
    outcomes = evaluate(library.rules, record, (), date(2026, 11, 21))
    assert [outcome.decision for outcome in outcomes] == [Decision.PROMPT]
