"""What is designed and not built is refused by name, once, where it stands; never ignored.

When one of these is built, its line here turns into a specification of its own.
"""

import pytest

from rules.problems import Problem
from tests.builders import load_files, load_text, rule_text

FACT = "\nhas_cough: {{find: condition, codes: cough, {}}}"
CARD = "\nsummary: x\nquestion: What helps?\nsource: x\n{}"
STORY = "\n- {{name: a, person: sam, expect: prompt, {}}}"
LINE = "\nsam: {{about: x, record: [{{condition: cough, {}}}]}}"


def problems(**headings: str | None) -> list[Problem]:
    return load_text(rule_text(**headings)).problems


@pytest.mark.parametrize(
    "kind",
    ["medication", "task", "encounter", "questionnaire", "goal", "consent", "cel"],
)
def test_kinds_of_fact(kind: str) -> None:
    (problem,) = problems(facts=f"\nhas_cough: {{find: {kind}, codes: cough}}")
    assert (problem.code, problem.says) == ("E30", f'find "{kind}" is not supported yet.')


@pytest.mark.parametrize(
    "word",
    ["latest value", "earliest value", "highest value", "lowest value", "latest end date",
     "latest choice"],
)  # fmt: skip
def test_what_a_fact_may_give(word: str) -> None:
    (problem,) = problems(facts=FACT.format(f"give: {word}"))
    assert (problem.code, problem.says) == ("E30", f'give "{word}" is not supported yet.')


@pytest.mark.parametrize("key", ["unit", "type", "cel", "means", "gives"])
def test_headings_of_a_fact(key: str) -> None:
    (problem,) = problems(facts=FACT.format(f"{key}: x"))
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


def test_a_computed_fact() -> None:
    (problem,) = problems(facts="\nhas_cough: {cel: age > 18, means: adult, gives: exists}")
    assert (problem.code, problem.says) == ("E30", '"cel" is not supported yet.')


@pytest.mark.parametrize("name", ["sex", "registered_here", "language", "needs_interpreter"])
def test_built_in_facts(name: str) -> None:
    (problem,) = problems(when=f"{{all: [has_cough, {name}]}}")
    assert (problem.code, problem.says) == ("E30", f'"{name}" is not supported yet.')


@pytest.mark.parametrize("condition", ["some_of: {at_least: 1, of: [has_cough]}", "cel: age > 18"])
def test_conditions(condition: str) -> None:
    (problem,) = problems(when=f"{{{condition}}}")
    assert problem.code == "E30"
    assert problem.says == f'"{condition.partition(":")[0]}" is not supported yet.'


@pytest.mark.parametrize("word", ["is", "is_not", "is_in"])
def test_comparisons(word: str) -> None:
    (problem,) = problems(when=f"{{age: {{{word}: 18}}}}")
    assert (problem.code, problem.says) == ("E30", f'"{word}" is not supported yet.')


@pytest.mark.parametrize("kind", ["message", "questionnaire", "task", "goal"])
def test_offers(kind: str) -> None:
    (problem,) = problems(offers=f"\n- {kind}: {{label: x}}")
    assert (problem.code, problem.says) == ("E30", f"{kind} offers are not supported yet.")


@pytest.mark.parametrize("key", ["priority", "reason", "lead_time", "format"])
def test_headings_of_an_offer(key: str) -> None:
    (problem,) = problems(offers=f"\n- refer: {{label: x, service: tea-group, {key}: y}}")
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


@pytest.mark.parametrize("key", ["most", "also_quiet", "no_thanks"])
def test_headings_of_quiet(key: str) -> None:
    (problem,) = problems(quiet=f"{{topic: coughing, {key}: hidden}}")
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


@pytest.mark.parametrize("key", ["links", "variants"])
def test_headings_of_the_card(key: str) -> None:
    (problem,) = problems(card=CARD.format(f"{key}: []"))
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


@pytest.mark.parametrize("word", ["warning", "critical"])
def test_indicators(word: str) -> None:
    (problem,) = problems(card=CARD.format(f"indicator: {word}"))
    assert (problem.code, problem.says) == ("E30", f'Indicator "{word}" is not supported yet.')


@pytest.mark.parametrize(
    "key", ["co_produced_with", "pdsa", "safety", "replaces", "pilot", "show_to", "allow"]
)
def test_headings_of_a_rule(key: str) -> None:
    (problem,) = problems(**{key: "x"})
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


@pytest.mark.parametrize(
    "hook", ["encounter-start", "encounter-discharge", "order-select", "order-sign"]
)
def test_hooks(hook: str) -> None:
    (problem,) = problems(hook=hook)
    assert (problem.code, problem.says) == ("E30", f'Hook "{hook}" is not supported yet.')


@pytest.mark.parametrize("status", ["live", "shadow", "paused"])
def test_statuses(status: str) -> None:
    (problem,) = problems(status=status)
    assert (problem.code, problem.says) == ("E30", f'status "{status}" is not supported yet.')


@pytest.mark.parametrize("purpose", ["information", "safety net"])
def test_purposes(purpose: str) -> None:
    (problem,) = problems(purpose=purpose)
    assert (problem.code, problem.says) == ("E30", f'purpose "{purpose}" is not supported yet.')


def test_values_in_a_story() -> None:
    (problem,) = problems(people=LINE.format("value: 58"))
    assert (problem.code, problem.says) == ("E30", '"value" is not supported yet.')


@pytest.mark.parametrize("key", ["include", "exclude", "refset"])
def test_headings_of_a_code_list(key: str) -> None:
    text = "id: tea\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    codes = "codes: [{code: tea, words: tea, system: good-day}]\n"
    loaded = load_files({"value-sets/tea.yaml": f"{text}{key}: x\n{codes}"})
    (problem,) = loaded.problems
    assert (problem.code, problem.says) == ("E30", f'"{key}" is not supported yet.')


def test_every_refusal_says_that_nothing_is_ignored() -> None:
    (problem,) = problems(hook="order-sign")
    assert problem.hint == "Leave it out for now; nothing is ignored silently."
    assert problem.stops
