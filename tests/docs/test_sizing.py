"""The page on what a nation would take: every sum on it is worked out again."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.project import ROOT

PAGE = (ROOT / "fhir_adapters/bulk/SIZING.md").read_text("utf-8")
UNITS = {
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "B": 1.0,
    "MB": 1e6,
    "MiB": 2.0**20,
    "GB": 1e9,
    "GB/s": 1e9,
    "TB": 1e12,
}
NUMBER = re.compile(r"([\d,]+(?:\.\d+)?)(?: ([A-Za-zµ/]+))?")


def rows(heading: str) -> Iterator[list[str]]:
    """The rows of the table under a heading, without its heads."""
    under = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in under.splitlines() if line.startswith("|")]
    for line in table[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def number(text: str) -> float:
    found = NUMBER.match(text)
    assert found is not None, text
    return float(found[1].replace(",", "")) * UNITS.get(found[2] or "", 1.0)


def worked_out(sum_of: str) -> float:
    """Terms that are added, each of factors and divisors from left to right."""
    total = 0.0
    for term in sum_of.split(" + "):
        first, *others = re.split(r" (x|/) ", term)
        value = number(first)
        for sign, text in zip(others[::2], others[1::2], strict=True):
            value = value * number(text) if sign == "x" else value / number(text)
        total += value
    return total


SUMS = [(one[1], said) for one in rows("Reckoned") if one[1] for said in one[2].split(", or ")]


@pytest.mark.parametrize(("sum_of", "said"), SUMS)
def test_a_sum_comes_to_what_is_said(sum_of: str, said: str) -> None:
    assert worked_out(sum_of) == pytest.approx(number(said), rel=0.02)


def test_what_more_people_take_is_what_the_two_lists_differ_by() -> None:
    for _, few, many, more in rows("Measured"):
        assert (number(many) - number(few)) / 19 == pytest.approx(number(more), abs=0.02)
