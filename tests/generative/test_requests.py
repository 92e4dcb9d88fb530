"""Whatever a request holds, it is answered or refused in our words, and never with a fault of ours.

A valid request is spoilt somewhere: any JSON value in place of any part, parts taken away, renamed
or said twice, and whole resources of somebody else, Zebedee, put anywhere. Zebedee's name and ids
must never come back, whatever else does.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.builders import Resource, a_bundle, a_patient, a_resource
from tests.conformance.standard import check_answer, members
from tests.fhir_builders import (
    COPD,
    COPD_RULE,
    FEV1,
    RESULTS_RULE,
    a_booking,
    a_report,
    an_operation_outcome,
    copd,
    leroy,
    margaret,
)
from tests.lengths import examples
from tests.served import BOOK, NOW, VIEW, Json, Reply, Surgery, closed, piloting, surgery, taken
from tests.strategies import JSON

OTHER = "canary-id"
NAME = "Zebedee-Canary"
CANARIES = ("canary", "zebedee")

# Where something stands in a JSON value: member names and list positions, from the top.
Path_ = tuple[str | int, ...]

_numbers = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    """One practice for all examples; every example is about somebody new."""
    folder: Path = tmp_path_factory.mktemp("generative")
    with surgery(folder, piloting(folder / "practice", COPD_RULE, RESULTS_RULE)) as open_now:
        yield open_now


# ---- somebody else --------------------------------------------------------------------------


def _theirs() -> list[Resource]:
    """Whole resources of Zebedee, of every sort that a rule reads, and bundles of them."""
    kinds = (
        "Observation", "Procedure", "ServiceRequest", "Flag", "Task", "CarePlan",
        "Communication", "CommunicationRequest", "DocumentReference", "Appointment",
    )  # fmt: skip
    single: list[Resource] = [
        {**a_patient(OTHER, name=NAME), "identifier": [{"value": "canary-number"}]},
        copd(OTHER, id="canary-condition"),
        a_report("Observation/canary-result", of=OTHER),
        *(a_resource(kind, COPD, FEV1, of=OTHER, id=f"canary-{kind}") for kind in kinds),
    ]
    by_address: list[Resource] = [
        {**copd(OTHER, id="canary-condition"), "subject": {"reference": reference}}
        for reference in (
            f"https://ehr.example/fhir/Patient/{OTHER}",
            f"Patient/{OTHER}/_history/1",
            "urn:uuid:canary",
            "#canary",
        )
    ]
    return [*single, *by_address, a_bundle(*single), a_bundle(single[0]), a_bundle(single[1])]


THEIRS: SearchStrategy[object] = st.sampled_from(_theirs()).map(deepcopy)

# ---- values that are hard to read -----------------------------------------------------------

_SHARP: list[object] = [
    None, True, False, 0, -1, 2**63, 2**64, -(2**63) - 1, 10**30, 1e308, -1e-308, 0.1, "", " ",
    "null", "\x00", "\ud7ff", "\uffff", "\U0001f600", "a" * 5000, "Patient/", "/", "#", "urn:uuid:",
    "2026", "2026-02-30", "0000-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "0001-01-01",
    "2026-11-21T24:00:00Z", "24:00", [], {}, [[]], [{}], {"": ""}, [None], {"resourceType": None},
    {"resourceType": ""}, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": [None]},
    {"resourceType": "Patient"}, {"reference": None}, {"reference": "Patient/test-person"},
    {"coding": None}, {"coding": [None]}, {"coding": [{}]}, {"value": 1e308}, {"start": "x"},
    an_operation_outcome(), a_bundle(an_operation_outcome()),
]  # fmt: skip
VALUES: SearchStrategy[object] = st.one_of(JSON, st.sampled_from(_SHARP).map(deepcopy), THEIRS)
NAMES = st.sampled_from(
    ["resourceType", "entry", "resource", "subject", "reference", "coding", "code", "system", "id",
     "prefetch", "context", "hook", "patientId", "patient", "conditions", "extension", "status",
     "", "\x00", "a" * 300, "__proto__", "__class__", "$ref"]
) | st.text(max_size=8)  # fmt: skip


# ---- spoiling -------------------------------------------------------------------------------


def paths(value: object) -> Iterator[Path_]:
    """Every part of a JSON value, by its path; not the whole itself."""
    for name, inner in members(value):
        yield (name,)
        yield from ((name, *below) for below in paths(inner))


def _holder(body: Any, path: Path_) -> Any:  # any JSON value, by its path
    for step in path[:-1]:
        body = body[step]
    return body


_TWICE = "said-twice-"


@st.composite
def spoilt(draw: st.DrawFn, whole: Json) -> str:
    """A request as text, with one to three things about it changed."""
    body = deepcopy(whole)
    again: dict[str, str] = {}
    for number in range(draw(st.integers(1, 3))):
        known = list(paths(body))
        if not known:
            break
        path = draw(st.sampled_from(known))
        holder, last = _holder(body, path), path[-1]
        act = draw(st.sampled_from(["put", "put", "put", "take away", "rename", "twice", "repeat"]))
        if act == "take away":
            del holder[last]
        elif isinstance(last, int):
            if act == "repeat":
                holder.extend(deepcopy(holder[last]) for _ in range(draw(st.integers(1, 3))))
            else:
                holder[last] = draw(VALUES)
        elif act == "rename":
            holder[draw(NAMES)] = holder.pop(last)
        elif act == "twice":
            name = f"{_TWICE}{number}"
            holder[name] = draw(VALUES)
            again[json.dumps(name)] = json.dumps(last)
        else:
            holder[last] = draw(VALUES)
    text = json.dumps(body)
    for placeholder, name in again.items():
        text = text.replace(placeholder, name)
    return text


# ---- checks ---------------------------------------------------------------------------------


def check(reply: Reply) -> None:
    """An answer by the standard, or a refusal in our words; and nothing of Zebedee in either."""
    assert reply.status < 500, reply.text
    if reply.status == 200:
        check_answer(reply.body, NOW.date())
    else:
        assert reply.status >= 400
        assert reply.says().endswith(".")
    assert not [word for word in CANARIES if word in reply.text.lower()]


def somebody_new(text: str) -> bytes:
    """The same request about a person whom nobody asked about before, from who has seen no card."""
    number = next(_numbers)
    theirs = text.replace("test-person", f"person-{number}")
    return theirs.replace("Practitioner/gp", f"Practitioner/gp-{number}").encode()


def viewing() -> Json:
    """A whole request about Margaret, with something in every list."""
    types = {
        "conditions": "Condition", "observations": "Observation",
        "observationValues": "Observation", "procedures": "Procedure",
        "serviceRequests": "ServiceRequest", "flags": "Flag", "tasks": "Task",
        "carePlans": "CarePlan", "communications": "Communication",
        "communicationRequests": "CommunicationRequest", "documents": "DocumentReference",
        "documentCategories": "DocumentReference", "diagnosticReports": "DiagnosticReport",
        "appointments": "Appointment",
    }  # fmt: skip
    prefetch: Json = {
        key: a_bundle(a_resource(kind, "something-else", id=f"{kind}-1", status="completed"))
        for key, kind in types.items()
    }
    person, condition = margaret()
    prefetch["patient"] = person
    prefetch["conditions"] = a_bundle(condition)
    return {
        "hook": VIEW,
        "hookInstance": "b9f6f1a2-0000-4000-8000-000000000000",
        "fhirServer": "https://ehr.example/fhir",
        "context": {"userId": "Practitioner/gp", "patientId": "test-person"},
        "prefetch": prefetch,
        "extension": {"com.example": 1},
    }


def booking() -> Json:
    """A whole request about Leroy's visit."""
    call = viewing()
    person, result, report, confirmed = leroy()
    call["hook"] = BOOK
    call["context"]["appointments"] = a_booking()
    call["prefetch"]["patient"] = person
    call["prefetch"]["observations"] = a_bundle(result)
    call["prefetch"]["diagnosticReports"] = a_bundle(report)
    call["prefetch"]["conditions"] = a_bundle()
    call["prefetch"]["procedures"] = a_bundle(confirmed)
    return call


# What comes from outside is tried more often than what we make ourselves.
MANY = settings(max_examples=examples(100, in_ci=500))


def test_both_requests_are_answered_with_a_card_before_they_are_spoilt(service: Surgery) -> None:
    for hook, whole in ((VIEW, viewing()), (BOOK, booking())):
        reply = service.post(somebody_new(json.dumps(whole)), hook)
        check(reply)
        assert reply.card


@MANY
@given(text=spoilt(viewing()))
def test_any_value_in_any_part_of_a_request_is_answered_or_refused(
    service: Surgery, text: str
) -> None:
    check(service.post(somebody_new(text)))


@MANY
@given(text=spoilt(booking()))
def test_any_value_in_any_part_of_a_booking_is_answered_or_refused(
    service: Surgery, text: str
) -> None:
    check(service.post(somebody_new(text), BOOK))


# The lists that the rule about Margaret reads. In another list a bundle within a bundle, which
# nobody looks into, puts only the rules in doubt that read it.
READ = sorted(set(viewing()["prefetch"]) - {"communicationRequests", "diagnosticReports",
                                            "appointments"})  # fmt: skip


@MANY
@given(theirs=THEIRS, key=st.sampled_from(READ), data=st.data())
def test_nothing_of_somebody_else_ever_makes_a_card(
    service: Surgery, theirs: Resource, key: str, data: st.DataObject
) -> None:
    """Put beside or in place of what stands in any list that is read: refused, or not a list."""
    call = viewing()
    held = call["prefetch"][key]
    places: list[object] = [theirs, a_bundle(theirs)]
    if "entry" in held:
        places.append(a_bundle(*(entry["resource"] for entry in held["entry"]), theirs))
        places.append({**held, "entry": [{"resource": theirs, "search": {"mode": "include"}}]})
    call["prefetch"][key] = data.draw(st.sampled_from(places))
    reply = service.post(somebody_new(json.dumps(call)))
    check(reply)
    assert reply.status == 400 or not reply.cards


@pytest.mark.parametrize("key", sorted(set(viewing()["prefetch"]) - {"patient"}))
def test_somebody_else_in_the_place_of_any_list_is_refused(service: Surgery, key: str) -> None:
    for theirs in (copd(OTHER), a_patient(OTHER), a_resource("Procedure", COPD, of=OTHER)):
        call = viewing()
        call["prefetch"][key] = theirs
        assert service.post(somebody_new(json.dumps(call))).status == 400


# ---- feedback -------------------------------------------------------------------------------


def feedback() -> Json:
    """A batch with every form of feedback in it."""
    card: Json = {
        "uuid": "b9f6f1a2-0000-4000-8000-000000000001",
        "suggestions": [{"uuid": "b9f6f1a2-0000-4000-8000-000000000002"}],
    }
    with_reason = closed(card, NOW, "limited-time")
    with_reason["overrideReason"]["userComment"] = "Zebedee-Canary was upset."
    return {"feedback": [taken(card, card["suggestions"][0], NOW), with_reason, closed(card, NOW)]}


def send_feedback(service: Surgery, body: bytes) -> Reply:
    headers = {"content-type": "application/json"}
    return Reply(
        service.client.post(
            f"/cds-services/good-day-{VIEW}/feedback", content=body, headers=headers
        )
    )


def check_heard(reply: Reply) -> None:
    """Heard, or refused in our words; nothing that anybody wrote comes back."""
    assert reply.status in (200, 400), reply.text
    if reply.status == 200:
        assert reply.body == {}
    else:
        assert reply.says().endswith(".")
    assert not [word for word in CANARIES if word in reply.text.lower()]


@pytest.fixture(scope="module")
def card(service: Surgery) -> Json:
    """A card that was issued, so that what is said about it is heard."""
    return service.post(somebody_new(json.dumps(viewing()))).card


@MANY
@given(text=spoilt(feedback()))
def test_any_value_in_any_part_of_feedback_is_heard_or_refused(
    service: Surgery, card: Json, text: str
) -> None:
    ours = text.replace("b9f6f1a2-0000-4000-8000-000000000001", card["uuid"])
    ours = ours.replace("b9f6f1a2-0000-4000-8000-000000000002", card["suggestions"][0]["uuid"])
    check_heard(send_feedback(service, ours.encode()))


# ---- bytes ----------------------------------------------------------------------------------


@st.composite
def torn(draw: st.DrawFn, whole: bytes) -> bytes:
    """A valid body with some bytes cut out, put in or changed."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = draw(st.binary(max_size=6))
    return bytes(body)


_EXACT = json.dumps(viewing()).encode()


@MANY
@given(body=st.binary(max_size=300) | torn(_EXACT))
@example(body=b"\xff" * 100)
@example(body=_EXACT.replace(b"Margaret", b"\xc3\x28"))
@example(body=_EXACT.decode().encode("utf-16"))
def test_any_bytes_are_answered_or_refused(service: Surgery, body: bytes) -> None:
    check(service.post(body.replace(b"test-person", f"person-{next(_numbers)}".encode())))


@MANY
@given(body=st.binary(max_size=300) | torn(json.dumps(feedback()).encode()))
def test_any_bytes_of_feedback_are_heard_or_refused(service: Surgery, body: bytes) -> None:
    check_heard(send_feedback(service, body))
