"""A reminder that has done its work: the whole Flag as it stands on the record, ended today.

A client that updates a resource puts ours in its place, so everything that it had has to be in it,
what we never read included.
"""

import copy
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from fhir_adapters.decode import UNREADABLE
from fhir_adapters.drafts import Draft

# FHIR JSON: nothing narrower says more.
Json = dict[str, Any]


class _Call(msgspec.Struct):
    prefetch: dict[str, msgspec.Raw] = {}


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw()


class _One(msgspec.Struct):
    resourceType: str
    entry: list[_Entry] | None = None


_CALL = msgspec.json.Decoder(_Call)
_ONE = msgspec.json.Decoder(_One)
_RESOURCE = msgspec.json.Decoder(Json)


def sent_whole(reference: str, body: bytes) -> Json | None:
    """A resource of the prefetch in a call, with all that it has; None where it is not there."""
    try:
        values = _CALL.decode(body).prefetch.values()
    except UNREADABLE:
        return None
    return whole(reference, map(bytes, values))


def whole(reference: str, values: Iterable[bytes]) -> Json | None:
    """A resource in bundles or by itself, with all that it has; None where it is not there, or
    stands there twice and not alike: then nobody can say which is the one.
    """
    kind, _, id = reference.partition("/")
    found = [one for value in values for one in _resources(value)]
    same = [one for one in found if one.get("resourceType") == kind and one.get("id") == id]
    if not id or not same or any(one != same[0] for one in same):
        return None
    return same[0]


def _resources(value: bytes) -> list[Json]:
    try:
        one = _ONE.decode(value)
        if one.resourceType != "Bundle":
            return [_RESOURCE.decode(value)]
    except UNREADABLE:
        return []
    found: list[Json] = []
    for entry in one.entry or ():
        try:
            found.append(_RESOURCE.decode(entry.resource))
        except UNREADABLE:
            continue
    return found


def ended(flag: Json, today: date) -> Draft:
    """What updating a Flag would put in its place: the same, over since today."""
    over = copy.deepcopy(flag)
    period = over.get("period")
    over["status"] = "inactive"
    over["period"] = {**(period if isinstance(period, dict) else {}), "end": today.isoformat()}
    return Draft("End this reminder; it stays on the record as one that is over", over)
