"""What an import keeps is enough for every verb about a whole list."""

from pathlib import Path

import pytest

from cds_hooks.population.asking import read_by, wanted_by
from cds_hooks.population.trying import needed
from fhir_adapters.bulk.parquet import open_kept
from fhir_adapters.needs import needs_of
from rules.rule import Rule
from tests.builders import shipped
from tests.kept import Some, keep

LIBRARY = shipped().usable()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    keep(folder, read_by(LIBRARY), Some([]))
    return folder


def test_all_rules_together_may_be_asked(kept: Path) -> None:
    assert wanted_by(LIBRARY) != needs_of({})
    open_kept(kept, wanted_by(LIBRARY))


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_any_rule_may_be_tried_those_for_bookings_among_them(kept: Path, rule: Rule) -> None:
    open_kept(kept, needed(rule, LIBRARY))
