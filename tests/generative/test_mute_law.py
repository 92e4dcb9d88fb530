"""Laws of a mute (PRODUCT 1.4): it is for one rule and whoever asked, for 30 days, and no more."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from prompts.ceilings import MUTED_FOR
from prompts.choose import WAITS, alike, choose
from prompts.history import History, Shown
from prompts.prompt import Choice, Step, Way
from rules.engine import evaluate
from rules.rule import Practice, Rule
from tests.builders import TODAY
from tests.generative.test_manners_law import ALL, MOST, NAMES, NET, RECORD, RULES

LAWS = settings(max_examples=max(settings().max_examples // 2, 50))
MUTES = st.lists(
    st.tuples(
        st.sampled_from([*NAMES, "former", "another"]),
        st.sampled_from([-400, -1, 0, 1, 2, 29, 30, 31, 60, 400]),
    ),
    max_size=8,
)
SEEN = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 200)), max_size=3)
# One of them took over from a rule that somebody may have muted.
TOOK_OVER = replace(RULES[0], care=replace(RULES[0].care, replaces="former"))
EVERY = (TOOK_OVER, *ALL[1:])


RULES_ASKED = st.sets(st.sampled_from(range(len(EVERY))), min_size=1).map(
    lambda some: tuple(EVERY[number] for number in sorted(some))
)


def ask(known: History, most: int, today: date = TODAY, rules: tuple[Rule, ...] = EVERY) -> Choice:
    outcomes = evaluate(rules, RECORD, known.said, today)
    return choose(outcomes, known, today, Practice("A test", most_cards_at_once=most))


def on_cards(choice: Choice) -> set[str]:
    return {rule.id for prompt in choice.prompts for rule in prompt.rules}


def holds(mutes: list[tuple[str, int]]) -> set[str]:
    """What is muted today, worked out anew: no net, and nothing for more than 30 days."""
    named = {rule for rule, days in mutes if 0 < days <= 30}
    if "former" in named:
        named.add(TOOK_OVER.id)
    return named & set(NAMES) - {NET.id}


def before_its_card(way: Way) -> list[Step]:
    """Its steps up to the card: with which others it stands there, and what has room, is seen."""
    return [step for step in way.steps if step.name not in ("card", WAITS)]


@LAWS
@given(mutes=MUTES, seen=SEEN, session=st.sampled_from([0, 7, 8]), most=MOST, asked=RULES_ASKED)
# Apple is what berry and damson share: without it there are still no two cards.
@example(mutes=[("apple", 30)], seen=[], session=0, most=2, asked=(TOOK_OVER, RULES[1], RULES[3]))
def test_a_mute_takes_its_own_rule_away_and_changes_nothing_else(
    mutes: list[tuple[str, int]],
    seen: list[tuple[str, int]],
    session: int,
    most: int,
    asked: tuple[Rule, ...],
) -> None:
    shown = tuple(Shown(TODAY - timedelta(days=ago), (rule,), (rule,)) for rule, ago in seen)
    others = History(shown=shown, this_session=session)
    mine = replace(
        others, muted=tuple((rule, TODAY + timedelta(days=days)) for rule, days in mutes)
    )
    without, with_it = (ask(known, most, rules=asked) for known in (others, mine))
    muted = holds(mutes)
    assert on_cards(with_it) == on_cards(without) - muted
    assert len(with_it.prompts) <= len(without.prompts)
    held = {one.rule.id: one for one in with_it.held}
    before = {one.rule.id: one for one in without.held}
    assert {name for name, one in held.items() if one.step == "mute"} == on_cards(without) & muted
    assert {name: one for name, one in held.items() if one.step != "mute"} == before
    for one in held.values():
        if one.step == "mute":
            assert one.until is not None
            assert TODAY < one.until <= TODAY + MUTED_FOR
    # What is kept of it says of a rule that is not muted what it says to everybody.
    kept = {way.rule.id: before_its_card(way) for way in alike(with_it, TODAY)}
    of_all = {way.rule.id: before_its_card(way) for way in alike(without, TODAY)}
    assert kept.items() <= of_all.items()
    assert of_all.keys() - kept.keys() <= muted


@LAWS
@given(rule=st.sampled_from(NAMES), days=st.integers(0, 400), later=st.integers(0, 500))
def test_it_is_over_after_thirty_days_whatever_was_written_down(
    rule: str, days: int, later: int
) -> None:
    known = History(muted=((rule, TODAY + timedelta(days=days)),))
    today = TODAY + timedelta(days=later)
    held = {one.rule.id for one in ask(known, 1, today).held if one.step == "mute"}
    left = days - later
    assert held == ({rule} if 0 < left <= 30 and rule != NET.id else set())


@LAWS
@given(seen=SEEN, session=st.sampled_from([0, 7, 8]), most=MOST)
def test_where_nobody_can_look_it_up_only_safety_nets_go_on(
    seen: list[tuple[str, int]], session: int, most: int
) -> None:
    shown = tuple(Shown(TODAY - timedelta(days=ago), (rule,), (rule,)) for rule, ago in seen)
    known = History(shown=shown, this_session=session)
    unread = ask(replace(known, muted=None), most)
    assert on_cards(unread) == on_cards(ask(known, most)) & {NET.id}
    assert all(one.unread for one in unread.held if one.step == "mute")
