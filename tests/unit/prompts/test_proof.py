"""Rules that are shown to people are still proved by their stories: T04 and T07."""

from prompts.proof import unproven
from rules.load import Loaded
from rules.problems import Problem
from tests.builders import ENOUGH_TOLD, PILOTED, load_files, rule_text


def loaded(tests: str = ENOUGH_TOLD, status: str = "pilot", practice: str = "") -> Loaded:
    text = rule_text(tests=tests, status=status, **PILOTED)
    files: dict[str, str | bytes] = {"practice.yaml": practice} if practice else {}
    return load_files({**files, "coughing.yaml": text})


def said(*words: str) -> list[Problem]:
    return unproven(loaded(*words))


def test_stories_that_notice_every_slip_in_safety_leave_nothing_to_say() -> None:
    assert not loaded().stops
    assert said() == []


def test_a_slip_in_safety_that_no_story_notices_stops_a_rule_that_is_shown() -> None:
    without = ENOUGH_TOLD.replace("outcome: no_time", "outcome: shown")
    (problem,) = said(without)
    assert (problem.code, problem.stops) == ("T04", True)
    assert 'the quiet period "after_no_time"' in problem.says
    assert problem.at.file.endswith("coughing.yaml")
    assert problem.at.line > 1
    assert [one.code for one in said(without, "live")] == ["T04"]


def test_a_story_that_comes_out_otherwise_stops_a_rule_that_is_shown() -> None:
    (problem,) = [
        one
        for one in said(ENOUGH_TOLD.replace("expect: no prompt", "expect: prompt", 1))
        if one.code == "T07"
    ]
    assert problem.stops
    assert '"Sam has none" comes out otherwise' in problem.says


def test_a_draft_is_not_asked_until_it_is_piloted() -> None:
    alone = "\n- {name: x, person: sam, expect: prompt}"
    assert said(alone, "draft") == []
    named = said(alone, "draft", "name: x\npilots: [coughing]\n")
    assert [one.says for one in named] == [one.says for one in said(alone, "pilot")]
    assert named


def test_starter_rules_are_left_to_us() -> None:
    files: dict[str, str | bytes] = {"practice.yaml": "name: x\npilots: [copd-self-management]\n"}
    assert unproven(load_files(files)) == []
