"""A practice's own folder: its name, its own rules, and the starter rules that it pilots."""

import pytest

from rules.load import Loaded
from rules.rule import Status
from tests.builders import PILOTED, load_files, released_text, rule_text


def practice(text: str, **rules: str) -> Loaded:
    files = {
        f"{name}.yaml": rule_text(id=name, status=status, **PILOTED)
        for name, status in rules.items()
    }
    return load_files({"practice.yaml": text, **files})


def shown(loaded: Loaded) -> list[str]:
    return [rule.id for rule in loaded.library.shown().rules]


def test_a_practice_pilots_starter_rules_by_naming_them() -> None:
    loaded = practice("name: Our practice\npilots: [copd-self-management]\n")
    assert not loaded.stops
    assert shown(loaded) == ["copd-self-management"]
    assert loaded.stories["copd-self-management"]


@pytest.mark.parametrize("status", ["draft", "pilot"])
def test_a_pilot_of_its_own_that_nobody_released_is_said_and_a_starter_is_as_before(
    status: str,
) -> None:
    loaded = practice("name: x\npilots: [tea, copd-self-management]\n", tea=status)
    assert not loaded.stops
    files = [p.at.file.rpartition("/")[2] for p in loaded.problems if p.code == "G05"]
    assert files == ["tea.yaml"]


def test_a_released_rule_that_is_piloted_by_its_name_is_held_to_what_was_released() -> None:
    text = released_text(**PILOTED)
    for changed, stops in ((text, []), (text.replace("ordinary", "good"), ["G04"])):
        loaded = load_files(
            {"practice.yaml": "name: x\npilots: [coughing]\n", "coughing.yaml": changed}
        )
        assert [problem.code for problem in loaded.stops] == stops


def test_starter_rules_that_nobody_named_are_not_there() -> None:
    assert practice("name: Our practice\n").library.rules == ()


def test_a_practice_may_pilot_a_draft_of_its_own() -> None:
    loaded = practice("name: x\npilots: [tea]\n", tea="draft", cake="draft")
    assert not loaded.stops
    assert shown(loaded) == ["tea"]


# What a rule lacks, and the codes of what is said of it then.
LACKING: dict[str, tuple[dict[str, str | None], set[str]]] = {
    "nothing": ({}, set()),
    "evidence": ({"evidence": None}, {"G04"}),
    "a day of review": ({"review_by": None}, {"G04"}),
    "an aim and a measure": ({"pdsa": None}, {"G04"}),
    "people who helped": ({"co_produced_with": None}, {"G01"}),
    "palliative care": ({"exclude": "[]"}, {"S01"}),
    "stories": ({"tests": None, "today": None, "people": None}, {"T00"}),
    "somebody who is not prompted": (
        {"tests": "\n- {name: x, person: sam, expect: prompt}"},
        {"T01", "T02"},
    ),
    "kind words": ({"title": "Non-compliant people with a cough"}, {"L03"}),
}


@pytest.mark.parametrize(("changed", "codes"), LACKING.values(), ids=LACKING)
def test_a_draft_that_is_piloted_by_its_name_meets_what_one_meets_that_says_pilot(
    changed: dict[str, str | None], codes: set[str]
) -> None:
    def stops(status: str, practice: str) -> list[tuple[str, str]]:
        text = rule_text(status=status, **{**PILOTED, **changed})
        loaded = load_files({"practice.yaml": practice, "coughing.yaml": text})
        return [(problem.code, problem.says) for problem in loaded.stops]

    by_name = stops("draft", "name: x\npilots: [coughing]\n")
    assert by_name == stops("pilot", "name: x\n")
    assert {code for code, _ in by_name} == codes
    assert stops("draft", "name: x\n") == []


def test_what_a_starter_rule_lacks_for_a_pilot_is_said_where_it_is_named_and_stops_nothing() -> (
    None
):
    loaded = practice("name: x\npilots:\n  - copd-self-management\n")
    (problem,) = loaded.problems
    assert (problem.code, problem.stops) == ("G04", False)
    assert (problem.at.file.rpartition("/")[2], problem.at.line) == ("practice.yaml", 3)
    assert "pdsa" in problem.says
    assert "helped to write it" in problem.says


def test_a_starter_rule_that_protects_nobody_here_stops_all_the_same() -> None:
    loaded = load_files(
        {
            "practice.yaml": "name: x\npilots: [copd-self-management]\n",
            "shared/exclusions.yaml": "palliative: {if: {age: {below: 2}}, because: x}\n",
        }
    )
    assert {problem.code for problem in loaded.stops} == {"S01"}


@pytest.mark.parametrize(
    ("status", "is_shown"), [("draft", False), ("pilot", True), ("retired", False)]
)
def test_only_pilot_rules_are_shown_to_anybody(status: str, is_shown: bool) -> None:
    loaded = practice("name: x\n", tea=status)
    assert [rule.status for rule in loaded.library.rules] == [Status(status)]
    assert bool(shown(loaded)) is is_shown


def test_a_practice_has_rules_in_shadow_by_naming_them_its_own_and_starters() -> None:
    loaded = practice("name: x\nin_shadow: [tea, copd-self-management]\n", tea="draft")
    assert not loaded.problems
    found = {rule.id: rule.status for rule in loaded.library.rules}
    assert found == {"tea": Status.SHADOW, "copd-self-management": Status.SHADOW}
    assert shown(loaded) == []
    assert len(loaded.library.asked().rules) == 2


def test_a_rule_is_in_pilot_or_in_shadow() -> None:
    loaded = practice("name: x\npilots: [tea]\nin_shadow: [tea]\n", tea="draft")
    (problem,) = [one for one in loaded.stops if one.code == "E15"]
    assert problem.says == '"tea" is named twice, in shadow and besides.'


def test_a_practices_own_rule_takes_the_place_of_the_starter_rule_of_that_name() -> None:
    text = rule_text(id="results-ahead", status="draft", **PILOTED)
    files = {"practice.yaml": "name: x\npilots: results-ahead\n", "results-ahead.yaml": text}
    (rule,) = load_files(files).usable().rules
    assert rule.title == "Somebody with a cough may like the tea group"
    assert rule.status is Status.PILOT


def test_who_the_practice_is() -> None:
    loaded = practice("name: Riverside\ninvented: yes\nphone: 01632 960000\n")
    ours = loaded.library.practice
    assert (ours.name, ours.invented, ours.phone) == ("Riverside", True, "01632 960000")
    assert load_files({}).library.practice.invented is False


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("pilots: []\n", 'Practice.yaml needs "name:".', id="no name"),
        pytest.param(
            "name: x\npilots: [copd-self-managment]\n",
            'There is no rule called "copd-self-managment".',
            id="a rule that does not exist",
        ),
        pytest.param(
            "name: x\npilots: [tea]\n",
            '"tea" is retired and cannot be piloted.',
            id="a rule that is retired",
        ),
        pytest.param(
            "name: x\nin_shadow: [tea]\n",
            '"tea" is retired and cannot be in shadow.',
            id="a retired rule in shadow",
        ),
        pytest.param(
            "name: x\npilot: []\n",
            '"pilot" is not a heading I know in practice.yaml.',
            id="a misspelt heading",
        ),
        pytest.param(
            "name: x\ninvented: perhaps\n", '"perhaps" is neither yes nor no.', id="perhaps"
        ),
        pytest.param(
            "x\n", "practice.yaml needs headings under it, each with a colon.", id="not headings"
        ),
    ],
)
def test_what_is_wrong_with_a_practice_is_said_once(text: str, says: str) -> None:
    assert [problem.says for problem in practice(text, tea="retired").problems] == [says]


def test_a_practice_uses_its_own_lists_in_the_starter_rules_it_pilots() -> None:
    codes = "id: copd\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    codes += "codes: [{code: ours, words: ours, system: good-day}]\n"
    files = {
        "practice.yaml": "name: x\npilots: copd-self-management\n",
        "value-sets/copd.yaml": codes,
    }
    (rule,) = load_files(files).usable().rules
    assert [code.code for code in rule.facts["has_copd"].codes] == ["ours"]
