"""CDS Hooks messages, spelt as the specification spells them (2.0.1).

What comes in is decoded by msgspec, tolerant of members we do not know. What goes out is held to
the specification by pydantic: a card that does not fit is an error here, not in somebody's EHR.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fhir_adapters.elements import Resource, Value
from prompts.prompt import HeldBy

P = TypeVar("P")


class Context(msgspec.Struct, gc=False):
    """What the hook says about the moment. ``appointments`` is a Bundle, or in the wild a list.

    Of what stays raw only its being there is looked at: no rule reads it.
    """

    patientId: str
    userId: str | None = None
    encounterId: msgspec.Raw = msgspec.Raw()
    appointments: Value | list[Resource] | None = None
    conditions: Value | list[Resource] | None = None
    selections: msgspec.Raw = msgspec.Raw()
    draftOrders: msgspec.Raw = msgspec.Raw()
    dispatchedOrders: msgspec.Raw = msgspec.Raw()
    performer: msgspec.Raw = msgspec.Raw()
    medications: msgspec.Raw = msgspec.Raw()
    medication: msgspec.Raw = msgspec.Raw()
    allergyIntolerance: msgspec.Raw = msgspec.Raw()


class Authorization(msgspec.Struct, gc=False):
    """Leave to ask the client's FHIR server. Its token is used for one call and never kept."""

    access_token: str
    token_type: str = ""
    expires_in: int = 0  # seconds
    scope: str = ""  # SMART scopes
    patient: str | None = None

    def __repr__(self) -> str:
        return "Authorization()"


class Call(msgspec.Struct, Generic[P], gc=False):
    """An invocation. ``fhirAuthorization`` is decoded only where something has to be fetched."""

    hook: str
    hookInstance: UUID
    context: Context
    fhirServer: str | None = None
    fhirAuthorization: msgspec.Raw = msgspec.Raw()
    prefetch: dict[str, P] | None = None


class AcceptedSuggestion(msgspec.Struct):
    """A suggestion that was taken."""

    id: str


class Coding(msgspec.Struct):
    """The override reason that was chosen."""

    code: str
    system: str | None = None


class OverrideReason(msgspec.Struct):
    """Why a card was closed. A comment may name a person: it is in no representation."""

    reason: Coding | None = None
    userComment: msgspec.Raw = msgspec.Raw()

    def __repr__(self) -> str:
        return "OverrideReason()"


class Feedback(msgspec.Struct):
    """How one card was met."""

    card: str
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str
    acceptedSuggestions: list[AcceptedSuggestion] | None = None
    overrideReason: OverrideReason | None = None


class FeedbackCall(msgspec.Struct):
    """A batch of feedback."""

    feedback: list[Feedback]


class FeedbackItems(msgspec.Struct):
    """A batch of feedback, with each item left as it came."""

    feedback: list[msgspec.Raw]


Words = Annotated[str, StringConstraints(min_length=1, strict=True)]
Summary = Annotated[str, StringConstraints(min_length=1, max_length=139, strict=True)]
Uri = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", strict=True)]


class _Sent(BaseModel):
    """Whatever we send: nothing besides what is named, and nothing that is null or empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_json(self) -> bytes:
        """The message, without members that have no value."""
        return self.model_dump_json(exclude_none=True).encode()


class SentCoding(_Sent):
    """A code with the words for it."""

    code: Words
    system: Uri
    display: Words


class Source(_Sent):
    """Whose advice a card is."""

    label: Words


class Action(_Sent):
    """What a clinical system would do if a suggestion is taken: create, or update a reminder."""

    type: Literal["create", "update"]
    description: Words
    resource: dict[str, Any]  # FHIR JSON: nothing narrower says more


class Suggestion(_Sent):
    """One button."""

    label: Words
    uuid: UUID
    isRecommended: Literal[True] | None = None
    actions: Annotated[list[Action], Field(min_length=1)]


class Link(_Sent):
    """A page to read."""

    label: Words
    url: Words
    type: Literal["absolute"]


class Card(_Sent):
    """One card."""

    uuid: UUID
    summary: Summary
    detail: Words
    indicator: Literal["info", "warning", "critical"]
    source: Source
    suggestions: Annotated[list[Suggestion], Field(min_length=1)]
    selectionBehavior: Literal["any", "at-most-one"]
    overrideReasons: Annotated[list[SentCoding], Field(min_length=1)]
    links: Annotated[list[Link], Field(min_length=1)] | None = None


class HeldBack(_Sent):
    """Why a rule that may be true did not prompt: our extension to the answer."""

    rule: Words
    step: HeldBy | Literal["cannot-tell", "withheld"]
    says: Words
    until: Words | None = None


class Answer(_Sent):
    """The answer to an invocation. An empty list of cards means: asked, and nothing to say."""

    cards: list[Card]
    extension: dict[str, list[HeldBack]] | None = None


class Service(_Sent):
    """One entry of discovery."""

    version: Words
    hook: Words
    hookVersion: Words | None = None
    id: Words
    title: Words
    description: Words
    prefetch: dict[str, Words]
    usageRequirements: Words


class Discovery(_Sent):
    """What there is to call."""

    services: list[Service]
