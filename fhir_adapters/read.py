"""Resources to one person's record: by code across types, with dates, standing and doubt.

The same function stands behind every door: a bundle file, a prefetch and a bulk export.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import date

from fhir_adapters.coded import codes_of, provisions, several, words_of
from fhir_adapters.dates import dated, ends, recorded
from fhir_adapters.decode import UNKNOWN_TYPE
from fhir_adapters.elements import Concept, Resource
from fhir_adapters.measured import values_of
from fhir_adapters.systems import ASK_AGAIN_AFTER
from fhir_adapters.whose import AnotherPerson, Whose
from fhir_adapters.written import first_words
from rules.answer import CANNOT_TELL, Answer
from rules.codes import OWN, Code
from rules.days import span
from rules.record import Entry, Kind, PatientRecord, Person, Unopened

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
    "MedicationRequest": Kind.MEDICATION,
    "MedicationStatement": Kind.STATEMENT,
    "Encounter": Kind.ENCOUNTER,
    "QuestionnaireResponse": Kind.QUESTIONNAIRE,
    "Goal": Kind.GOAL,
    "Consent": Kind.CONSENT,
}
TYPES: dict[Kind, str] = {kind: resource_type for resource_type, kind in KINDS.items()}

# By themselves, because Python 3.11 is slow to reach an enum's member through its class.
CONDITION, OBSERVATION, PROCEDURE = Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE
GOAL, CONSENT, MEDICATION, REPORT = Kind.GOAL, Kind.CONSENT, Kind.MEDICATION, Kind.REPORT

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
    kept: list[tuple[Resource, Kind, tuple[Code, ...]]] = []
    missing = dict(unread)
    results: list[tuple[Resource, Kind, tuple[Code, ...]]] = []
    filed: set[str] = set()
    observation, usual = OBSERVATION, whose.usual
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
        found = keep(resource, kind, codes, missing, filed)
        if found:
            (results if kind is observation else kept).append((resource, kind, found))
    kept += results
    places: dict[Code, list[int]] = {}
    for number, (_, _, found) in enumerate(kept):
        for code in found:
            places.setdefault(code, []).append(number)

    def make(number: int) -> Entry:
        """One entry, once all reports are read: one of them may file it."""
        return entry(*kept[number], filed)

    booking: list[Entry] = []
    for resource in booked:
        if not whose.check(resource):
            raise AnotherPerson(resource.resourceType)
        if not _void(resource):
            found = codes_of(resource, Kind.APPOINTMENT, None)
            booking.append(entry(resource, Kind.APPOINTMENT, found))
    return PatientRecord(person, Unopened(places, make), missing, tuple(booking))


def keep(
    resource: Resource,
    kind: Kind,
    codes: frozenset[str] | None,
    missing: dict[Kind, str],
    filed: set[str],
) -> tuple[Code, ...]:
    """The codes by which a resource of ours is kept; none where it is not.

    What it takes away goes into ``missing``: a list of which nobody knows any more whether it is
    whole. Into ``filed`` go the results that it files.
    """
    meta = resource.meta
    if meta is not None:  # as is_in_part, without a call for every resource that is marked at all
        if meta.tag is not None:
            for mark in meta.tag:
                if mark.code in _LEFT_OUT:
                    missing[kind] = IN_PART
        if meta.security is not None:
            for mark in meta.security:
                if mark.code in _LEFT_OUT:
                    missing[kind] = IN_PART
    if (
        kind in _SAID_BY_CODE
        and codes is not None
        and resource.component is None
        and resource.valueCodeableConcept is None
    ):
        concept = resource.code
        if concept is None or concept.coding is None:
            return ()
        for coding in concept.coding:
            if coding.code in codes:
                break
        else:
            return ()  # as most entries: with no code that any rule asks for
    elif kind is REPORT:
        filed |= _filed_by(resource)
    found = codes_of(resource, kind, codes)
    if not found or _void(resource):
        if resource.resourceType in _MEDICINES and _is_unnamed(resource):
            missing[kind] = UNNAMED
        return ()
    return found


# What these are is said by ``code`` alone, unless an observation has parts or a coded value.
_SAID_BY_CODE = frozenset({CONDITION, OBSERVATION, PROCEDURE, Kind.REFERRAL, Kind.TAG})


_MEDICINES = frozenset({"MedicationRequest", "MedicationStatement"})


def damaged_kinds(types: Iterable[str]) -> frozenset[Kind]:
    """The lists that unreadable resources of these types may belong to."""
    kinds: set[Kind] = set()
    for resource_type in types:
        if resource_type in (UNKNOWN_TYPE, "OperationOutcome", "Bundle"):
            return frozenset(Kind)
        if resource_type in KINDS:
            kinds.add(KINDS[resource_type])
    return frozenset(kinds)


# What a resource is marked with from which something was left out: by a search for some elements,
# or for want of rights.
_LEFT_OUT = frozenset({"SUBSETTED", "REDACTED", "MASKED"})
UNNAMED = "a medicine in it is named in another resource"
IN_PART = "something was left out of an entry in it"


def is_in_part(resource: Resource) -> bool:
    """Whether a resource says that it is not all there: its codes may be what is missing."""
    meta = resource.meta
    if meta is None:
        return False
    for marks in (meta.tag, meta.security):
        for mark in marks or ():
            if mark.code in _LEFT_OUT:
                return True
    return False


def _void(resource: Resource) -> bool:
    if resource.status == _VOID or resource.lifecycleStatus == _VOID:
        return True
    if resource.verificationStatus is None:
        return False
    return not _RULED_OUT.isdisjoint(_standing(resource.verificationStatus))


def _is_unnamed(medicine: Resource) -> bool:
    """What it is stands in a Medication, which nobody looks into: it may be any medicine."""
    return medicine.medicationCodeableConcept is None and not _void(medicine)


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


def entry(
    resource: Resource, kind: Kind, codes: tuple[Code, ...], filed: Set[str] = frozenset()
) -> Entry:
    """One line of the record. ``filed`` are the results that reports file, by reference."""
    when, dated_by = dated(resource, kind)
    reference = f"{resource.resourceType}/{resource.id or ''}"
    return Entry(
        kind=kind,
        codes=codes,
        status=_status(resource, kind),
        when=when,
        dated_by=dated_by,
        recorded=recorded(resource, dated_by) if kind is CONDITION else None,
        ends=ends(resource, kind),
        words=words_of(resource, kind),
        reference=reference,
        sure=_is_sure(resource, kind),
        filed=_is_filed(resource, reference, filed) if kind is OBSERVATION else CANNOT_TELL,
        values=values_of(resource) if kind is OBSERVATION else (),
        answer=_answer(resource) if resource.statusReason is not None and kind is PROCEDURE else "",
        ask_again=_ask_again(resource) if resource.extension is not None else None,
        written=first_words(resource) if resource.questionnaire is not None else None,
    )


def _status(resource: Resource, kind: Kind) -> str:
    if kind is CONDITION:
        return _condition_status(resource)
    if kind is GOAL:
        return resource.lifecycleStatus or ""
    if kind is CONSENT and resource.status == "active" and _denies(resource):
        return "rejected"  # in force, and it says no
    return resource.status or ""


def _is_sure(resource: Resource, kind: Kind) -> bool:
    """Whether an entry says what its codes say, and nothing takes that back or leaves it open."""
    standing = resource.verificationStatus
    if standing is not None and not _UNCONFIRMED.isdisjoint(_standing(standing)):
        return False
    if kind is MEDICATION and resource.intent in _ONLY_AN_IDEA:
        return False
    if kind is CONSENT and not _is_plain(resource):
        return False
    return not resource.doNotPerform


_ONLY_AN_IDEA = frozenset({"proposal", "option"})
_OPTED_OUT = "OPTOUT"
_WITH_CONDITIONS = frozenset({"OPTOUTE", "OPTINR", "EMRGONLY"})


def _denies(consent: Resource) -> bool:
    outermost = consent.provision
    denied = outermost is not None and outermost.type == "deny"
    return denied or _OPTED_OUT in _standing(consent.policyRule)


def _is_plain(consent: Resource) -> bool:
    """A consent to or against all that it names. One with exceptions may mean either."""
    if not _WITH_CONDITIONS.isdisjoint(_standing(consent.policyRule)):
        return False
    said = provisions(consent)
    return len(said) < 2 and all(one.type in (None, "permit", "deny") for one in said)


def _condition_status(resource: Resource) -> str:
    status = resource.clinicalStatus
    if status is not None:
        return _first_code(status) or (status.text or "").lower() or "unclear"
    over = resource.abatementDateTime or resource.abatementPeriod or resource.abatementString
    return "resolved" if over else ""


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


def _is_filed(resource: Resource, reference: str, filed: Set[str]) -> Answer:
    if resource.status in ("registered", "preliminary", "partial", "cancelled"):
        return Answer.NO
    if reference in filed:
        return Answer.YES
    return Answer.CANNOT_TELL


def _answer(resource: Resource) -> str:
    for reason in several(resource.statusReason):
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
