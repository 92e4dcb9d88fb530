"""A rule that nobody looked at again goes into shadow by itself; a safety net never does."""

from datetime import date

import pytest

from prompts.next_time import Change, when_next
from prompts.standing import Case
from prompts.stories import tell
from rules.record import Kind, Reply
from tests.builders import TODAY, a_record, a_rule, card, entry, load_text, rule_text, said

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
REVIEWED = {"review_by": "2026-12-31", "exclude": None}
SAYS = (
    "Not shown: it was put in shadow by itself (it was to be looked at again by 31 December 2026)."
)


@pytest.mark.parametrize(
    ("today", "unseen"),
    [("2026-12-01", False), ("2026-12-31", False), ("2027-01-01", True), ("2035-01-01", True)],
)
@pytest.mark.parametrize("purpose", ["offer", "information", "safety net"])
def test_a_rule_is_in_shadow_from_the_day_after_its_review_date_and_a_safety_net_never(
    purpose: str, today: str, unseen: bool
) -> None:
    rule = a_rule(**REVIEWED, purpose=purpose)
    choice = card(rule, a_record(COUGH), today=date.fromisoformat(today))
    if unseen and purpose != "safety net":
        (one,) = choice.held
        assert (one.step, one.until, one.says) == ("shadow", None, SAYS)
        assert choice.prompt is None
    else:
        assert choice.prompt is not None


def test_one_that_took_over_from_another_has_a_review_date_of_its_own() -> None:
    rule = a_rule(**REVIEWED, replaces="another")
    assert card(rule, a_record(COUGH), today=date(2026, 12, 31)).prompt is not None


def test_what_was_said_is_told_before_that_a_rule_is_in_shadow() -> None:
    """The order of PRODUCT 1.6: the quiet period, then where a rule is in its life."""
    before = said(Reply.DECLINED, "2027-02-01")
    choice = card(a_rule(**REVIEWED), a_record(COUGH), before, today=date(2027, 3, 1))
    assert [one.step for one in choice.held] == ["quiet"]


def test_the_day_on_which_a_rule_goes_into_shadow_is_told_ahead() -> None:
    case = Case(a_rule(**REVIEWED), a_record(COUGH))
    assert when_next(case, TODAY) == Change(date(2027, 1, 1), "in shadow")


def test_the_last_day_of_the_calendar_is_no_trouble() -> None:
    rule = a_rule(review_by="9999-12-31", exclude=None)
    assert card(rule, a_record(COUGH)).prompt is not None


def test_stories_are_about_the_rule_and_not_about_its_review() -> None:
    loaded = load_text(rule_text(today="2031-01-01", review_by="2026-08-31"))
    (rule,) = loaded.library.rules
    assert [tell(rule, story).wrong for story in loaded.stories[rule.id]] == [""] * 4
