"""The table of requirements in cds_hooks/README.md is made of the tests, and is current."""

import pytest

from cds_hooks.conformance.requirements import REQUIREMENTS
from tests.conformance.requirements.table import (
    BETTER,
    README,
    held_by,
    page,
    written,
)

# The levels of our design (CDS_HOOKS 1.2 to 1.13). What is a fact there is the kit's.
DESIGN = {
    "J": "MUST MUST MUST MUST MUST",
    "D": "MUST MUST MAY MUST MUST MUST SHOULD MAY MAY SHOULD MAY MAY MAY SHOULD",
    "P": "MUST MUST MUST MAY SHOULD MUST",
    "R": "MUST SHOULD MUST SHOULD SHOULD SHOULD SHOULD",
    "F": "MAY MUST MUST MUST SHOULD SHOULD",
    "S": "MUST SHOULD MAY MAY SHOULD MAY",
    "B": "MAY MUST MUST MUST MUST MUST MAY MUST SHOULD SHOULD SHOULD SHOULD",
    "A": "SHOULD MUST SHOULD MUST SHOULD",
}
LEVELS = {
    f"{family}{number}": level
    for family, levels in DESIGN.items()
    for number, level in enumerate(levels.split(), 1)
}


@pytest.mark.parametrize("name", LEVELS)
def test_every_requirement_of_the_design_has_its_level_and_a_test_named_by_its_id(
    name: str,
) -> None:
    assert REQUIREMENTS[name].level == LEVELS[name]
    assert held_by().get(name), f"no test is called test_{name.lower()}_..."


def test_no_test_has_the_name_of_a_requirement_that_is_not_listed() -> None:
    assert set(held_by()) <= set(REQUIREMENTS)


def test_what_the_readme_says_is_what_the_kit_reports() -> None:
    rows = [line.strip("| ").split(" | ") for line in written().splitlines()[2:]]
    assert [row[0] for row in rows] == [one for one in REQUIREMENTS if one in held_by()]
    for name, level, says, *_ in rows:
        assert (level, says) == (REQUIREMENTS[name].level, REQUIREMENTS[name].says)


def test_the_readme_is_current() -> None:
    assert written() == page(), "python -m tests.conformance.requirements writes it"


@pytest.mark.parametrize("named", BETTER.values(), ids=BETTER)
def test_the_better_tests_are_where_the_table_says(named: str) -> None:
    path, _, name = named.partition("::")
    assert f"def {name}(" in (README.parents[1] / path).read_text("utf-8")
