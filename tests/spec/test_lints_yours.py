"""S12: a rule that keeps people safe by a list which finds nobody is not piloted at a practice."""

import pytest

from rules.load import Loaded
from rules.problems import Problem
from tests.builders import load_files

OURS = "name: Ours\npilots: [{}]\n"
CODES = """\
id: pregnancy
title: Is pregnant
source: Looked up in our record system
reviewed: 2026-11-21
{local}codes:
  - {{code: YOURS-1, words: Is pregnant, system: emis}}
"""


def piloted(*rules: str, practice: str = OURS, **lists: str) -> Loaded:
    named = practice.format(", ".join(rules))
    files = {f"value-sets/{name}.yaml": text for name, text in lists.items()}
    return load_files({"practice.yaml": named, **files})


def wanting(loaded: Loaded) -> list[Problem]:
    return [problem for problem in loaded.problems if problem.code == "S12"]


@pytest.mark.parametrize(
    ("rule", "lists"),
    [
        ("home-blood-pressure", ["pregnancy"]),
        ("low-mood-menu", ["mental-health-crisis"]),
        ("osteoarthritis-moving", ["joint-replacement", "joint-red-flag"]),
        ("results-ahead", ["letters-not-safe", "sensitive-results", "result-needs-action"]),
    ],
)
def test_a_starter_is_not_piloted_before_the_practice_has_put_its_codes(
    rule: str, lists: list[str]
) -> None:
    found = wanting(piloted(rule))
    assert {name for name in lists if any(f"list {name}," in one.says for one in found)} == {*lists}
    assert len(found) == len(lists)
    for problem in found:
        assert problem.stops
        assert "goodday lists import FILE --name" in problem.hint


def test_a_rule_that_looks_at_no_such_list_may_be_piloted() -> None:
    assert wanting(piloted("copd-self-management")) == []


def test_nor_is_it_in_shadow_where_it_would_be_judged_by_people_it_is_not_for() -> None:
    (problem,) = wanting(piloted("home-blood-pressure", practice="name: x\nin_shadow: {}\n"))
    assert not problem.stops


@pytest.mark.parametrize("local", ["local: yes\n", ""], ids=["beside ours", "in its place"])
def test_one_code_of_the_practice_is_enough(local: str) -> None:
    loaded = piloted("home-blood-pressure", pregnancy=CODES.format(local=local))
    assert wanting(loaded) == []


def test_our_own_word_once_more_is_no_code_of_theirs() -> None:
    again = CODES.format(local="local: yes\n").replace("YOURS-1", "pregnant")
    again = again.replace("emis", "good-day")
    assert len(wanting(piloted("home-blood-pressure", pregnancy=again))) == 1


def test_at_an_invented_practice_nobody_is_at_risk() -> None:
    practice = "invented: yes\n" + OURS
    assert wanting(piloted("home-blood-pressure", practice=practice)) == []
