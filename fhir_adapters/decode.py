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


class _TypeAndId(_TypeOnly):
    id: str | None = None


_VALUE = msgspec.json.Decoder(Value)
_BUNDLE = msgspec.json.Decoder(_RawBundle)
_RESOURCE = msgspec.json.Decoder(Resource)
_TYPE = msgspec.json.Decoder(_TypeOnly)
_NAMED = msgspec.json.Decoder(_TypeAndId)

# The type of a resource of which not even that could be read.
UNKNOWN_TYPE = "?"

# What decoding raises for bytes that are not what was hoped for: not JSON, another shape, not
# UTF-8, or nested deeper than anybody nests.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def check_text(body: bytes | msgspec.Raw) -> None:
    """Raises UnicodeDecodeError for bytes that are not UTF-8, which no JSON is.

    The decoders do not look at the bytes of what they skip.
    """
    text = bytes(body)
    if not text.isascii():
        text.decode()


class NotFhir(Exception):
    """Not JSON, or nothing that has a resource type."""


def read_value(body: bytes | msgspec.Raw) -> tuple[Value, frozenset[str]]:
    """A resource or bundle, and the types of those entries in it that could not be read.

    A resource by itself that cannot be read comes back with its type and, where that is whole, its
    id; its own type is among those.
    Raises NotFhir.
    """
    try:
        check_text(body)
        return _VALUE.decode(body), frozenset()
    except UNREADABLE:
        pass
    try:
        bundle = _BUNDLE.decode(body)
    except UNREADABLE:
        return _type_alone(body)
    if bundle.resourceType != "Bundle":
        return _type_alone(body)
    entries: list[BundleEntry] = []
    damaged: set[str] = set()
    for raw in bundle.entry or ():
        try:
            check_text(raw.resource)
            resource = _RESOURCE.decode(raw.resource)
        except UNREADABLE:
            damaged.add(_type_of(raw.resource))
        else:
            entries.append(BundleEntry(raw.fullUrl, resource, raw.search))
    if not damaged and not is_text(body):
        damaged.add(UNKNOWN_TYPE)  # it is none of the entries: nobody knows what is lost
    value = Value("Bundle", bundle.id, entry=entries, link=bundle.link, total=bundle.total)
    return value, frozenset(damaged)


def read_resource(line: bytes) -> Resource:
    """One resource. Raises NotFhir."""
    try:
        check_text(line)
        return _RESOURCE.decode(line)
    except UNREADABLE:
        raise NotFhir from None


def is_text(body: bytes | msgspec.Raw) -> bool:
    """Whether all of it is UTF-8, also what the decoders skip."""
    try:
        check_text(body)
    except UnicodeDecodeError:
        return False
    return True


def _type_alone(body: bytes | msgspec.Raw) -> tuple[Value, frozenset[str]]:
    try:
        named = _NAMED.decode(body)
        return Value(named.resourceType, named.id), frozenset({named.resourceType})
    except UNREADABLE:
        pass
    try:
        resource_type = _TYPE.decode(body).resourceType
    except UNREADABLE:
        raise NotFhir from None
    return Value(resource_type), frozenset({resource_type})


def _type_of(raw: msgspec.Raw) -> str:
    try:
        return _TYPE.decode(raw).resourceType
    except UNREADABLE:
        return UNKNOWN_TYPE
