"""The gates between draft, pilot and live, one by one."""

from dataclasses import replace
from datetime import date

import pytest

from prompts.counted import Counted
from prompts.gates import (
    NONE_JUDGED,
    Gate,
    Ready,
    asked_enough,
    check_is_clean,
    co_produced,
    cycle_decided,
    gates,
    judged_enough,
    no_way,
    safety_is_noticed,
    signed_off,
    stories_are_right,
    stories_show,
    two_people,
)
from prompts.judged import Judged, Side
from prompts.mutation import Result, try_out
from prompts.reviewed import Since
from rules.load import Loaded
from rules.problems import Place, Problem
from rules.rule import Rule, Status
from tests.builders import ENOUGH_TOLD, HEADINGS, TODAY, a_rule, load_text, rule_text

ALL = HEADINGS["tests"]
PDSA = "{cycle: 1, aim: More are asked, measure: yes or no, started: 2026-11-01}"
DECIDED = f"{PDSA[:-1]}, result: Six of nine said yes, decision: adopt}}"
EVIDENCE = "\n- {claim: Tea helps, source: A trial}"
CARE = {"pdsa": PDSA, "evidence": EVIDENCE, "review_by": "2027-11-21"}


def sign_off(by: str = "Anne Example, GP", version: int = 1) -> str:
    return (
        f'{{signed_off_by: "{by}", signed_off_on: 2026-11-20, for_version: {version},'
        " hazards: [Asked at a bad moment]}"
    )


def loaded(**headings: str | None) -> Loaded:
    return load_text(rule_text(**headings))


def ready(**headings: str | None) -> Ready:
    found = loaded(**headings)
    (rule,) = found.library.rules
    stories = found.stories[rule.id]
    tried = try_out(rule, stories, found.library.code_lists)
    return Ready(rule, stories, tuple(found.problems), tried, TODAY)


def shown(tests: str) -> list[Gate]:
    found = loaded(tests=tests)
    (rule,) = found.library.rules
    return list(stories_show(rule, found.stories[rule.id]))


def tried(tests: str) -> Result:
    return ready(tests=tests).tried


def without(name: str) -> str:
    """The stories of the builders but one."""
    kept = [story for story in ALL.split("        - name: ")[1:] if name not in story]
    assert len(kept) == 3
    return "".join(f"        - name: {story}" for story in kept)


def rule(**headings: str) -> Rule:
    return a_rule(**headings)


def test_check_is_clean_where_nothing_stops() -> None:
    a_warning = Problem(Place("a.yaml"), "L04", "A short form.", stops=False)
    assert check_is_clean(rule(), ()).met
    assert check_is_clean(rule(), (a_warning,)).met


@pytest.mark.parametrize("number", [1, 2])
def test_check_is_not_clean_where_something_stops(number: int) -> None:
    stops = (Problem(Place("a.yaml"), "S01", "Nobody is protected."),) * number
    gate = check_is_clean(rule(), stops)
    assert not gate.met
    assert gate.says.startswith(f"{number} thing")
    assert gate.do


def test_what_another_gate_says_is_not_said_by_check_too() -> None:
    assert check_is_clean(rule(), (Problem(Place("a.yaml"), "G04", "No pdsa."),)).met


def test_stories_of_every_sort_open_the_gate() -> None:
    (gate,) = shown(ALL)
    assert gate.met


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        pytest.param("has a cough", 'ends in "prompt"', id="no prompt is shown"),
        pytest.param("has none", 'ends in "no prompt"', id="nobody is left alone"),
        pytest.param("palliative", '"palliative" leaves somebody alone', id="an exclusion"),
        pytest.param("said no", "a no is heard", id="a decline"),
    ],
)
def test_each_sort_of_story_that_is_missing_is_one_sentence(left_out: str, says: str) -> None:
    (gate,) = shown(without(left_out))
    assert not gate.met
    assert says in gate.says
    assert gate.do


def test_quiet_after_a_card_that_was_only_shown_is_not_a_no_that_is_heard() -> None:
    (gate,) = shown(ALL.replace("outcome: declined", "outcome: shown").replace("1 month", "1 day"))
    assert "a no is heard" in gate.says


def test_a_known_gap_shows_nothing() -> None:
    gap = ALL.replace("expect: quiet", "expect: quiet\n          known_gap: yes")
    (gate,) = shown(gap)
    assert not gate.met


def test_no_stories_at_all_is_one_sentence() -> None:
    (gate,) = stories_show(rule(), ())
    assert gate.says == "There are no stories."


def test_a_story_that_comes_out_otherwise_shuts_the_gate() -> None:
    right, wrong = tried(ALL), tried(ALL.replace("expect: no prompt", "expect: prompt"))
    assert stories_are_right(right).met
    assert not stories_are_right(wrong).met
    assert stories_are_right(wrong).says == "1 story comes out otherwise than written."


def test_a_slip_in_safety_that_no_story_notices_shuts_the_gate() -> None:
    """T04: the exclusion could go, and every story would still come out right."""
    gate = safety_is_noticed(tried(without("palliative")))
    assert not gate.met
    assert "goodday rules suggest" in gate.do


def test_without_stories_no_slip_is_noticed() -> None:
    assert not safety_is_noticed(ready(tests=None, people=None, today=None).tried).met


@pytest.mark.parametrize(
    ("who", "met"),
    [
        pytest.param("An invented group of people with a cough", True, id="people it is for"),
        pytest.param("The practice manager", False, id="staff alone"),
        pytest.param(None, False, id="nobody"),
    ],
)
def test_people_it_is_for_have_helped(who: str | None, met: bool) -> None:
    (found,) = loaded(co_produced_with=who).library.rules
    assert co_produced(found).met is met


@pytest.mark.parametrize("heading", ["evidence", "pdsa", "review_by"])
def test_what_a_pilot_rests_on_is_written(heading: str) -> None:
    by_name = {gate.name: gate for gate in gates(ready(status="pilot", **CARE))}
    assert by_name[heading].met
    missing = {**CARE, heading: None}
    by_name = {gate.name: gate for gate in gates(ready(status="pilot", **missing))}
    assert not by_name[heading].met
    assert by_name[heading].do.startswith(f"Add {heading}:")


def test_no_rule_goes_live_before_the_difference_was_reviewed() -> None:
    right = Judged(Side(30), Side(29, 1))
    known = replace(nearly_live(), counted=Counted(14, 100, 30), judged=right)
    assert [gate.name for gate in gates(known) if not gate.met] == ["difference reviewed"]
    assert all(gate.met for gate in gates(replace(known, since=Since("as it is", "as it is"))))


def nearly_live() -> Ready:
    """A rule that has all that its file can say."""
    headings = {**CARE, "pdsa": DECIDED, "safety": sign_off(), "tests": ENOUGH_TOLD}
    return ready(status="live", **headings)


def test_no_rule_goes_live_that_nobody_has_counted() -> None:
    shut = {gate.name: gate for gate in gates(nearly_live()) if not gate.met}
    assert set(shut) == {"counted", "judged", "difference reviewed"}
    assert shut["counted"].says == "No store is named, so nobody knows how often it was asked."
    assert "--data" in shut["counted"].do
    assert "--store" in shut["counted"].do


@pytest.mark.parametrize(
    ("found", "met", "says"),
    [
        pytest.param(
            Counted(9, 87, 21),
            False,
            "In 180 days of shadow or pilot it was asked on 9 days, 87 times, and spoke, or would"
            " have, 21 times; 14 days, 100 times and 30 are meant, or 60 days if it is for few.",
            id="too few",
        ),
        pytest.param(
            Counted(14, 100, 30),
            True,
            "In 180 days of shadow or pilot it was asked on 14 days, 100 times, and spoke, or would"
            " have, 30 times. That is enough.",
            id="enough",
        ),
        pytest.param("There is no store in x.", False, "There is no store in x.", id="no store"),
    ],
)
def test_a_rule_goes_live_once_it_was_asked_enough(
    found: Counted | str, met: bool, says: str
) -> None:
    gate = asked_enough(found)
    assert (gate.met, gate.says) == (met, says)
    assert bool(gate.do) is not met


OFTEN, FEW = Counted(14, 100, 30), Counted(60, 70, 5)
IS_MEANT = "have a clinician judge 30 of each at /judging"


@pytest.mark.parametrize(
    ("found", "asked", "met"),
    [
        pytest.param(Judged(Side(30), Side(30)), OFTEN, True, id="thirty right of each"),
        pytest.param(Judged(Side(29, 1), Side(29, 1)), OFTEN, True, id="one wrong in each"),
        pytest.param(Judged(Side(29, 2), Side(30)), OFTEN, False, id="two wrong"),
        pytest.param(Judged(Side(30), Side(40, 2)), OFTEN, False, id="two wrong of many"),
        pytest.param(Judged(Side(29), Side(30)), OFTEN, False, id="one too few"),
        pytest.param(Judged(Side(30), Side(29)), OFTEN, False, id="one too few of the others"),
        pytest.param(Judged(Side(5), Side(30)), OFTEN, False, id="all there were, too soon"),
        pytest.param(Judged(Side(5), Side(30)), FEW, True, id="all there were, for few"),
        pytest.param(Judged(Side(5), Side(4)), FEW, True, id="all there were of both, for few"),
        pytest.param(Judged(Side(5, 0, 1), Side(30)), FEW, False, id="one waits, for few"),
        pytest.param(Judged(Side(4, 1), Side(30)), FEW, False, id="one wrong, for few"),
        pytest.param(Judged(Side(5), Side(29, 1)), FEW, True, id="thirty of the others, for few"),
        pytest.param(Judged(Side(), Side(30)), FEW, False, id="nobody, for few"),
        pytest.param(Judged(Side(5), Side(30)), "No store.", False, id="nobody knows how often"),
    ],
)
def test_a_rule_goes_live_once_a_clinician_found_it_right(
    found: Judged, asked: Counted | str, met: bool
) -> None:
    gate = judged_enough(found, asked)
    assert gate.met is met
    assert bool(gate.do) is not met
    assert not found.is_too_wrong or "have it judged anew" in gate.do
    assert met or found.is_too_wrong or IS_MEANT in gate.do


def test_the_gate_says_what_a_sample_leaves_open() -> None:
    gate = judged_enough(Judged(Side(30), Side(29, 1)), OFTEN)
    assert gate.says == (
        "Judged by a clinician: 30 of 30 for whom it would be shown, and 30 of 30 for whom it would"
        " not. Wrong: 0 and 1. 0 wrong of 30: the true share of wrong ones may still be up to about"
        " one in ten. 1 wrong of 30: the true share of wrong ones may still be up to about 15 in a"
        " hundred."
    )


def test_what_was_judged_where_nobody_can_look_is_nothing() -> None:
    gate = judged_enough(NONE_JUDGED, OFTEN)
    assert not gate.met
    assert "--data" in gate.do


@pytest.mark.parametrize(
    ("safety", "says"),
    [
        pytest.param(None, "Nobody has signed off the safety of version 1", id="nobody"),
        pytest.param(sign_off(version=7), "The safety of version 7 is signed off", id="another"),
        pytest.param(sign_off(), "", id="this one"),
    ],
)
def test_safety_is_signed_off_for_this_version(safety: str | None, says: str) -> None:
    (found,) = loaded(safety=safety).library.rules
    gate = signed_off(found, TODAY)
    assert gate.met is (not says)
    assert says in gate.says


def test_a_sign_off_of_a_day_to_come_is_none() -> None:
    (found,) = loaded(safety=sign_off()).library.rules
    assert signed_off(found, date(2026, 11, 20)).met
    gate = signed_off(found, date(2026, 11, 19))
    assert not gate.met
    assert "2026-11-20, which is still to come" in gate.says


def test_what_was_abandoned_does_not_go_live() -> None:
    (found,) = loaded(pdsa=DECIDED.replace("adopt", "abandon")).library.rules
    gate = cycle_decided(found)
    assert not gate.met
    assert "abandon" in gate.says


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        ({"tests": without("said no")}, "stories"),
        ({"tests": ALL.replace("expect: no prompt", "expect: prompt")}, "stories are right"),
        ({"tests": without("palliative")}, "slips in safety"),
        ({"co_produced_with": None}, "co_produced_with"),
        ({"evidence": None}, "evidence"),
    ],
)
def test_what_a_pilot_needs_a_live_rule_needs_too(
    headings: dict[str, str | None], name: str
) -> None:
    rest: dict[str, str | None] = {**CARE, "pdsa": DECIDED, "safety": sign_off()}
    asked = gates(ready(status="live", **{**rest, **headings}))
    assert name in [gate.name for gate in asked if not gate.met]


@pytest.mark.parametrize(
    ("by", "met"),
    [
        pytest.param("Anne Example, GP", True, id="somebody else"),
        pytest.param("Priya Shah", False, id="the owner"),
        pytest.param("dr priya  SHAH, clinical safety officer", False, id="the owner by her title"),
    ],
)
def test_the_owner_does_not_sign_off_alone(by: str, met: bool) -> None:
    (found,) = loaded(owner="Priya Shah, practice manager", safety=sign_off(by)).library.rules
    assert two_people(found).met is met


def test_nobody_has_looked_where_nobody_signed_off() -> None:
    assert not two_people(rule()).met


@pytest.mark.parametrize(
    ("pdsa", "missing"),
    [
        pytest.param(None, "result: and decision:", id="no cycle"),
        pytest.param(PDSA, "result: and decision:", id="neither"),
        pytest.param(f"{PDSA[:-1]}, result: Good}}", "decision:", id="no decision"),
        pytest.param(DECIDED, "", id="both"),
    ],
)
def test_what_came_of_the_pilot_is_written(pdsa: str | None, missing: str) -> None:
    (found,) = loaded(pdsa=pdsa).library.rules
    gate = cycle_decided(found)
    assert gate.met is (not missing)
    assert gate.do.endswith(missing)


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_going_back_has_no_gates(status: str) -> None:
    assert gates(ready(status=status)) == ()


WAYS = {
    (Status.DRAFT, Status.SHADOW),
    (Status.SHADOW, Status.PILOT),
    (Status.SHADOW, Status.DRAFT),
    (Status.SHADOW, Status.RETIRED),
    (Status.PILOT, Status.SHADOW),
    (Status.LIVE, Status.SHADOW),
    (Status.DRAFT, Status.PILOT),
    (Status.PILOT, Status.LIVE),
    (Status.PILOT, Status.DRAFT),
    (Status.LIVE, Status.DRAFT),
    (Status.DRAFT, Status.RETIRED),
    (Status.PILOT, Status.RETIRED),
    (Status.LIVE, Status.RETIRED),
}


@pytest.mark.parametrize("now", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_there_are_these_ways_and_no_others(now: Status, to: Status) -> None:
    assert (no_way(now, to) == "") is ((now, to) in WAYS)
    stays = now is to and now in (Status.PILOT, Status.LIVE)
    assert (no_way(now, to, changed=True) == "") is (stays or (now, to) in WAYS)


def test_every_gate_is_one_sentence_and_what_to_do() -> None:
    for status in ("pilot", "live"):
        for gate in gates(ready(status=status, tests=None, people=None, today=None)):
            assert gate.says.endswith(".")
            assert bool(gate.do) is not gate.met
