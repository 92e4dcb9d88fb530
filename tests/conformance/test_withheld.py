"""A rule that cannot be asked is named, for itself alone; it is never "nothing to say"."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.builders import PILOTED, a_condition, a_patient, a_resource, rule_text, write_folder
from tests.served import Surgery, piloting, surgery

FACTS = """
has_cough: {find: condition, codes: cough}
wheezes: {find: observation, codes: wheeze, give: count}
"""
OFTEN = """
- shared: palliative
- {if: {cel: 10 / wheezes < 6, means: wheezes often}, because: x}
"""
TOLD = """
- name: Has wheezed once
  person: sam
  plus: [{observation: wheeze, date: 2026-01-01}]
  expect: prompt
- name: Has wheezed twice
  person: sam
  plus: [{observation: wheeze, date: 2026-01-01}, {observation: wheeze, date: 2026-02-01}]
  expect: excluded
  because: wheezes
- name: Is receiving palliative care
  person: sam
  plus: [{condition: palliative-care}, {observation: wheeze, date: 2026-01-01}]
  expect: excluded
  because: palliative
- name: Said no
  person: sam
  plus: [{observation: wheeze}, {outcome: declined, topic: coughing, date: 1 month ago}]
  expect: quiet
"""
WHEEZE = a_resource("Observation", "wheeze", status="final", id="wheeze-1")


@pytest.fixture
def service(tmp_path: Path) -> Generator[Surgery]:
    """A practice with a rule that divides by a count, and one that does not."""
    write_folder(
        tmp_path / "practice",
        {
            "coughing.yaml": rule_text(facts=FACTS, exclude=OFTEN, tests=TOLD, **PILOTED),
            "tea.yaml": rule_text(id="tea", quiet="{topic: tea}", **PILOTED),
        },
    )
    with surgery(tmp_path, piloting(tmp_path / "practice", "coughing", "tea")) as here:
        yield here


def test_the_rule_is_named_and_the_others_are_asked_as_ever(service: Surgery) -> None:
    reply = service.ask(service.a_call([a_patient(), a_condition("cough", id="cough-1")]))
    assert reply.prompted == {"tea"}
    assert reply.held_back["coughing"] == {
        "rule": "coughing",
        "step": "withheld",
        "says": "Withheld, and reported: a computed fact could not be worked out.",
    }


def test_where_it_can_be_worked_out_it_is_a_rule_like_others(service: Surgery) -> None:
    call = service.a_call([a_patient(), a_condition("cough", id="cough-1"), WHEEZE])
    assert service.ask(call).prompted == {"coughing", "tea"}


def test_no_card_at_all_is_not_nothing_to_say(
    service: Surgery, caplog: pytest.LogCaptureFixture
) -> None:
    coughing = [a_patient(), a_condition("cough", id="cough-1")]
    assert service.ask(service.a_call(coughing)).prompted == {"tea"}
    caplog.set_level("INFO", "goodday")
    again = service.ask(service.a_call(coughing))  # tea is quiet now
    assert again.cards == []
    assert again.decided("coughing") == "withheld"
    (event,) = [json.loads(r.message) for r in caplog.records if "withheld" in r.message]
    assert event == {"event": "withheld", "service": "good-day-patient-view", "rule": "coughing"}
