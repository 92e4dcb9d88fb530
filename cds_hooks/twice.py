"""Whether an object names a member twice: two readers could then read two different things.

The decoder keeps the last of two, so what it read is laid beside what was written: with all names
read in their order, each value stands where it was read, and nothing is left over.
"""

import re
from collections.abc import Mapping

import msgspec

from cds_hooks.refusals import BadRequest
from fhir_adapters.decode import UNREADABLE

_Members = dict[str, msgspec.Raw]
_MEMBERS = msgspec.json.Decoder(_Members)
# A prefetch with the members of each of its values, in one reading: it is nearly all of a body.
_VALUES: msgspec.json.Decoder[dict[str, _Members]] = msgspec.json.Decoder(dict[str, _Members])
_NAME = re.compile(rb'[{,][ \t\n\r]*("(?:[^"\\]|\\.)*")[ \t\n\r]*:[ \t\n\r]*')
_SPACE = re.compile(rb"[ \t\n\r]*")


def check_members(body: bytes) -> None:
    """Raises BadRequest where a call, its context, leave or prefetch names a member twice.

    So does each value of a prefetch, as far as its own members; what stands deeper is not looked
    at. What cannot be read is for the decoder to say.
    """
    members = _read(body)
    _check(body, members, "The request")
    for name in ("context", "fhirAuthorization"):
        inside = bytes(members.get(name, b""))
        _check(inside, _read(inside), f'"{name}"')
    _check_values(bytes(members.get("prefetch", b"")))


def _check_values(prefetch: bytes) -> None:
    """A prefetch and each of its values."""
    try:
        values = _VALUES.decode(prefetch)
    except UNREADABLE:  # one of them is no object, as where there is nothing of a sort
        single = _read(prefetch)
        _check(prefetch, single, '"prefetch"')
        for value in map(bytes, single.values()):
            _check(value, _read(value), 'A value of "prefetch"')
    else:
        _check(prefetch, values, '"prefetch" or a value of it')


def _read(written: bytes) -> _Members:
    """The members of an object, the last of each name; {} for what is no object."""
    try:
        return _MEMBERS.decode(written)
    except UNREADABLE:
        return {}


def _check(written: bytes, members: Mapping[str, msgspec.Raw | _Members], what: str) -> None:
    if members and _after(written, _end(written, _after(written, 0), members, what)) < len(written):
        raise _twice(what)


def _end(written: bytes, at: int, members: Mapping[str, msgspec.Raw | _Members], what: str) -> int:
    """Where an object ends that begins at a place and was read as these members."""
    if not members:
        at = _after(written, at + 1)
    for name, value in members.items():
        found = _NAME.match(written, at)
        if found is None or not _is(found[1], name):
            raise _twice(what)
        at = found.end()
        if isinstance(value, dict):
            at = _end(written, at, value, what)
        else:
            raw = bytes(value).strip()
            if not written.startswith(raw, at):
                raise _twice(what)
            at += len(raw)
        at = _after(written, at)
        if written[at : at + 1] not in (b",", b"}"):
            raise _twice(what)
    if written[at : at + 1] != b"}":
        raise _twice(what)
    return at + 1


def _is(written: bytes, name: str) -> bool:
    if b"\\" not in written:
        return written[1:-1] == name.encode()
    return msgspec.json.decode(written, type=str) == name


def _after(written: bytes, at: int) -> int:
    found = _SPACE.match(written, at)
    return at if found is None else found.end()


def _twice(what: str) -> BadRequest:
    return BadRequest(f"{what} names a member twice. Send each member once.")
