"""Two rules on one topic ask once: the first of them speaks, and the other says which that is."""

from dataclasses import replace
from itertools import permutations

import pytest

from fhir_adapters.needs import needs
from prompts.choose import alike, choose
from prompts.history import History
from prompts.prompt import Step
from rules.care import PilotGroup
from rules.engine import evaluate
from rules.record import Kind, Reply
from rules.rule import Practice, Rule, Status
from tests.builders import TODAY, a_record, entry, list_text, load_files, rule_text, said
from tests.unit.prompts.asking import COUGH, OURS, chosen, held, net, on_cards, rule, steps_of, tag

TEA = "{topic: tea}"
APPLE, BERRY = rule(quiet=TEA), rule("berry", quiet=TEA, offers=tag("berry"))
BOX = """
- name: Box
  found_in: tag
  codes: wheeze
"""
CHERRY = rule("cherry", offers=tag("cherry"))


def test_of_two_rules_on_one_topic_the_first_speaks_and_the_others_go_on() -> None:
    for order in permutations((APPLE, BERRY, CHERRY)):
        choice = chosen(*order)
        assert on_cards(choice) == [["apple", "cherry"]]
        assert held(choice) == [("berry", "topic")]
    choice = chosen(APPLE, BERRY)
    says = "Not shown: apple is about the same, and once is enough."
    assert steps_of(choice, "berry")[-1] == Step("topic", False, says)
    assert Step("topic", True, "No other rule that speaks today is about the same.") in steps_of(
        choice, "apple"
    )


def test_the_other_speaks_where_the_first_does_not() -> None:
    not_right = said(Reply.SHOWN, "4 months ago", topic="elsewhere")
    wheezing = rule(facts="\nit: {find: condition, codes: wheeze}", when="it", quiet=TEA)
    assert on_cards(chosen(wheezing, BERRY, history=History((not_right,)))) == [["berry"]]


def test_a_former_name_of_a_topic_is_that_topic() -> None:
    renamed = rule("berry", quiet="{topic: hot-drinks, also_known_as: [tea]}", offers=tag("berry"))
    assert held(chosen(APPLE, renamed)) == [("berry", "topic")]


def test_a_safety_net_speaks_whatever_else_is_about_the_same() -> None:
    both = (replace(net(), quiet=APPLE.quiet), replace(net("other"), quiet=APPLE.quiet))
    choice = chosen(APPLE, *both)
    assert {name for names in on_cards(choice) for name in names} == {"net", "other"}
    assert held(choice) == [("apple", "topic")]


def test_nobody_speaks_instead_of_a_rule_that_rests_because_another_system_asked() -> None:
    lines = (entry(Kind.TAG, "wheeze", date=TODAY.isoformat()),)
    resting = rule(quiet=TEA, already_prompted_by=BOX)
    choice = chosen(resting, BERRY, lines=lines)
    assert on_cards(choice) == []
    assert held(choice) == [("apple", "elsewhere"), ("berry", "topic")]


def test_the_same_is_said_of_a_rule_that_everybody_has_whoever_looks() -> None:
    """A rule that is tried by some never takes the place of one that everybody has."""
    tried = replace(APPLE.care, pilot=PilotGroup(clinicians=("Practitioner/1",)))
    rules = (replace(APPLE, status=Status.PILOT, care=tried), BERRY)
    outcomes = evaluate(rules, a_record(COUGH), (), TODAY)
    choices = [choose(outcomes, History(), TODAY, OURS, user) for user in ("Practitioner/1", "")]
    assert [on_cards(choice) for choice in choices] == [[["berry"]], [["berry"]]]
    assert held(choices[0]) == [("apple", "topic")]
    assert held(choices[1]) == [("apple", "pilot")]
    first, second = (alike(choice, TODAY) for choice in choices)
    assert first == second


# ---- a no that stands in the record -----------------------------------------------------------

TOGETHER = {
    "one topic": ("topic: tea, declined_codes: no-tea", "topic: tea"),
    "a topic under its former name": (
        "topic: tea, declined_codes: no-tea",
        "topic: hot-drinks, also_known_as: [tea]",
    ),
    "a topic that silences": (
        "topic: tea, declined_codes: no-tea, also_quiet: [cake]",
        "topic: cake",
    ),
}


def together(first: str, second: str) -> tuple[Rule, Rule]:
    """Two rules of one practice, of which only the first lists what says no."""
    lists = {"value-sets/no-tea.yaml": list_text("no-tea", ["no-tea"])}
    rules = {
        f"rules/{name}.yaml": rule_text(
            id=name, exclude=None, offers=tag(name), quiet=f"{{{quiet}}}", people=None, tests=None
        )
        for name, quiet in (("apple", first), ("berry", second))
    }
    loaded = load_files({**lists, **rules})
    assert not loaded.stops
    apple, berry = loaded.library.rules
    return apple, berry


def looked_for(rule: Rule, name: str) -> set[Kind | None]:
    """The lists of a record in which a rule has a code looked for."""
    queries = needs((rule,)).queries
    return {one.kind for one in queries if any(code.endswith(f"|{name}") for code in one.codes)}


@pytest.mark.parametrize("how", TOGETHER)
@pytest.mark.parametrize("kind", [Kind.PROCEDURE, Kind.OBSERVATION])
def test_a_no_on_the_record_is_heard_by_every_rule_that_an_answer_to_a_card_would_silence(
    how: str, kind: Kind
) -> None:
    """Whichever of them knows by which codes it is recorded, and is asked itself or not."""
    _, berry = together(*TOGETHER[how])
    assert on_cards(chosen(berry)) == [["berry"]]
    no = (entry(kind, "no-tea", date="2026-11-01"),)
    assert held(chosen(berry, lines=no)) == [("berry", "quiet")]
    unread = a_record(COUGH, unread=[kind])
    choice = chosen(berry, record=unread, practice=Practice("No holds"))
    assert held(choice) == [("berry", "answers")]
    assert kind in looked_for(berry, "no-tea")


def test_a_no_that_is_recorded_under_the_topic_that_silences_is_heard_too() -> None:
    """As the "no, thank you" of a card writes it, where its client sends no feedback."""
    _, berry = together("topic: tea, also_quiet: [cake]", "topic: cake")
    no = entry(Kind.PROCEDURE, "tea", date="2026-11-01", status="not-done")
    assert held(chosen(berry, lines=(no,))) == [("berry", "quiet")]
    assert on_cards(chosen(berry, lines=(no._replace(status="completed"),))) == [["berry"]]
    assert looked_for(berry, "tea") == {Kind.PROCEDURE}
