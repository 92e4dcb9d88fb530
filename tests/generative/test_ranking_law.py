"""Laws of who goes first (PRODUCT 1.4): one order for all, whatever the files and whoever asks.

What the place of a rule goes by is worked out here anew, not by asking ranking.
"""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from prompts.choose import choose
from prompts.history import History, Shown
from prompts.prompt import Choice
from rules.care import Care, Evidence
from rules.engine import evaluate
from rules.record import Kind
from rules.rule import Practice, Purpose, Rule
from tests.builders import TODAY, a_record, a_rule, entry

NAMES = ("apple", "berry", "cherry", "damson", "elder", "fig")
STRENGTHS = ("strong", "moderate", "mixed", "consensus", "experience", "")
RECORD = a_record(
    entry(Kind.CONDITION, "cough", date="2020-03-01"),
    entry(Kind.GOAL, "tea-group", date="2026-01-01"),
)
GOAL = "\nwants: {find: goal, codes: tea-group}"


def _rule(name: str, *, goal: bool) -> Rule:
    return a_rule(
        id=name,
        facts=f"\nhas_cough: {{find: condition, codes: cough}}{GOAL if goal else ''}",
        when="{any: [has_cough, wants]}" if goal else "has_cough",
        card=f"\nsummary: About {name}\nquestion: What about {name}?\nsource: s",
        exclude=None,
        offers=f"\n- tag: {{label: {name}, code: {name}, words: {name}}}",
        quiet=f"{{topic: {name}}}",
        people=None,
        tests=None,
    )


AS_WRITTEN = {(name, goal): _rule(name, goal=goal) for name in NAMES for goal in (False, True)}


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Some of six rules, each for what it is for and with whatever evidence."""
    found: list[Rule] = []
    for name in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=2))):
        words = draw(st.lists(st.sampled_from(STRENGTHS), max_size=2))
        evidence = tuple(Evidence("It helps", "A study", word) for word in words)
        rule = AS_WRITTEN[name, draw(st.booleans())]
        purpose = draw(st.sampled_from([Purpose.OFFER, Purpose.OFFER, *Purpose]))
        found.append(replace(rule, purpose=purpose, care=Care(evidence=evidence)))
    return tuple(found)


# Long enough ago that nobody is quiet, often on the same day, and within a year or not.
@st.composite
def cards(draw: st.DrawFn) -> tuple[Shown, ...]:
    """Up to two cards that were shown."""
    found: list[Shown] = []
    for ago in draw(st.lists(st.sampled_from([93, 93, 120, 200, 364, 365, 366, 500]), max_size=2)):
        on_it = tuple(sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1))))
        found.append(Shown(TODAY - timedelta(days=ago), on_it, on_it))
    return tuple(found)


def ask(some: tuple[Rule, ...], shown: tuple[Shown, ...]) -> Choice:
    known = History(shown=shown)
    return choose(evaluate(some, RECORD, (), TODAY), known, TODAY, Practice("A test"))


def places(choice: Choice) -> dict[str, str]:
    """What the trace says of the place of each rule."""
    return {
        way.rule.id: step.says for way in choice.ways for step in way.steps if step.name == "rank"
    }


def goes_by(rule: Rule, shown: tuple[Shown, ...]) -> tuple[object, ...]:
    """What PRODUCT has a place go by, in its order."""
    words = {one.strength for one in rule.care.evidence}
    days = {card.on for card in shown if rule.id in card.topics}
    return (
        0 if rule.purpose is Purpose.SAFETY_NET else 1,
        0 if "wants" in rule.facts else 1,
        0 if "strong" in words else 1 if "moderate" in words else 2,
        max(days, default=date.min),
        sum(day > date(2025, 11, 21) for day in days),
        rule.id,
    )


@given(some=rules(), shown=cards(), order=st.randoms())
def test_the_place_of_a_rule_goes_by_what_it_says_and_by_nothing_else(
    some: tuple[Rule, ...], shown: tuple[Shown, ...], order: Random
) -> None:
    """In each order of files and cards: a total order, told in full, the name only at last."""
    choice = ask(some, shown)
    told = places(choice)
    free = sorted((r for r in some if r.id in told), key=lambda rule: goes_by(rule, shown))
    for number, rule in enumerate(free, 1):
        assert told[rule.id].startswith(f"Number {number} of {len(free)}: {rule.purpose}, ")
    for one, other in pairwise(free):
        same = goes_by(one, shown)[:-1] == goes_by(other, shown)[:-1]
        says = [told[rule.id].partition(", ")[2] for rule in (one, other)]
        assert (says[0] == says[1]) or not same
    shuffled, seen = list(some), list(shown)
    order.shuffle(shuffled)
    order.shuffle(seen)
    again = ask(tuple(shuffled), tuple(seen))
    assert places(again) == told
    assert again.prompts == choice.prompts
