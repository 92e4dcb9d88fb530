"""The letter with results ahead of a visit, through the door that clients use, gate by gate.

A visit is booked for somebody whose result is filed, or their record is opened while the visit is
in the book: a letter is offered. Then one thing at a time is otherwise, and there is none. CONTENT
R-31 and 7.9, threats T35 and T36.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import Resource, a_condition, a_resource, concept
from tests.conformance.requirements.test_fallback import ask, bare, practice
from tests.fhir_builders import (
    FEV1,
    RESULTS_RULE,
    SPIROMETRY_DAY,
    VISIT_DAY,
    a_booking,
    a_report,
    an_operation_outcome,
    leroy,
)
from tests.fhir_server import FhirServer, up
from tests.served import BOOK, VIEW, Reply, Surgery, piloting, surgery, until_reached

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


def in_the_book(day: str = VISIT_DAY, status: str = "booked") -> Resource:
    """The visit as it stands on the record, once it is booked."""
    booked = json.loads(json.dumps(a_booking(start=f"{day}T09:00:00Z")))
    proposed: Resource = booked["entry"][0]["resource"]
    return {**proposed, "status": status}


def opening(service: Surgery, *resources: Resource) -> Reply:
    """Somebody opens the record, on which the visit is in the book."""
    return service.ask(service.a_call([*resources, in_the_book()], hook=VIEW))


# The two moments at which a letter is offered.
DOORS = {BOOK: booking, VIEW: opening}


def without(name: str) -> Iterator[Resource]:
    """Leroy's record without one resource, by its id."""
    return (one for one in leroy() if one.get("id") != name)


def a_result(code: str = FEV1, **said: object) -> Resource:
    """One result more, of the same day, which a report says that somebody filed."""
    made = {"id": "r2", "status": "final", "effectiveDateTime": SPIROMETRY_DAY}
    return {**a_resource("Observation", code), **made, **said}


def a_told_report(**said: object) -> Resource:
    """A report of the same day with nothing in it that is an entry of its own."""
    made = a_resource("DiagnosticReport", "letter-test", id="told-1", status="final")
    return {**made, "effectiveDateTime": SPIROMETRY_DAY, **said}


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


@pytest.mark.parametrize("door", DOORS)
def test_a_filed_result_before_a_planned_visit_is_offered_as_a_letter(
    service: Surgery, door: str
) -> None:
    reply = DOORS[door](service, *leroy())
    assert "1 December 2026" in reply.card["summary"]
    (letter,) = [one for one in reply.card["suggestions"] if one["label"].startswith("Draft")]
    (action,) = letter["actions"]
    draft = action["resource"]
    assert (draft["resourceType"], draft["status"]) == ("CommunicationRequest", "draft")
    assert draft["about"][0] == {"reference": "Observation/fev1-1"}
    assert draft["about"][1] == {"reference": "Appointment/visit-1"}
    assert draft["occurrenceDateTime"] == "2026-11-28"
    said = draft["payload"][0]["contentString"]
    assert "71 %" in said
    assert "You have a visit on 1 December 2026." in said


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([in_the_book("2026-11-23")], id="too soon"),
        pytest.param([in_the_book("2026-12-20")], id="too late"),
        pytest.param([in_the_book(status="cancelled")], id="cancelled"),
        pytest.param([], id="no visit"),
    ],
)
def test_without_a_visit_in_time_in_the_book_the_record_opens_without_a_letter(
    service: Surgery, visits: Sequence[Resource]
) -> None:
    assert service.ask(service.a_call([*leroy(), *visits], hook=VIEW)).cards == []


def test_a_visit_that_is_booked_too_soon_has_no_letter_whatever_else_is_in_the_book(
    service: Surgery,
) -> None:
    call = service.a_call([*leroy(), in_the_book()], hook=BOOK)
    call["context"] |= {"appointments": a_booking(start="2026-11-23T09:00:00Z")}
    assert service.ask(call).cards == []


def test_what_was_not_sent_along_is_asked_of_the_record_system(
    tmp_path: Path, library: Library
) -> None:
    with (
        up(FhirServer([*leroy(), in_the_book()])) as fhir,
        practice(tmp_path, library, fhir) as service,
    ):
        reply = until_reached(lambda: ask(service, bare(fhir)))
    assert reply.button("Draft")["actions"][0]["resource"]["resourceType"] == "CommunicationRequest"
    assert "/fhir/Appointment" in {asked.path for asked in fhir.asked}


@pytest.mark.parametrize("door", DOORS)
def test_a_list_that_could_not_be_read_keeps_the_letter_whichever_it_is(
    service: Surgery, door: str
) -> None:
    """Of a visit that is being booked it does not matter which others are in the book."""
    for key in service.templates(door):
        call = service.a_call([*leroy(), in_the_book()], hook=door)
        call["context"] |= {"appointments": a_booking()} if door == BOOK else {}
        call["prefetch"][key] = an_operation_outcome()
        offered = bool(service.ask(call).cards)
        assert offered is (door == BOOK and key == "appointments"), key


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
        f"3 one that is told in person, as a report that is {status}": [
            *leroy(),
            a_told_report(code=concept(SENSITIVE), status=status),
        ]
        for status in ("registered", "partial", "preliminary", "final", "amended", "appended")
    },
    "3 a report of which nobody can say whether it stands": [
        *leroy(),
        a_told_report(code=concept(SENSITIVE), status="unknown"),
    ],
    "3 what came out in a report is told in person": [
        *leroy(),
        a_told_report(conclusionCode=[concept(SENSITIVE)]),
    ],
    "3 a report of a laboratory of which all is told in person": [
        *leroy(),
        a_told_report(category=[concept(SENSITIVE)]),
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
        for kind in (*EVERYWHERE, "ServiceRequest")
    },
    **{
        f"6 others may read the letter, as {kind}": [
            *leroy(),
            a_statement(kind, "letters-not-safe"),
        ]
        for kind in (*EVERYWHERE, "ServiceRequest")
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
    for door in DOORS.values():
        assert door(service, *SHUT[gate]).cards == []


OPEN: dict[str, Iterable[Resource]] = {
    "another result, filed like the first": [
        *leroy(),
        a_result(),
        {**a_report("Observation/r2"), "id": "report-2"},
    ],
    "a test that was cancelled": [*leroy(), a_result(status="cancelled")],
    "a report of the same day about something else": [*leroy(), a_told_report()],
    "a report that was cancelled": [
        *leroy(),
        a_told_report(code=concept(SENSITIVE), status="cancelled"),
    ],
    "an interpreter, and it is agreed how letters come": [
        *leroy(),
        a_statement("Condition", "315594003"),
        a_statement("Procedure", "letter-format-agreed"),
    ],
}


@pytest.mark.parametrize("what", OPEN)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_in_order_keeps_nothing(service: Surgery, what: str, door: str) -> None:
    reply = DOORS[door](service, *OPEN[what])
    assert reply.card["suggestions"][0]["label"].startswith("Draft")
