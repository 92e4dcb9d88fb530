"""How much one rule may ask for: what is too much is told at load, or withheld for one person."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from time import process_time

import pytest

from rules.budget import ENTRY, MOST_AT_ONCE, MOST_LOOKED_AT
from rules.engine import evaluate
from rules.explain import explain
from rules.outcome import Decision, Outcome
from rules.record import Kind
from rules.rule import Rule
from rules.schema.expressions import MOST_IN_A_FILE
from rules.schema.size import MOST_CONDITIONS, MOST_FACTS, MOST_FLOORS, MOST_WORKED_OUT
from tests.builders import TODAY, a_record, decide, entry, load_files, load_text, outcome, rule_text

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


# ---- and all of them together ---------------------------------------------------------------

_TOGETHER = MOST_AT_ONCE // ENTRY // MOST_LOOKED_AT  # so many rules may each ask the most


def dear(name: str, number: int, **changed: str) -> str:
    """A rule that looks fifty times at every cough, and no other number looks as it does."""
    first = date(1, 1, 1) + timedelta(days=100 * number)
    since = (first + timedelta(days=n) for n in range(49))
    lines = (
        f"f{n}: {{find: condition, codes: cough, since: {day}}}" for n, day in enumerate(since)
    )
    told = "\n" + COUGH + "\n".join(lines)
    quiet = f"{{topic: {name}}}"
    return rule_text(id=name, facts=told, tests=None, people=None, quiet=quiet, **changed)


@cache
def dear_rules() -> Mapping[str, Rule]:
    """More than there is time for, a safety net as dear, and some that all ask the same."""
    net = {"purpose": "safety net", "when_unknown": "stay quiet"}
    texts = {f"dear-{n:02}": dear(f"dear-{n:02}", n) for n in range(_TOGETHER + 2)}
    texts |= {f"same-{n}": dear(f"same-{n}", 50) for n in range(_TOGETHER + 1)}
    texts |= {"the-net": dear("the-net", 99, **net)}
    texts |= {"a-plain-one": rule_text(id="a-plain-one", tests=None, people=None)}
    loaded = load_files({f"{name}.yaml": text for name, text in texts.items()})
    assert not loaded.stops
    return {rule.id: rule for rule in loaded.library.rules}


def together(rules: Iterable[Rule]) -> dict[str, Outcome]:
    """What rules decide that are asked at once of somebody with a hundred coughs."""
    coughs = [entry(Kind.CONDITION, "cough", date="2026-01-01")] * 99
    return {one.rule.id: one for one in evaluate(rules, a_record(*coughs), (), TODAY)}


def named(*beginnings: str) -> list[Rule]:
    return [rule for name, rule in dear_rules().items() if name.startswith(beginnings)]


def test_of_rules_that_ask_too_much_together_those_that_ask_most_are_withheld() -> None:
    found = together(named("dear", "a-plain-one"))
    assert found.pop("a-plain-one").decision is Decision.PROMPT
    kept = [name for name, one in found.items() if one.decision is Decision.PROMPT]
    assert len(kept) in (_TOGETHER - 1, _TOGETHER)
    assert kept == sorted(found)[: len(kept)]  # of those that ask alike the first by name
    last = found[max(found)]
    assert last.decision is Decision.WITHHELD
    assert explain(last).headline == (
        "Withheld, and reported: the rules ask more at once than there is time for, and this is one"
        " that asks most."
    )


def test_which_are_withheld_does_not_depend_on_the_order_of_rules() -> None:
    rules = named("dear")
    decided = [
        {name: one.decision for name, one in together(each).items()}
        for each in (rules, rules[::-1])
    ]
    assert decided[0] == decided[1]


def test_a_safety_net_has_its_time_before_others() -> None:
    assert together(named("dear", "the-net"))["the-net"].decision is Decision.PROMPT


def test_what_several_rules_ask_is_paid_for_once() -> None:
    assert {one.decision for one in together(named("same")).values()} == {Decision.PROMPT}
