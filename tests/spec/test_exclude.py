"""``exclude:`` and ``when_unknown:``: who is left alone, and what not knowing means."""

import pytest

from rules.outcome import Decision
from rules.record import Entry, Kind
from tests.builders import a_record, a_rule, decide, entry, load_files, outcome, rule_text
from tests.spec.table import refusals

COUGH = entry(Kind.CONDITION, "cough", date="2020-01-01")
FACTS = """
has_cough: {find: condition, codes: cough}
has_wheeze: {find: observation, codes: wheeze}
had_tea: {find: procedure, codes: tea-group}
"""
WHEEZE_OUT = "\n- {if: has_wheeze, because: They wheeze}"
TEA_OUT = "\n- {if: had_tea, because: They had tea}"
PROMPT, EXCLUDED = Decision.PROMPT, Decision.EXCLUDED
NO_PROMPT, CANNOT_TELL = Decision.NO_PROMPT, Decision.CANNOT_TELL


@pytest.mark.parametrize(
    ("lines", "decision", "because"),
    [
        pytest.param([COUGH], PROMPT, "", id="nothing applies"),
        pytest.param([COUGH, entry(Kind.OBSERVATION, "wheeze")], EXCLUDED, "has_wheeze", id="one"),
        pytest.param([COUGH, entry(Kind.PROCEDURE, "tea-group")], EXCLUDED, "had_tea", id="other"),
        pytest.param(
            [COUGH, entry(Kind.PROCEDURE, "tea-group"), entry(Kind.OBSERVATION, "wheeze")],
            EXCLUDED,
            "has_wheeze",
            id="the first that applies is the reason",
        ),
        pytest.param(
            [COUGH, entry(Kind.OBSERVATION, "wheeze", status="unknown")],
            CANNOT_TELL,
            "has_wheeze",
            id="not knowing leaves people alone",
        ),
        pytest.param(
            [
                COUGH,
                entry(Kind.OBSERVATION, "wheeze", status="unknown"),
                entry(Kind.PROCEDURE, "tea-group"),
            ],
            EXCLUDED,
            "had_tea",
            id="a certain reason comes before one that is not known",
        ),
        pytest.param(
            [
                COUGH,
                entry(Kind.OBSERVATION, "wheeze", status="unknown"),
                entry(Kind.PROCEDURE, "tea-group", status="unknown"),
            ],
            CANNOT_TELL,
            "has_wheeze",
            id="of two that are not known, the first is named",
        ),
        pytest.param(
            [entry(Kind.OBSERVATION, "wheeze")], NO_PROMPT, "", id="when comes before exclude"
        ),
    ],
)
def test_the_first_reason_that_applies(
    lines: list[Entry], decision: Decision, because: str
) -> None:
    rule = a_rule(facts=FACTS, exclude=WHEEZE_OUT + TEA_OUT)
    found = outcome(rule, a_record(*lines))
    assert (found.decision, found.because) == (decision, because)


@pytest.mark.parametrize(("word", "decision"), [("exclude", CANNOT_TELL), ("include", PROMPT)])
def test_if_unknown_says_what_not_knowing_means(word: str, decision: Decision) -> None:
    rule = a_rule(
        facts=FACTS, exclude=f"\n- {{if: has_wheeze, because: They wheeze, if_unknown: {word}}}"
    )
    assert decide(rule, a_record(COUGH, unread=[Kind.OBSERVATION])) is decision


def test_including_the_unknown_still_excludes_the_known() -> None:
    rule = a_rule(
        facts=FACTS, exclude="\n- {if: has_wheeze, because: They wheeze, if_unknown: include}"
    )
    assert decide(rule, a_record(COUGH, entry(Kind.OBSERVATION, "wheeze"))) is EXCLUDED


@pytest.mark.parametrize(
    ("policy", "decision"),
    [(None, CANNOT_TELL), ("stay quiet", CANNOT_TELL), ("prompt", PROMPT)],
)
def test_when_unknown_is_a_policy_of_the_rule(policy: str | None, decision: Decision) -> None:
    # The shared palliative exclusion would also be unknown, so this rule has none.
    rule = a_rule(when_unknown=policy, exclude=None)
    assert decide(rule, a_record(unread=[Kind.CONDITION])) is decision


def test_a_certain_no_is_a_no_whatever_the_policy() -> None:
    assert decide(a_rule(when_unknown="prompt"), a_record()) is NO_PROMPT


def test_exclusions_are_asked_also_where_the_rule_prompts_on_not_knowing() -> None:
    rule = a_rule(facts=FACTS, when_unknown="prompt", exclude=TEA_OUT)
    tea = entry(Kind.PROCEDURE, "tea-group")
    assert decide(rule, a_record(tea, unread=[Kind.CONDITION])) is EXCLUDED


def test_shared_exclusions_are_used_by_name() -> None:
    rule = a_rule(exclude="\n- shared: palliative\n- shared: deceased")
    palliative = entry(Kind.CONDITION, "103735009")
    assert outcome(rule, a_record(COUGH, palliative)).because == "palliative"


def test_a_shared_exclusion_may_be_told_what_not_knowing_means() -> None:
    for word, decision in (("include", PROMPT), ("exclude", CANNOT_TELL)):
        rule = a_rule(exclude=f"\n- {{shared: palliative, if_unknown: {word}}}")
        assert decide(rule, a_record(COUGH, unread=[Kind.TAG])) is decision


def test_a_practice_has_shared_exclusions_of_its_own() -> None:
    loaded = load_files(
        {
            "coughing.yaml": rule_text(exclude="\n- shared: palliative\n- shared: had-tea"),
            "shared/facts.yaml": "had_tea: {find: procedure, codes: tea-group}\n",
            "shared/exclusions.yaml": "had-tea: {if: had_tea, because: They had tea}\n",
        }
    )
    (rule,) = loaded.usable().rules
    assert outcome(rule, a_record(COUGH, entry(Kind.PROCEDURE, "tea-group"))).because == "had-tea"


def test_a_practices_own_code_list_counts_in_the_shared_exclusions_too() -> None:
    codes = """
id: palliative-care
title: Palliative care
source: The test suite
reviewed: 2026-11-21
codes:
  - {code: our-own-word, words: Our own word for it, system: good-day}
"""
    files = {"coughing.yaml": rule_text(), "value-sets/palliative-care.yaml": codes}
    (rule,) = load_files(files).usable().rules
    ours = entry(Kind.CONDITION, "our-own-word")
    assert decide(rule, a_record(COUGH, ours)) is EXCLUDED


@pytest.mark.parametrize(
    ("exclude", "says"),
    [
        pytest.param(
            "\n- shared: paliative",
            ['There is no shared exclusion called "paliative".'],
            id="a name that nothing has",
        ),
        pytest.param(
            "\n- if: has_cough", ['An exclusion needs "because:".'], id="without a reason"
        ),
        pytest.param(
            "\n- because: They cough", ['An exclusion needs "if:".'], id="without a condition"
        ),
        pytest.param(
            "\n- has_cough",
            ["Each exclusion needs headings under it, each with a colon."],
            id="a bare name",
        ),
        pytest.param(
            "\n- {if: {age: {}}, because: Age}",
            ['"age" needs a comparison in words.'],
            id="an empty comparison is no exclusion",
        ),
        pytest.param(
            "\n- {if: has_cough, because: They cough, if_unknown: hide}",
            ['"hide" is not one of the words for if_unknown.'],
            id="a word of offers",
        ),
    ],
)
def test_an_exclusion_that_cannot_be_read_is_never_dropped(exclude: str, says: list[str]) -> None:
    assert refusals(exclude=exclude) == says
