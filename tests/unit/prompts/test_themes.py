"""What is about the same stands together on a card; who is asked, and what is offered, stays."""

from dataclasses import replace

from prompts.prompt import Choice, Prompt
from rules.rule import Rule
from tests.builders import load_text, rule_text, shipped
from tests.unit.prompts.asking import OURS, chosen, net, on_cards, rule, steps_of, tag


def about(name: str, theme: str = "", *, offers: str | None = None) -> Rule:
    """A rule with an offer of its own; rules are ranked by their names here."""
    return replace(rule(name, offers=tag(name) if offers is None else offers), theme=theme)


def cards(*rules: Rule, most: int = 1) -> Choice:
    return chosen(*rules, practice=replace(OURS, most_cards_at_once=most))


def card(*rules: Rule) -> Prompt:
    (prompt,) = cards(*rules).prompts
    return prompt


def questions(prompt: Prompt) -> list[str]:
    """The names of the rules in the order of their questions."""
    lines = [line for line in prompt.detail.split("\n\n") if "What about" in line]
    return [line.strip("*").removeprefix("Also: ")[11:-1] for line in lines]


def labels(prompt: Prompt) -> list[str]:
    return [one.label for one in prompt.proposals if one.offer is not None]


APPLE, BERRY = about("apple", "breathing"), about("berry", "diabetes")
CHERRY, DAMSON = about("cherry", "breathing"), about("damson")


def test_what_is_about_the_theme_of_the_first_rule_stands_next_to_it() -> None:
    prompt = card(APPLE, BERRY, CHERRY)
    assert questions(prompt) == ["apple", "cherry", "berry"]
    assert labels(prompt) == ["Tag apple", "Tag cherry", "Tag berry"]
    assert [one.id for one in prompt.rules] == ["apple", "cherry", "berry"]
    assert prompt.summary == "About apple"


def test_then_come_the_others_by_rank_each_theme_together() -> None:
    last = (about("elder", "diabetes"), about("fig", "pain"))
    prompt = card(APPLE, BERRY, CHERRY, DAMSON, *last)
    assert questions(prompt) == ["apple", "cherry", "berry", "elder", "damson", "fig"]


def test_without_a_theme_rules_stand_by_rank() -> None:
    assert questions(card(about("a"), about("b"), about("c"))) == ["a", "b", "c"]
    assert questions(card(about("a"), BERRY, about("c"))) == ["a", "berry", "c"]


def test_which_offers_there_is_room_for_goes_by_rank_and_not_by_theme() -> None:
    prompt = card(APPLE, BERRY, DAMSON, about("elder", "breathing"))
    assert labels(prompt) == ["Tag apple", "Tag berry", "Tag damson"]
    assert questions(prompt) == ["apple", "elder", "berry", "damson"]
    assert "1 more can wait." in prompt.detail


def test_an_offer_that_two_rules_make_stands_where_the_first_of_them_does() -> None:
    both = tag("shared")
    prompt = card(
        APPLE, about("berry", "pain", offers=both), about("cherry", "breathing", offers=both)
    )
    assert questions(prompt) == ["apple", "cherry", "berry"]
    assert labels(prompt) == ["Tag apple", "Tag shared"]


def test_a_safety_net_waits_for_no_theme() -> None:
    first = replace(net("first"), theme="breathing")
    other = replace(net("other"), theme="pain")
    prompt = card(first, other, APPLE, BERRY)
    assert [one.id for one in prompt.rules] == ["first", "other", "apple", "berry"]
    third = replace(net("third"), theme="breathing")
    prompt = card(first, other, third, APPLE)
    assert [one.id for one in prompt.rules] == ["first", "other", "third", "apple"]
    # And rules of its theme come next to it.
    prompt = card(first, about("a", "pain"), about("b", "breathing"))
    assert [one.id for one in prompt.rules] == ["first", "b", "a"]


def test_rules_of_one_theme_stand_on_one_card_before_cards_are_told_apart() -> None:
    some = (APPLE, BERRY, CHERRY)
    assert on_cards(cards(*some, most=2)) == [["apple", "cherry"], ["berry"]]
    assert on_cards(cards(*some, most=3)) == [["apple", "cherry"], ["berry"]]
    assert on_cards(cards(*some, DAMSON, most=2)) == [["apple", "cherry"], ["berry", "damson"]]
    untold = tuple(replace(one, theme="") for one in some)
    assert on_cards(cards(*untold, most=2)) == [["apple"], ["berry", "cherry"]]


def test_what_offers_the_same_stays_together_whatever_it_is_about() -> None:
    both = tag("shared")
    some = (
        about("apple", "pain", offers=both),
        about("berry", "diabetes", offers=both),
        about("cherry", "diabetes"),
        DAMSON,
    )
    assert on_cards(cards(*some, most=3)) == [["apple", "berry", "cherry"], ["damson"]]


def test_the_trace_says_next_to_what_a_rule_stands_and_its_rank_stays_as_it_was() -> None:
    choice = cards(APPLE, BERRY, CHERRY)
    says = {name: steps_of(choice, name)[-1].says for name in ("apple", "berry", "cherry")}
    assert says == {
        "apple": "On a card, with 2 more; next to cherry, as both have the theme breathing.",
        "berry": "On a card, with 2 more.",
        "cherry": "On a card, with 2 more; next to apple, as both have the theme breathing.",
    }
    choice = cards(*(about(name, "around-the-visit") for name in ("a", "b", "c")))
    told = "On a card, with 2 more; next to a, c, as all have the theme around the visit."
    assert steps_of(choice, "b")[-1].says == told
    (rank,) = (
        step for step in steps_of(cards(APPLE, BERRY, CHERRY), "cherry") if step.name == "rank"
    )
    assert rank.says.startswith("Number 3 of 3: ")


def test_a_theme_is_one_of_a_closed_list() -> None:
    (problem,) = load_text(rule_text(theme="breething")).problems
    assert problem.stops
    assert problem.says == '"breething" is not one of the words for theme.'
    assert problem.hint == "Did you mean breathing?"
    assert load_text(rule_text(theme="pain")).library.rules[0].theme == "pain"
    assert load_text(rule_text()).library.rules[0].theme == ""


def test_every_starter_rule_says_what_it_is_about() -> None:
    themes = {one.id: one.theme for one in shipped().library.rules}
    assert [name for name, theme in themes.items() if not theme] == []
    assert themes["copd-self-management"] == "breathing"
    assert themes["kidney-results"] == "kidneys"
    assert themes["carer-break"] == "caring"
