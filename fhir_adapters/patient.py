"""A Patient to the person that rules may ask about: only what it says for certain."""

import re
from collections.abc import Iterable, Iterator

from fhir_adapters.elements import Concept, Extension, Reference, Resource
from fhir_adapters.systems import (
    INTERPRETER_REQUIRED,
    LANGUAGE,
    PDS_REMOVED,
    UK_CORE_COMMUNICATION,
    UK_CORE_ETHNICITY,
    UK_CORE_LANGUAGE,
)
from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.days import span
from rules.record import Person

_SEXES = frozenset({"female", "male", "other", "unknown"})
_REPLACED = "replaced-by"
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")


def person(patient: Resource) -> Person:
    """Who the record is about."""
    died_on = span(patient.deceasedDateTime) if patient.deceasedDateTime else None
    died = YES if patient.deceasedBoolean else NO
    if patient.deceasedDateTime and died_on is None:
        died = CANNOT_TELL
    return Person(
        id=patient.id or "",
        first_name=_first_name(patient),
        birth=span(patient.birthDate) if patient.birthDate else None,
        died=died,
        died_on=died_on,
        sex=patient.gender if patient.gender in _SEXES else "",
        language=_language(patient),
        needs_interpreter=_needs_interpreter(patient),
        registered_here=_registered_here(patient),
    )


def ethnic_category(patient: Resource) -> str:
    """The ethnic category as UK Core's extension has it, by its code; "" where it says none.

    No rule reads it. It is there to ask whether a rule reaches everybody alike.
    """
    for one in patient.extension or ():
        if one.url == UK_CORE_ETHNICITY and one.valueCodeableConcept is not None:
            for coding in one.valueCodeableConcept.coding or ():
                if coding.code:
                    return coding.code
    return ""


def nobody_read(patient_id: str) -> Person:
    """A person of whom nothing but the identifier is known."""
    return Person(id=patient_id, died=CANNOT_TELL)


def _first_name(patient: Resource) -> str:
    names = patient.name if isinstance(patient.name, list) else []
    # Never an old or maiden name: it may be one that the person has left behind.
    for use in ("usual", "official", None, "nickname"):
        for name in names:
            if name.use == use and name.given:
                return name.given[0]
    return ""


def _language(patient: Resource) -> str:
    """The preferred language; without one, the only one. Of several, nobody can tell which."""
    spoken = list(_spoken(patient))
    preferred = {language for language, first in spoken if first}
    languages = preferred or {language for language, _ in spoken}
    return languages.pop() if len(languages) == 1 else ""


def _spoken(patient: Resource) -> Iterator[tuple[str, bool]]:
    """Each language, and whether it is the preferred one: R4's element, then UK Core's extension.

    One that has no language tag is "", so that it makes the only other one uncertain.
    """
    for each in patient.communication or ():
        yield _tag(each.language), bool(each.preferred)
    for parts in _inside(patient.extension, UK_CORE_COMMUNICATION):
        named = [part for part in parts if part.url == "language"]
        preferred = any(part.valueBoolean for part in parts if part.url == "preferred")
        for part in named:
            yield _tag(part.valueCodeableConcept), preferred


def _tag(concept: Concept | None) -> str:
    for coding in (concept.coding or ()) if concept is not None else ():
        known = coding.system in (None, LANGUAGE, UK_CORE_LANGUAGE)
        if known and coding.code and _TAG.fullmatch(coding.code):
            return coding.code.lower()
    return ""


def _inside(extensions: Iterable[Extension] | None, url: str) -> Iterator[list[Extension]]:
    return (one.extension or [] for one in extensions or () if one.url == url)


def _needs_interpreter(patient: Resource) -> Answer:
    """R4's extension, on the person or on a language, or the member of UK Core's."""
    said = {
        one.valueBoolean
        for extensions in (patient.extension, *(c.extension for c in patient.communication or ()))
        for one in extensions or ()
        if one.url == INTERPRETER_REQUIRED
    }
    said |= {
        part.valueBoolean
        for each in _inside(patient.extension, UK_CORE_COMMUNICATION)
        for part in each
        if part.url == "interpreterRequired"
    }
    if said == {True}:
        return YES
    return NO if said == {False} else CANNOT_TELL


def _registered_here(patient: Resource) -> Answer:
    """R4 has no element that says so. What it has: whether the record is in use, who keeps it
    (managingOrganization), and who the person's own practice is (generalPractitioner).

    A record out of use, or one that another took the place of, is not of somebody registered. One
    in use, kept by the person's own
    practice, is; unless the national register says that they were taken off a list at some time.
    """
    replaced = any(one.type == _REPLACED for one in patient.link or ())
    if patient.active is False or replaced:
        return NO
    keeper = _names(patient.managingOrganization)
    own = {name for one in patient.generalPractitioner or () for name in _names(one)}
    if patient.active is None or keeper.isdisjoint(own):
        return CANNOT_TELL
    removed = any(one.url == PDS_REMOVED for one in patient.extension or ())
    return CANNOT_TELL if removed else YES


def _names(reference: Reference | None) -> set[tuple[str, str]]:
    if reference is None:
        return set()
    found = {("", reference.reference)} if reference.reference else set[tuple[str, str]]()
    named = reference.identifier
    if named is not None and named.system and named.value:
        found.add((named.system, named.value))
    return found
