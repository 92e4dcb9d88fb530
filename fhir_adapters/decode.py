"""JSON to resources. Where something cannot be read, what can be is kept, and the loss is said."""

import msgspec

from fhir_adapters.elements import BundleEntry, Element, Link, Resource, Search, Value


class _RawEntry(Element):
    fullUrl: str | None = None
    resource: msgspec.Raw = msgspec.Raw()
    search: Search | None = None


class _RawBundle(Element):
    """A bundle in which something could not be read, entry by entry."""

    resourceType: str
    id: str | None = None
    entry: list[_RawEntry] | None = None
    link: list[Link] | None = None
    total: int | None = None


class _TypeOnly(Element):
    resourceType: str


_VALUE = msgspec.json.Decoder(Value)
_BUNDLE = msgspec.json.Decoder(_RawBundle)
_RESOURCE = msgspec.json.Decoder(Resource)
_TYPE = msgspec.json.Decoder(_TypeOnly)

# The type of a resource of which not even that could be read.
UNKNOWN_TYPE = "?"

_UNREADABLE = (msgspec.DecodeError, RecursionError)


class NotFhir(Exception):
    """Not JSON, or nothing that has a resource type."""


def read_value(body: bytes | msgspec.Raw) -> tuple[Value, frozenset[str]]:
    """A resource or bundle, and the types of those entries in it that could not be read.

    A resource by itself that cannot be read comes back empty, with its own type among those.
    Raises NotFhir.
    """
    try:
        return _VALUE.decode(body), frozenset()
    except _UNREADABLE:
        pass
    try:
        bundle = _BUNDLE.decode(body)
    except _UNREADABLE:
        return _type_alone(body)
    if bundle.resourceType != "Bundle":
        return _type_alone(body)
    entries: list[BundleEntry] = []
    damaged: set[str] = set()
    for raw in bundle.entry or ():
        try:
            resource = _RESOURCE.decode(raw.resource)
        except _UNREADABLE:
            damaged.add(_type_of(raw.resource))
        else:
            entries.append(BundleEntry(raw.fullUrl, resource, raw.search))
    value = Value("Bundle", bundle.id, entry=entries, link=bundle.link, total=bundle.total)
    return value, frozenset(damaged)


def read_resource(line: bytes) -> Resource:
    """One resource. Raises NotFhir."""
    try:
        return _RESOURCE.decode(line)
    except _UNREADABLE:
        raise NotFhir from None


def _type_alone(body: bytes | msgspec.Raw) -> tuple[Value, frozenset[str]]:
    try:
        resource_type = _TYPE.decode(body).resourceType
    except _UNREADABLE:
        raise NotFhir from None
    return Value(resource_type), frozenset({resource_type})


def _type_of(raw: msgspec.Raw) -> str:
    try:
        return _TYPE.decode(raw).resourceType
    except _UNREADABLE:
        return UNKNOWN_TYPE
