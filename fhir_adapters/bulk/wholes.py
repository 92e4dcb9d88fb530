"""Resources of a source with all that they have: what is changed has to be put back whole.

A record holds what rules read, and nothing else. The few resources that are to be changed are
looked up again, once it is known which.
"""

import gzip
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from fhir_adapters.bulk.bundles import ENDINGS
from fhir_adapters.bulk.files import Unreadable, find, lines
from fhir_adapters.decode import UNREADABLE


class _Named(msgspec.Struct):
    resourceType: str = ""
    id: str = ""


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    entry: list[_Entry] | None = None


_NAMED = msgspec.json.Decoder(_Named)
_BUNDLE = msgspec.json.Decoder(_Bundle)


def wholes(source: Path, kind: str, references: Collection[str]) -> dict[str, list[bytes]]:
    """Every line or entry of a source by its reference, for some references to one type.

    One that stands there twice has two. What is not there by itself, as in an extract that is no
    FHIR, has none.
    """
    wanted = frozenset(references)
    found: dict[str, list[bytes]] = {}
    if not wanted or not source.is_dir():
        return found
    for text in _resources(source, kind):
        try:
            named = _NAMED.decode(text)
        except UNREADABLE:
            continue
        reference = f"{named.resourceType}/{named.id}"
        if reference in wanted:
            found.setdefault(reference, []).append(text)
    return found


def _resources(source: Path, kind: str) -> Iterator[bytes]:
    """The resources of one type, and in bundles all of them."""
    pieces = find(source)
    if not pieces:
        for path in sorted(one for one in source.iterdir() if one.name.endswith(ENDINGS)):
            yield from _of_bundle(path)
        return
    for piece in pieces.get(kind, ()):
        try:
            yield from (text for _, text in lines(piece) if text is not None)
        except Unreadable:
            continue  # it was told when the people were read


def _of_bundle(path: Path) -> Iterator[bytes]:
    try:
        body = path.read_bytes()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        entries = _BUNDLE.decode(body).entry or ()
    except (OSError, EOFError, zlib.error, *UNREADABLE):
        return
    yield from (bytes(one.resource) for one in entries if bytes(one.resource))
