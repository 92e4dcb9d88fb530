"""What goes on for a while is as recent as its end; what still goes on is as recent as today."""

import pytest

from rules.answer import Answer
from rules.record import Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

FIND = {Kind.PROCEDURE: "procedure", Kind.OBSERVATION: "observation", Kind.CARE_PLAN: "care_plan"}
# A plan that is over counts only where the rule asks for such plans.
STATUS = {Kind.CARE_PLAN: "\nstatus: [active, completed]"}


@pytest.mark.parametrize("kind", FIND)
@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        pytest.param("2024-01-01", "2025-11-21", YES, id="ended on the first day of the window"),
        pytest.param("2024-01-01", "2025-11-20", NO, id="ended the day before"),
        pytest.param("2024-01-01", "2027-01-01", YES, id="an end ahead: it still goes on"),
        pytest.param("2024-01-01", "2025", UNSURE, id="ended some day of last year"),
        pytest.param("2024-01-01", "2026", YES, id="ended some day of this year"),
        pytest.param("2026-01-01", "2025-01-01", YES, id="an end before its beginning is no end"),
        pytest.param("2027-01-01", "2028-01-01", NO, id="it has not begun"),
        pytest.param("", "2026-01-01", UNSURE, id="nobody knows when it began"),
    ],
)
def test_within_looks_at_the_end_too(kind: Kind, began: str, ended: str, expected: Answer) -> None:
    line = entry(kind, "cough", date=began, ends=ended)
    question = f"find: {FIND[kind]}\ncodes: cough\nwithin: 12 months{STATUS.get(kind, '')}"
    assert answer(question, line) is expected


@pytest.mark.parametrize("kind", FIND)
def test_since_looks_at_the_end_and_before_at_the_beginning(kind: Kind) -> None:
    line = entry(kind, "cough", date="2024-01-01", ends="2026-03-01")
    question = f"find: {FIND[kind]}\ncodes: cough{STATUS.get(kind, '')}\n"
    assert answer(question + "since: 2026-03-01", line) is YES
    assert answer(question + "since: 2026-03-02", line) is NO
    assert answer(question + "before: 2024-01-02", line) is YES
    assert answer(question + "before: 2024-01-01", line) is NO


def test_a_condition_is_as_recent_as_its_onset() -> None:
    line = entry(Kind.CONDITION, "cough", date="2024-01-01", ends="2026-03-01")
    assert answer("find: condition\ncodes: cough\nwithin: 12 months", line) is NO


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("active", YES, id="it still goes on"),
        pytest.param("completed", NO, id="it is over, nobody says since when"),
        pytest.param("unknown", UNSURE, id="it may still go on"),
        pytest.param("", UNSURE, id="no status says nothing"),
    ],
)
def test_a_plan_without_an_end_goes_on_where_it_is_active(status: str, expected: Answer) -> None:
    line = entry(Kind.CARE_PLAN, "cough", date="2024-01-01", status=status)
    assert answer("find: care_plan\ncodes: cough\nwithin: 12 months", line) is expected
    assert answer("find: entry\ncodes: cough\nsince: 2026-01-01", line) is expected
