"""The code lists of the library, and how a code of one is drawn."""

from collections.abc import Mapping
from functools import cache
from random import Random

from rules.codes import OWN, SYSTEMS
from tests.builders import shipped
from tests.crowd.person import Coded


@cache
def lists() -> Mapping[str, tuple[Coded, ...]]:
    """Every code list that comes with Good Day, by name."""
    found = shipped().library.code_lists
    return {
        name: tuple(Coded(code.system, code.code, words) for code, words in one.words.items())
        for name, one in found.items()
    }


def drawn(name: str, rng: Random) -> Coded:
    """A code of a list: the first most often, then the second, as it is in practices.

    None that only a stay or a contact has as its class, unless the list has no other.
    """
    every = lists()[name]
    codes = [one for one in every if one.system != SYSTEMS["encounter-class"]] or every
    weights = [1 / (place + 1) for place in range(len(codes))]
    return rng.choices(codes, weights)[0]


def own(code: str) -> Coded:
    """A code of Good Day's own: the topic of an answer, or a reminder."""
    return Coded(OWN, code, code.replace("-", " ").capitalize())
