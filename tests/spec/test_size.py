"""How much one rule may ask for: what is too much is told at load, or withheld for one person."""

from collections.abc import Mapping
from time import process_time

import pytest

from rules.engine import MOST_LOOKED_AT
from rules.explain import explain
from rules.outcome import Decision
from rules.record import Kind
from rules.schema.expressions import MOST_IN_A_FILE
from rules.schema.size import MOST_CONDITIONS, MOST_FACTS, MOST_FLOORS, MOST_WORKED_OUT
from tests.builders import a_record, decide, entry, load_text, outcome, rule_text

COUGH = "has_cough: {find: condition, codes: cough}\n"


def facts(number: int) -> str:
    """So many facts besides the cough."""
    each = "f{0}: {{find: condition, codes: cough, within: {0} days}}\n"
    return "\n" + COUGH + "".join(each.format(n) for n in range(1, number + 1))


def conditions(number: int) -> str:
    """So many conditions besides that of the shared exclusion."""
    ages = ", ".join(f"{{age: {{above: {20 + n}}}}}" for n in range(number - 2))
    return f"{{all: [has_cough, {{any: [{ages}]}}]}}"


def floors(number: int) -> str:
    """So many facts one on another."""
    lines = ["", COUGH + "f1: {find: condition, codes: cough, give: latest date}"]
    more = "f{0}: {{find: condition, codes: cough, since: f{1}, give: latest date}}"
    return "\n".join([*lines, *(more.format(n, n - 1) for n in range(2, number + 1))]) + "\n"


@pytest.mark.parametrize(
    ("enough", "too_much", "heading", "says"),
    [
        pytest.param(
            {"when": conditions(MOST_CONDITIONS)},
            {"when": conditions(MOST_CONDITIONS + 1)},
            "when",
            "This rule has 101 conditions; the most is 100.",
            id="conditions",
        ),
        pytest.param(
            {"exclude": "\n" + "- {if: has_cough, because: x}\n" * (MOST_CONDITIONS - 1)},
            {"exclude": "\n" + "- {if: has_cough, because: x}\n" * MOST_CONDITIONS},
            "exclude",
            "This rule has 101 conditions; the most is 100.",
            id="exclusions",
        ),
        pytest.param(
            {"facts": facts(MOST_FACTS - 2)},
            {"facts": facts(MOST_FACTS - 1)},
            "facts",
            "This rule has 101 facts; the most is 100.",
            id="facts",
        ),
        pytest.param(
            {"facts": floors(MOST_FLOORS)},
            {"facts": floors(MOST_FLOORS + 1)},
            f"f{MOST_FLOORS + 1}",
            "This stands on more than 10 facts, each starting at another's date.",
            id="facts one on another",
        ),
    ],
)
def test_a_rule_may_be_as_large_as_the_limit_and_no_larger(
    enough: Mapping[str, str], too_much: Mapping[str, str], heading: str, says: str
) -> None:
    codes = [problem.code for problem in load_text(rule_text(**enough)).stops]
    assert "E36" not in codes
    text = rule_text(**too_much)
    (problem,) = [p for p in load_text(text).stops if p.code == "E36"]
    assert problem.says == says
    assert problem.hint
    assert text.split("\n")[problem.at.line - 1].strip().startswith(heading)


def expressions(*lengths: int) -> str:
    """Facts that are worked out, by expressions of so many characters."""
    cel = "has_cough || age > 1"
    each = [
        f"c{n}: {{find: cel, cel: '{(cel + ' || age > 100' * 30)[:length]}', means: x}}"
        for n, length in enumerate(lengths)
    ]
    return "\n" + COUGH + "\n".join(each) + "\n"


def test_expressions_together_are_as_long_as_the_limit_and_no_longer() -> None:
    within, over = expressions(254, 228), expressions(254, 254)
    assert not [p for p in load_text(rule_text(facts=within)).stops if p.code == "E36"]
    (problem,) = load_text(rule_text(facts=over)).stops
    assert problem.code == "E36"
    assert problem.says == (
        f"This rule has 508 characters in cel expressions; the most is {MOST_WORKED_OUT}."
    )


def test_a_file_full_of_expressions_is_told_of_once_and_soon() -> None:
    began = process_time()
    (problem,) = load_text(rule_text(facts=expressions(*[254] * 180))).stops
    assert problem.code == "E35"
    most = f"{MOST_IN_A_FILE:,}"
    assert problem.says == f"The expressions of this file have more than {most} characters."
    assert process_time() - began < 5  # it took half a minute


def test_a_rule_of_thousands_of_conditions_is_told_of_soon() -> None:
    began = process_time()
    (problem,) = load_text(rule_text(when=conditions(2500))).stops
    assert problem.code == "E36"
    assert process_time() - began < 5  # it took a minute


# ---- and for one person ---------------------------------------------------------------------


def test_a_rule_that_looks_at_very_much_of_a_record_is_withheld_for_that_person() -> None:
    (rule,) = load_text(rule_text(facts=facts(49), tests=None)).library.rules  # 50 with the cough
    enough, more = MOST_LOOKED_AT // 50, MOST_LOOKED_AT // 50 + 1
    cough = entry(Kind.CONDITION, "cough", date="2026-01-01")
    assert decide(rule, a_record(*[cough] * enough)) is Decision.PROMPT
    assert decide(rule, a_record(*[cough] * more)) is Decision.WITHHELD
    assert explain(outcome(rule, a_record(*[cough] * more))).headline == (
        "Withheld, and reported: it looks at more entries of the record than one rule may."
    )


def test_what_else_is_on_a_long_record_does_not_count() -> None:
    (rule,) = load_text(rule_text()).library.rules
    others = [entry(Kind.OBSERVATION, "blow-test", date="2026-01-01")] * (2 * MOST_LOOKED_AT)
    cough = entry(Kind.CONDITION, "cough", date="2026-01-01")
    assert decide(rule, a_record(cough, *others)) is Decision.PROMPT


def test_thousands_of_illnesses_and_their_ends_are_looked_at_once_each() -> None:
    ended = COUGH.replace("}", ", ended_by: cough-over}")
    (rule,) = load_text(rule_text(facts="\n" + ended)).library.rules
    coughs = [entry(Kind.CONDITION, "cough", date="2026-02-02")] * 2500
    ends = [entry(Kind.CONDITION, "cough-over", date="2026-02-01")] * 2500
    began = process_time()
    assert decide(rule, a_record(*coughs, *ends)) is Decision.PROMPT
    assert process_time() - began < 1  # each against each, it took three seconds
