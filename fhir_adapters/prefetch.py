"""A prefetch to a record: the four states of a key, pages, and whose data it is (R1 to R7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from fhir_adapters.decode import NotFhir, read_value
from fhir_adapters.elements import BundleEntry, Resource, Value
from fhir_adapters.needs import KEYS, PATIENT, Needs
from fhir_adapters.patient import nobody_read, person
from fhir_adapters.read import KINDS, TYPES, damaged_kinds, record
from fhir_adapters.whose import AnotherPerson, Whose
from rules.record import Kind, PatientRecord, Person

# What a key can hold when it could not be decoded as a whole.
Prefetched = Value | msgspec.Raw | None

_DAMAGED = "part of it could not be read"


class MissingKeys(Exception):
    """Required keys were not sent at all, so nobody has looked: the caller is told which."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = tuple(keys)
        super().__init__(", ".join(self.keys))


@dataclass(frozen=True, slots=True)
class _List:
    """What one key came to: its resources, and why the list is not whole, if it is not."""

    resources: tuple[Resource, ...] = ()
    doubt: str = ""


def record_from_prefetch(
    prefetch: Mapping[str, Prefetched],
    patient_id: str,
    needs: Needs,
    *,
    null_means_empty: bool = False,
    server: str = "",
    booked: Iterable[Resource] = (),
) -> PatientRecord:
    """The record that a client sent along.

    A key that is absent raises MissingKeys. A null is *unknown* unless this client is known to mean
    *empty*. An OperationOutcome, a further page or something unreadable makes the list unknown,
    never empty. Raises AnotherPerson for data about anybody else.
    """
    wanted = {PATIENT: None, **{KEYS[kind]: kind for kind in needs.kinds}}
    missing = [key for key in wanted if key not in prefetch]
    if missing:
        raise MissingKeys(missing)
    # A list that no rule asks for was not read; were a rule to ask, it could not tell.
    unread = {kind: "it was not asked for" for kind in Kind if kind not in needs.kinds}
    resources: list[Resource] = []
    for key, kind in wanted.items():
        if kind is None:
            continue
        found = _list(prefetch[key], kind, null_means_empty=null_means_empty)
        resources += found.resources
        if found.doubt:
            unread[kind] = found.doubt
    whose = Whose(patient_id, server=server)
    for key, value in prefetch.items():
        if key not in wanted:
            _nobody_else_in(value, whose)
    who = _person(prefetch[PATIENT], patient_id)
    return record(who, resources, unread, whose, needs.codes, booked)


def _nobody_else_in(value: Prefetched, whose: Whose) -> None:
    """Look through a key that no rule asked for. Raises AnotherPerson."""
    if isinstance(value, msgspec.Raw):
        try:
            value, _ = read_value(value)
        except NotFhir:
            return
    if value is None:
        return
    for resource in (value, *(entry.resource for entry in value.entry or ())):
        if resource is not None:
            whose.check(resource)


def _person(value: Prefetched, patient_id: str) -> Person:
    """The person, as far as they could be read. Raises AnotherPerson for anybody else.

    Where part of the Patient could not be read, that part may have said that they died.
    """
    damaged: frozenset[str] = frozenset()
    if isinstance(value, msgspec.Raw):
        try:
            value, damaged = read_value(value)
        except NotFhir:
            return nobody_read(patient_id)
    if value is None:
        return nobody_read(patient_id)
    patients = (
        [value]
        if value.resourceType == "Patient"
        else [
            entry.resource
            for entry in value.entry or ()
            if entry.resource is not None and entry.resource.resourceType == "Patient"
        ]
    )
    if any(patient.id != patient_id for patient in patients):
        raise AnotherPerson("Patient")
    if not patients or damaged:
        return nobody_read(patient_id)
    return person(patients[0])


def _list(value: Prefetched, kind: Kind, *, null_means_empty: bool) -> _List:
    if value is None:
        if null_means_empty:
            return _List()
        return _List(doubt="null was sent for it, which does not say whether anybody looked")
    if isinstance(value, msgspec.Raw):
        try:
            value, damaged = read_value(value)
        except NotFhir:
            return _List(doubt=_DAMAGED)
        found = _list(value, kind, null_means_empty=null_means_empty)
        lost = kind in damaged_kinds(damaged)
        return _List(found.resources, found.doubt or (_DAMAGED if lost else ""))
    if value.resourceType == "OperationOutcome":
        return _List(doubt="the record system could not read it")
    if value.resourceType == "Bundle":
        return _bundle(value, kind)
    if KINDS.get(value.resourceType) is kind:
        return _List((value,), doubt="a single entry was sent instead of a list")
    return _List(doubt="something else was sent in its place")


def _bundle(bundle: Value, kind: Kind) -> _List:
    entries, expected = bundle.entry or [], TYPES[kind]
    # Mostly everything in it is a match, and of the type that was asked for.
    resources = [
        entry.resource
        for entry in entries
        if (entry.search is None or entry.search.mode == "match")
        and entry.resource is not None
        and entry.resource.resourceType == expected
    ]
    matches, doubt = len(resources), ""
    if matches < len(entries):
        resources, matches, doubt = _mixed(entries, expected)
    if any(link.relation in ("next", "previous", "prev") for link in bundle.link or ()):
        doubt = "only one page of it was sent"
    if bundle.total is not None and bundle.total > matches:
        doubt = doubt or "fewer entries were sent than there are"
    return _List(tuple(resources), doubt)


def _mixed(entries: list[BundleEntry], expected: str) -> tuple[list[Resource], int, str]:
    """The resources of a list with something else in it, how many were matches, and any doubt."""
    resources: list[Resource] = []
    matches, doubt = 0, ""
    for entry in entries:
        resource, search = entry.resource, entry.search
        match = search is None or search.mode in (None, "match")
        matches += match
        if resource is None:
            doubt = doubt or "an entry of the list is empty"
            continue
        of_type = resource.resourceType
        if of_type == "OperationOutcome":
            doubt = "the record system could not read all of it"
            continue
        # What was only included may be of any type; a list within a list is never looked into.
        if of_type != expected and (match or of_type == "Bundle"):
            doubt = doubt or "something else stands in it"
        resources.append(resource)
    return resources, matches, doubt
