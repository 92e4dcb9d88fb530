"""A released rule is what was released: a change is stopped where the release stands."""

from datetime import date

import pytest

from rules.fingerprint import fingerprint
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


# ---- what its offers were called ---

TAG = "\n- tag: {label: Ask, code: %s, words: Ask in winter%s}"


def kept(code: str, more: str = "", **headings: str) -> str:
    """A live rule with a tag, of which version 1 had the one called ask-later."""
    text = released_text(**{**LIVE, "offers": TAG % (code, more), **headings})
    return text.replace('"}', f'", offers: "{OFFERS}"}}', 1)


OFFERS = "tag:ask-later goal:ghijkmnpqrabcdef"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(kept("ask-later"), False, id="it has the same name"),
        pytest.param(kept("ask-in-winter"), True, id="it has another"),
        pytest.param(
            kept("ask-in-winter", ", also_known_as: [ask-later]"), False, id="and says so"
        ),
        pytest.param(
            kept("ask-in-winter", allow="{S13: It is another one}"), False, id="it is another one"
        ),
        pytest.param(
            kept("ask-later").replace("- tag:", "- tag: {label: B, code: b, words: B}\n  - tag:"),
            False,
            id="one more, and nothing of its kind is gone",
        ),
    ],
)
def test_an_offer_of_a_shown_rule_is_not_renamed_without_saying_so(text: str, told: bool) -> None:
    found = load_files({"coughing.yaml": text}, TODAY).problems
    problems = [problem for problem in found if problem.code == "S13"]
    assert [problem.stops for problem in problems] == [True] * told
    for problem in problems:
        assert problem.hint.endswith('also_known_as: ["ask-later"]')


# ---- the day on which it was released ---


def dated(on: str) -> str:
    """A live rule as it was released, on a day."""
    return released_text(**LIVE).replace('"}', f'", on: {on}}}')


def test_a_rule_keeps_the_day_of_its_release_and_one_from_before_has_none() -> None:
    for text, on in ((dated("2026-11-20"), date(2026, 11, 20)), (released_text(**LIVE), None)):
        loaded = load_files({"coughing.yaml": text}, TODAY)
        assert [problem.code for problem in loaded.stops] == []
        (rule,) = loaded.library.rules
        assert rule.care.released is not None
        assert rule.care.released.on == on


def test_the_day_is_no_part_of_what_was_released() -> None:
    marks = {
        fingerprint(load_files({"coughing.yaml": text}).library.rules[0])
        for text in (released_text(**LIVE), dated("2026-11-20"), dated("2026-01-01"))
    }
    assert len(marks) == 1


@pytest.mark.parametrize(
    ("on", "stops"), [("2026-11-20", False), ("2026-11-21", False), ("2026-11-22", True)]
)
def test_a_release_of_a_day_to_come_is_stopped_where_it_stands(on: str, stops: bool) -> None:
    text = dated(on)
    problems = as_shown(text)
    assert [problem.stops for problem in problems] == [True] * stops
    for problem in problems:
        assert problem.says == "The release is dated 2026-11-22, which is still to come."
        assert text.splitlines()[problem.at.line - 1].startswith("released:")


@pytest.mark.parametrize(
    ("on", "says"),
    [
        ("yesterday", '"yesterday" is not a date.'),
        ("2026-02-30", "2026-02-30 does not exist."),
        ("20.11.2026", '"20.11.2026" is not a date.'),
        ("yes", '"yes" is not a date.'),
        ("[2026-11-20]", "A text is expected here, on one line or after a |."),
    ],
)
def test_what_is_no_day_is_told_at_it(on: str, says: str) -> None:
    (problem,) = load_files({"coughing.yaml": dated(on)}).stops
    assert problem.says == says
    assert dated(on).splitlines()[problem.at.line - 1][problem.at.column - 1 :].startswith(on)


def test_on_is_a_word_of_a_sentence_and_no_heading_that_lost_its_colon() -> None:
    text = rule_text().replace("format: 1\n", "format: 1\non ordinary days\n", 1)
    assert "\non ordinary days\n" in text
    (problem,) = load_files({"coughing.yaml": text}).stops
    assert problem.says == "This line has no heading with a colon."
    text = text.replace("on ordinary", "owner ordinary")
    (problem,) = load_files({"coughing.yaml": text}).stops
    assert problem.says == 'There is no colon after the heading "owner".'
