"""Every planted fault is found under the requirements that it breaks, and nothing else is."""

import re

import pytest

from tests.conformance_kit.faults import CARDS, EVERY_CARD, FAULTS
from tests.conformance_kit.serving import AS_RIGHT, under

pytestmark = pytest.mark.long

_CARD = re.compile(r"\bcard (\d+)\b|\bcards\[(\d+)\]")


@pytest.mark.parametrize("name", AS_RIGHT)
def test_nothing_is_found_where_nothing_is_wrong(wrong: str, name: str) -> None:
    assert under(wrong, name) == {}


def test_there_are_at_least_forty_faults() -> None:
    assert len(CARDS) + len(FAULTS) >= 40


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_under_what_it_breaks_and_under_nothing_else(
    wrong: str, name: str
) -> None:
    found = under(wrong, name)
    assert found.keys() == FAULTS[name].breaks, found


@pytest.fixture(scope="module")
def found_on_cards(wrong: str) -> dict[int, set[str]]:
    """What is found on each of the cards, which all came in one answer."""
    found = under(wrong, "every card")
    assert found.keys() == EVERY_CARD.breaks
    numbers: dict[int, set[str]] = {}
    for which, places in found.items():
        for place in places:
            cards = [int(one) if one else int(other) + 1 for one, other in _CARD.findall(place)]
            assert cards, place
            for card in cards:
                numbers.setdefault(card, set()).add(which)
    return numbers


@pytest.mark.parametrize("name", CARDS)
def test_a_fault_of_a_card_is_found_on_that_card_under_what_it_breaks(
    found_on_cards: dict[int, set[str]], name: str
) -> None:
    assert found_on_cards[1 + list(CARDS).index(name)] == CARDS[name].breaks


def test_nothing_is_found_on_a_card_that_is_not_there(found_on_cards: dict[int, set[str]]) -> None:
    assert found_on_cards.keys() == set(range(1, len(CARDS) + 1))
