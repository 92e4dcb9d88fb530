"""``find: entry``: does it stand on the record at all, whatever became of it?

A plan that was completed was made; a flag that was ended was there. What was not done, taken back,
or is no more than a draft does not count (CONTENT 3.2).
"""

import pytest

from rules.answer import Answer
from rules.facts.statuses import STATUSES
from rules.record import ENTRY_KINDS, Kind
from tests.builders import entry
from tests.spec.table import NO, UNSURE, YES, answer

NOT_AN_ENTRY = {
    "not-done", "draft", "preparation", "revoked", "rejected", "cancelled", "registered", "failed",
    "superseded",
}  # fmt: skip
ROWS = [
    pytest.param(
        kind, word, NO if word in NOT_AN_ENTRY else YES, id=f"{kind} {word or 'no status'}"
    )
    for kind in ENTRY_KINDS
    for word in sorted(STATUSES[kind][0] | STATUSES[kind][1])
]


@pytest.mark.parametrize(("kind", "status", "expected"), ROWS)
def test_what_became_of_it_is_no_matter(kind: Kind, status: str, expected: Answer) -> None:
    line = entry(kind, "cough", date="2026-01-01", status=status)
    assert answer("find: entry\ncodes: cough", line) is expected


@pytest.mark.parametrize("kind", [kind for kind in ENTRY_KINDS if kind is not Kind.CONDITION])
@pytest.mark.parametrize("status", ["", "unknown", "something-else"])
def test_a_status_that_says_nothing_is_not_known(kind: Kind, status: str) -> None:
    line = entry(kind, "cough", date="2026-01-01", status=status)
    assert answer("find: entry\ncodes: cough", line) is UNSURE


@pytest.mark.parametrize("kind", [Kind.TAG, Kind.CARE_PLAN])
def test_a_tag_or_plan_that_is_over_still_stands_there(kind: Kind) -> None:
    line = entry(kind, "cough", date="2025-01-01", ends="2025-06-01")
    assert answer("find: entry\ncodes: cough", line) is YES


def test_what_is_unconfirmed_is_not_known_here_either() -> None:
    assert answer("find: entry\ncodes: cough", entry(Kind.CONDITION, "cough", sure=False)) is UNSURE
