"""A mutant is the rule with one slip in it, and in nothing else."""

import pytest

from rules.days import Duration
from rules.fact import Fact, IsTrue, Not
from rules.mutants import Mutant, mutants, offer_names
from rules.record import Reply
from rules.rule import Rule
from tests.builders import a_rule

FACTS = """
has_cough: {find: condition, codes: cough}
last_cough: {find: condition, codes: cough, within: 3 months, give: latest date}
had_tea: {find: procedure, codes: tea-group, since: last_cough}
only_quoted: {find: condition, codes: wheeze, give: latest date}
tag_there: {find: tag, codes: visit}
"""
OFFERS = """
- refer:
    label: Refer to the tea group
    service: tea-group
- tag:
    label: Add a reminder
    code: a-reminder
    words: A reminder
    if: {not: tag_there}
    if_unknown: show
"""
RULE = a_rule(
    facts=FACTS,
    when="\nall:\n- has_cough\n- not: had_tea",
    exclude="""
        - shared: palliative
        - if: tag_there
          because: It is there
          if_unknown: include
    """,
    card="""
        summary: A wheeze since <only_quoted>
        question: What does a good day look like?
        source: The test suite
    """,
    offers=OFFERS,
    quiet="{topic: coughing, also_known_as: [tea], declined_codes: no-tea}",
    when_unknown="prompt",
)


def named(name: str, rule: Rule = RULE) -> Mutant:
    return next(mutant for mutant in mutants(rule) if mutant.name == name)


def test_names_are_unique_and_the_same_each_time() -> None:
    names = [mutant.name for mutant in mutants(RULE)]
    assert len(names) == len(set(names))
    assert names == [mutant.name for mutant in mutants(RULE)]


def test_making_mutants_leaves_the_rule_as_it_was() -> None:
    before = repr(RULE)
    assert all(repr(mutant.rule) != before for mutant in mutants(RULE))
    assert repr(RULE) == before


def test_a_removed_exclusion_leaves_the_others() -> None:
    mutant = named("exclude palliative: removed")
    assert [e.name for e in mutant.rule.exclusions] == ["tag_there"]
    assert (mutant.says, mutant.safety) == ('without the exclusion "palliative"', True)


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("exclude palliative: if_unknown: include", [False, False]),
        ("exclude tag_there: if_unknown: exclude", [True, True]),
    ],
)
def test_if_unknown_is_flipped_in_one_exclusion(name: str, flags: list[bool]) -> None:
    assert [e.if_unknown_exclude for e in named(name).rule.exclusions] == flags


def test_a_window_that_another_fact_starts_at_changes_for_both() -> None:
    mutant = named("last_cough: within dropped").rule
    had_tea = mutant.facts["had_tea"]
    assert isinstance(had_tea.since, Fact)
    assert had_tea.since is mutant.facts["last_cough"]
    assert had_tea.since.within is None
    assert mutant.facts["has_cough"] is RULE.facts["has_cough"]


def test_a_fact_behind_an_exclusion_and_an_offer_changes_in_both() -> None:
    mutant = named("tag_there: list wheeze").rule
    tag = mutant.facts["tag_there"]
    assert mutant.exclusions[1].condition == IsTrue(tag)
    assert mutant.offers[1].condition == Not(IsTrue(tag))
    assert [each.id for each in tag.lists] == ["wheeze"]


def test_what_is_only_quoted_decides_nothing_and_has_no_slips() -> None:
    assert not [m for m in mutants(RULE) if m.name.startswith("only_quoted")]


def test_when_unknown_is_dropped() -> None:
    assert not named("when_unknown: dropped").rule.prompt_when_unknown


def test_an_offer_is_always_shown_or_shown_to_others() -> None:
    assert named("offer tag: if dropped").rule.offers[1].condition is None
    assert not named("offer tag: if_unknown: hide").rule.offers[1].if_unknown_show
    turned = named("offer tag: not dropped").rule.offers[1].condition
    assert turned == IsTrue(RULE.facts["tag_there"])


@pytest.mark.parametrize("reply", list(Reply))
def test_each_quiet_period_is_removed_and_the_others_stay(reply: Reply) -> None:
    mutant = named(f"quiet after_{str(reply).replace(' ', '_')}: removed")
    assert mutant.safety
    for other, period in mutant.rule.quiet.periods.items():
        assert period == (Duration(0, "day") if other is reply else RULE.quiet.periods[other])


def test_former_names_and_codes_that_say_no_are_removed() -> None:
    assert named("quiet also_known_as tea: removed").rule.quiet.topics == {"coughing"}
    assert not named("quiet declined_codes: removed").rule.quiet.declined_codes


def test_a_slip_has_the_place_of_the_first_own_fact_that_it_is_about() -> None:
    assert named("had_tea: since dropped").at == RULE.facts["had_tea"].at
    assert named("exclude tag_there: removed").at == RULE.facts["tag_there"].at
    shared = next(each for each in RULE.exclusions if each.name == "palliative")
    assert named("exclude palliative: removed").at == shared.at  # its fact is in another file
    assert shared.at.file == RULE.at.file
    assert named("quiet after_declined: removed").at == RULE.places["quiet"]


def test_offers_of_one_kind_are_told_apart() -> None:
    twice = a_rule(
        offers="""
        - refer: {label: One, service: tea-group}
        - refer: {label: Two, service: tea-group}
        """
    )
    assert offer_names(twice) == ("refer 1", "refer 2")
    assert offer_names(RULE) == ("refer", "tag")
