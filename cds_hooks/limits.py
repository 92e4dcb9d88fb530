"""How much one call may hold: its bytes, how deep it is nested, how many resources it brings.

All of it is looked at before anything of the body is decoded, besides the exact number of
resources, which is known for nothing once they are.
"""

import re
from collections.abc import Mapping

import msgspec

from cds_hooks import wire
from cds_hooks.refusals import BadRequest, TooLarge
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Resource, Value

MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 64
MOST_RESOURCES = 5_000

_TOO_DEEP = f"The body is nested deeper than {MOST_DEPTH} lists and objects."
_TOO_MANY = (
    f"The body holds more than {MOST_RESOURCES:,} resources. Send only what the prefetch asks for."
)

_BRACKETS = b"{}[]"
_ALL = bytes(range(256))
_BUT_BRACKETS = _ALL.translate(None, _BRACKETS)
_BUT_BRACKETS_AND_QUOTES = _ALL.translate(None, _BRACKETS + b'"')
_ONE_SORT = bytes.maketrans(b"{}[]", b"()()")
_STRETCH = 64  # brackets; of an ordinary body about half of them open
_TOO_MANY_OPEN = b"(" * (MOST_DEPTH + 1)
_TEXT = re.compile(rb'"[^"]*"?')
# Far too many, and bundles have that member too; an ordinary body is too small for it to matter.
_FAR_TOO_MANY = MOST_RESOURCES * 2
_BYTES_OF_MANY = 500_000


def check_body(body: bytes) -> None:
    """Raises BadRequest for a body that is nested too deep, TooLarge for one of many resources."""
    if _may_be_deep(body.translate(_ONE_SORT, _BUT_BRACKETS)) and _is_deep(body):
        raise BadRequest(_TOO_DEEP)
    if len(body) > _BYTES_OF_MANY and body.count(b'"resourceType"') > _FAR_TOO_MANY:
        raise TooLarge(_TOO_MANY)


def check_resources(
    prefetch: Mapping[str, Value | msgspec.Raw | None], context: wire.Context
) -> None:
    """Raises TooLarge for too many resources in prefetch and context, however they are spelt."""
    along = (context.appointments, context.conditions, context.draftOrders, context.medications)
    if sum(map(_how_many, prefetch.values())) + sum(map(_how_many, along)) > MOST_RESOURCES:
        raise TooLarge(_TOO_MANY)


class _Bundle(msgspec.Struct):
    entry: list[msgspec.Raw] | None = None


_BUNDLE = msgspec.json.Decoder(_Bundle)


def _how_many(value: Value | list[Resource] | msgspec.Raw | None) -> int:
    if value is None or (isinstance(value, msgspec.Raw) and not bytes(value)):
        return 0
    if isinstance(value, list):
        return len(value)
    if isinstance(value, msgspec.Raw):
        try:
            raw = _BUNDLE.decode(value).entry
        except UNREADABLE:
            return 1
        return 1 if raw is None else len(raw)
    return 1 if value.entry is None else len(value.entry)


def _may_be_deep(bare: bytes) -> bool:
    """A bound that costs little: as if all that opens in a stretch opened before anything closed.

    Brackets inside texts count here. Those that close could hide how deep a body is, as far as the
    decoder's own limit, which ends in 400 too.
    """
    depth = 0
    for start in range(0, len(bare), _STRETCH):
        opened = bare.count(b"(", start, start + _STRETCH)
        if depth + opened > MOST_DEPTH or depth < 0:
            return True
        depth += 2 * opened - _STRETCH
    return False


def _is_deep(body: bytes) -> bool:
    """Looks closely: brackets inside texts do not count."""
    # An escaped backslash first, or the quote after it would be taken for an escaped one.
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    bare = _TEXT.sub(b"", plain.translate(_ONE_SORT, _BUT_BRACKETS_AND_QUOTES))
    # What is not balanced is no JSON either, which decoding says.
    return not _is_shallow(bare) and bare.count(b"(") == bare.count(b")")


def _is_shallow(bare: bytes) -> bool:
    """Whether brackets alone are balanced and not too deep: the innermost go, level by level."""
    for level in range(MOST_DEPTH):
        # All that are left could stand inside one another, and it would not be too deep.
        if len(bare) <= MOST_DEPTH - level:
            return True
        if _TOO_MANY_OPEN in bare:
            return False
        left = bare.replace(b"()", b"")
        if len(left) == len(bare):
            return False
        bare = left
    return not bare
