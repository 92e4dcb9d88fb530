"""Slips that are easily told twice, wrongly counted, or only when the stories are run."""

import pytest

from tests.builders import HEADINGS, load_text, rule_text
from tests.spec.table import stops

EXCLUDED = "{name: a, person: sam, plus: [{condition: palliative-care}], expect: excluded"


@pytest.mark.parametrize("unknown", [1, 19, 20, 21, 30, 45])
def test_every_unknown_heading_counts_as_one_thing_to_fix(unknown: int) -> None:
    text = rule_text() + "".join(f"of-no-use-{n}: 1\n" for n in range(unknown))
    assert [problem.code for problem in load_text(text).stops] == ["E01"] * unknown


@pytest.mark.parametrize(
    ("because", "hint"),
    [
        ("paliative", "Did you mean palliative?"),
        ("declind", "Did you mean declined?"),
        ("has_couhg", "Did you mean has_cough?"),
        ("the-moon", "Name what decides, as the rule calls it."),
    ],
)
def test_a_story_that_is_decided_by_what_nothing_is_called_is_told_where_it_says_so(
    because: str, hint: str
) -> None:
    tests = f"\n- {EXCLUDED}, because: {because}}}"
    (problem,) = stops(tests=tests)
    assert problem.says == f'No fact, exclusion or answer here is called "{because}".'
    assert problem.hint == hint
    line = rule_text(tests=tests).splitlines()[problem.at.line - 1]
    assert line[problem.at.column - 1 :].startswith(because)


@pytest.mark.parametrize(
    "because",
    ["has_cough", "age", "palliative", "declined", "not_now", "most", "agreed_to_messages"],
)
def test_facts_exclusions_and_answers_may_decide_a_story(because: str) -> None:
    assert stops(tests=f"\n- {EXCLUDED}, because: {because}}}") == []


def test_a_fact_that_is_faulty_is_told_where_it_stands_and_not_in_the_stories() -> None:
    facts = HEADINGS["facts"].replace("find", "findd")
    (problem,) = stops(facts=facts, tests=f"\n- {EXCLUDED}, because: has_cough}}")
    assert problem.code == "E01"


@pytest.mark.parametrize(
    "when", ["\n  cel: {}\n  means: x", "\n  all:\n    - cel: {}\n      means: x"]
)
def test_a_question_mark_and_a_colon_in_cel_are_told_as_in_quotes(when: str) -> None:
    for written in ("age > 3 ? 1 : 2", "'age > 3 ? 1 : 2'"):
        (problem,) = stops(when=when.format(written))
        assert problem.code == "E34"
        assert problem.says.startswith("There is no ? and : ")
        assert problem.hint == "Use && and ||, or a condition in words for each case."
