"""Proposals as resources, in the forms of CONTENT 3.3: valid R4, and nothing more than proposed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from fhir_adapters.drafts import drafts, prove
from fhir_adapters.systems import ASK_AGAIN_AFTER, RULE
from prompts.prompt import Prompt
from rules.answer import Answer
from rules.codes import OWN, SNOMED
from rules.days import Duration
from rules.outcome import Proposal
from rules.record import Kind
from rules.rule import OfferKind, Rule
from tests.builders import TODAY, a_record, a_rule, card, entry, load_files, rule_text
from tests.conformance.standard import check_resource
from tests.strategies import DAYS

REHAB = "24461000000105"
OFFERS = {
    OfferKind.REFER: "\n- refer:\n    label: Refer\n    service: tea-group\n",
    OfferKind.RECORD: "\n- record_offer:\n    label: Record\n    codes: tea-group\n",
    OfferKind.TAG: (
        "\n- tag:\n    label: Remind\n    code: check-offer-tea\n"
        "    words: Check whether tea was offered\n    for: 12 months\n"
    ),
    OfferKind.RESULTS: (
        "\n- results_ahead:\n    label: Send\n    include: blow-test\n    within: 42 days\n"
    ),
}


def a_prompt(rule: Rule, today: date = TODAY, visit: str = "in 10 days") -> Prompt:
    """The card of a rule, for somebody with a cough, a filed result and a visit."""
    cough = entry(Kind.CONDITION, "cough")
    result = entry(Kind.OBSERVATION, "blow-test", date=today.isoformat(), filed=Answer.YES)
    booked = entry(Kind.APPOINTMENT, "visit", date=visit)
    record = a_record(
        replace(cough, reference="Condition/c1"),
        replace(result, reference="Observation/r1"),
        booking=[replace(booked, reference="Appointment/")],  # one that has no id yet
    )
    found = card(rule, record, today=today).prompt
    assert found is not None
    return found


def rule_with(kind: OfferKind) -> Rule:
    return a_rule(offers=OFFERS[kind], exclude=None)


def made(proposal: Proposal, today: date = TODAY) -> dict[str, Any]:  # FHIR JSON
    """The one resource that pressing a button would create."""
    (draft,) = drafts(proposal, "ann", today)
    assert draft.description
    prove([draft.resource])
    check_resource(draft.resource, today)
    return draft.resource


TYPES = {
    OfferKind.REFER: "ServiceRequest",
    OfferKind.RECORD: "Communication",
    OfferKind.TAG: "Flag",
    OfferKind.RESULTS: "CommunicationRequest",
}


@pytest.mark.parametrize("kind", OfferKind)
def test_every_sort_of_offer_is_a_valid_resource_about_the_person_from_the_rule(
    kind: OfferKind,
) -> None:
    resource = made(a_prompt(rule_with(kind)).proposals[0])
    assert resource["resourceType"] == TYPES[kind]
    assert resource["subject"] == {"reference": "Patient/ann"}
    assert resource["identifier"] == [{"system": RULE, "value": "coughing|1"}]


@pytest.mark.parametrize("number", [-2, -1])
def test_both_answers_that_are_always_there_are_valid_resources(number: int) -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER)).proposals[number])
    assert (resource["resourceType"], resource["status"]) == ("Procedure", "not-done")


@settings(max_examples=settings().max_examples // 5)  # each makes and proves a dozen resources
@given(today=DAYS)
def test_whatever_the_day_every_button_makes_valid_resources(today: date) -> None:
    if not 1900 < today.year < 9900:  # the days of a practice
        return
    for kind in OfferKind:
        for proposal in a_prompt(rule_with(kind), today).proposals:
            made(proposal, today)


def test_a_referral_is_a_draft_and_a_proposal_with_the_conditions_it_is_about() -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER)).proposals[0])
    assert (resource["status"], resource["intent"]) == ("draft", "proposal")
    assert resource["reasonReference"] == [{"reference": "Condition/c1"}]
    assert resource["code"]["coding"] == [{"system": OWN, "code": "tea-group"}]
    assert resource["performer"] == [{"display": "The tea group"}]
    assert resource["authoredOn"] == "2026-11-21"


def test_an_offer_that_a_public_code_says_is_a_procedure_that_was_done() -> None:
    codes = f'codes:\n  - code: "{REHAB}"\n    words: Rehabilitation\n'
    listed = f"id: rehab\ntitle: Rehab\nsource: A test\nreviewed: 2026-11-21\n{codes}"
    offers = "\n- record_offer:\n    label: Record\n    codes: rehab\n"
    files = {"value-sets/rehab.yaml": listed, "coughing.yaml": rule_text(offers=offers)}
    (rule,) = load_files(files).usable().rules
    resource = made(a_prompt(rule).proposals[0])
    assert (resource["resourceType"], resource["status"]) == ("Procedure", "completed")
    assert resource["code"]["coding"] == [{"system": SNOMED, "code": REHAB}]


def test_an_offer_that_only_we_have_a_word_for_is_a_communication() -> None:
    resource = made(a_prompt(rule_with(OfferKind.RECORD)).proposals[0])
    assert [coding["code"] for coding in resource["topic"]["coding"]] == ["offer-made", "tea-group"]
    assert resource["status"] == "completed"


@pytest.mark.parametrize(
    ("today", "ends"),
    [(TODAY, "2027-11-21"), (date(2028, 2, 29), "2029-02-28"), (date(2027, 2, 28), "2028-02-28")],
)
def test_a_tag_ends_by_itself_within_twelve_months(today: date, ends: str) -> None:
    resource = made(a_prompt(rule_with(OfferKind.TAG), today).proposals[0], today)
    assert resource["period"] == {"start": today.isoformat(), "end": ends}
    assert resource["status"] == "active"


@pytest.mark.parametrize(
    ("visit", "by"),
    [
        pytest.param("2026-12-01", "2026-11-28", id="three days before the visit"),
        pytest.param("2026-11-22", "2026-11-21", id="today, where that is past"),
        pytest.param("2026-12", "2026-11-28", id="before the first day that it may be"),
        pytest.param("", None, id="no day, where the visit has none"),
    ],
)
def test_a_letter_is_there_before_the_visit(visit: str, by: str | None) -> None:
    resource = made(a_prompt(rule_with(OfferKind.RESULTS), visit=visit).proposals[0])
    assert resource.get("occurrenceDateTime") == by
    assert resource["status"] == "draft"
    assert resource["recipient"] == [{"reference": "Patient/ann"}]
    assert resource["about"] == [{"reference": "Observation/r1"}]


@pytest.mark.parametrize(("number", "code", "months"), [(-2, "not-now", 3), (-1, "declined", 12)])
def test_an_answer_keeps_the_day_until_which_it_is_quiet(
    number: int, code: str, months: int
) -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER)).proposals[number])
    until = Duration(months, "month").after(TODAY).isoformat()
    assert resource["statusReason"]["coding"] == [{"system": OWN, "code": code}]
    assert resource["extension"] == [{"url": ASK_AGAIN_AFTER, "valueDate": until}]
    assert resource["code"]["coding"] == [{"system": OWN, "code": "coughing"}]


# ---- the proof itself -----------------------------------------------------------------------

GOOD: dict[str, object] = {
    "resourceType": "Flag",
    "status": "active",
    "code": {"text": "x"},
    "subject": {"reference": "Patient/canary"},
}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({**GOOD, "status": None}, id="without what R4 requires"),
        pytest.param({**GOOD, "zebedee": 1}, id="with an element that R4 does not have"),
        pytest.param({**GOOD, "period": {"start": "soon"}}, id="with a date that is none"),
    ],
)
def test_a_resource_that_is_not_valid_is_named_by_its_type_alone(bad: dict[str, object]) -> None:
    prove([GOOD])
    with pytest.raises(ValueError, match="a Flag that we would propose") as refused:
        prove([GOOD, bad])
    assert "canary" not in str(refused.value)
    assert "zebedee" not in str(refused.value)
