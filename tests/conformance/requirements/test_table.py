"""The table of requirements in cds_hooks/README.md is made of the tests, and is current."""

import pytest

from tests.conformance.requirements.table import (
    BETTER,
    README,
    REQUIREMENTS,
    held_by,
    page,
    written,
)


@pytest.mark.parametrize("name", [one.id for one in REQUIREMENTS])
def test_every_requirement_has_a_test_that_is_named_by_its_id(name: str) -> None:
    assert held_by().get(name), f"no test is called test_{name.lower()}_..."


def test_no_test_has_the_name_of_a_requirement_that_is_not_listed() -> None:
    assert set(held_by()) == {one.id for one in REQUIREMENTS}


def test_the_readme_is_current() -> None:
    assert written() == page(), "python -m tests.conformance.requirements writes it"


@pytest.mark.parametrize("named", BETTER.values(), ids=BETTER)
def test_the_better_tests_are_where_the_table_says(named: str) -> None:
    path, _, name = named.partition("::")
    assert f"def {name}(" in (README.parents[1] / path).read_text("utf-8")
