"""A prefetch to a record: the four states of a key, pages, and whose data it is (R1 to R7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from fhir_adapters.decode import NotFhir, read_value
from fhir_adapters.elements import BundleEntry, Resource, Value
from fhir_adapters.needs import PATIENT, Needs, Query
from fhir_adapters.patient import nobody_read, person
from fhir_adapters.read import IN_PART, KINDS, TYPES, damaged_kinds, is_in_part, record
from fhir_adapters.searched import what_is_wrong
from fhir_adapters.whose import AnotherPerson, Whose
from rules.record import Kind, PatientRecord, Person

# What a key can hold when it could not be decoded as a whole.
Prefetched = Value | msgspec.Raw | None

_ENCODER = msgspec.json.Encoder()
_DAMAGED = "part of it could not be read"
_PAGES = frozenset({"next", "previous", "prev"})
_ONE_PAGE = "only one page of it was sent"


class MissingKeys(Exception):
    """Required keys were not sent, and nobody could be asked: the caller is told which."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = tuple(keys)
        super().__init__(", ".join(self.keys))


@dataclass(frozen=True, slots=True)
class Found:
    """What one search came to: its resources, and why the list is not whole, if it is not.

    ``ask`` tells that the record system may know more than was sent along. ``pages`` are those of a
    list whose entries may be changed, as they were fetched.
    """

    resources: tuple[Resource, ...] = ()
    doubt: str = ""
    ask: bool = False
    pages: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sent along: what each key came to, those not sent, and what nobody asked for.

    ``lacking`` are the searches about which the record system may know more, were it asked.
    """

    found: Mapping[str, Found]
    absent: tuple[str, ...]
    lacking: tuple[Query, ...]
    besides: tuple[Prefetched, ...]


def sent_along(
    prefetch: Mapping[str, Prefetched],
    needs: Needs,
    patient_id: str,
    *,
    null_means_empty: bool = False,
) -> Sent:
    """Look at each key once. A null is *unknown* unless this client is known to mean *empty*.

    A list that says of itself that it was searched for otherwise is in doubt.
    """
    found: dict[str, Found] = {}
    absent: list[str] = []
    lacking: list[Query] = []
    for query in needs.queries:
        if query.key not in prefetch:
            absent.append(query.key)
            lacking.append(query)
            continue
        value = prefetch[query.key]
        if query.kind is None:
            one = _patient(value)
        else:
            one = _list(value, query.kind, null_means_empty=null_means_empty)
            one = _as_asked(one, value, query, patient_id)
        found[query.key] = one
        if one.ask:
            lacking.append(query)
    known = needs.keys
    besides = tuple(value for key, value in prefetch.items() if key not in known)
    return Sent(found, tuple(absent), tuple(lacking), besides)


def record_from_prefetch(
    sent: Sent,
    patient_id: str,
    needs: Needs,
    *,
    fetched: Mapping[str, Found] | None = None,
    server: str = "",
    booked: Iterable[Resource] = (),
    just_recorded: Iterable[Resource] = (),
) -> PatientRecord:
    """The record that a client sent along, with what was fetched of what was lacking.

    A list that was fetched whole takes the place of what was sent of it; any other only adds to
    it, and stays in doubt. ``just_recorded`` is on the record although searches may not have found
    it yet.

    A key that was neither sent nor fetched raises MissingKeys. An OperationOutcome, a further page
    or something unreadable makes the list unknown, never empty. Raises AnotherPerson for data about
    anybody else.
    """
    whose = Whose(patient_id, server=server)
    found = dict(sent.found)
    for key, one in (fetched or {}).items():
        found[key] = _both(found[key], one, whose) if key in found else one
    missing = [key for key in sent.absent if key not in found]
    if missing:
        raise MissingKeys(missing)
    # A list that no rule asks for was not read; were a rule to ask, it could not tell.
    unread = {kind: "it was not asked for" for kind in Kind if kind not in needs.kinds}
    resources: list[Resource] = []
    for query in needs.queries:
        if query.kind is None:
            continue
        one = found[query.key]
        if query.again:
            resources += _not_yet(one.resources, resources, whose)
        else:
            resources += one.resources
        if one.doubt:
            unread[query.kind] = one.doubt
    resources += _not_yet(tuple(just_recorded), resources, whose)
    for value in sent.besides:
        _nobody_else_in(value, whose)
    who = _person(found[PATIENT], patient_id)
    return record(who, resources, unread, whose, needs.codes, booked)


def _both(sent: Found, fetched: Found, whose: Whose) -> Found:
    """One list that was sent in part, and fetched. Raises AnotherPerson.

    What a server was not able to say takes nothing away that is known from the client.
    """
    for one in sent.resources:  # what is replaced is looked at too
        whose.check(one)
    if not fetched.doubt:
        return fetched
    more = _not_yet(fetched.resources, sent.resources, whose)
    return Found((*sent.resources, *more), fetched.doubt)


def _not_yet(
    resources: Sequence[Resource], before: Iterable[Resource], whose: Whose
) -> list[Resource]:
    """Those that an earlier search has not found: one entry counts once. Raises AnotherPerson."""
    for one in resources:  # what is left out is looked at too: two people's may have one id
        whose.check(one)
    earlier = list(before)
    known = {(one.resourceType, one.id) for one in earlier if one.id}
    # By their bytes: to compare each with each would take minutes where none has an id.
    nameless = not all(one.id for one in resources)
    same = {_ENCODER.encode(one) for one in earlier if not one.id} if nameless else set[bytes]()
    return [
        one
        for one in resources
        if ((one.resourceType, one.id) not in known if one.id else _ENCODER.encode(one) not in same)
    ]


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


def _patient(value: Prefetched) -> Found:
    """The Patient, as far as it could be read: a part that could not be may say that they died."""
    damaged: frozenset[str] = frozenset()
    if isinstance(value, msgspec.Raw):
        try:
            value, damaged = read_value(value)
        except NotFhir:
            return Found(doubt=_DAMAGED)
    if value is None:
        return Found(doubt="null was sent for it", ask=True)
    patients = (
        (value,)
        if value.resourceType == "Patient"
        else tuple(
            entry.resource
            for entry in value.entry or ()
            if entry.resource is not None and entry.resource.resourceType == "Patient"
        )
    )
    if any(one.meta is not None and is_in_part(one) for one in patients):
        return Found(patients, IN_PART)
    return Found(patients, _DAMAGED if damaged else "")


def _person(found: Found, patient_id: str) -> Person:
    """The person. Raises AnotherPerson for anybody else."""
    if any(patient.id != patient_id for patient in found.resources):
        raise AnotherPerson("Patient")
    if not found.resources or found.doubt:
        return nobody_read(patient_id)
    return person(found.resources[0])


def _list(value: Prefetched, kind: Kind, *, null_means_empty: bool) -> Found:
    if value is None:
        if null_means_empty:
            return Found()
        why = "null was sent for it, which does not say whether anybody looked"
        return Found(doubt=why, ask=True)
    if isinstance(value, msgspec.Raw):
        try:
            value, damaged = read_value(value)
        except NotFhir:
            return Found(doubt=_DAMAGED)
        found = _list(value, kind, null_means_empty=null_means_empty)
        lost = kind in damaged_kinds(damaged)
        return Found(found.resources, found.doubt or (_DAMAGED if lost else ""), found.ask)
    if value.resourceType == "OperationOutcome":
        return Found(doubt="the record system could not read it")
    if value.resourceType == "Bundle":
        return bundle_found(value, kind)
    if KINDS.get(value.resourceType) is kind:
        return Found((value,), doubt="a single entry was sent instead of a list")
    # Whose it is is looked at like everything else: of another person, all of it is refused.
    return Found((value,), doubt="something else was sent in its place")


def _as_asked(found: Found, value: Prefetched, query: Query, patient_id: str) -> Found:
    """A list, with a doubt where its self link says that something else was looked for."""
    if isinstance(value, msgspec.Raw):
        try:
            value, _ = read_value(value)
        except NotFhir:
            return found
    for link in (value.link or ()) if value is not None else ():
        if (link.relation or "").lower() == "self" and link.url is not None:
            wrong = what_is_wrong(link.url, query, patient_id)
            if wrong:
                return Found(found.resources, found.doubt or wrong, ask=True)
    return found


def bundle_found(bundle: Value, kind: Kind) -> Found:
    """What a search set holds, and why it may not be all."""
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
    if any((link.relation or "").lower() in _PAGES for link in bundle.link or ()):
        doubt = _ONE_PAGE
    if bundle.total is not None and bundle.total > matches:
        doubt = doubt or "fewer entries were sent than there are"
    return Found(tuple(resources), doubt, doubt == _ONE_PAGE)


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
