"""Proposals as resources, in the forms of CONTENT 3.3: valid R4, and nothing more than proposed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from fhir_adapters.drafts import drafts, prove, prove_offers
from fhir_adapters.systems import ASK_AGAIN_AFTER, RULE
from prompts.prompt import Prompt
from rules.answer import Answer
from rules.codes import OWN, SNOMED, CodeList
from rules.days import Duration
from rules.forms import QUESTIONNAIRES
from rules.outcome import Proposal
from rules.record import Kind
from rules.rule import Offer, OfferKind, Rule, Wording
from tests.builders import TODAY, a_record, a_rule, card, code, entry, load_files, rule_text
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
        cough._replace(reference="Condition/c1"),
        result._replace(reference="Observation/r1"),
        booking=[booked._replace(reference="Appointment/")],  # one that has no id yet
    )
    found = card(rule, record, today=today).prompt
    assert found is not None
    return found


# What their keys come to, once a rule is read.
MADE: dict[OfferKind, dict[str, object]] = {
    OfferKind.MESSAGE: {"text": "Hello. We are asking how you are.", "channel": "text"},
    OfferKind.QUESTIONNAIRE: {"form": "my-good-day", "words": "Fill in: my good day"},
    OfferKind.TASK: {
        "role": "health-coach",
        "due": Duration(7, "day"),
        "code": code("check-in-call"),
        "words": "Ring about breathing",
    },
    OfferKind.GOAL: {"text": "I would like to"},
}


def rule_with(kind: OfferKind, **said: object) -> Rule:
    if kind in OFFERS:
        made = a_rule(offers=OFFERS[kind], exclude=None)
        changed: Any = said  # each offer has members of its own
        return replace(made, offers=(replace(made.offers[0], **changed),)) if said else made
    members: Any = {**MADE[kind], **said}  # and so it has here
    offer = Offer(kind, Wording(("Please do",)), **members)
    return replace(a_rule(exclude=None), offers=(offer,))


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
    OfferKind.MESSAGE: "CommunicationRequest",
    OfferKind.QUESTIONNAIRE: "Task",
    OfferKind.TASK: "Task",
    OfferKind.GOAL: "Goal",
}


@pytest.mark.parametrize("kind", OfferKind)
def test_every_sort_of_offer_is_a_valid_resource_about_the_person_from_the_rule(
    kind: OfferKind,
) -> None:
    resource = made(a_prompt(rule_with(kind)).proposals[0])
    assert resource["resourceType"] == TYPES[kind]
    about = resource["for" if kind in (OfferKind.QUESTIONNAIRE, OfferKind.TASK) else "subject"]
    assert about == {"reference": "Patient/ann"}
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


@pytest.mark.parametrize(
    ("lead_time", "by"),
    [
        pytest.param(Duration(7, "day"), "2026-11-24", id="a week before, as the rule says"),
        pytest.param(Duration(1, "day"), "2026-11-28", id="never less than three days"),
    ],
)
def test_a_letter_is_there_as_long_before_the_visit_as_the_rule_says(
    lead_time: Duration, by: str
) -> None:
    rule = rule_with(OfferKind.RESULTS, lead_time=lead_time)
    assert made(a_prompt(rule).proposals[0])["occurrenceDateTime"] == by


@pytest.mark.parametrize("priority", ["routine", "urgent", ""])
def test_a_referral_says_how_soon_where_the_rule_does(priority: str) -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER, priority=priority)).proposals[0])
    assert resource.get("priority", "") == priority


def listed(*codes: str) -> CodeList:
    return CodeList("reason", "Reason", {code(name): f"About {name}" for name in codes})


def test_a_referral_points_at_the_conditions_that_the_rule_gives_as_the_reason() -> None:
    rule = rule_with(OfferKind.REFER, reason=listed("wheeze", "cough"))
    resource = made(a_prompt(rule).proposals[0])
    assert resource["reasonReference"] == [{"reference": "Condition/c1"}]
    assert "reasonCode" not in resource


def test_a_reason_that_is_no_condition_of_the_rule_is_given_as_a_code() -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER, reason=listed("wheeze"))).proposals[0])
    assert resource["reasonCode"] == [
        {"coding": [{"system": OWN, "code": "wheeze"}], "text": "About wheeze"}
    ]
    assert "reasonReference" not in resource


@pytest.mark.parametrize(
    ("channel", "medium"),
    [("letter", "MAILWRIT"), ("text", "WRITTEN"), ("email", "EMAILWRIT"), ("app", "ONLINEWRIT")],
)
def test_a_message_is_a_draft_with_its_text_and_the_way_it_goes(channel: str, medium: str) -> None:
    resource = made(a_prompt(rule_with(OfferKind.MESSAGE, channel=channel)).proposals[0])
    assert resource["status"] == "draft"
    assert resource["payload"] == [{"contentString": "Hello. We are asking how you are."}]
    assert [each["coding"][0]["code"] for each in resource["medium"]] == [medium]
    words = [each.get("text") for each in resource["medium"]]
    assert words == ["Text message" if channel == "text" else None]
    assert resource["recipient"] == [{"reference": "Patient/ann"}]


def test_a_message_without_words_is_found_before_anybody_is_asked() -> None:
    with pytest.raises(ValueError, match="CommunicationRequest"):
        prove_offers([rule_with(OfferKind.MESSAGE, text="")])


@pytest.mark.parametrize(
    ("form", "address"),
    [
        ("my-good-day", f"{QUESTIONNAIRES}my-good-day"),
        ("https://forms.example/Questionnaire/x", "https://forms.example/Questionnaire/x"),
    ],
)
def test_a_form_is_something_to_do_with_the_address_of_the_form(form: str, address: str) -> None:
    resource = made(a_prompt(rule_with(OfferKind.QUESTIONNAIRE, form=form)).proposals[0])
    assert resource["input"] == [{"type": {"text": "Questionnaire"}, "valueCanonical": address}]
    assert "focus" not in resource, "the visit has no id yet"


def test_a_form_before_a_visit_points_at_the_visit() -> None:
    prompt = a_prompt(rule_with(OfferKind.QUESTIONNAIRE))
    visit = entry(Kind.APPOINTMENT, "visit")._replace(reference="Appointment/v1")
    resource = made(replace(prompt.proposals[0], visit=visit))
    assert resource["focus"] == {"reference": "Appointment/v1"}


def test_something_to_do_is_for_a_role_by_a_day_and_can_be_found_again() -> None:
    resource = made(a_prompt(rule_with(OfferKind.TASK)).proposals[0])
    assert (resource["status"], resource["intent"]) == ("requested", "plan")
    assert resource["performerType"] == [{"text": "health coach"}]
    assert resource["restriction"] == {"period": {"end": "2026-11-28"}}
    assert resource["code"]["coding"] == [{"system": OWN, "code": "check-in-call"}]
    assert resource["description"] == "Ring about breathing"
    assert "owner" not in resource, "a role, and never one person"


@pytest.mark.parametrize("kind", [OfferKind.TASK, OfferKind.QUESTIONNAIRE])
def test_without_words_of_its_own_something_to_do_is_called_what_the_button_says(
    kind: OfferKind,
) -> None:
    assert made(a_prompt(rule_with(kind, words="")).proposals[0])["description"] == "Please do"


def test_a_goal_is_only_proposed_and_waits_for_the_persons_own_words() -> None:
    resource = made(a_prompt(rule_with(OfferKind.GOAL)).proposals[0])
    assert resource["lifecycleStatus"] == "proposed"
    assert resource["description"] == {"text": "I would like to"}
    assert resource["expressedBy"] == {"reference": "Patient/ann"}
    assert resource["addresses"] == [{"reference": "Condition/c1"}]
    assert not {"target", "achievementStatus", "priority"} & set(resource)


def test_a_goal_without_a_beginning_is_still_a_goal() -> None:
    assert made(a_prompt(rule_with(OfferKind.GOAL, text="")).proposals[0])["description"]["text"]


def test_whatever_is_offered_is_proved_when_the_rules_are_loaded() -> None:
    prove_offers([rule_with(kind) for kind in OfferKind])


@pytest.mark.parametrize(("number", "word", "months"), [(-2, "not-now", 3), (-1, "declined", 12)])
def test_an_answer_keeps_the_day_until_which_it_is_quiet(
    number: int, word: str, months: int
) -> None:
    resource = made(a_prompt(rule_with(OfferKind.REFER)).proposals[number])
    until = Duration(months, "month").after(TODAY).isoformat()
    assert resource["statusReason"]["coding"] == [{"system": OWN, "code": word}]
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


def test_a_letter_says_how_it_is_to_be_set_where_that_is_not_usual() -> None:
    usual = made(a_prompt(rule_with(OfferKind.RESULTS)).proposals[0])
    assert "note" not in usual
    offers = OFFERS[OfferKind.RESULTS] + "    format: large print\n"
    large = made(a_prompt(a_rule(offers=offers, exclude=None)).proposals[0])
    assert large["note"] == [{"text": "To be set as large print."}]
