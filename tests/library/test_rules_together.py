"""What the shipped rules do together for one person, and codes that say less than they seem to.

People here are those of the stories, put together, or FHIR records. CONTENT 7.9.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice
from rules.answer import Answer
from rules.codes import SNOMED, TRAPS, Code
from rules.engine import evaluate
from rules.fact import facts_of
from rules.outcome import Decision
from rules.problems import NotLoadable
from rules.record import Entry, Kind, Measurement, PatientRecord, Reply, Said, index
from rules.rule import Exclusion, OfferKind, Purpose, Rule
from tests.builders import (
    TODAY,
    Resource,
    a_condition,
    a_person,
    a_resource,
    card,
    decide,
    list_text,
    load_files,
    rule_text,
)
from tests.fhir_builders import COPD_RULE, copd, read
from tests.library.people import (
    LOADED,
    PRACTICE,
    RULES,
    a_line,
    anywhere,
    lines,
    plus,
    rule_called,
    told,
)

LISTS = LOADED.library.code_lists
ASKED = [rule for rule in RULES if rule.purpose is not Purpose.SAFETY_NET]
EVERY_ASKING_RULE = pytest.mark.parametrize("rule", ASKED, ids=[rule.id for rule in ASKED])
REHAB_RULE = "pulmonary-rehabilitation"
SIX = (
    COPD_RULE,
    REHAB_RULE,
    "home-blood-pressure",
    "carer-break",
    "feeling-lonely",
    "frailty-what-matters",
)


def choice(rules: Iterable[Rule], record: PatientRecord, *before: Said) -> Choice:
    """What is said about one person by these rules, as a practice has them with our holds."""
    outcomes = evaluate(tuple(rules), record, before, TODAY)
    return choose(outcomes, History(before), TODAY, PRACTICE)


def of_six() -> PatientRecord:
    """Margaret, 68, with everything of which six rules speak."""
    first, *others = (told(rule_called(name))[0] for name in SIX)
    return plus(first, *(line for record in others for line in lines(record)))


# ---- several rules, one person --------------------------------------------------------------


def test_somebody_of_whom_six_rules_speak_gets_one_card() -> None:
    record = of_six()
    assert [decide(rule_called(name), record) for name in SIX] == [Decision.PROMPT] * 6
    (prompt,) = choice(RULES, record).prompts
    assert set(SIX) <= {rule.id for rule in prompt.rules}
    assert sum(one.offer is not None for one in prompt.proposals) <= 3


@pytest.mark.long
def test_that_card_is_the_same_in_whatever_order_rules_and_records_come() -> None:
    record, six = of_six(), [rule_called(name) for name in SIX]
    (first,) = choice(six, record).prompts
    backwards = replace(record, by_code=index(lines(record)[::-1]))
    for order in permutations(six):
        (prompt,) = choice(order, record).prompts
        assert prompt == first
    (prompt,) = choice(six, backwards).prompts
    assert [rule.id for rule in prompt.rules] == [rule.id for rule in first.rules]
    assert (prompt.summary, prompt.detail) == (first.summary, first.detail)
    assert [one.label for one in prompt.proposals] == [one.label for one in first.proposals]


def test_a_no_to_rehabilitation_is_no_no_to_help_with_living_with_copd() -> None:
    record = of_six()
    topic = rule_called(REHAB_RULE).quiet.topic
    found = choice(RULES, record, Said(topic, Reply.DECLINED, TODAY))
    spoken = {rule.id for prompt in found.prompts for rule in prompt.rules}
    assert COPD_RULE in spoken
    assert REHAB_RULE not in spoken


def test_nor_is_one_that_stands_in_the_record() -> None:
    (code,) = rule_called(REHAB_RULE).quiet.declined_codes
    for line in anywhere(code, TODAY):
        found = choice(RULES, plus(of_six(), line))
        spoken = {rule.id for prompt in found.prompts for rule in prompt.rules}
        assert COPD_RULE in spoken, line.kind
        assert REHAB_RULE not in spoken, line.kind


# ---- when nobody is asked anything ----------------------------------------------------------


HOLDS = pytest.mark.parametrize("hold", PRACTICE.holds, ids=[one.name for one in PRACTICE.holds])
SILENCE = {
    "palliative-care",
    "bereavement",
    "new-cancer-diagnosis",
    "emergency-admission",
    "safeguarding",
    "asked-not-to-be-asked",
}


def of_hold(hold: Exclusion) -> Iterator[Entry]:
    """What holds, of yesterday, in every list in which it is looked for."""
    fact = facts_of(hold.condition)[0]
    for kind in fact.kinds:
        yield a_line(kind, fact.lists[0].first, TODAY - timedelta(days=1))


def test_these_are_the_times_at_which_nobody_is_asked_anything() -> None:
    assert {hold.name for hold in PRACTICE.holds} == SILENCE


@HOLDS
def test_the_list_of_silence_beats_everything(hold: Exclusion) -> None:
    for line in of_hold(hold):
        found = choice(ASKED, plus(of_six(), line))
        assert found.prompts == (), line.kind
        held = {one.rule.id: one.step for one in found.held}
        outcomes = {
            outcome.rule.id: outcome.decision
            for outcome in evaluate(tuple(ASKED), plus(of_six(), line), (), TODAY)
        }
        for name in SIX:  # left out by the rule itself, or held though it would speak
            excluded = outcomes[name] is Decision.EXCLUDED
            assert excluded or held[name] == "compassion", name


@EVERY_ASKING_RULE
def test_no_rule_speaks_at_such_a_time(rule: Rule) -> None:
    record, before = told(rule)
    assert choice([rule], record, *before).prompts
    for hold in PRACTICE.holds:
        for line in of_hold(hold):
            found = choice([rule], plus(record, line), *before)
            assert found.prompts == (), f"{hold.name} as {line.kind}"


@EVERY_ASKING_RULE
def test_nobody_who_has_died_is_asked_and_no_child_but_where_the_rule_is_for_children(
    rule: Rule,
) -> None:
    record, before = told(rule)
    gone = replace(record, person=replace(record.person, died=Answer.YES))
    assert choice([rule], gone, *before).prompts == ()
    child = replace(record, person=a_person(age=17))
    spoken = bool(choice([rule], child, *before).prompts)
    assert spoken is (rule.id in FOR_CHILDREN_TOO)


FOR_CHILDREN_TOO = {
    "asthma-action-plan",
    "asthma-after-attack",
    "learning-disability-health-plan",
}


# ---- what two rules would ask, asked once -----------------------------------------------------


def spoken_of(record: PatientRecord, *names: str) -> set[str]:
    found = choice([rule_called(name) for name in names], record)
    return {rule.id for prompt in found.prompts for rule in prompt.rules}


def test_a_plan_of_two_years_ago_is_asked_about_and_not_as_if_there_was_none() -> None:
    both = ("copd-plan-review", COPD_RULE)
    record = told(rule_called("copd-plan-review"))[0]
    assert [decide(rule_called(name), record) for name in both] == [Decision.PROMPT] * 2
    assert spoken_of(record, *both) == {"copd-plan-review"}
    assert spoken_of(record, COPD_RULE) == {COPD_RULE}  # where the other is not in pilot


def test_the_link_worker_is_offered_by_one_question() -> None:
    both = ("feeling-lonely", "pam-social-prescribing")
    first, second = (told(rule_called(name))[0] for name in both)
    record = plus(first, *lines(second))
    assert [decide(rule_called(name), record) for name in both] == [Decision.PROMPT] * 2
    assert spoken_of(record, *both) == {"feeling-lonely"}


def test_somebody_to_whom_a_lot_has_happened_is_not_held_by_that() -> None:
    """An emergency of yesterday holds every offer, and this rule is for such days (CONTENT 7.0)."""
    rule = rule_called("stay-by-your-side")
    record = plus(told(rule)[0], a_line(Kind.PROCEDURE, EMERGENCY, TODAY - timedelta(days=1)))
    found = choice(RULES, record)
    assert {one.id for prompt in found.prompts for one in prompt.rules} == {rule.id}


EMERGENCY = LISTS["emergency-admission"].first


# ---- children with asthma -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "asks"),
    [
        pytest.param(4, "", id="too young for a plan of their own"),
        pytest.param(5, "what do you both do first?", id="a child of 5 and whoever came along"),
        pytest.param(15, "what do you both do first?", id="still with whoever came along"),
        pytest.param(16, "what do you do first?", id="by themselves"),
        pytest.param(17, "what do you do first?", id="nearly grown up"),
    ],
)
def test_a_plan_for_asthma_is_asked_about_from_five_on(age: int, asks: str) -> None:
    rule = rule_called("asthma-action-plan")
    record = replace(told(rule)[0], person=a_person(age=age))
    prompts = choice([rule], record).prompts
    assert bool(prompts) is bool(asks)
    for prompt in prompts:
        assert asks in prompt.detail


# ---- codes that say less than they seem to --------------------------------------------------

MONITORING, REMISSION, LONELY, TYPE_2 = "390891009", "703138006", "267076002", "44054006"
STATEMENTS = ("Condition", "Observation", "Procedure")


def said_as(kind: str, code: str, on: str) -> Resource:
    """A code on the record, in one of the types in which GP systems keep what was said and done."""
    if kind == "Condition":
        return a_condition(code, onsetDateTime=on)
    dated = {"Observation": "effectiveDateTime", "Procedure": "performedDateTime"}[kind]
    status = {"Observation": "final", "Procedure": "completed"}[kind]
    return a_resource(kind, code, status=status, **{dated: on})


@pytest.mark.parametrize("kind", STATEMENTS)
def test_copd_monitoring_last_month_is_no_offer_of_self_management(kind: str) -> None:
    record = read(copd(), said_as(kind, MONITORING, "2026-10-28"))
    assert Code(SNOMED, MONITORING) in record.by_code
    assert decide(rule_called(COPD_RULE), record) is Decision.PROMPT
    given = read(copd(), said_as(kind, "391131001", "2026-10-28"))
    assert decide(rule_called(COPD_RULE), given) is Decision.NO_PROMPT


def test_nor_does_any_shipped_list_have_it() -> None:
    assert all(Code(SNOMED, MONITORING) not in one.codes for one in LISTS.values())


@pytest.mark.parametrize("kind", STATEMENTS)
@pytest.mark.parametrize("after", ["2026-06-01", "2026-05-01"], ids=["later", "the same day"])
def test_type_2_diabetes_in_remission_is_not_offered_a_course(kind: str, after: str) -> None:
    rule = rule_called("diabetes-education")
    diabetes = a_condition(TYPE_2, onsetDateTime="2026-05-01")
    assert decide(rule, read(diabetes)) is Decision.PROMPT
    record = read(diabetes, said_as(kind, REMISSION, after))
    assert decide(rule, record) is Decision.NO_PROMPT
    assert decide(rule_called("diabetes-education-ask-again"), record) is Decision.NO_PROMPT


@pytest.mark.parametrize("kind", ["Condition", "Observation"])
def test_feeling_lonely_three_years_ago_is_not_feeling_lonely(kind: str) -> None:
    rule = rule_called("feeling-lonely")
    assert decide(rule, read(said_as(kind, LONELY, "2026-09-01"))) is Decision.PROMPT
    assert decide(rule, read(said_as(kind, LONELY, "2023-11-21"))) is Decision.NO_PROMPT


@pytest.mark.parametrize("code", ["391131002", "391131010"])
def test_a_list_with_a_broken_code_is_not_loaded(code: str) -> None:
    listed = list_text("cough", [code]).replace("    system: good-day\n", "")
    loaded = load_files({"value-sets/cough.yaml": listed, "coughing.yaml": rule_text()})
    assert [problem.code for problem in loaded.stops][:1] == ["E21"]
    with pytest.raises(NotLoadable):
        loaded.usable()


@pytest.mark.parametrize("code", sorted(TRAPS))
def test_a_list_with_a_known_trap_is_not_loaded(code: str) -> None:
    listed = list_text("cough", [code]).replace("    system: good-day\n", "")
    loaded = load_files({"value-sets/cough.yaml": listed, "coughing.yaml": rule_text()})
    assert loaded.stops
    with pytest.raises(NotLoadable):
        loaded.usable()


# ---- how confident somebody feels -----------------------------------------------------------


def at_level(level: int | None) -> list[str]:
    """What the card offers somebody at a level, in order, without the two answers on every card."""
    rule = rule_called("pam-social-prescribing")
    record, _ = told(rule)
    if level is not None:
        value = ("", Measurement(Decimal(level), "level", shown="level"))
        code = LISTS["pam-level"].first
        record = plus(record, a_line(Kind.OBSERVATION, code, TODAY)._replace(values=(value,)))
    (prompt,) = choice([rule], record).prompts
    assert "level" not in f"{prompt.summary} {prompt.detail}".lower()
    return [one.label for one in prompt.proposals if one.offer is not None]


def test_a_level_puts_the_choices_in_order_and_takes_none_away() -> None:
    alone, along = "Introduce to the link worker", "Ask the link worker to call and go along"
    offered = {level: at_level(level) for level in (1, 2, 3, 4)}
    assert {frozenset(labels) for labels in offered.values()} == {frozenset(offered[1])}
    for level, labels in offered.items():
        assert len(labels) == len(set(labels)) == 3
        assert labels[0].startswith(along if level < 3 else alone)
    unknown = at_level(None)
    assert unknown[0].startswith(along)
    assert alone in unknown


MESSAGES = [rule for rule in RULES if any(o.kind is OfferKind.MESSAGE for o in rule.offers)]


def is_offered_a_message(rule: Rule, *more: Entry) -> bool:
    """Whether the person of its first story is, who agreed to messages in 2024."""
    record, said = told(rule)
    agreed = LOADED.library.code_lists["agreed-to-messages"].first
    with_consent = plus(record, a_line(Kind.CONSENT, agreed, date(2024, 4, 1)), *more)
    prompt = card(rule, with_consent, *said).prompt
    assert prompt is not None
    kinds = [one.offer.kind for one in prompt.proposals if one.offer is not None]
    return OfferKind.MESSAGE in kinds


@pytest.mark.parametrize("rule", MESSAGES, ids=[rule.id for rule in MESSAGES])
@pytest.mark.parametrize("why", ["letters-not-safe", "safeguarding"])
def test_nobody_is_sent_a_text_once_it_is_noted_that_others_may_read_it(
    rule: Rule, why: str
) -> None:
    noted = LOADED.library.code_lists[why].first
    assert is_offered_a_message(rule)
    for kind in (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE):
        assert not is_offered_a_message(rule, a_line(kind, noted, TODAY))
