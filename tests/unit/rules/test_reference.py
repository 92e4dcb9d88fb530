"""The reference that people read is the table that the checker reads."""

from pathlib import Path

import pytest

from rules.reference import reference
from rules.schema.fact_keys import FACTS
from rules.schema.keys import TABLES
from rules.schema.offer_keys import OFFERS

REFERENCE = Path(__file__).parents[3] / "rules" / "REFERENCE.md"
AGAIN = "write it again: goodday rules reference --to rules/REFERENCE.md"


def test_the_reference_in_the_repository_is_the_table_as_it_is_now() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), AGAIN


@pytest.mark.parametrize("name", [*TABLES, *FACTS, *OFFERS])
def test_every_heading_of_the_table_is_in_the_reference(name: str) -> None:
    text = reference()
    tables = (TABLES.get(name), FACTS.get(name), OFFERS.get(name))
    for key in (key for table in tables if table for key in table):
        assert f"| `{key.name}` |" in text
        assert key.help.replace("|", "\\|") in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for line in reference().splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in (3, 5), line
