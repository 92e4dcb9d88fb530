"""The letter about a kidney result goes through the gates of every letter, one by one."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import Resource, a_condition
from tests.fhir_builders import FEV1
from tests.lengths import first
from tests.library.test_letters import OPEN, SHUT, opening
from tests.served import Reply, Surgery, piloting, surgery

EGFR = "1011481000000105"
KIDNEYS = a_condition("433144002", onsetDateTime="2022-05-01")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A practice that pilots the rule about kidney results, and none about other letters."""
    return piloting(tmp_path_factory.mktemp("practice"), "kidney-results")


@pytest.fixture
def service(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """Its service, where nobody was asked anything yet."""
    with surgery(tmp_path, library) as open_now:
        yield open_now


def letters(reply: Reply) -> list[str]:
    """The letters that are offered: the card may stay without one, with its question."""
    labels = [button["label"] for card in reply.cards for button in card["suggestions"]]
    return [label for label in labels if label.startswith("Draft")]


def about_kidneys(resources: Iterable[Resource]) -> list[Resource]:
    """The same record of somebody with kidney disease, whose result is of the kidneys."""
    made: list[Resource] = json.loads(json.dumps(list(resources)).replace(FEV1, EGFR))
    return [*made, KIDNEYS]


@pytest.mark.parametrize("gate", first(4, SHUT))
def test_each_gate_alone_keeps_the_letter(service: Surgery, gate: str) -> None:
    assert letters(opening(service, *about_kidneys(SHUT[gate]))) == []


@pytest.mark.parametrize("what", first(1, OPEN))
def test_what_is_in_order_keeps_nothing(service: Surgery, what: str) -> None:
    assert letters(opening(service, *about_kidneys(OPEN[what])))
