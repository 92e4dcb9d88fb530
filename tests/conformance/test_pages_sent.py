"""One page of a list was sent along: what is on it stays known, whatever the FHIR server does (R4).

The rule is a safety net: where it cannot tell whether there was a plan, it asks. So a plan that was
sent and then lost would bring a card about what has been done.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import Resource, a_condition, a_patient, a_resource, load_files, rule_text
from tests.callers import bearer
from tests.conformance.requirements.test_fallback import CALLER, ask, bare, practice
from tests.conformance.standard import check_refusal
from tests.fhir_builders import an_operation_outcome
from tests.fhir_server import Answer, Asked, Fault, FhirServer, always, answer, up
from tests.served import Json, Surgery, in_pilot, prefetch_of

FACTS = """
has_cough: {find: condition, codes: cough}
had_plan: {find: procedure, codes: tea-group}
"""
WHEN = """
all:
  - has_cough
  - not: had_plan
"""
PLAN = a_resource("Procedure", "tea-group", id="plan", status="completed")

FAULTS: dict[str, Fault] = {
    "late": lambda server, asked: replace(server.honest(asked), after=5.0),
    "without leave": always(answer(an_operation_outcome(), 401)),
    "out of scope": always(answer(an_operation_outcome(), 403)),
    "unable": always(answer(an_operation_outcome(), 500)),
    "cut": lambda server, asked: replace(server.honest(asked), cut=40),
    "no FHIR": always(answer(b"Hello")),
}


@pytest.fixture(scope="module")
def safety_net() -> Library:
    rule = rule_text(
        facts=FACTS, when=WHEN, when_unknown="prompt", purpose="safety net",
        exclude=None, people=None, today=None, tests=None,
    )  # fmt: skip
    files = {"coughing.yaml": rule, "practice.yaml": "name: A test\ninvented: yes\n"}
    return in_pilot(load_files(files).usable())


def with_a_page(service: Surgery, fhir: FhirServer, *procedures: Resource) -> Json:
    """A call with everything along, but of the procedures only their first page."""
    headers = bearer(CALLER.token("https://good-day.example/hooks/cds-services", service.now))
    (found,) = service.client.get("/cds-services", headers=headers).json()["services"]
    call = bare(fhir)
    call["prefetch"] = prefetch_of(
        found["prefetch"], [a_patient(), a_condition("cough"), *procedures]
    )
    link = [{"relation": "next", "url": f"{fhir.base}/Procedure?page=1"}]
    call["prefetch"]["procedures"]["link"] = link
    return call


def decided(
    folder: Path, library: Library, fault: Callable[[FhirServer, Asked], Answer | None] | None,
    *page: Resource, there: tuple[Resource, ...] = (),
) -> str:  # fmt: skip
    """What becomes of the rule, where this page was sent and the server has what is there."""
    server = FhirServer([a_patient(), *there], fault=fault)
    with up(server) as fhir, practice(folder, library, fhir) as service:
        reply = ask(service, with_a_page(service, fhir, *page))
    assert {asked.path for asked in fhir.asked} == {"/fhir/Procedure"}
    return reply.decided("coughing")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_plan_on_the_page_that_was_sent_is_known_whatever_the_server_does(
    tmp_path: Path, safety_net: Library, fault: str
) -> None:
    assert decided(tmp_path, safety_net, FAULTS[fault], PLAN, there=(PLAN,)) == "nothing"


@pytest.mark.parametrize("fault", FAULTS)
def test_where_no_plan_is_on_the_page_the_list_stays_in_doubt(
    tmp_path: Path, safety_net: Library, fault: str
) -> None:
    assert decided(tmp_path, safety_net, FAULTS[fault], there=(PLAN,)) == "card"


def test_a_list_that_was_fetched_whole_takes_the_place_of_its_page(
    tmp_path: Path, safety_net: Library
) -> None:
    not_done = {**PLAN, "status": "entered-in-error"}
    assert decided(tmp_path, safety_net, None, PLAN, there=(not_done,)) == "card"


def test_a_page_about_somebody_else_is_refused_though_the_list_was_fetched(
    tmp_path: Path, safety_net: Library
) -> None:
    theirs = {**PLAN, "subject": {"reference": "Patient/another"}}
    server = FhirServer([a_patient(), PLAN])
    with up(server) as fhir, practice(tmp_path, safety_net, fhir) as service:
        call = with_a_page(service, fhir)
        call["prefetch"]["procedures"]["entry"] = [{"resource": theirs}]
        reply = ask(service, call)
    check_refusal(reply, 400, "Procedure")
