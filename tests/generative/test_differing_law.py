"""Two versions of a rule about many people: nobody is lost from the sum, and none is made up."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rules.changes import Part, Version, differences
from rules.differing import Change, Pair, Sum, count
from rules.fingerprint import judged_as
from rules.outcome import Decision
from rules.rule import Rule
from tests.generative.test_reference_law import known_names, record_of, rule_of, text_of
from tests.reference.records import a_record
from tests.reference.rule_texts import a_rule

PEOPLE = 6


def swapped(change: Change) -> Change:
    return change._replace(was=change.now, now=change.was)


def version(rule: Rule) -> Version:
    return Version(rule, known_names().lists)


@given(random=st.randoms(use_true_random=True))
def test_old_and_gained_without_lost_is_new_whoever_counts_and_in_whichever_direction(
    random: Random,
) -> None:
    asked, other = a_rule(random), a_rule(random)
    old, new = rule_of(text_of(asked)), rule_of(text_of(other))
    records = [record_of(a_record(random.choice((asked, other)), random)) for _ in range(PEOPLE)]
    there, back, same, halves = Sum(), Sum(), Sum(), (Sum(), Sum())
    for number, record in enumerate(records):
        changed = count((Pair(old, new),), record, asked.today, there)
        assert all(change.because for change in changed)
        count((Pair(new, old),), record, asked.today, back)
        count((Pair(old, old), Pair(new, new)), record, asked.today, same)
        count((Pair(old, new),), record, asked.today, halves[number % 2])
    gained = sum(n for change, n in there.changes.items() if change.gained)
    lost = sum(n for change, n in there.changes.items() if change.lost)
    assert there.before[old.id] + gained - lost == there.after[old.id]
    assert back.changes == Counter({swapped(c): n for c, n in there.changes.items()})
    assert not same.changes
    assert halves[0] + halves[1] == there
    assert halves[1] + halves[0] == there


@given(random=st.randoms(use_true_random=True))
def test_what_changed_in_meaning_is_told_and_nothing_else_is(random: Random) -> None:
    text, other = text_of(a_rule(random)), text_of(a_rule(random))
    old, new, again = rule_of(text), rule_of(other), rule_of(text)
    assert not differences(version(old), version(again))
    found = differences(version(old), version(new))
    assert bool(found) is (judged_as(old) != judged_as(new))
    assert all(one.says for one in found)


@given(random=st.randoms(use_true_random=True))
def test_whoever_an_exclusion_kept_from_it_is_gained_because_of_it(random: Random) -> None:
    asked = a_rule(random)
    whole = rule_of(text_of(asked))
    without = rule_of(text_of(replace(asked, exclude="")))
    came = Sum()
    for _ in range(PEOPLE):
        count((Pair(whole, without),), record_of(a_record(asked, random)), asked.today, came)
    for change in came.changes:
        assert not change.lost
        if change.gained and change.was is not Decision.WITHHELD:
            assert all(one.excludes for one in change.because)
    removed = [one for one in differences(version(whole), version(without)) if one.removed]
    assert len({one.says for one in removed}) == len({one.name for one in whole.exclusions})
    assert all(one.weaker and one.part is Part.WHO_NOT_FOR for one in removed)
