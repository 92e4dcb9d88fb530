"""FHIR resources by just the elements that rules may read; everything else is skipped unread.

One struct stands for every resource type, because a code means the same wherever it was put. Where
two types spell one element differently (a list here, a single value there), both are accepted.
"""

import msgspec


class Element(msgspec.Struct, gc=False):
    """The base of every element: decoded once, never in a reference cycle."""


class Coding(Element):
    """One code in one system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Element):
    """A CodeableConcept."""

    coding: list[Coding] | None = None
    text: str | None = None


class Identifier(Element):
    """A name that a thing goes by outside of FHIR."""

    system: str | None = None
    value: str | None = None


class Reference(Element):
    """A pointer to another resource."""

    reference: str | None = None
    identifier: Identifier | None = None


class Period(Element):
    """From when to when."""

    start: str | None = None
    end: str | None = None


class Quantity(Element):
    """A measured amount as it was sent.

    A float gives back every number of up to 15 digits as it was written, which is more than anybody
    measures. Decoding to a decimal takes five times as long, and takes text for a number.
    """

    value: float | int | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Range(Element):
    """What a laboratory says is usual, for everybody or for some."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: Concept | None = None
    appliesTo: list[Concept] | None = None
    age: object = None  # whatever it says, it is not for everybody
    text: str | None = None


class Component(Element):
    """One part of an observation with several."""

    code: Concept | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None
    valueCodeableConcept: Concept | None = None
    dataAbsentReason: Concept | None = None
    referenceRange: list[Range] | None = None


class Participant(Element):
    """Who takes part in an appointment."""

    actor: Reference | None = None


class ActivityDetail(Element):
    """What a care plan's activity is."""

    code: Concept | None = None
    status: str | None = None


class Activity(Element):
    """One activity of a care plan."""

    detail: ActivityDetail | None = None


class Extension(Element):
    """An extension of the few sorts that we read."""

    url: str | None = None
    valueDate: str | None = None
    valueBoolean: bool | None = None
    valueCodeableConcept: Concept | None = None
    extension: "list[Extension] | None" = None


class Language(Element):
    """A language that a person speaks."""

    language: Concept | None = None
    preferred: bool | None = None
    extension: list[Extension] | None = None


class Answered(Element):
    """One answer on a form, and the questions that follow from it."""

    valueCoding: Coding | None = None
    valueString: str | None = None
    item: "list[Item] | None" = None


class Item(Element):
    """One question of a form, or a group of them."""

    linkId: str | None = None
    answer: list[Answered] | None = None
    item: "list[Item] | None" = None


class Provision(Element):
    """What a consent permits or denies, and where that is otherwise."""

    type: str | None = None
    code: list[Concept] | None = None
    period: Period | None = None
    provision: "list[Provision] | None" = None


class HumanName(Element):
    """A person's name."""

    use: str | None = None
    given: list[str] | None = None


class Meta(Element):
    """What a resource says of itself, as far as that tells whether it is whole."""

    tag: list[Coding] | None = None
    security: list[Coding] | None = None


class Link(Element):
    """Where another page of a search is; of a person, how another record of theirs stands to it."""

    relation: str | None = None
    url: str | None = None
    type: str | None = None


class Resource(Element):
    """Any resource."""

    resourceType: str
    id: str | None = None
    meta: Meta | None = None
    status: str | None = None
    clinicalStatus: Concept | None = None
    verificationStatus: Concept | None = None
    code: Concept | None = None
    category: list[Concept | str] | Concept | None = None
    type: list[Concept] | Concept | str | None = None
    topic: Concept | list[Concept] | None = None
    reasonCode: list[Concept] | None = None
    serviceType: list[Concept] | Concept | None = None
    serviceCategory: list[Concept] | None = None
    appointmentType: Concept | None = None
    statusReason: Concept | list[Concept] | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    for_: Reference | None = msgspec.field(default=None, name="for")
    participant: list[Participant] | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    recordedDate: str | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementString: str | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    issued: str | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    authoredOn: str | None = None
    occurrenceDateTime: str | None = None
    occurrencePeriod: Period | None = None
    sent: str | None = None
    received: str | None = None
    date: str | None = None
    created: str | None = None
    period: Period | None = None
    start: str | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None
    valueCodeableConcept: Concept | None = None
    dataAbsentReason: Concept | None = None
    component: list[Component] | None = None
    referenceRange: list[Range] | None = None
    activity: list[Activity] | None = None
    extension: list[Extension] | None = None
    result: list[Reference] | None = None
    resultsInterpreter: list[Reference] | None = None
    conclusionCode: list[Concept] | None = None
    name: list[HumanName] | str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None
    gender: str | None = None
    communication: list[Language] | None = None
    active: bool | None = None
    link: list[Link] | None = None
    managingOrganization: Reference | None = None
    generalPractitioner: list[Reference] | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    class_: Coding | list[Coding] | None = msgspec.field(default=None, name="class")
    questionnaire: str | None = None
    authored: str | None = None
    source: Reference | None = None
    item: list[Item] | None = None
    description: Concept | str | None = None
    lifecycleStatus: str | None = None
    startDate: str | None = None
    scope: Concept | None = None
    policyRule: Concept | None = None
    provision: Provision | None = None
    dateTime: str | None = None


class Search(Element):
    """Why a resource is in a search result."""

    mode: str | None = None


class BundleEntry(Element):
    """One resource in a bundle."""

    fullUrl: str | None = None
    resource: Resource | None = None
    search: Search | None = None


class Value(Resource):
    """What a prefetch key, or a file, may hold: a resource by itself, or a bundle of them."""

    entry: list[BundleEntry] | None = None
    total: int | None = None
