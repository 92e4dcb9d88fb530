"""Names that refer to nothing: topics, rules and roles that no loaded rule has, case by case."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rules.load import load_library
from rules.problems import Problem
from tests.builders import load_files, rule_text, write_folder

TASK = "\n- task: {{label: Ring them, for: {}}}"
ASKS = "\nsaid: {{find: outcome, topic: {}, outcome: declined}}\n"
OTHER = rule_text(id="other", quiet="{topic: tea-time, also_known_as: [tea]}")


def told(files: Mapping[str, str] | None = None, **headings: str | None) -> list[Problem]:
    """What is said of names in a rule that stands beside one called "other"."""
    own = {"other.yaml": OTHER, "coughing.yaml": rule_text(**headings)}
    loaded = load_files({**own, **(files or {})})
    return [problem for problem in loaded.problems if problem.code == "C07"]


@pytest.mark.parametrize("topic", ["coughing", "tea-time", "tea", "self-management-copd"])
def test_a_topic_of_any_rule_here_or_of_ours_under_any_of_its_names_is_known(topic: str) -> None:
    assert told(quiet=f"{{topic: coughing, also_quiet: [{topic}]}}") == []
    assert told(facts=ASKS.format(topic), when="{all: [{age: {at_least: 18}}, {not: said}]}") == []


@pytest.mark.parametrize(
    ("headings", "points_at", "says", "hint"),
    [
        (
            {"facts": ASKS.format("tee-time"), "when": "{all: [{sex: {is: male}}, {not: said}]}"},
            "tee-time",
            'No rule has the topic "tee-time", so nothing that was said is ever found here.',
            "Did you mean tea-time?",
        ),
        (
            {"quiet": "{topic: coughing, also_quiet: [tea-time, no-such-topic]}"},
            "no-such-topic",
            'No rule has the topic "no-such-topic", so this silences nothing.',
            "",
        ),
        (
            {"replaces": "othr"},
            "othr",
            'There is no rule called "othr", so nobody can tell whether its answers still count.',
            "Did you mean other?",
        ),
        (
            {"show_to": "[gp, wizard]"},
            "wizard",
            '"wizard" is not a role I know, and only the roles named here see the card.',
            "",
        ),
        (
            {"offers": TASK.format("care-cordinator")},
            "care-cordinator",
            '"care-cordinator" is not a role I know, so it is nobody\'s to do.',
            "Did you mean care-coordinator?",
        ),
    ],
)
def test_a_name_that_nothing_has_is_told_where_it_stands(
    headings: dict[str, str | None], points_at: str, says: str, hint: str
) -> None:
    (problem,) = told(None, **headings)
    line = rule_text(**headings).splitlines()[problem.at.line - 1]
    assert line[problem.at.column - 1 :].startswith(points_at)
    assert problem.says == says
    assert problem.hint == hint if hint else problem.hint
    assert not problem.stops


def test_a_shared_fact_about_a_topic_that_nothing_has_is_told_in_the_rule_that_uses_it() -> None:
    shared = ASKS.format("tee-time").strip() + "\n"
    (problem,) = told({"shared/facts.yaml": shared}, when="{all: [has_cough, {not: said}]}")
    assert problem.at.file.endswith("coughing.yaml")
    assert 'the shared fact "said"' in problem.says
    assert told({"shared/facts.yaml": shared}) == []  # nothing here uses it


def test_the_names_of_a_rule_with_something_to_fix_in_it_are_known_all_the_same() -> None:
    faulty = {"other.yaml": OTHER.replace("when:", "whan:")}
    assert told(faulty, quiet="{topic: coughing, also_quiet: [tea]}") == []
    unread = {"other.yaml": "quiet: {topic: [tea}\n"}
    assert told(unread, quiet="{topic: coughing, also_quiet: [whatever]}") == []


@pytest.mark.parametrize(("topic", "known"), [("tea", True), ("whatever", False)])
def test_of_one_file_alone_the_rules_beside_it_are_known(
    tmp_path: Path, topic: str, known: bool
) -> None:
    text = rule_text(quiet=f"{{topic: coughing, also_quiet: [{topic}]}}")
    write_folder(tmp_path, {"other.yaml": OTHER, "coughing.yaml": text})
    problems = load_library(tmp_path / "coughing.yaml").problems
    assert [p.code for p in problems if p.code == "C07"] == ([] if known else ["C07"])
    assert not [p for p in problems if p.at.file.endswith("other.yaml")]
