"""Resources to one person's record: by code across types, with dates, standing and doubt.

The same function stands behind every door: a bundle file, a prefetch and a bulk export.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fhir_adapters.dates import dated, ends
from fhir_adapters.decode import UNKNOWN_TYPE
from fhir_adapters.elements import Concept, Quantity, Resource
from fhir_adapters.systems import ASK_AGAIN_AFTER
from fhir_adapters.whose import AnotherPerson, Whose
from rules.answer import Answer
from rules.codes import OWN, Code
from rules.days import span
from rules.record import Entry, Kind, Measurement, PatientRecord, Person, index

# Which of FHIR's resource types each list of the record is.
KINDS: dict[str, Kind] = {
    "Condition": Kind.CONDITION,
    "Observation": Kind.OBSERVATION,
    "Procedure": Kind.PROCEDURE,
    "ServiceRequest": Kind.REFERRAL,
    "Flag": Kind.TAG,
    "Task": Kind.TASK,
    "CarePlan": Kind.CARE_PLAN,
    "Communication": Kind.MESSAGE,
    "CommunicationRequest": Kind.DRAFT_MESSAGE,
    "DocumentReference": Kind.DOCUMENT,
    "DiagnosticReport": Kind.REPORT,
    "Appointment": Kind.APPOINTMENT,
}
TYPES: dict[Kind, str] = {kind: resource_type for resource_type, kind in KINDS.items()}

# Entered in error is not on the record at all; so is a condition that was ruled out.
_VOID = "entered-in-error"
_RULED_OUT = frozenset({_VOID, "refuted"})
_UNCONFIRMED = frozenset({"unconfirmed", "provisional", "differential"})


def record(
    person: Person,
    resources: Iterable[Resource],
    unread: Mapping[Kind, str],
    whose: Whose,
    codes: frozenset[str] | None = None,
    booked: Iterable[Resource] = (),
) -> PatientRecord:
    """One person's record from resources that have been read.

    ``codes`` limits what is kept to those codes, whatever their system; None keeps everything.
    ``booked`` are the appointments being made; each has to say that it is for our person. Raises
    AnotherPerson.
    """
    entries: list[Entry] = []
    missing = dict(unread)
    results: list[tuple[Resource, tuple[Code, ...]]] = []
    filed: set[str] = set()
    observation, report, usual = Kind.OBSERVATION, Kind.REPORT, whose.usual
    for resource in resources:  # the hot loop
        kind = KINDS.get(resource.resourceType)
        if kind is None:
            whose.check(resource)  # of a type that no rule reads, and still not anybody else's
            continue
        about = resource.subject
        ours = (
            about is not None
            and about.reference == usual
            and resource.patient is None
            and resource.for_ is None
        )
        if not ours and not whose.check(resource):
            missing[kind] = f"{resource.resourceType} entries do not say whom they are about"
            continue
        if (
            codes is not None
            and resource.resourceType in _SAID_BY_CODE
            and resource.component is None
            and resource.valueCodeableConcept is None
        ):
            concept = resource.code
            if concept is None or concept.coding is None:
                continue
            for coding in concept.coding:
                if coding.code in codes:
                    break
            else:
                continue  # as most entries: with no code that any rule asks for
        if kind is report:
            filed |= _filed_by(resource)
        found = _codes(resource, kind, codes)
        if not found or _void(resource):
            continue
        if kind is observation:
            results.append((resource, found))  # the report that files it may come later
        else:
            entries.append(_entry(resource, kind, found))
    entries += [_entry(resource, observation, found, filed) for resource, found in results]
    booking: list[Entry] = []
    for resource in booked:
        if not whose.check(resource):
            raise AnotherPerson(resource.resourceType)
        if not _void(resource):
            found = _codes(resource, Kind.APPOINTMENT, None)
            booking.append(_entry(resource, Kind.APPOINTMENT, found))
    return PatientRecord(person, index(entries), missing, tuple(booking))


# What these are is said by ``code`` alone, unless an observation has parts or a coded value.
_SAID_BY_CODE = frozenset({"Condition", "Observation", "Procedure", "ServiceRequest", "Flag"})


def person(patient: Resource) -> Person:
    """Who the record is about."""
    died_on = span(patient.deceasedDateTime) if patient.deceasedDateTime else None
    died = Answer.YES if patient.deceasedBoolean else Answer.NO
    if patient.deceasedDateTime and died_on is None:
        died = Answer.CANNOT_TELL
    return Person(
        id=patient.id or "",
        first_name=_first_name(patient),
        birth=span(patient.birthDate) if patient.birthDate else None,
        died=died,
        died_on=died_on,
    )


def damaged_kinds(types: Iterable[str]) -> frozenset[Kind]:
    """The lists that unreadable resources of these types may belong to."""
    kinds: set[Kind] = set()
    for resource_type in types:
        if resource_type in (UNKNOWN_TYPE, "OperationOutcome", "Bundle"):
            return frozenset(Kind)
        if resource_type in KINDS:
            kinds.add(KINDS[resource_type])
    return frozenset(kinds)


def nobody_read(patient_id: str) -> Person:
    """A person of whom nothing but the identifier is known."""
    return Person(id=patient_id, died=Answer.CANNOT_TELL)


def _first_name(patient: Resource) -> str:
    names = patient.name if isinstance(patient.name, list) else []
    # Never an old or maiden name: it may be one that the person has left behind.
    for use in ("usual", "official", None, "nickname"):
        for name in names:
            if name.use == use and name.given:
                return name.given[0]
    return ""


def _codes(resource: Resource, kind: Kind, wanted: frozenset[str] | None) -> tuple[Code, ...]:
    """The codes that say what an entry is. The hot loop: most entries have none that is wanted."""
    reading = _CONCEPTS.get(kind)
    concepts = (resource.code,) if reading is None else reading(resource)
    found: tuple[Code, ...] = ()
    for concept in concepts:
        if concept is None or concept.coding is None:
            continue
        for coding in concept.coding:
            code = coding.code
            if (wanted is None or code in wanted) and code is not None and coding.system:
                found += (Code(coding.system, code),)
    return found


def _concepts(resource: Resource, kind: Kind) -> Iterable[Concept | None]:
    """Where a resource of this kind keeps the codes that say what it is (CONTENT 3.2)."""
    reading = _CONCEPTS.get(kind)
    return (resource.code,) if reading is None else reading(resource)


def _observed(resource: Resource) -> Iterable[Concept | None]:
    if resource.component is None and resource.valueCodeableConcept is None:
        return (resource.code,)
    parts = [resource.code, resource.valueCodeableConcept]
    for part in resource.component or ():
        parts += [part.code, part.valueCodeableConcept]
    return parts


def _planned(resource: Resource) -> Iterable[Concept | None]:
    yield from _several(resource.category)
    for activity in resource.activity or ():
        detail = activity.detail
        if detail is not None and detail.status not in ("cancelled", "stopped", _VOID):
            yield detail.code


def _several(value: Sequence[Concept | str] | Concept | None) -> Iterable[Concept]:
    if isinstance(value, Concept):
        return (value,)
    if value is None or isinstance(value, str):
        return ()
    return (concept for concept in value if isinstance(concept, Concept))


_CONCEPTS: dict[Kind, Callable[[Resource], Iterable[Concept | None]]] = {
    Kind.OBSERVATION: _observed,
    Kind.CARE_PLAN: _planned,
    Kind.MESSAGE: lambda r: (*_several(r.topic), *_several(r.reasonCode), *_several(r.category)),
    Kind.DRAFT_MESSAGE: lambda r: (*_several(r.reasonCode), *_several(r.category)),
    Kind.DOCUMENT: lambda r: (*_several(r.type), *_several(r.category)),
    Kind.APPOINTMENT: lambda r: (
        r.appointmentType,
        *_several(r.serviceType),
        *_several(r.serviceCategory),
        *_several(r.reasonCode),
    ),
}


def _void(resource: Resource) -> bool:
    if resource.status == _VOID:
        return True
    return not _RULED_OUT.isdisjoint(_standing(resource.verificationStatus))


def _standing(status: Concept | None) -> frozenset[str]:
    """Everything a status says, whichever coding says it, and its words spelt as a code is."""
    if status is None:
        return frozenset()
    words = (status.text or "").strip().lower().replace(" ", "-")
    return frozenset({words, *(coding.code or "" for coding in status.coding or ())})


def _first_code(concept: Concept | None) -> str:
    for coding in (concept.coding or ()) if concept else ():
        if coding.code:
            return coding.code
    return ""


def _entry(
    resource: Resource, kind: Kind, codes: tuple[Code, ...], filed: set[str] | None = None
) -> Entry:
    when, dated_by = dated(resource, kind)
    reference = f"{resource.resourceType}/{resource.id or ''}"
    return Entry(
        kind=kind,
        codes=codes,
        status=_condition_status(resource) if kind is Kind.CONDITION else resource.status or "",
        when=when,
        dated_by=dated_by,
        ends=ends(resource, kind),
        words=_words(resource, kind),
        reference=reference,
        sure=_UNCONFIRMED.isdisjoint(_standing(resource.verificationStatus)),
        filed=_is_filed(resource, reference, filed),
        values=_values(resource) if kind is Kind.OBSERVATION else (),
        answer=_answer(resource) if kind is Kind.PROCEDURE else "",
        ask_again=_ask_again(resource),
    )


def _condition_status(resource: Resource) -> str:
    status = resource.clinicalStatus
    if status is not None:
        return _first_code(status) or (status.text or "").lower() or "unclear"
    over = resource.abatementDateTime or resource.abatementPeriod or resource.abatementString
    return "resolved" if over else ""


def _words(resource: Resource, kind: Kind) -> str:
    for concept in _concepts(resource, kind):
        if concept is None:
            continue
        if concept.text:
            return concept.text
        for coding in concept.coding or ():
            if coding.display:
                return coding.display
    return ""


def _filed_by(report: Resource) -> set[str]:
    """The results that a report says somebody has interpreted: the sign of filing R4 has."""
    if report.status not in ("final", "amended", "corrected", "appended"):
        return set()
    if not report.resultsInterpreter:
        return set()
    return {
        "/".join(reference.reference.split("/_history/")[0].split("/")[-2:])
        for reference in report.result or ()
        if reference.reference
    }


def _is_filed(resource: Resource, reference: str, filed: set[str] | None) -> Answer:
    if filed is None:
        return Answer.CANNOT_TELL
    if resource.status in ("registered", "preliminary", "partial", "cancelled"):
        return Answer.NO
    if reference in filed:
        return Answer.YES
    return Answer.CANNOT_TELL


def _values(resource: Resource) -> tuple[tuple[str, Measurement], ...]:
    if resource.valueQuantity is not None:
        return (("", _measured(resource.valueQuantity)),)
    return tuple(
        (_concept_words(part.code), _measured(part.valueQuantity))
        for part in resource.component or ()
        if part.valueQuantity is not None
    )


def _concept_words(concept: Concept | None) -> str:
    if concept is None:
        return ""
    displays = (coding.display for coding in concept.coding or () if coding.display)
    return _label(concept.text or next(displays, ""))


def _measured(quantity: Quantity) -> Measurement:
    number = None if quantity.value is None else Decimal(str(quantity.value))
    code, unit = _label(quantity.code or ""), _label(quantity.unit or "")
    return Measurement(number, code or unit, _label(quantity.comparator or ""), unit)


def _label(text: str) -> str:
    """A unit or the name of a part, which a letter will quote; "" where it could be more than that.

    Line ends, control characters and those that turn the writing round are no part of either.
    """
    return text if len(text) <= _LONGEST_LABEL and text.isprintable() else ""


_LONGEST_LABEL = 100


def _answer(resource: Resource) -> str:
    for reason in _several(resource.statusReason):
        for coding in reason.coding or ():
            if coding.system == OWN and coding.code:
                return coding.code
    return ""


def _ask_again(resource: Resource) -> date | None:
    for extension in resource.extension or ():
        if extension.url == ASK_AGAIN_AFTER and extension.valueDate:
            chosen = span(extension.valueDate)
            return chosen.last if chosen else None
    return None
