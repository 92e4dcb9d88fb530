"""Hooks: those of the hook library, each with what its context has to hold, and a system's own."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import Resource, a_condition, a_patient, a_resource, load_files, rule_text
from tests.conformance.standard import check_discovery, check_refusal
from tests.fhir_builders import a_booking
from tests.served import Json, Reply, Surgery, a_call, in_pilot, prefetch_of, surgery

ORDERS: Json = {"resourceType": "Bundle", "type": "collection", "entry": []}
OWN = "uk.example.review-due"
# What each hook's context holds beside the patient (CDS_HOOKS 1.16).
CONTEXTS: Mapping[str, Json] = {
    "patient-view": {"userId": "Practitioner/gp"},
    "appointment-book": {"userId": "Practitioner/gp", "appointments": a_booking()},
    "encounter-start": {"userId": "PractitionerRole/gp", "encounterId": "visit-1"},
    "encounter-discharge": {"userId": "Practitioner/gp", "encounterId": "stay-1"},
    "order-select": {
        "userId": "Practitioner/gp",
        "selections": ["ServiceRequest/1"],
        "draftOrders": ORDERS,
    },
    "order-sign": {"userId": "Practitioner/gp", "draftOrders": ORDERS},
    "order-dispatch": {
        "dispatchedOrders": ["ServiceRequest/1"],
        "performer": "Organization/1",
    },
    "problem-list-item-create": {"userId": "Practitioner/gp", "conditions": ORDERS},
    "allergyintolerance-create": {
        "userId": "Practitioner/gp",
        "allergyIntolerance": {"resourceType": "AllergyIntolerance"},
    },
    "medication-refill": {"medications": ORDERS},
    "medication-verify": {
        "userId": "Practitioner/pharmacist",
        "medication": {"resourceType": "MedicationRequest", "status": "active"},
    },
    OWN: {},
}
NEEDED = [(hook, name) for hook, context in CONTEXTS.items() for name in context]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    """A practice with one rule, asked at every moment there is."""
    rule = rule_text(hook=f"[{', '.join(CONTEXTS)}]", people=None, today=None, tests=None)
    practice = "name: A test\ninvented: yes\n"
    library = load_files({"coughing.yaml": rule, "practice.yaml": practice}).usable()
    with surgery(tmp_path_factory.mktemp("hooks"), in_pilot(library)) as open_now:
        yield open_now


def a_call_of(service: Surgery, hook: str, person: str, *resources: Resource) -> Json:
    given = [{**a_patient(), "id": person}, *resources]
    call = a_call(prefetch_of(service.templates(hook), given), of=person, hook=hook)
    call["context"] = {"patientId": person, **CONTEXTS[hook]}
    if hook == "appointment-book":
        text = {"reference": f"Patient/{person}"}
        booking: Any = deepcopy(call["context"]["appointments"])  # a Bundle, as JSON
        for entry in booking["entry"]:
            entry["resource"]["participant"][0]["actor"] = text
        call["context"]["appointments"] = booking
    return call


def cough(person: str) -> Resource:
    return a_condition("cough", subject={"reference": f"Patient/{person}"}, id="cough-1")


def ask(service: Surgery, call: Json) -> Reply:
    return Reply(service.client.post(f"/cds-services/good-day-{call['hook']}", json=call))


def test_each_hook_of_a_rule_is_a_service_of_its_own(service: Surgery) -> None:
    body = service.client.get("/cds-services").json()
    assert {one["hook"] for one in body["services"]} == set(CONTEXTS)
    check_discovery(body)


@pytest.mark.parametrize("hook", CONTEXTS)
def test_each_hook_is_answered_with_a_card(service: Surgery, hook: str) -> None:
    person = f"person-{hook.replace('.', '-')}"
    reply = ask(service, a_call_of(service, hook, person, cough(person)))
    assert reply.decided("coughing") == "card", reply.text


@pytest.mark.parametrize(("hook", "name"), NEEDED)
@pytest.mark.parametrize("state", ["absent", "null"])
def test_what_a_hook_has_to_hold_is_asked_for_by_name(
    service: Surgery, hook: str, name: str, state: str
) -> None:
    call = a_call_of(service, hook, "nobody", cough("nobody"))
    if state == "null":
        call["context"][name] = None
    else:
        del call["context"][name]
    check_refusal(ask(service, call), 400, f'"context.{name}"')


def test_a_problem_that_was_just_put_on_the_list_counts_before_a_search_finds_it(
    service: Surgery,
) -> None:
    hook = "problem-list-item-create"
    call = a_call_of(service, hook, "newly-told")
    assert ask(service, call).decided("coughing") == "nothing"
    just = {"resource": cough("newly-told")}
    call["context"]["conditions"] = {"resourceType": "Bundle", "entry": [just]}
    assert ask(service, call).decided("coughing") == "card"


def test_a_problem_of_somebody_else_in_the_context_is_refused(service: Surgery) -> None:
    call = a_call_of(service, "problem-list-item-create", "newly-told-2")
    theirs = {"resource": cough("another-person")}
    call["context"]["conditions"] = {"resourceType": "Bundle", "entry": [theirs]}
    check_refusal(ask(service, call), 400)


def test_problems_that_cannot_be_read_are_400_and_never_left_out(service: Surgery) -> None:
    call = a_call_of(service, "problem-list-item-create", "newly-told-3")
    call["context"]["conditions"] = a_resource("OperationOutcome")
    check_refusal(ask(service, call), 400, '"context.conditions"')


@pytest.mark.parametrize("wrong", ["patient-veiw", "PatientView", "uk.", ".uk", "uk..x", "a b.c"])
def test_a_hook_that_nobody_has_is_refused_when_the_rule_is_read(wrong: str) -> None:
    loaded = load_files({"coughing.yaml": rule_text(hook=wrong)})
    (problem,) = loaded.stops
    assert problem.code == "E10"
    assert "uk.nhs.review-due" in problem.hint


SHORT = "uk.example."


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("uk.nhs.scotland.ayrshire-and-arran.primary-care.copd-review-due", "at most 52 char"),
        (SHORT.ljust(53, "x"), "at most 52 characters; this has 53"),
        ("com.example.hook20261122", "six digits in a row"),
        ("uk.nhs.list123456.due", "six digits in a row"),
    ],
)
def test_a_hook_that_could_not_be_logged_is_told_where_it_is_written(wrong: str, says: str) -> None:
    loaded = load_files({"coughing.yaml": rule_text(hook=wrong)})
    (problem,) = loaded.stops
    lines = rule_text(hook=wrong).splitlines()
    assert (problem.code, problem.at.line) == ("E10", lines.index(f"hook: {wrong}") + 1)
    assert says in problem.says
    assert "uk.nhs.review-due" in problem.hint
    assert wrong not in problem.says
    assert not loaded.library.rules


# Names near every edge: of length, of digits in a row, and of what may stand in them.
PARTS = st.from_regex(r"[A-Za-z0-9_-]{1,9}|[0-9]{4,7}|[a-z]{20,40}", fullmatch=True)
NAMES = st.lists(PARTS, min_size=2, max_size=7).map(".".join) | st.sampled_from(
    [
        SHORT.ljust(52, "x"),
        SHORT.ljust(53, "x"),
        "com.example.patientFlagged",
        "com.example.case_load",
        "a.12345",
    ]
)


@settings(max_examples=30, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=12, unique=True))
def test_every_name_that_is_accepted_answers_a_call(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        rules = {
            f"rule-{number}.yaml": rule_text(
                id=f"rule-{number}", hook=f'"{name}"', people=None, today=None, tests=None
            )
            for number, name in enumerate(names)
        }
        practice = "name: A test\ninvented: yes\n"
        library = load_files({**rules, "practice.yaml": practice}).library
        accepted = {hook for rule in library.rules for hook in rule.hooks}
        with surgery(Path(folder), in_pilot(library)) as service:
            for hook in accepted:
                call = service.a_call([{**a_patient(), "id": "test-person"}], hook=hook)
                assert ask(service, call).cards == []


@pytest.mark.parametrize("name", ["com.example.patientFlagged", "com.example.case_load"])
def test_a_systems_own_name_may_have_capitals_and_underscores(name: str) -> None:
    assert load_files({"coughing.yaml": rule_text(hook=name)}).library.rules[0].hooks == (name,)
