"""One reminder to add to a FHIR server or to end there, as an entry of a transaction."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

import msgspec

from fhir_adapters.drafts import Json
from fhir_adapters.systems import REMINDER

_NAMED = re.compile(re.escape(f"identifier={REMINDER}|") + r"([0-9a-f]{64})")
_REFERENCE = re.compile(r"Flag/[A-Za-z0-9.-]{1,64}")
_VERSION = re.compile(r'W/"([A-Za-z0-9.-]{1,64})"')


class NotOurs(ValueError):
    """An entry of a transaction that is none of those we write; the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One reminder to add or to end, as an entry of a transaction."""

    entry: Json = field(repr=False)
    name: str = ""  # of one to add: its own
    reference: str = ""  # of one to end: Flag/123
    version: str = ""  # and which version of it was read
    ends_on: str = ""  # the day on which it ends by itself, where it says so

    @property
    def key(self) -> str:
        """What the change is known by: the same whenever it is made; it names nobody."""
        if self.name:
            return f"add:{self.name}"
        return f"end:{sha256(f'{self.reference}|{self.version}'.encode()).hexdigest()}"


class _Request(msgspec.Struct):
    method: str
    url: str
    ifNoneExist: str = ""
    ifMatch: str = ""


class _Period(msgspec.Struct):
    end: str = ""


class _Flag(msgspec.Struct):
    resourceType: Literal["Flag"]
    period: _Period | None = None


class _Entry(msgspec.Struct):
    request: _Request
    resource: _Flag


def change_of(entry: Json) -> Change:
    """The change that an entry is. Raises NotOurs."""
    try:
        read = msgspec.convert(entry, _Entry)
    except msgspec.ValidationError:
        raise NotOurs("is not an entry with a request and a Flag") from None
    request, flag = read.request, read.resource
    named = _NAMED.fullmatch(request.ifNoneExist)
    version = _VERSION.fullmatch(request.ifMatch)
    if (request.method, request.url) == ("POST", "Flag") and named:
        until = flag.period.end if flag.period is not None else ""
        return Change(entry, name=named[1], ends_on=until)
    if request.method == "PUT" and version and _REFERENCE.fullmatch(request.url):
        return Change(entry, reference=request.url, version=version[1])
    raise NotOurs("neither adds a reminder under its own name nor ends one as it was read")
