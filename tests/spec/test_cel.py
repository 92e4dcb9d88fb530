"""``find: cel`` and ``{cel: .., means: ..}``: expressions over facts, where words do not do."""

from datetime import date

import pytest

from prompts.coverage import coverage
from prompts.next_time import when_next
from prompts.standing import Case
from prompts.stories import tell
from prompts.what_if import flips
from rules.answer import Answer
from rules.explain import explain
from rules.outcome import Decision
from rules.people import record_of
from rules.record import Entry, Kind
from tests.builders import (
    TODAY,
    a_person,
    a_record,
    a_rule,
    decide,
    entry,
    load_text,
    outcome,
    rule_text,
)
from tests.cel_builders import Given, asked, built
from tests.spec.table import NO, UNSURE, YES, answer, answer_when, refusals

COUGH, WHEEZE = entry(Kind.CONDITION, "cough"), entry(Kind.OBSERVATION, "wheeze")
MAYBE = entry(Kind.CONDITION, "cough", sure=False)
COUGHS = [entry(Kind.CONDITION, "cough") for _ in range(3)]
BOTH = "{cel: a_cough && a_wheeze, means: coughs and wheezes}"


# ---- through the record ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param((COUGH, WHEEZE), YES, id="both are there"),
        pytest.param((COUGH,), NO, id="one is not there"),
        pytest.param((MAYBE, WHEEZE), UNSURE, id="one cannot be told"),
        pytest.param((MAYBE,), NO, id="one cannot be told, and the other decides"),
    ],
)
def test_a_condition(entries: tuple[Entry, ...], expected: Answer) -> None:
    assert answer_when(BOTH, *entries) is expected


def test_a_condition_may_stand_inside_others_and_have_a_label() -> None:
    labelled = "{cel: coughs > 1, means: coughs twice, label: often}"
    assert answer_when(f"{{all: [a_cough, {{not: {labelled}}}]}}", COUGH) is YES


def test_a_fact_is_worked_out_from_those_above_it() -> None:
    facts = """
    coughs: {find: condition, codes: cough, give: count}
    wheezes: {find: observation, codes: wheeze, give: count}
    """
    lines = "find: cel\ncel: coughs > wheezes * 2\nmeans: coughs far more than wheezes"
    assert answer(lines, *COUGHS, WHEEZE, facts=facts) is YES
    assert answer(lines, *COUGHS[:2], WHEEZE, facts=facts) is NO
    assert answer(lines, *COUGHS, facts=facts, unread=[Kind.OBSERVATION]) is UNSURE


def test_a_computed_fact_may_be_used_in_another() -> None:
    facts = """
    coughs: {find: condition, codes: cough, give: count}
    often: {find: cel, cel: coughs > 1, means: coughs often}
    """
    lines = "find: cel\ncel: often && age >= 65\nmeans: coughs often at an age"
    assert answer(lines, *COUGHS, facts=facts, person=a_person(age=65)) is YES
    assert answer(lines, *COUGHS, facts=facts, person=a_person(age=64)) is NO


def test_a_computed_fact_may_be_asked_whether_it_is_known() -> None:
    facts = "a_cough: {find: condition, codes: cough}"
    lines = "find: cel\ncel: a_cough\nmeans: coughs"
    assert answer(lines, COUGH, facts=facts, test="{is_known: yes}") is YES
    assert answer(lines, MAYBE, facts=facts, test="{is_known: yes}") is UNSURE


def test_an_exclusion_that_cannot_tell_excludes() -> None:
    exclude = "\n- {if: {cel: '!(age < 90)', means: is 90 or older}, because: x}"
    rule = a_rule(exclude=exclude)
    assert decide(rule, a_record(COUGH, person=a_person(age=60))) is Decision.PROMPT
    assert decide(rule, a_record(COUGH, person=a_person(age=90))) is Decision.EXCLUDED
    assert decide(rule, a_record(COUGH, person=a_person(age=None))) is Decision.CANNOT_TELL


def test_what_it_is_made_of_is_looked_up() -> None:
    rule = a_rule(
        facts="""
            has_cough: {find: condition, codes: cough}
            wheezed: {find: observation, codes: wheeze}
            both: {find: cel, cel: has_cough && wheezed, means: both}
        """,
        when="both",
    )
    assert {"has_cough", "wheezed", "both"} <= {fact.name for fact in rule.looks_at}
    assert [expression.means for expression in rule.expressions] == ["both"]


def test_both_headings_are_needed() -> None:
    assert refusals(when="{cel: has_cough}") == ['A cel condition needs "means:".']
    assert refusals(facts="\nhas_cough: {find: cel, means: coughs}") == [
        'Fact "has_cough" needs "cel:".'
    ]


def test_a_measured_value_and_a_plain_number_want_the_unit_in_the_sentence() -> None:
    assert built("hba1c >= 58").units == {"mmol/mol"}
    assert built("hba1c - first_hba1c > 5").units == {"mmol/mol"}
    for text in ("hba1c > first_hba1c", "hba1c / first_hba1c > 1.2", "pain >= 7", "age >= 58"):
        assert built(text).units == frozenset()


# ---- what an expression says (RULES 2.1) ----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("coughs > 30", {"coughs": 31}, YES),
        ("30 < coughs", {"coughs": 31}, YES),
        ("30.5 < coughs", {"coughs": 31}, YES),
        ("coughs == 58", {"coughs": 58}, YES),
        ("58 != coughs", {"coughs": 58}, NO),
        ("58 <= coughs && coughs <= 75", {"coughs": 60}, YES),
        ("coughs + 1 == 59", {"coughs": 58}, YES),
        ("coughs / 2 == 29", {"coughs": 58}, YES),
        ("coughs - 60 < -1", {"coughs": 58}, YES),
        ("-coughs < -57.5", {"coughs": 58}, YES),
        ("2 + coughs * 3 == 8", {"coughs": 2}, YES),
        ("coughs*0.1 + 0.2 == 0.3", {"coughs": 1}, YES),
        ("has_cough || has_wheeze && !has_cough", {"has_cough": YES}, YES),
        ("!!has_cough", {"has_cough": YES}, YES),
        ("true && has_cough", {"has_cough": NO}, NO),
        ('last_cough >= "2026-03-01"', {"last_cough": date(2026, 3, 1)}, YES),
        ('last_cough < "2026-03-01"', {"last_cough": date(2026, 3, 1)}, NO),
        ("last_cough < last_seen", dict.fromkeys(("last_cough", "last_seen"), date.max), NO),
        ("smoking == 'smokes'", {"smoking": "smokes"}, YES),
        ("smoking != 'smokes'", {"smoking": "never"}, YES),
        ("'never' == smoking", {"smoking": "never"}, YES),
    ],
)
def test_expressions(text: str, given: dict[str, Given], expected: Answer) -> None:
    assert asked(text, **given) is expected


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        pytest.param("age >= 18", {"age": (17, 18)}, UNSURE, id="one of two ages"),
        pytest.param("age >= 18", {"age": None}, UNSURE, id="no date of birth"),
        pytest.param("has_cough || age >= 18", {"has_cough": YES}, YES, id="or decides"),
        pytest.param("age >= 18 && has_cough", {"has_cough": NO}, NO, id="and decides"),
        pytest.param("age >= 18 && has_cough", {"has_cough": YES}, UNSURE, id="and cannot"),
        pytest.param("!(age >= 18)", {}, UNSURE, id="not"),
        pytest.param("age + 1 != 5", {}, UNSURE, id="counted with"),
        pytest.param("age == coughs", {"coughs": 3}, UNSURE, id="compared with what is known"),
        pytest.param("age == age", {}, UNSURE, id="compared with itself"),
        pytest.param("hba1c > first_hba1c", {"hba1c": NO}, UNSURE, id="never measured"),
        pytest.param('last_cough > "2026-01-01"', {"last_cough": NO}, UNSURE, id="no such day"),
        pytest.param("smoking == 'never'", {}, UNSURE, id="no choice recorded"),
        pytest.param("!size", {}, UNSURE, id="a fact called as a function is"),
        pytest.param("10 / coughs > age", {"coughs": 0}, UNSURE, id="unknown, and no result"),
        pytest.param(
            "10 / coughs > 2 || has_cough",
            {"coughs": 0, "has_cough": YES},
            YES,
            id="no result, and or decides",
        ),
    ],
)
def test_what_is_not_known_is_left_out(
    text: str, given: dict[str, Given], expected: Answer
) -> None:
    assert asked(text, **given) is expected


# ---- faults ---------------------------------------------------------------------------------

FAULTY = """
coughs: {find: condition, codes: cough, give: count}
wheezes: {find: observation, codes: wheeze, give: count}
a_cough: {find: condition, codes: cough}
faulty: {find: cel, cel: 10 / wheezes > 2, means: wheezes seldom}
"""
DIVIDED = "{cel: 10 / wheezes > 2, means: wheezes seldom}"


@pytest.mark.parametrize(
    ("headings", "decision"),
    [
        pytest.param({"when": DIVIDED}, Decision.WITHHELD, id="who it is for"),
        pytest.param({"when": "faulty"}, Decision.WITHHELD, id="in a fact"),
        pytest.param(
            {"exclude": f"\n- {{if: {DIVIDED}, because: x}}"}, Decision.WITHHELD, id="exclusion"
        ),
        pytest.param(
            {"offers": f"\n- refer: {{label: Go, service: tea-group, if: {DIVIDED}}}"},
            Decision.WITHHELD,
            id="offer",
        ),
        pytest.param({}, Decision.WITHHELD, id="a fact that only the words might use"),
        pytest.param(
            {"when": f"{{all: [a_cough, {{cel: coughs > 5, means: x}}, {DIVIDED}]}}"},
            Decision.NO_PROMPT,
            id="not asked, since the rest decides",
        ),
    ],
)
def test_what_cannot_be_worked_out_withholds_its_rule(
    headings: dict[str, str], decision: Decision
) -> None:
    rule = a_rule(**{"facts": FAULTY, "when": "a_cough", **headings})
    assert decide(rule, a_record(COUGH)) is decision
    assert decide(rule, a_record(COUGH, WHEEZE)) is not Decision.WITHHELD


def test_the_facts_of_a_withheld_outcome_can_still_be_looked_at() -> None:
    withheld = outcome(a_rule(facts=FAULTY, when=DIVIDED), a_record(COUGH))
    assert withheld.offers == ()
    assert withheld.look(withheld.rule.facts["coughs"]).number == (1, 1)


def test_a_story_about_a_rule_that_is_withheld_is_wrong_and_says_why() -> None:
    loaded = load_text(rule_text(facts=FAULTY, when=f"{{all: [a_cough, {DIVIDED}]}}"))
    (rule,) = loaded.usable().rules
    told = tell(rule, next(iter(loaded.stories[rule.id])))
    assert (told.got, told.right) == ("withheld", False)
    assert told.wrong == "Withheld, and reported: a computed fact could not be worked out."


@pytest.mark.parametrize("expect", ["prompt", "no prompt"])
def test_a_part_that_nobody_had_to_ask_does_no_harm_to_what_looks_at_all_parts(expect: str) -> None:
    story = f"\n- {{name: a, person: sam, without: [condition cough], expect: {expect}}}"
    text = rule_text(
        facts=FAULTY,
        when=f"{{all: [a_cough, faulty, {DIVIDED}]}}",
        exclude=f"\n- {{if: {{all: [faulty, {DIVIDED}]}}, because: x}}",
        tests=story,
    )
    loaded = load_text(text)
    (rule,) = loaded.usable().rules
    stories = loaded.stories[rule.id]
    (told,) = (tell(rule, one) for one in stories)
    assert (told.got, told.right) == ("no prompt", expect == "no prompt")
    assert coverage(rule, stories).stories == 1
    record, said = record_of(next(iter(stories)))
    assert explain(outcome(rule, record)).headline.startswith("No prompt: ")
    case = Case(rule, record, said)
    assert flips(case, TODAY) == ()
    assert when_next(case, TODAY) is None
