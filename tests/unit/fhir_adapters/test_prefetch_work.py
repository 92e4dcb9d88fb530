"""Twice as many entries are twice as much work, also where no entry has an id (T12, T18)."""

import sys
from types import FrameType

import pytest

from fhir_adapters.elements import Coding, Concept, Reference, Resource
from fhir_adapters.needs import needs_of
from fhir_adapters.prefetch import Found, record_from_prefetch, sent_along
from rules.record import Kind
from tests.builders import code

NEEDS = needs_of({Kind.OBSERVATION: [code("cough")]})
PATIENT = Found((Resource("Patient", "test-person"),))


class Compared(Resource):
    """An Observation that notes, by being called, that it is compared with another."""

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)

    def __hash__(self) -> int:
        return id(self)


def observations(start: int, number: int) -> Found:
    return Found(tuple(Compared("Observation", valueInteger=start + n) for n in range(number)))


def work(number: int, door: str) -> int:
    """How many functions are called to read so many, and as many others, none with an id."""
    calls = 0

    def count(_frame: FrameType, event: str, _of: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    one, other = observations(0, number), observations(number, number)
    fetched = {"patient": PATIENT, "observations": one, "observationValues": other}
    sent = sent_along({}, NEEDS, "test-person")
    just: tuple[Resource, ...] = ()
    if door == "just recorded":
        fetched["observationValues"], just = Found(), other.resources
    sys.setprofile(count)
    try:
        record_from_prefetch(sent, "test-person", NEEDS, fetched=fetched, just_recorded=just)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("door", ["two searches", "just recorded"])
def test_twice_as_many_entries_without_an_id_are_twice_the_work(door: str) -> None:
    assert work(400, door) < 2.2 * work(200, door)


def test_an_entry_without_an_id_that_two_searches_find_counts_once() -> None:
    record = record_from_prefetch(
        sent_along({}, NEEDS, "test-person"), "test-person", NEEDS,
        fetched={
            "patient": PATIENT,
            "observations": Found(tuple(_coded(n) for n in range(2))),
            "observationValues": Found(tuple(_coded(n) for n in range(1, 3))),
        },
    )  # fmt: skip
    assert len({id(e) for found in record.by_code.values() for e in found}) == 3


def _coded(number: int) -> Resource:
    cough = code("cough")
    return Resource(
        "Observation",
        subject=Reference("Patient/test-person"),
        code=Concept([Coding(cough.system, cough.code)]),
        effectiveDateTime=f"2026-01-0{number + 1}",
    )
