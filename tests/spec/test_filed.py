"""``filed:``: results that a clinician has filed, or has not; no sign is not knowing."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

QUESTION = "find: observation\ncodes: blow-test\nwithin: 42 days\n"


@pytest.mark.parametrize(
    ("filed", "expected"), [(YES, YES), (NO, NO), (UNSURE, UNSURE)], ids=["yes", "no", "no sign"]
)
def test_only_filed_results_count(filed: Answer, expected: Answer) -> None:
    line = entry(Kind.OBSERVATION, "blow-test", date="1 week ago", filed=filed)
    assert answer(QUESTION + "filed: yes", line) is expected


@pytest.mark.parametrize(
    ("filed", "expected"), [(YES, NO), (NO, YES), (UNSURE, UNSURE)], ids=["yes", "no", "no sign"]
)
def test_results_that_wait_to_be_filed_can_be_asked_for(filed: Answer, expected: Answer) -> None:
    line = entry(Kind.OBSERVATION, "blow-test", date="1 week ago", filed=filed)
    assert answer(QUESTION + "filed: no", line) is expected


@pytest.mark.parametrize("filed", Answer)
def test_where_the_rule_does_not_ask_filing_is_no_matter(filed: Answer) -> None:
    line = entry(Kind.OBSERVATION, "blow-test", date="1 week ago", filed=filed)
    assert answer(QUESTION, line) is YES


def test_a_filed_result_that_is_too_old_is_still_too_old() -> None:
    line = entry(Kind.OBSERVATION, "blow-test", date="2 months ago", filed=YES)
    assert answer(QUESTION + "filed: yes", line) is NO


def test_one_filed_result_is_enough_beside_one_that_is_not() -> None:
    lines = [
        entry(Kind.OBSERVATION, "blow-test", date="1 week ago", filed=YES),
        entry(Kind.OBSERVATION, "blow-test", date="1 day ago", filed=NO),
    ]
    assert answer(QUESTION + "filed: yes", *lines) is YES
