"""The gate to a pilot that asks for a try on a list of people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from prompts.gates import Tried, gates
from tests.builders import TODAY
from tests.unit.prompts.test_gates import CARE, ready


@pytest.mark.parametrize(
    ("found", "met", "says"),
    [
        pytest.param(None, False, "It has not been tried on a list of people.", id="never"),
        pytest.param(Tried(TODAY, same=True), True, "as it is", id="today"),
        pytest.param(Tried(TODAY - timedelta(30), same=True), True, "as it is", id="30 days ago"),
        pytest.param(Tried(TODAY - timedelta(31), same=True), False, "30 days", id="31 days ago"),
        pytest.param(Tried(TODAY + timedelta(1), same=True), False, "30 days", id="tomorrow"),
        pytest.param(Tried(TODAY, same=False), False, "changed since", id="another rule"),
    ],
)
def test_no_rule_is_piloted_that_was_not_lately_tried_on_a_list_as_it_is(
    found: Tried | None, met: bool, says: str
) -> None:
    ready_but = replace(ready(status="pilot", **CARE), on_a_list=found)
    gate = next(gate for gate in gates(ready_but) if gate.name == "try report")
    assert gate.met is met
    assert says in gate.says
    assert ("goodday rules try" in gate.do) is not met
