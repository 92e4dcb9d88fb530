"""Reminders of a source with all that they have: what is changed has to be put back whole.

A record holds what rules read, and nothing else. The few resources that are to be changed are
looked up again, once it is known which.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from fhir_adapters.bulk.beside import kept_flags
from fhir_adapters.bulk.files import Unreadable, find, lines
from fhir_adapters.bulk.names import is_bundle
from fhir_adapters.bulk.parquet import is_kept
from fhir_adapters.bundle import BundleError, unpacked
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Resource
from fhir_adapters.needs import Needs
from fhir_adapters.read import keep
from rules.record import Kind

_FLAG = "Flag"


class _Named(msgspec.Struct):
    resourceType: str = ""
    id: str = ""


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    entry: list[_Entry] | None = None


_NAMED = msgspec.json.Decoder(_Named)
_RESOURCE = msgspec.json.Decoder(Resource)
_BUNDLE = msgspec.json.Decoder(_Bundle)


def wholes(source: Path, references: Collection[str]) -> dict[str, list[bytes]]:
    """Every Flag of a source by its reference, for some references.

    One that stands there twice has two. What is not there by itself, as in an extract that is no
    FHIR, has none. Raises BulkError where an import is damaged.
    """
    wanted = frozenset(references)
    found: dict[str, list[bytes]] = {}
    if not wanted or not source.is_dir():
        return found
    for text in _flags(source):
        try:
            named = _NAMED.decode(text)
        except UNREADABLE:
            continue
        reference = f"{named.resourceType}/{named.id}"
        if reference in wanted:
            found.setdefault(reference, []).append(text)
    return found


def flags(source: Path, needs: Needs) -> Iterator[bytes]:
    """The Flags of a source that rules may read, each as it stands there. Raises BulkError."""
    missing: dict[Kind, str] = {}
    for text in _flags(source) if Kind.TAG in needs.kinds else ():
        try:
            resource = _RESOURCE.decode(text)
        except UNREADABLE:
            continue
        if resource.resourceType == _FLAG and keep(
            resource, Kind.TAG, needs.codes, missing, set[str]()
        ):
            yield text


def _flags(source: Path) -> Iterator[bytes]:
    """The lines that are Flags, and of bundles every resource."""
    if is_kept(source):
        yield from kept_flags(source)
        return
    pieces = find(source)
    if not pieces:
        for path in sorted(one for one in source.iterdir() if is_bundle(one.name)):
            yield from _of_bundle(path)
        return
    for piece in (*pieces.get(_FLAG, ()), *pieces.get("", ())):
        try:
            yield from (text for _, text in lines(piece) if text is not None)
        except Unreadable:
            continue  # it was told when the people were read


def _of_bundle(path: Path) -> Iterator[bytes]:
    try:
        entries = _BUNDLE.decode(unpacked(path)).entry or ()
    except (BundleError, *UNREADABLE):
        return
    yield from (bytes(one.resource) for one in entries if bytes(one.resource))
