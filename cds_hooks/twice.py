"""Whether an object names a member twice: two readers could then read two different things.

The decoder keeps the last of two, so what it read is laid beside what was written: with all names
read in their order, each value stands where it was read, and nothing is left over.
"""

import re

import msgspec

from cds_hooks.refusals import BadRequest
from fhir_adapters.decode import UNREADABLE

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAME = re.compile(rb'[{,][ \t\n\r]*("(?:[^"\\]|\\.)*")[ \t\n\r]*:[ \t\n\r]*')
_SPACE = re.compile(rb"[ \t\n\r]*")
_INSIDE = ("context", "fhirAuthorization", "prefetch")


def check_members(body: bytes) -> None:
    """Raises BadRequest where a call, its context, leave or prefetch names a member twice.

    So does each value of a prefetch, as far as its own members; what stands deeper is not looked
    at. What cannot be read is for the decoder to say.
    """
    members = _once(body, "The request")
    for name in _INSIDE:
        inside = _once(bytes(members.get(name, b"")), f'"{name}"')
        if name == "prefetch":
            for value in inside.values():
                _once(bytes(value), 'A value of "prefetch"')


def _once(written: bytes, what: str) -> dict[str, msgspec.Raw]:
    """The members of an object, none of which is named twice; {} for what is no object."""
    written = written.strip()
    if not written.startswith(b"{"):
        return {}
    try:
        members = _MEMBERS.decode(written)
    except UNREADABLE:
        return {}
    at = 0
    for name, raw in members.items():
        value = bytes(raw).strip()
        found = _NAME.match(written, at)
        if found is None or not _is(found[1], name) or not written.startswith(value, found.end()):
            raise _twice(what)
        at = _after(written, found.end() + len(value))
        if written[at : at + 1] not in (b",", b"}"):
            raise _twice(what)
    if members and at != len(written) - 1:
        raise _twice(what)
    return members


def _is(written: bytes, name: str) -> bool:
    if b"\\" not in written:
        return written[1:-1] == name.encode()
    return msgspec.json.decode(written, type=str) == name


def _after(written: bytes, at: int) -> int:
    found = _SPACE.match(written, at)
    return at if found is None else found.end()


def _twice(what: str) -> BadRequest:
    return BadRequest(f"{what} names a member twice. Send each member once.")
