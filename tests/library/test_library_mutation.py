"""The stories of the shipped rules notice every slip in safety, and nearly every other one.

The people whom ``goodday rules mutate`` looks for are not looked for here: a slip that no story
noticed stands in ``UNNOTICED`` with its reason, or this fails. RULES 4.11 and 5.6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from prompts.mutation import ENOUGH, Result, try_out
from prompts.stories import tell
from rules.days import span
from rules.mutants import Mutant
from rules.people import Story, record_of
from rules.record import Entry, Kind, index
from rules.rule import Rule
from tests.builders import card, shipped

LOADED = shipped()
RULES = LOADED.library.rules
# A slip after the other, for forty rules: a few of them each time, and all of them in CI.
_EACH_TIME = frozenset({"copd-self-management", "pam-social-prescribing"})
EVERY_RULE = pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, id=rule.id, marks=[] if rule.id in _EACH_TIME else [pytest.mark.long])
        for rule in RULES
    ],
)

_ONE_IN_ORDER = "The first variant speaks for level 2 anyway, and levels are whole numbers."


def _letter(a_day_more: str, twice_as_long: str) -> dict[str, str]:
    """Slips in what a letter holds, of a rule that offers to send filed results."""
    return {
        'without "filed" in results_in_the_letter': (
            "Whoever has a result that was not filed is left out of the rule, letter and all."
        ),
        **dict.fromkeys(
            (
                f'with "within {a_day_more}" in results_in_the_letter',
                f'with "within {twice_as_long}" in results_in_the_letter',
                'without "within" in results_in_the_letter',
                'with "status: any" in results_in_the_letter',
            ),
            "A story looks at the card and not into the letter. What it holds is asked below.",
        ),
    }


UNNOTICED = {
    "pam-social-prescribing": {
        "with pam_level between 2 and 4 4 in place of between 3 and 4, in variant 2 of the card": (
            _ONE_IN_ORDER
        ),
    },
    "results-ahead": _letter("43 days", "84 days"),
    "kidney-results": _letter("61 days", "120 days"),
}
# Slips in safety that no story can notice. Those that make a difference are held to below.
ELSEWHERE = frozenset(
    says for slips in UNNOTICED.values() for says in slips if "results_in_the_letter" in says
)


def _nobody(stories: Sequence[Story]) -> Iterable[Story]:
    """Look for nobody: what is left is compared with the list above."""
    return stories[:0]


@cache
def _tried(rule: Rule) -> Result:
    return try_out(rule, LOADED.stories[rule.id], LOADED.library.code_lists, _nobody)


@EVERY_RULE
def test_what_no_story_notices_is_listed_with_a_reason(rule: Rule) -> None:
    result = _tried(rule)
    assert result.wrong == ()
    assert result.survived == ()
    assert {mutant.says for mutant, _ in result.alike} == set(UNNOTICED.get(rule.id, {}))


@EVERY_RULE
def test_every_slip_in_safety_is_noticed_and_nearly_every_other_one(rule: Rule) -> None:
    result = _tried(rule)
    left = [mutant for mutant, _ in result.alike]
    safety = {mutant.says for mutant in left if mutant.safety}
    assert safety <= ELSEWHERE
    noticed = sum(not one.mutant.safety for one in result.caught)
    others = noticed + sum(not mutant.safety for mutant in left)
    assert noticed * 100 >= others * ENOUGH


def _left(rule: Rule, about: str) -> list[Mutant]:
    return [mutant for mutant, _ in _tried(rule).alike if about in mutant.says]


@pytest.mark.long
@pytest.mark.parametrize(
    ("rule_id", "a_day_too_old"),
    [("results-ahead", "2026-10-09"), ("kidney-results", "2026-09-21")],  # 43 and 61 days
)
def test_a_letter_holds_filed_results_of_its_window_and_no_others(
    rule_id: str, a_day_too_old: str
) -> None:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    story = LOADED.stories[rule.id][0]
    record, said = record_of(story)
    lines = {id(one): one for entries in record.by_code.values() for one in entries}
    (result,) = (one for one in lines.values() if one.kind is Kind.OBSERVATION)
    others = [
        result._replace(when=span(a_day_too_old)),
        result._replace(status="cancelled"),
    ]
    fuller = replace(record, by_code=index([*lines.values(), *others]))

    def in_the_letter(asked: Rule) -> list[Entry]:
        prompt = card(asked, fuller, *said, today=story.today).prompt
        assert prompt is not None
        return [one for proposal in prompt.proposals for one in proposal.results]

    assert in_the_letter(rule) == [result]
    for slip in _left(rule, "results_in_the_letter"):
        if "filed" not in slip.says:
            assert in_the_letter(slip.rule) != [result], slip.says


def test_there_are_stories_enough_and_all_of_them_come_out_right() -> None:
    told = [tell(rule, story) for rule in RULES for story in LOADED.stories[rule.id]]
    assert [one.wrong for one in told if one.wrong] == []
    assert len(told) >= 74
