"""A unit that is surely meant is mended; one that may be another is not."""

import pytest

from tests.builders import load_text, rule_text

FACTS = "\nweight: {{find: observation, codes: blow-test, give: latest value, unit: {}}}"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("mmol/Mol", "mmol/mol"),
        ("MMOL/MOL", "mmol/mol"),
        ("mmols/mol", "mmol/mol"),
        ("kgs", "kg"),
        ("KG", "kg"),
        ("MG/DL", "mg/dL"),
        ("mmol / mol", "mmol/mol"),
    ],
)
def test_a_unit_in_another_spelling_is_mended(written: str, unit: str) -> None:
    good = rule_text(facts=FACTS.format(unit), when=f"{{weight: {{at_least: 58 {unit}}}}}")
    for text in (
        good.replace(f"unit: {unit}", f"unit: {written}"),
        good.replace(f"58 {unit}", f"58 {written}"),
    ):
        (problem,) = load_text(text).stops
        assert problem.code == "S04"
        (edit,) = problem.fix
        assert edit.text.endswith(unit)


@pytest.mark.parametrize("written", ["mmol", "stones?", "units", "mmol/l/mol", "%%"])
def test_a_unit_that_may_be_another_is_left(written: str) -> None:
    text = rule_text(facts=FACTS.format(f'"{written}"'), when="{weight: {is_known: yes}}")
    (problem,) = load_text(text).stops
    assert (problem.code, problem.fix) == ("S04", ())
