"""A rule that nobody looked at again rests six months after its review date; no safety net does."""

from datetime import date

import pytest

from prompts.next_time import Change, when_next
from prompts.standing import Case
from prompts.stories import tell
from rules.record import Kind, Reply
from tests.builders import TODAY, a_record, a_rule, card, entry, load_text, rule_text, said

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
REVIEWED = {"review_by": "2026-08-31", "exclude": None}


@pytest.mark.parametrize(
    ("today", "paused"),
    [("2026-08-31", False), ("2026-09-01", False), ("2027-02-28", False), ("2027-03-01", True)],
)
@pytest.mark.parametrize("purpose", ["offer", "information", "safety net"])
def test_a_rule_rests_six_months_after_its_review_date_and_a_safety_net_never(
    purpose: str, today: str, paused: bool
) -> None:
    rule = a_rule(**REVIEWED, purpose=purpose)
    choice = card(rule, a_record(COUGH), today=date.fromisoformat(today))
    if paused and purpose != "safety net":
        (one,) = choice.held
        assert (one.step, one.until) == ("review", None)
        assert one.says == "Not shown: this rule was to be looked at again by 31 August 2026."
        assert choice.prompt is None
    else:
        assert choice.prompt is not None


def test_what_was_said_is_told_before_that_a_rule_rests() -> None:
    """The order of PRODUCT 1.6: the quiet period, then where a rule is in its life."""
    before = said(Reply.DECLINED, "2027-02-01")
    choice = card(a_rule(**REVIEWED), a_record(COUGH), before, today=date(2027, 3, 1))
    assert [one.step for one in choice.held] == ["quiet"]


def test_the_day_on_which_a_rule_rests_is_told_ahead() -> None:
    case = Case(a_rule(**REVIEWED), a_record(COUGH))
    assert when_next(case, TODAY) == Change(date(2027, 3, 1), "paused")


def test_stories_are_about_the_rule_and_not_about_its_review() -> None:
    loaded = load_text(rule_text(today="2031-01-01", review_by="2026-08-31"))
    (rule,) = loaded.library.rules
    assert [tell(rule, story).wrong for story in loaded.stories[rule.id]] == [""] * 4
