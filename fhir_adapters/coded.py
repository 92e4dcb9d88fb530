"""Where a resource keeps the codes that say what it is, kind by kind (CONTENT 3.2)."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from fhir_adapters.elements import Answered, Coding, Concept, Item, Provision, Resource
from fhir_adapters.systems import ADDRESS
from rules.codes import Code
from rules.record import Kind

_WILL_NOT_HAPPEN = frozenset({"cancelled", "stopped", "entered-in-error"})


def codes_of(resource: Resource, kind: Kind, wanted: frozenset[str] | None) -> tuple[Code, ...]:
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
                found += (_known(coding.system, code),)
    return found


@lru_cache(maxsize=1 << 14)
def _known(system: str, code: str) -> Code:
    """A code that many entries have: the same one each time, which costs a fifth of a new one."""
    return Code(system, code)


def words_of(resource: Resource, kind: Kind) -> str:
    """What the record calls an entry, or ""."""
    reading = _CONCEPTS.get(kind)
    for concept in (resource.code,) if reading is None else reading(resource):
        if concept is None:
            continue
        if concept.text:
            return concept.text
        for coding in concept.coding or ():
            if coding.display:
                return coding.display
    return ""


def several(value: list[Concept] | list[Concept | str] | Concept | str | None) -> Iterable[Concept]:
    """The concepts in an element that is one in some types, several in others, or text."""
    if isinstance(value, list):  # first, as nearly all are
        return [concept for concept in value if isinstance(concept, Concept)]
    return (value,) if isinstance(value, Concept) else ()


def provisions(consent: Resource) -> list[Provision]:
    """What a consent permits or denies, the outermost first."""
    found = [consent.provision] if consent.provision is not None else []
    for one in found:  # grows as it goes
        found += one.provision or ()
    return found


def _observed(resource: Resource) -> Iterable[Concept | None]:
    if resource.component is None and resource.valueCodeableConcept is None:
        return (resource.code,)
    parts = [resource.code, resource.valueCodeableConcept]
    for part in resource.component or ():
        parts += [part.code, part.valueCodeableConcept]
    return parts


def _planned(resource: Resource) -> Iterable[Concept | None]:
    yield from several(resource.category)
    for activity in resource.activity or ():
        detail = activity.detail
        if detail is not None and detail.status not in _WILL_NOT_HAPPEN:
            yield detail.code


def _met(resource: Resource) -> Iterable[Concept]:
    met: list[Concept] = []
    if resource.type is not None:
        met += several(resource.type)
    if resource.serviceType is not None:
        met += several(resource.serviceType)
    if resource.reasonCode is not None:
        met += resource.reasonCode
    if isinstance(resource.class_, Coding):
        met.append(Concept([resource.class_]))
    return met


def _filled_in(resource: Resource) -> Iterable[Concept]:
    """Which form it was, with its version and without, and what was ticked."""
    form = resource.questionnaire
    if form:
        address = form.partition("|")[0]
        names = dict.fromkeys((address, form))
        yield Concept([Coding(ADDRESS, name, address) for name in names])
    todo: list[Item | Answered] = list(reversed(resource.item or ()))
    while todo:
        one = todo.pop()
        if isinstance(one, Answered):
            if one.valueCoding is not None:
                yield Concept([one.valueCoding])
        else:
            todo += reversed(one.answer or ())
        todo += reversed(one.item or ())


def _reported(resource: Resource) -> Iterable[Concept | None]:
    """What was looked into, by which sort of laboratory, and what came out."""
    yield resource.code
    yield from several(resource.category)
    yield from several(resource.conclusionCode)


def _agreed(resource: Resource) -> Iterable[Concept | None]:
    yield from several(resource.category)
    yield resource.scope
    for one in provisions(resource):
        yield from one.code or ()


_CONCEPTS: dict[Kind, Callable[[Resource], Iterable[Concept | None]]] = {
    Kind.OBSERVATION: _observed,
    Kind.CARE_PLAN: _planned,
    Kind.MESSAGE: lambda r: (*several(r.topic), *several(r.reasonCode), *several(r.category)),
    Kind.DRAFT_MESSAGE: lambda r: (*several(r.reasonCode), *several(r.category)),
    Kind.DOCUMENT: lambda r: (*several(r.type), *several(r.category)),
    Kind.REPORT: _reported,
    Kind.APPOINTMENT: lambda r: (
        r.appointmentType,
        *several(r.serviceType),
        *several(r.serviceCategory),
        *several(r.reasonCode),
    ),
    Kind.MEDICATION: lambda r: (r.medicationCodeableConcept,),
    Kind.STATEMENT: lambda r: (r.medicationCodeableConcept,),
    Kind.ENCOUNTER: _met,
    Kind.QUESTIONNAIRE: _filled_in,
    Kind.GOAL: lambda r: (*several(r.description), *several(r.category)),
    Kind.CONSENT: _agreed,
}
