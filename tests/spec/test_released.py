"""A released rule is what was released: a change is stopped where the release stands."""

from datetime import date

import pytest

from rules.problems import Problem
from tests.builders import load_files, released_text, rule_text
from tests.spec.test_lints import LIVE, PILOT

TODAY = date(2026, 11, 21)


def as_shown(text: str) -> list[Problem]:
    """What is said of a file that was released, or was not."""
    found = load_files({"coughing.yaml": text}, TODAY).problems
    return [problem for problem in found if problem.code in ("G04", "G05")]


@pytest.mark.parametrize("status", ["pilot", "live"])
@pytest.mark.parametrize(
    ("changed", "to"),
    [
        pytest.param("codes: cough", "codes: wheeze", id="what is looked up"),
        pytest.param("  - shared: palliative", "  - shared: deceased", id="who is left alone"),
        pytest.param("ordinary days", "good days", id="what the card says"),
        pytest.param("{topic: coughing}", "{topic: coughing, after_shown: 4 months}", id="quiet"),
    ],
)
def test_a_rule_that_was_changed_since_it_was_released_is_stopped_where_that_stands(
    status: str, changed: str, to: str
) -> None:
    text = released_text(**{**LIVE, "status": status})
    assert as_shown(text) == []
    edited = text.replace(changed, to)
    (problem,) = as_shown(edited)
    assert problem.stops
    assert problem.says == (
        "What this rule decides or says was changed since version 1 of it was released."
    )
    assert problem.hint.endswith(f"goodday rules release {problem.at.file} --to {status}")
    assert problem.more[0] == "The safety sign-off of version 1 is not for the change."
    assert edited.splitlines()[problem.at.line - 1].startswith("released:")


def test_what_people_decide_about_a_released_rule_may_change() -> None:
    text = released_text(**LIVE).replace("owner: Priya Shah", "# of May\nowner: Ali Khan")
    assert as_shown(text.replace("review_by: 2027-05-31", "review_by: 2027-06-30")) == []


def test_a_version_that_was_raised_by_hand_is_stopped() -> None:
    text = released_text(**{**LIVE, "safety": PILOT["safety"].replace("version: 1", "version: 2")})
    (problem,) = as_shown(text.replace("status: live", "status: live\nversion: 2"))
    assert problem.stops
    assert problem.says == "Version 1 of this rule was released, and it says 2."


def test_a_live_rule_that_was_signed_off_and_never_released_is_stopped() -> None:
    text = rule_text(**LIVE)
    (problem,) = as_shown(text)
    assert (problem.code, problem.stops) == ("G04", True)
    assert text.splitlines()[problem.at.line - 1].startswith("safety:")
    assert problem.hint.startswith("Type: goodday rules release ")


def test_a_pilot_that_was_written_by_hand_is_something_to_think_about() -> None:
    (problem,) = as_shown(rule_text(**{**PILOT, "status": "pilot"}))
    assert (problem.code, problem.stops) == ("G05", False)


@pytest.mark.parametrize("mark", ["8f3a", "8F3A5C0D9BE14727", "not one", "8f3a5c0d9be147270"])
def test_what_is_no_fingerprint_is_told_at_it(mark: str) -> None:
    text = rule_text(released=f'{{version: 1, fingerprint: "{mark}"}}')
    (problem,) = load_files({"coughing.yaml": text}).stops
    assert problem.code == "E10"
    assert "goodday rules release" in problem.hint
