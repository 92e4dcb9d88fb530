"""``shared/people.yaml``: invented people whom the stories of several rules are about."""

import pytest

from prompts.stories import tell
from rules.load import Loaded
from tests.builders import load_files, rule_text

JOAN = """
joan:
  about: 71, a cough for nine years
  age: 71
  record:
    - {condition: cough, date: 9 years ago}
    - {procedure: no-tea, date: 2020-05-01}
"""
PROMPT = "{name: x, person: joan, expect: prompt}"


def load(tests: str = PROMPT, shared: str = JOAN, **headings: str | None) -> Loaded:
    text = rule_text(**{"people": None, **headings}, tests=f"\n- {tests}")
    return load_files({"coughing.yaml": text, "shared/people.yaml": shared})


def came(loaded: Loaded) -> list[str]:
    """What each story came to; fails if there is anything to fix."""
    assert not loaded.stops, loaded.stops
    (rule,) = loaded.library.rules
    return [tell(rule, story).got for story in loaded.stories[rule.id]]


@pytest.mark.parametrize(
    ("test", "got"),
    [
        (PROMPT, ["prompt"]),
        ("{name: x, person: joan, without: [condition cough], expect: no prompt}", ["no prompt"]),
        (
            "{name: x, person: joan, change: {condition cough: {status: resolved}},"
            " expect: no prompt}",
            ["no prompt"],
        ),
        (
            "{name: x, person: joan, vary: age, rows: {17: prompt, 18: prompt}}",
            ["prompt", "prompt"],
        ),
    ],
)
def test_a_story_may_be_about_somebody_shared_and_edit_them(test: str, got: list[str]) -> None:
    assert came(load(test)) == got


def test_a_story_that_changes_somebody_shared_changes_nothing_for_the_next() -> None:
    changed = "{name: y, person: joan, without: [condition cough], expect: no prompt}"
    assert came(load(f"{changed}\n- {PROMPT}")) == ["no prompt", "prompt"]


def test_dates_of_shared_people_count_from_the_day_of_each_rule() -> None:
    facts = "\nlate: {find: condition, codes: cough, give: earliest date}"
    for today in ("2026-11-21", "2031-01-01"):
        loaded = load(facts=facts, when="{late: {before: 8 years ago, after: 10 years ago}}",
                      today=today)  # fmt: skip
        assert came(loaded) == ["prompt"]


def test_a_rules_own_person_of_the_same_name_comes_first() -> None:
    own = "\njoan: {about: no cough, age: 30}"
    assert came(load(people=own)) == ["no prompt"]
    assert came(load(people="\nsam: {about: no cough, age: 30}")) == ["prompt"]


def test_nobody_of_that_name_is_told_with_those_there_are() -> None:
    (problem,) = load("{name: x, person: jaon, expect: prompt}").stops
    assert (problem.code, problem.hint) == ("E11", "Did you mean joan?")


def test_a_slip_in_the_shared_file_is_told_there_and_only_there() -> None:
    faulty = JOAN.replace("condition: cough", "condition: couhg")
    (problem,) = load(shared=faulty).stops
    assert problem.at.file.endswith("shared/people.yaml")
    (problem,) = load(shared="- joan\n").stops
    assert problem.at.file.endswith("shared/people.yaml")


def test_what_shared_people_do_not_have_is_told_with_where_it_stands() -> None:
    (problem,) = load(
        "{name: x, person: joan, change: {tag wheeze: {status: active}}, expect: prompt}"
    ).stops
    assert problem.code == "T06"
    assert "condition cough (line 6 of shared/people.yaml)" in problem.hint


@pytest.mark.parametrize(
    ("date", "where"),
    [("in 3 months", "shared/people.yaml"), ("2027-01-01", "coughing.yaml"), ("1 day ago", "")],
)
def test_what_they_said_before_was_said_by_the_day_of_the_rule(date: str, where: str) -> None:
    said = f"    - {{outcome: declined, topic: coughing, date: {date}}}\n"
    stops = load("{name: x, person: joan, expect: quiet}", JOAN + said).stops
    assert [problem.at.file.endswith(where) for problem in stops] == [True] * bool(where)
