"""A folder of bundles, one whole person in each file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zlib import decompressobj
from zlib import error as zlib_error

import msgspec

from fhir_adapters.bulk.files import walked
from fhir_adapters.bulk.local import Workers
from fhir_adapters.bulk.names import is_beside, is_bundle
from fhir_adapters.bulk.people import Fault, SetAside, Someone, shown
from fhir_adapters.bulk.rejects import Rejects
from fhir_adapters.bundle import (
    LARGEST,
    BundleError,
    record_from_bundle,
    unpacked,
    whole_from_bundle,
)
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Element
from fhir_adapters.patient import ethnic_category
from fhir_adapters.read import IN_PART, UNNAMED
from rules.record import Kind, PatientRecord

_AT_ONCE = 50  # files to a part

_NO_ID = "The Patient in it has no id."
_ELSEWHERE = "By its name or place it is no bundle that is read: put Name.json beside the others."
_TWO_BUNDLES = "Two bundles that are not the same are about one person."
# What makes a list unknown though everything in the bundle was read.
_ELSEWHERE_TOO = "a file that could not be read names this person"
_AS_SENT = frozenset({IN_PART, UNNAMED, _ELSEWHERE_TOO})
# Who a file is about that cannot be read: a reference, or whatever has an id.
_REFERENCE = re.compile(rb"Patient(?:/|\\/)([A-Za-z0-9.-]{1,64})")
_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9.-]{1,64})"')


class Bundles(NamedTuple):
    """Some files of a folder. What is no bundle of one person is set aside, and told.

    Of the ``doubted`` something stands in a file that could not be read.
    """

    files: tuple[Path, ...]
    doubted: frozenset[str]
    number: int
    scratch: Path | None

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Whoever each file is about, in the order of their names."""
        rejects = Rejects(self.scratch, f"of.{self.number:06}")
        for path in self.files:
            try:
                record, patient = whole_from_bundle(unpacked(path))
            except BundleError as error:
                told.append(rejects.note([_lost(path, str(error))]))
                continue
            if not record.person.id:
                told.append(rejects.note([_lost(path, _NO_ID)]))
                continue
            if record.person.id in self.doubted:
                unread = {**dict.fromkeys(Kind, _ELSEWHERE_TOO), **record.unread}
                record = replace(record, unread=unread)
            told.append(rejects.note(_doubts(path, record)))
            yield Someone(record, ethnic_category(patient))


def _lost(path: Path, why: str) -> SetAside:
    why = f"It{why.removeprefix(str(path))}" if why.startswith(str(path)) else why
    return SetAside(1, (Fault(shown(str(path)), shown(why)),), 1)


def _doubts(path: Path, record: PatientRecord) -> Iterator[SetAside]:
    """What of a bundle could not be read; the person is asked about all the same."""
    lists: dict[str, list[str]] = {}
    for kind in sorted(record.unread):
        if record.unread[kind] not in _AS_SENT:
            lists.setdefault(record.unread[kind], []).append(kind)
    said = [f"{_unknown(kinds)}: {why}" for why, kinds in lists.items()]
    if said:
        yield SetAside(1, (Fault(shown(str(path)), f"{'; '.join(said)}."),))


def _unknown(kinds: Sequence[str]) -> str:
    if len(kinds) == len(Kind):
        return "Every list is unknown"
    if len(kinds) == 1:
        return f"The list of {kinds[0]} entries is unknown"
    return f"The lists of {', '.join(kinds[:-1])} and {kinds[-1]} entries are unknown"


def open_bundles(
    folder: Path, crew: Workers, scratch: Path | None = None
) -> tuple[list[Bundles], SetAside]:
    """The bundles of a folder, in parts; nobody is in two of them.

    Each file is looked into for whom it is about: of two that say different things about one person
    neither is the whole record, and of one that cannot be read whoever it names has no list that is
    known to be whole. What is set aside is written down in ``scratch``, if there is one.
    """
    files: list[Path] = []
    lost: list[SetAside] = []
    named: set[str] = set()  # by what is not read
    for path, folders, why_not in walked(folder):
        why = why_not or ("" if not folders and is_bundle(path.name) else _ELSEWHERE)
        if not why:
            files.append(path)
        elif why_not or not is_beside(path.name):
            lost.append(_lost(path, why))
            named |= set() if why_not else _named(path)
    by_person: dict[str, list[tuple[Path, bytes]]] = {}
    for some in crew.each(_about, _some(files)):
        for one in some:
            if one.who:
                by_person.setdefault(one.who, []).append((one.path, one.sum_of))
            named |= one.others
    left_out: set[Path] = set()
    for found in by_person.values():
        if len({sum_of for _, sum_of in found}) > 1:
            left_out |= {path for path, _ in found}
            lost.append(_lost(found[1][0], _TWO_BUNDLES))
        else:
            left_out |= {path for path, _ in found[1:]}  # the same file again
    doubted = frozenset(named & by_person.keys())
    kept = _some(path for path in files if path not in left_out)
    parts = [Bundles(some, doubted, number, scratch) for number, some in enumerate(kept)]
    return parts, Rejects(scratch, "names").note(lost)


def _some(files: Iterable[Path]) -> list[tuple[Path, ...]]:
    every = tuple(files)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


class _Resource(Element):
    resourceType: str = ""
    id: str = ""


class _Entry(Element):
    resource: _Resource | None = None


class _Bundle(Element):
    entry: list[_Entry] | None = None


_BUNDLE = msgspec.json.Decoder(_Bundle)


class _About(NamedTuple):
    """Whom a file is about, a sum of what is in it, and whoever else it names if it is not read."""

    path: Path
    who: str = ""
    sum_of: bytes = b""
    others: frozenset[str] = frozenset()


def _about(files: tuple[Path, ...]) -> list[_About]:
    return [_about_one(path) for path in files]


def _about_one(path: Path) -> _About:
    try:
        body = unpacked(path)
    except BundleError:
        return _About(path, others=_named(path))  # it is told when it is read
    found, sum_of = _patients(body) or (), sha256(body).digest()
    if len(found) == 1 and found[0] and _referred(body) <= {*found}:
        return _About(path, found[0], sum_of)
    try:
        return _About(path, record_from_bundle(body).person.id, sum_of)
    except BundleError:
        return _About(path, others=_named(path))


def _patients(body: bytes) -> list[str] | None:
    """The ids of the Patients in a bundle; None where that cannot be told at once."""
    try:
        entries = _BUNDLE.decode(body).entry or ()
    except UNREADABLE:
        return None
    found = [one.resource for one in entries if one.resource is not None]
    return [one.id for one in found if one.resourceType == "Patient"]


def _referred(body: bytes) -> set[str]:
    return {one.decode() for one in _REFERENCE.findall(body)}


def _named(path: Path) -> frozenset[str]:
    """Whomever a file names that cannot be read, as far as it is there. More, where it is no JSON:
    whatever has an id may be a person.
    """
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST)
        if body.startswith(b"\x1f\x8b"):
            body = decompressobj(31).decompress(body, LARGEST)
    except (OSError, zlib_error):
        return frozenset()
    found = _patients(body)
    if found is None:
        found = [one.decode() for one in _ID.findall(body)]
    return frozenset({*found, *_referred(body)})
