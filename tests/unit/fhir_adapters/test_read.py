"""Resources to a record: where codes stand, which date counts, and what is on the record at all.

CONTENT 3.2, resource type by resource type, through the bundle door.
"""

import pytest

from rules.codes import Code
from tests.builders import Resource, a_resource, code, concept
from tests.fhir_builders import KIND, entries, one, read

# ---- where the code stands ------------------------------------------------------------------

PLACES: dict[str, Resource] = {
    **{f"{kind}, in its usual place": a_resource(kind, "cough") for kind in KIND},
    "Observation, as its value": a_resource(
        "Observation", "other", valueCodeableConcept=concept("cough")
    ),
    "Observation, as a component": a_resource(
        "Observation", "other", component=[{"code": concept("cough")}]
    ),
    "Observation, as a component's value": a_resource(
        "Observation",
        "other",
        component=[{"code": concept("x"), "valueCodeableConcept": concept("cough")}],
    ),
    "CarePlan, as an activity": a_resource(
        "CarePlan", "other", activity=[{"detail": {"code": concept("cough")}}]
    ),
    "Communication, as a reason": a_resource(
        "Communication", "other", reasonCode=[concept("cough")]
    ),
    "Communication, as a category": a_resource(
        "Communication", "other", category=[concept("cough")]
    ),
    "CommunicationRequest, as a category": a_resource(
        "CommunicationRequest", "other", category=[concept("cough")]
    ),
    "DocumentReference, as a category": a_resource(
        "DocumentReference", "other", category=[concept("cough")]
    ),
    "Appointment, as a service type": a_resource(
        "Appointment", "other", serviceType=[concept("cough")]
    ),
    "Appointment, as a service category": a_resource(
        "Appointment", "other", serviceCategory=[concept("cough")]
    ),
    "Appointment, as a reason": a_resource("Appointment", "other", reasonCode=[concept("cough")]),
    "Encounter, as a reason": a_resource("Encounter", "other", reasonCode=[concept("cough")]),
    "Encounter, as the service": a_resource("Encounter", "other", serviceType=concept("cough")),
    "Encounter, as its class": {
        **a_resource("Encounter", "other"),
        "class": code("cough")._asdict(),
    },
    "Goal, as a category": a_resource("Goal", "other", category=[concept("cough")]),
    "Consent, as its scope": a_resource("Consent", "other", scope=concept("cough")),
    "Consent, as what it permits": a_resource(
        "Consent", "other", provision={"code": [concept("cough")]}
    ),
    "QuestionnaireResponse, as an answer to a question inside a group": a_resource(
        "QuestionnaireResponse",
        item=[{"item": a_resource("QuestionnaireResponse", "cough")["item"]}],
    ),
    "QuestionnaireResponse, as an answer to a question that follows from an answer": a_resource(
        "QuestionnaireResponse",
        item=[{"answer": [{"item": a_resource("QuestionnaireResponse", "cough")["item"]}]}],
    ),
    "as the second coding": a_resource("Condition", "other", "cough"),
}


@pytest.mark.parametrize("resource", PLACES.values(), ids=PLACES)
def test_a_code_means_the_same_wherever_it_stands(resource: Resource) -> None:
    found = one(resource)
    assert found.kind is KIND[str(resource["resourceType"])]


@pytest.mark.parametrize("status", ["cancelled", "stopped", "entered-in-error"])
def test_an_activity_that_will_not_happen_is_not_part_of_a_plan(status: str) -> None:
    detail = {"code": concept("cough"), "status": status}
    plan = a_resource("CarePlan", "other", activity=[{"detail": detail}])
    assert entries(read(plan)) == ()


def test_a_code_counts_only_with_its_system() -> None:
    wrong = {"coding": [{"system": "http://example.org", "code": "cough"}, {"code": "cough"}]}
    record = read(a_resource("Condition", "other", code=wrong))
    assert entries(record) == ()
    assert Code("http://example.org", "cough") in record.by_code


def test_words_without_a_code_are_no_code() -> None:
    assert entries(read(a_resource("Condition", code={"text": "cough"}))) == ()


def test_what_it_is_called_comes_from_the_record_and_first_from_its_text() -> None:
    coding = {**code("cough")._asdict(), "display": "Coughing"}
    assert one(a_resource("Condition", code={"coding": [coding]})).words == "Coughing"
    both: Resource = {"coding": [coding], "text": "Coughs at night"}
    assert one(a_resource("Condition", code=both)).words == "Coughs at night"


# ---- what is not on the record at all -------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in KIND if kind != "Condition"])
def test_what_was_entered_in_error_is_not_on_the_record(kind: str) -> None:
    status = "lifecycleStatus" if kind == "Goal" else "status"
    assert entries(read(a_resource(kind, "cough", **{status: "entered-in-error"}))) == ()


def standing(**said: object) -> Resource:
    """A Condition with a verification status."""
    return a_resource("Condition", "cough", verificationStatus=said)


VOID = {
    "in error": standing(coding=[{"code": "entered-in-error"}]),
    "refuted": standing(coding=[{"code": "refuted"}]),
    "refuted, behind another coding": standing(
        coding=[{"system": "http://local.example", "code": "no"}, {"code": "refuted"}]
    ),
    "in error, behind a coding without a code": standing(
        coding=[{"display": "Wrong"}, {"code": "entered-in-error"}]
    ),
    "refuted, in words alone": standing(text="Refuted"),
    "in error, in words alone": standing(text="Entered in Error"),
}


@pytest.mark.parametrize("condition", VOID.values(), ids=VOID)
def test_a_condition_that_was_ruled_out_is_not_on_the_record(condition: Resource) -> None:
    assert entries(read(condition)) == ()


@pytest.mark.parametrize("word", ["unconfirmed", "provisional", "differential"])
@pytest.mark.parametrize("behind", [False, True])
def test_a_condition_that_nobody_confirmed_is_not_sure(word: str, behind: bool) -> None:
    codings = [{"system": "http://local.example", "code": "7"}] if behind else []
    assert not one(standing(coding=[*codings, {"code": word}])).sure
    assert one(standing(coding=[{"code": "confirmed"}])).sure
    assert one(a_resource("Condition", "cough")).sure


CLINICAL: dict[str, tuple[Resource, str]] = {
    "coded": ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, "resolved"),
    "in words": ({"clinicalStatus": {"text": "Resolved"}}, "resolved"),
    "in words beside a coding without a code": (
        {"clinicalStatus": {"coding": [{"display": "Over"}], "text": "Resolved"}},
        "resolved",
    ),
    "none": ({}, ""),
    "none, but an end": ({"abatementDateTime": "2020"}, "resolved"),
    "none, but an end in a period": ({"abatementPeriod": {"end": "2020"}}, "resolved"),
    "none, but an end in words": ({"abatementString": "last year"}, "resolved"),
    "active, though an end is there": (
        {"clinicalStatus": {"coding": [{"code": "active"}]}, "abatementDateTime": "2020"},
        "active",
    ),
}


@pytest.mark.parametrize(("said", "status"), CLINICAL.values(), ids=CLINICAL)
def test_the_clinical_status_of_a_condition(said: Resource, status: str) -> None:
    assert one({**a_resource("Condition", "cough"), **said}).status == status


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"coding": []}, id="no coding"),
        pytest.param({"coding": [{"display": "Over and done"}]}, id="a coding without a code"),
        pytest.param({}, id="empty"),
    ],
)
def test_a_clinical_status_that_says_nothing_is_not_the_same_as_none(said: Resource) -> None:
    """None counts as active, as UK records leave it out; an unreadable one may say anything."""
    status = one(a_resource("Condition", "cough", clinicalStatus=said)).status
    assert status not in ("", "active", "recurrence", "relapse")
