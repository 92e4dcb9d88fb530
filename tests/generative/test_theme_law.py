"""Laws of themes: they move things on a card and between cards, and decide nothing."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice
from rules.engine import evaluate
from rules.fingerprint import fingerprint
from rules.rule import Practice, Purpose, Rule
from rules.schema.words import THEMES
from tests.builders import TODAY
from tests.generative.test_manners_law import ALL, LIVES, RECORD

SOME = st.lists(
    st.tuples(st.sampled_from(ALL), st.sampled_from(["", "", *THEMES[:3]])),
    min_size=1,
    unique_by=lambda pair: pair[0].id,
).map(lambda pairs: [replace(rule, theme=theme) for rule, theme in pairs])
MOST = st.sampled_from([1, 2, 3])


def ask(rules: list[Rule], most: int) -> Choice:
    practice = Practice("A test", most_cards_at_once=most)
    return choose(evaluate(rules, RECORD, (), TODAY), History(), TODAY, practice)


def untold(rules: list[Rule]) -> list[Rule]:
    return [replace(rule, theme="") for rule in rules]


def on_cards(choice: Choice) -> list[str]:
    return [rule.id for prompt in choice.prompts for rule in prompt.rules]


@LIVES
@given(rules=SOME, most=MOST)
def test_every_free_rule_is_on_exactly_one_card_and_ceilings_hold(
    rules: list[Rule], most: int
) -> None:
    choice = ask(rules, most)
    assert sorted(on_cards(choice)) == sorted(rule.id for rule in rules)
    assert len(choice.prompts) <= most
    assert len(choice.prompts) <= len(ask(untold(rules), most).prompts)
    for prompt in choice.prompts:
        assert len(prompt.offers) <= 3


@LIVES
@given(rules=SOME, most=MOST, order=st.randoms())
def test_the_order_of_files_never_changes_the_cards(
    rules: list[Rule], most: int, order: Random
) -> None:
    one = ask(rules, most)
    turned = list(rules)
    order.shuffle(turned)
    other = ask(turned, most)
    assert one.prompts == other.prompts
    assert {way.rule.id: way for way in one.ways} == {way.rule.id: way for way in other.ways}


@LIVES
@given(rules=SOME)
def test_on_one_card_the_same_is_offered_and_asked_by_the_same_first_voice(
    rules: list[Rule],
) -> None:
    (told,), (plain,) = ask(rules, 1).prompts, ask(untold(rules), 1).prompts
    assert told.summary == plain.summary
    assert told.rules[0].id == plain.rules[0].id
    assert set(told.offers) == set(plain.offers)
    assert sorted(told.detail.split("\n\n")) == sorted(plain.detail.split("\n\n"))


@LIVES
@given(rules=SOME, most=MOST)
def test_a_theme_stands_together_on_one_card_behind_the_safety_nets(
    rules: list[Rule], most: int
) -> None:
    choice = ask(rules, most)
    homes: dict[str, set[int]] = {}
    for number, prompt in enumerate(choice.prompts):
        nets = [rule.purpose is Purpose.SAFETY_NET for rule in prompt.rules]
        assert nets == sorted(nets, reverse=True)
        seen: list[str] = []
        for rule in prompt.rules:
            if not rule.theme:
                seen.append(rule.id)
                continue
            homes.setdefault(rule.theme, set()).add(number)
            if rule.purpose is not Purpose.SAFETY_NET and (not seen or seen[-1] != rule.theme):
                assert rule.theme not in seen
                seen.append(rule.theme)
    assert all(len(found) == 1 for found in homes.values())


@given(rule=st.sampled_from(ALL), theme=st.sampled_from(THEMES))
def test_a_theme_is_no_part_of_what_a_rule_decides(rule: Rule, theme: str) -> None:
    assert fingerprint(replace(rule, theme=theme)) == fingerprint(rule)
