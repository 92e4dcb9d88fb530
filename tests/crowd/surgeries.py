"""Surgeries of thirty visits, drawn by a seed: how many cards whoever looks would see in each.

People come as often as they came in the last two years, so that those who live with more come more
often than others; somebody who has died does not come. The ceiling of a session is counted: after
so many cards only what goes above it is shown.
"""

from collections.abc import Mapping, Sequence
from random import Random
from statistics import mean, quantiles
from typing import NamedTuple

from prompts.ceilings import MOST_IN_SESSION
from tests.crowd.asking import VIEWERS, Seen

VISITS, SURGERIES = 30, 200


class Cards(NamedTuple):
    """Cards in a surgery, for whoever looks."""

    mean: float
    middle: int
    nine_in_ten: int  # nine surgeries of ten have no more
    most: int
    full: int  # surgeries in which the ceiling of a session was reached
    otherwise: float  # how many there would be without that ceiling, mean


def surgeries(crowd: Sequence[Seen], seed: int) -> Mapping[str, Cards]:
    """What they come to, by whom looks."""
    rng = Random(f"surgeries {seed}")
    weights = [one.comes for one in crowd]
    if not any(weights):
        return {}
    drawn = [rng.choices(crowd, weights, k=VISITS) for _ in range(SURGERIES)]
    return {viewer: _cards(drawn, viewer) for viewer in VIEWERS}


def _in_one(people: Sequence[Seen], viewer: str) -> int:
    shown = 0
    for one in people:
        if viewer in (one.cards if shown < MOST_IN_SESSION else one.above):
            shown += 1
    return shown


def _cards(drawn: Sequence[Sequence[Seen]], viewer: str) -> Cards:
    counts = [_in_one(people, viewer) for people in drawn]
    tenths = quantiles(counts, n=10, method="inclusive")
    return Cards(
        mean(counts),
        round(tenths[4]),
        round(tenths[8]),
        max(counts),
        sum(count >= MOST_IN_SESSION for count in counts),
        mean(sum(viewer in one.cards for one in people) for people in drawn),
    )
