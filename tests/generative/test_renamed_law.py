"""Laws of renaming: a no to an offer is heard whatever its code or text was called, and is now."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from prompts.choose import choose
from prompts.history import History
from rules.engine import evaluate
from rules.record import Kind, Reply, Said
from rules.remembered import offer_key
from rules.rule import Offer, Practice, Rule
from tests.builders import TODAY, a_record, entry, load_files, rule_text

RECORD = a_record(entry(Kind.CONDITION, "cough", date="2020-03-01"))
STAGES = 4  # names that one offer had in turn
# One offer of each sort whose name a practice makes up, by the names that it had.
SORTS = {
    "tag": "tag: {label: x, words: x, code: ask-%s",
    "task": "task: {label: x, for: nurse, code: ring-%s",
    "goal": "goal: {label: x, text: Walk %s times",
    "questionnaire": "questionnaire: {label: x, form: sheet-%s",
}
WRITTEN = {"tag": "ask-%s", "task": "ring-%s", "goal": "Walk %s times", "questionnaire": "sheet-%s"}
NAMES = ("one", "two", "three", "four")
# What is never asked about: the other rule's own topic is another, so only the offer can hold it.
ANSWERS = st.sampled_from([Reply.DECLINED, Reply.NOT_NOW, Reply.ALREADY_DONE, Reply.ACCEPTED])


def _offer(sort: str, stage: int, knows: int) -> str:
    """An offer by its name of some stage, which says what it was called since another."""
    former = [f'"{WRITTEN[sort] % NAMES[one]}"' for one in range(knows, stage)]
    known = f", also_known_as: [{', '.join(former)}]" if former else ""
    return f"\n- {SORTS[sort] % NAMES[stage]}{known}}}"


@cache
def library(sort: str, here: tuple[int, int], there: tuple[int, int]) -> tuple[Rule, ...]:
    """Two rules that make one offer, each at a stage, and knowing its names since another."""
    texts = {
        f"{name}.yaml": rule_text(
            id=name, quiet=f"{{topic: {name}}}", offers=_offer(sort, *stage),
            exclude=None, people=None, tests=None,
        )
        for name, stage in (("here", here), ("there", there))
    }  # fmt: skip
    loaded = load_files(texts)
    assert not loaded.stops
    return loaded.library.rules


def offer_of(rules: tuple[Rule, ...], name: str) -> Offer:
    (found,) = [rule.offers[0] for rule in rules if rule.id == name]
    return found


def offered(rules: tuple[Rule, ...], said: Said) -> frozenset[str]:
    """The rules whose offer is on a card."""
    outcomes = evaluate(rules, RECORD, (said,), TODAY)
    choice = choose(outcomes, History((said,)), TODAY, Practice("A test"))
    return frozenset(
        rule.id
        for prompt in choice.prompts
        for one in prompt.proposals
        if one.offer
        for rule in one.rules
    )


@given(
    sort=st.sampled_from(sorted(SORTS)),
    answered=st.integers(0, STAGES - 1),
    now=st.integers(0, STAGES - 1),
    reply=ANSWERS,
    ago=st.integers(0, 800),
)
def test_an_answer_to_one_rules_offer_holds_in_another_through_every_declared_rename(
    sort: str, answered: int, now: int, reply: Reply, ago: int
) -> None:
    then, new = min(answered, now), max(answered, now)
    # Said when it was called so, in the rule that is here; by now it is called otherwise in one of
    # the two, which says so, or in both.
    for here, there in (((new, then), (new, then)), ((new, then), (then, then)),
                        ((then, then), (new, then))):  # fmt: skip
        rules = library(sort, here, there)
        key = offer_key(offer_of(library(sort, (answered, answered), (answered, answered)), "here"))
        on = TODAY - timedelta(days=ago)
        said = Said("elsewhere", reply, on, offers=(key,))
        (other,) = [rule for rule in rules if rule.id == "there"]
        rests = other.quiet.periods[reply].after(on) > TODAY
        assert ("there" not in offered(rules, said)) is rests


def test_a_rename_that_nobody_declared_is_another_offer() -> None:
    """What the law above would not notice if it held everything back."""
    before, after = library("tag", (0, 0), (0, 0)), library("tag", (1, 1), (1, 1))
    said = Said("elsewhere", Reply.DECLINED, date(2026, 11, 1),
                offers=(offer_key(offer_of(before, "here")),))  # fmt: skip
    assert offered(before, said) == frozenset()
    assert offered(after, said) == {"here", "there"}
    assert offered(after, replace(said, offers=())) == {"here", "there"}
