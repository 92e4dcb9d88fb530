"""The letter with results ahead of a visit, through the door that clients use, gate by gate.

A visit is booked for somebody whose result is filed: a letter is offered. Then one thing at a time
is otherwise, and there is none. CONTENT R-31 and 7.9, threats T35 and T36.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import Resource, a_condition, a_resource
from tests.fhir_builders import FEV1, RESULTS_RULE, SPIROMETRY_DAY, a_booking, a_report, leroy
from tests.served import BOOK, Reply, Surgery, piloting, surgery

SENSITIVE = "sensitive-result"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A practice that pilots letters with results ahead."""
    return piloting(tmp_path_factory.mktemp("practice"), RESULTS_RULE)


@pytest.fixture
def service(tmp_path: Path, library: Library) -> Iterator[Surgery]:
    """Its service, where nobody was asked anything yet."""
    with surgery(tmp_path, library) as open_now:
        yield open_now


def booking(service: Surgery, *resources: Resource) -> Reply:
    """Somebody books a planned visit for a person with these resources."""
    call = service.a_call(resources, hook=BOOK)
    call["context"] |= {"appointments": a_booking()}
    return service.ask(call)


def without(name: str) -> Iterator[Resource]:
    """Leroy's record without one resource, by its id."""
    return (one for one in leroy() if one.get("id") != name)


def a_result(code: str = FEV1, **said: object) -> Resource:
    """One result more, of the same day, which a report says that somebody filed."""
    made = {"id": "r2", "status": "final", "effectiveDateTime": SPIROMETRY_DAY}
    return {**a_resource("Observation", code), **made, **said}


def a_statement(kind: str, code: str) -> Resource:
    """Something said last week, in one of the types in which records keep what was said."""
    week = "2026-11-14"
    if kind == "Condition":
        return a_condition(code, onsetDateTime=week)
    if kind == "Flag":
        return a_resource("Flag", code, status="active", period={"start": week})
    dated = {
        "Observation": "effectiveDateTime",
        "Procedure": "performedDateTime",
        "ServiceRequest": "authoredOn",
    }[kind]
    status = {"Observation": "final", "Procedure": "completed", "ServiceRequest": "active"}[kind]
    return a_resource(kind, code, id="said-1", status=status, **{dated: week})


def test_a_filed_result_before_a_planned_visit_is_offered_as_a_letter(service: Surgery) -> None:
    reply = booking(service, *leroy())
    (letter,) = [one for one in reply.card["suggestions"] if one["label"].startswith("Draft")]
    (action,) = letter["actions"]
    draft = action["resource"]
    assert (draft["resourceType"], draft["status"]) == ("CommunicationRequest", "draft")
    assert draft["about"][0] == {"reference": "Observation/fev1-1"}
    assert "71 %" in draft["payload"][0]["contentString"]


EVERYWHERE = ("Condition", "Observation", "Procedure")
# Each gate of CONTENT R-31 by itself: everything else is as it has to be.
SHUT: dict[str, Iterable[Resource]] = {
    "1 no sign that a clinician has filed it": [*without("report-1")],
    "1 the report names nobody who has looked": [
        *without("report-1"),
        {**a_report("Observation/fev1-1"), "resultsInterpreter": []},
    ],
    "1 the report is not final": [
        *without("report-1"),
        {**a_report("Observation/fev1-1"), "status": "partial"},
    ],
    "2 another result of the day is on its way": [*leroy(), a_result(status="preliminary")],
    "2 another result of the day is asked for": [*leroy(), a_result(status="registered")],
    "2 two more are not filed": [
        *leroy(),
        a_result("999791000000106", status="preliminary"),
        a_result("994351000000103", id="r3", status="preliminary"),
    ],
    "2 another result has no sign of being filed": [*leroy(), a_result()],
    **{
        f"3 one that is told in person, as {kind}": [*leroy(), a_statement(kind, SENSITIVE)]
        for kind in (*EVERYWHERE, "ServiceRequest")
    },
    "3 one that is told in person is on its way": [
        *leroy(),
        a_result(SENSITIVE, status="registered"),
    ],
    "3 one that is told in person, as part of another result": [
        *leroy(),
        a_result(
            "blow-test",
            component=[{"code": a_resource("Observation", SENSITIVE)["code"], "valueString": "x"}],
        ),
    ],
    **{
        f"4 asked not to get results, as {kind}": [*leroy(), a_statement(kind, "no-results-ahead")]
        for kind in EVERYWHERE
    },
    "5 nobody has confirmed where letters go": [*without("confirmed-1")],
    "5 that was longer than a year ago": [
        *without("confirmed-1"),
        a_resource(
            "Procedure",
            "contact-details-confirmed",
            status="completed",
            performedDateTime="2025-11-20",
        ),
    ],
    "6 there is a safeguarding flag": [*leroy(), a_statement("Flag", "safeguarding")],
    **{
        f"6 referred to safeguarding, as {kind}": [*leroy(), a_statement(kind, "514331000000104")]
        for kind in EVERYWHERE
    },
    **{
        f"6 others may read the letter, as {kind}": [
            *leroy(),
            a_statement(kind, "letters-not-safe"),
        ]
        for kind in EVERYWHERE
    },
    **{
        f"7 an interpreter is needed, as {kind}": [*leroy(), a_statement(kind, "315594003")]
        for kind in EVERYWHERE
    },
    "7 the person's own page says so": [
        {
            **leroy()[0],
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
                    "valueBoolean": True,
                }
            ],
        },
        *leroy()[1:],
    ],
    **{
        f"8 somebody is to act first, as {kind}": [
            *leroy(),
            a_statement(kind, "result-needs-action"),
        ]
        for kind in EVERYWHERE
    },
}


@pytest.mark.parametrize("gate", SHUT)
def test_each_gate_alone_keeps_the_letter(service: Surgery, gate: str) -> None:
    assert booking(service, *SHUT[gate]).cards == []


OPEN: dict[str, Iterable[Resource]] = {
    "another result, filed like the first": [
        *leroy(),
        a_result(),
        {**a_report("Observation/r2"), "id": "report-2"},
    ],
    "a test that was cancelled": [*leroy(), a_result(status="cancelled")],
    "an interpreter, and it is agreed how letters come": [
        *leroy(),
        a_statement("Condition", "315594003"),
        a_statement("Procedure", "letter-format-agreed"),
    ],
}


@pytest.mark.parametrize("what", OPEN)
def test_what_is_in_order_keeps_nothing(service: Surgery, what: str) -> None:
    assert booking(service, *OPEN[what]).card["suggestions"][0]["label"].startswith("Draft")
