"""Where one rule stands for one person, in one word: what holds a rule back among it."""

from dataclasses import replace

import pytest

from prompts.report import report
from prompts.standing import Case
from rules.answer import Answer
from rules.care import Care, PilotGroup
from rules.record import Kind, Reply, Said
from rules.rule import Practice, Rule, Status
from tests.builders import TODAY, a_record, a_rule, entry, said

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
RULE = a_rule(quiet="{topic: coughing, most: 2 in 12 months}")


def word(rule: Rule = RULE, *before: Said, unread: tuple[Kind, ...] = ()) -> str:
    return Case(rule, a_record(COUGH, unread=unread), before).on(TODAY).word


def test_the_words_are_those_of_stories() -> None:
    palliative = replace(RULE, exclusions=(replace(RULE.exclusions[0], condition=RULE.when),))
    assert word() == "prompt"
    assert word(palliative) == "excluded"
    assert word(RULE, unread=(Kind.CONDITION,)) == "cannot tell"
    assert word(RULE, said(Reply.DECLINED, "1 month ago")) == "quiet"
    assert Case(RULE, a_record()).on(TODAY).word == "no prompt"


def test_a_no_that_could_stand_where_we_could_not_look_cannot_be_told() -> None:
    alone = replace(RULE, exclusions=())
    assert word(alone, unread=(Kind.PROCEDURE,)) == "cannot tell"


def test_often_enough_is_quiet() -> None:
    shown = (said(Reply.SHOWN, "5 months ago"), said(Reply.SHOWN, "3 months ago"))
    assert word(RULE, *shown) == "quiet"


def _piloted(group: PilotGroup) -> Rule:
    return replace(RULE, status=Status.PILOT, care=Care(pilot=group))


@pytest.mark.parametrize(
    ("group", "stands"),
    [
        (PilotGroup(), "prompt"),
        (PilotGroup(sites=("North",)), "not in the pilot"),
        (PilotGroup(sites=("South",)), "prompt"),
        (PilotGroup(share=(0, 5)), "not in the pilot"),
        (PilotGroup(clinicians=("Practitioner/1",)), "prompt"),
    ],
)
def test_a_rule_in_pilot_is_asked_as_if_one_of_its_clinicians_looked(
    group: PilotGroup, stands: str
) -> None:
    case = Case(_piloted(group), a_record(COUGH), (), Practice("Ours", site="South"))
    assert case.on(TODAY).word == stands
    (line,) = report(case, TODAY).left_alone
    assert line.answer is (Answer.NO if stands == "prompt" else Answer.YES)
