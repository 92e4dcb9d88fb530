"""The waterfall of a rule ends where the rule does, and its other columns look at no order."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rules.attrition import Fate, Sort, Tally, as_if_true, fates, lines_of, passed
from rules.engine import evaluate
from rules.facts import look_up
from rules.finding import Look
from rules.outcome import Decision
from rules.record import Kind
from tests.builders import TODAY, entry
from tests.builders import a_record as a_person_with
from tests.builders import a_rule as a_plain_rule
from tests.generative.test_reference_law import MANY, record_of, rule_of, text_of
from tests.reference.records import a_record
from tests.reference.rule_texts import a_rule


@MANY
@given(random=st.randoms(use_true_random=True))
def test_who_is_left_after_the_last_line_is_who_would_be_prompted(random: Random) -> None:
    asked = a_rule(random)
    rule = rule_of(text_of(asked))
    tally, prompted = Tally(len(lines_of(rule))), 0
    for _ in range(5):
        record = record_of(a_record(asked, random))
        (outcome,) = evaluate((rule,), record, (), asked.today)
        look = Look(record, (), asked.today, look_up)
        found = fates(rule, look)
        prompts = outcome.decision is Decision.PROMPT
        assert passed(found) is prompts
        if prompts:  # the steps that come after see just what the engine decided
            assert as_if_true(rule, look).offers == outcome.offers
        if outcome.decision is Decision.EXCLUDED:
            names = [one.name for one in rule.exclusions]
            lost = {name for name, fate in zip(names, found[-len(names) :], strict=True)
                    if fate is Fate.LOST}  # fmt: skip
            assert outcome.because in lost
        tally.add(found)
        prompted += prompts
    assert tally.left[-1] == prompted
    assert tally.people == 5


@MANY
@given(random=st.randoms(use_true_random=True))
def test_the_order_of_exclusions_changes_only_who_is_lost_first(random: Random) -> None:
    asked = a_rule(random)
    rule = rule_of(text_of(asked))
    shuffled = list(rule.exclusions)
    random.shuffle(shuffled)
    other = replace(rule, exclusions=tuple(shuffled))
    both = Tally(len(lines_of(rule))), Tally(len(lines_of(rule)))
    for _ in range(3):
        record = record_of(a_record(asked, random))
        for each, tally in zip((rule, other), both, strict=True):
            tally.add(fates(each, Look(record, (), asked.today, look_up)))
    first, second = both
    assert first.left[-1] == second.left[-1]
    columns = [
        Counter(zip(lines_of(each), tally.meets, tally.unsure, tally.only, strict=True))
        for each, tally in zip((rule, other), both, strict=True)
    ]
    assert columns[0] == columns[1]


FATES = st.lists(st.sampled_from(Fate), min_size=4, max_size=4)


@given(people=st.lists(FATES, max_size=12), cut=st.integers(0, 12))
def test_parts_of_a_list_add_up_to_the_whole(people: list[list[Fate]], cut: int) -> None:
    whole, parts = Tally(4), Tally(4)
    for some in (people[:cut], people[cut:]):
        part = Tally(4)
        for one in some:
            part.add(one)
        parts += part
    for one in people:
        whole.add(one)
    assert whole == parts
    for number in range(4):  # what is lost first, or alone, is lost whatever comes before
        assert whole.meets[number] >= whole.left[number]
        assert whole.only[number] <= whole.people - whole.meets[number]
        assert whole.doubt[number] <= whole.unsure[number]


def test_a_line_stands_for_each_part_of_the_rule() -> None:
    rule = rule_of(text_of(a_rule(Random(7))))
    sorts = [line.sort for line in lines_of(rule)]
    assert sorts.count(Sort.WHO_NOT_FOR) == len(rule.exclusions)
    assert sorts == sorted(sorts, key=list(Sort).index)


def test_a_rule_that_looks_at_more_than_it_may_prompts_for_nobody_and_a_line_says_so() -> None:
    rule = a_plain_rule()
    for count, left in ((10, True), (6_000, False)):
        coughs = [entry(Kind.CONDITION, "cough", date="2020") for _ in range(count)]
        record = a_person_with(*coughs)
        found = fates(rule, Look(record, (), TODAY, look_up))
        assert passed(found) is left
        (outcome,) = evaluate((rule,), record, (), TODAY)
        assert (outcome.decision is Decision.PROMPT) is left
        lost = [line for line, fate in zip(lines_of(rule), found, strict=True) if fate is Fate.LOST]
        assert [line.sort for line in lost] == ([] if left else [Sort.WORKED_OUT])
