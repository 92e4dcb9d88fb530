"""A review is of one difference: from just that version to just this one, codes and all."""

import pytest

from prompts.reviewed import Review, Since
from tests.builders import TODAY

REVIEW = Review("before", "now and its codes", TODAY, "clinical safety officer")


@pytest.mark.parametrize(
    ("since", "met", "says"),
    [
        pytest.param(Since(), False, "which version was in pilot", id="never released"),
        pytest.param(Since("before", "now", "held"), False, "Nobody has reviewed", id="no review"),
        pytest.param(
            Since("before", "now", "other codes", REVIEW), False, "another", id="other codes"
        ),
        pytest.param(
            Since("older", "now", "now and its codes", REVIEW), False, "another", id="other before"
        ),
        pytest.param(Since("now", "now", "held"), True, "released last", id="nothing changed"),
        pytest.param(
            Since("before", "now", "now and its codes", REVIEW),
            True,
            "21 November 2026 (clinical safety officer)",
            id="reviewed",
        ),
    ],
)
def test_only_a_review_of_just_this_difference_counts(since: Since, met: bool, says: str) -> None:
    was_met, sentence, do = since.says()
    assert was_met is met
    assert says in sentence
    assert bool(do) is not met
