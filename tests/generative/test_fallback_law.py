"""Whatever goes wrong at a FHIR server, nothing that it has is missing from a list without doubt.

And nothing about anybody else is in any list.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_adapters.needs import PATIENT, needs_of
from fhir_adapters.prefetch import Found
from fhir_adapters.server import NoRoute
from rules.record import Kind
from tests.builders import Resource, a_patient, a_resource, code
from tests.fhir_builders import an_operation_outcome
from tests.fhir_server import Answer, Asked, Fault, FhirServer, answer, fetched

SAM = "test-person"
CODES = [code("cough"), code("tea-group")]
KINDS = (Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE, Kind.TAG, Kind.DOCUMENT)
QUERIES = needs_of(dict.fromkeys(KINDS, CODES)).queries


def _changed(server: FhirServer, asked: Asked, **members: object) -> Answer:
    return answer({**json.loads(server.honest(asked).body), **members})


def _without_one(server: FhirServer, asked: Asked) -> Answer:
    """Drops an entry, and has said how many there are."""
    told = json.loads(server.honest(asked).body)
    if told.get("entry"):
        told["entry"].pop()
    return answer(told)


def _spoilt_entry(server: FhirServer, asked: Asked) -> Answer:
    told = json.loads(server.honest(asked).body)
    for entry in told.get("entry", [])[:1]:
        entry["resource"]["code"] = 7
    return answer(told)


def _ignoring(*names: str) -> Fault:
    def told(server: FhirServer, asked: Asked) -> Answer:
        if "patient" not in asked.parameters:
            return server.honest(asked)
        found = server.matches(asked, ignored=names)
        return answer(server.page(asked, found, ignored=names))

    return told


def _linking(link: str) -> Fault:
    return lambda server, asked: _changed(
        server, asked, link=[{"relation": "next", "url": link.replace("BASE", server.base)}]
    )


def _again(server: FhirServer, asked: Asked) -> Answer:
    """Sends the first page in place of any other, as if nothing followed."""
    line = asked.line.replace("&page=", "&was=")
    told = json.loads(server.honest(Asked(line, {})).body)
    return answer({**told, "link": []})


FAULTS: dict[str, Fault] = {
    "none": lambda server, asked: server.honest(asked),
    "an error": lambda _, __: answer(an_operation_outcome(), 500),
    "an error that is called success": lambda _, __: answer(an_operation_outcome()),
    "not taken": lambda _, __: answer(an_operation_outcome(), 400),
    "no scope": lambda _, __: answer(an_operation_outcome(), 403),
    "not there": lambda _, __: answer(an_operation_outcome(), 404),
    "busy": lambda _, __: answer(an_operation_outcome(), 429),
    "cut": lambda server, asked: replace(server.honest(asked), cut=50),
    "half": lambda server, asked: answer(server.honest(asked).body[:-25]),
    "late": lambda server, asked: replace(server.honest(asked), after=20),
    "no JSON": lambda _, __: answer(b"Hello"),
    "nothing": lambda _, __: answer(b""),
    "null": lambda _, __: answer(None),
    "moved": lambda _, __: answer(b"", 301, Location="/fhir/Basic"),
    "packed": lambda server, asked: answer(server.honest(asked).body, Content_Encoding="br"),
    "one entry less": _without_one,
    "one entry spoilt": _spoilt_entry,
    "no links": lambda server, asked: _changed(server, asked, link=[]),
    "the first page again": _again,
    "the next elsewhere": _linking("http://127.0.0.2:1/fhir/Condition"),
    "the next for ever": _linking("BASE/Condition?patient=test-person&page=9"),
    "codes ignored": _ignoring("code", "combo-code", "combo-value-concept", "type", "category"),
    "everything ignored": _ignoring(
        "code", "combo-code", "combo-value-concept", "type", "category", "patient"
    ),
    "the patient ignored": _ignoring("patient"),
}


@st.composite
def records(draw: st.DrawFn) -> list[Resource]:
    """Entries of Sam's and of somebody else's, with codes that are asked for and others."""
    types = st.sampled_from(["Condition", "Observation", "Procedure", "Flag", "DocumentReference"])
    codes = st.sampled_from(["cough", "tea-group", "wheeze"])
    people = st.sampled_from([SAM, SAM, SAM, "other"])
    told = draw(st.lists(st.tuples(types, codes, people), max_size=12))
    return [a_patient(), *(a_resource(kind, name, of=of) for kind, name, of in told)]


def _missing(server: FhirServer, found: dict[str, Found]) -> Sequence[str]:
    """The keys without doubt that lack something."""
    lacking: list[str] = []
    for query in QUERIES:
        one = found[query.key]
        if query.kind is None:
            wanted = {SAM}
        else:
            sent = query.template.replace("{{context.patientId}}", SAM)
            asked = Asked(f"GET /fhir/{sent.replace('|', '%7C')} HTTP/1.1", {})
            assert dict(parse_qsl(sent.partition("?")[2]))["patient"] == SAM
            wanted = {str(match["id"]) for match in server.matches(asked)}
        if not one.doubt and not wanted <= {held.id for held in one.resources}:
            lacking.append(query.key)
    return lacking


@settings(max_examples=settings().max_examples // 2)
@given(
    record=records(),
    pages_of=st.integers(1, 4),
    faults=st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=12),
)
def test_no_list_without_doubt_lacks_what_the_server_has(
    record: list[Resource], pages_of: int, faults: list[str]
) -> None:
    coming = iter(faults)
    server = FhirServer(
        record,
        pages_of=pages_of,
        fault=lambda me, asked: FAULTS[next(coming, "none")](me, asked),
    )
    try:
        found = fetched(server, QUERIES, within=0.1)
    except NoRoute:
        return  # this machine was busy
    assert set(found) == {query.key for query in QUERIES}
    assert _missing(server, found) == []
    for key, one in found.items():
        for held in one.resources:
            if key == PATIENT:
                assert held.id == SAM
            else:
                assert held.subject is not None
                assert held.subject.reference == f"Patient/{SAM}"
