"""Of many like cases some are tried each time, and the rest where there is time: in CI and in soak.

``pytest.mark.long`` says so of a test or of one of its cases; ``conftest.py`` reads it.
"""

import os
from collections.abc import Iterable, Sequence

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

_ALL = os.environ.get("GOODDAY_REQUIRE") == "all"
_SOAK = 1_000  # examples; fewer are CI's


def first(kept: int, cases: Iterable[object]) -> list[ParameterSet]:
    """Cases of one value each, of which all but the first ``kept`` take long."""
    return [
        pytest.param(case, marks=[pytest.mark.long] if number >= kept else [])
        for number, case in enumerate(cases)
    ]


def every(step: int, cases: Iterable[Sequence[object]]) -> list[ParameterSet]:
    """Cases of several values each, alike from end to end: all but every so many take long."""
    return [
        pytest.param(*case, marks=[pytest.mark.long] if number % step else [])
        for number, case in enumerate(cases)
    ]


def only(always: int, in_ci: int) -> int:
    """How many of many like things are tried, where hypothesis does not invent them."""
    return in_ci if _ALL or settings().max_examples > _SOAK else always


def examples(always: int, in_ci: int) -> int:
    """How many examples of a law are tried: in soak as many as soak says."""
    return max(settings().max_examples, in_ci if _ALL else always)
