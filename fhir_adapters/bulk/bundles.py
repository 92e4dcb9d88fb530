"""A folder of bundles, one whole person in each file."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from fhir_adapters.bulk.files import why_not_read
from fhir_adapters.bulk.local import Workers
from fhir_adapters.bulk.people import Fault, SetAside, Someone, shown
from fhir_adapters.bundle import BundleError, unpacked, whole_from_bundle
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.elements import Element
from fhir_adapters.patient import ethnic_category
from fhir_adapters.read import IN_PART, UNNAMED
from rules.record import PatientRecord

_AT_ONCE = 50  # files to a part
ENDINGS = (".json", ".json.gz")

_NO_ID = "The Patient in it has no id."
_TWO_BUNDLES = "Two bundles that are not the same are about one person."
# What makes a list unknown though everything in the bundle was read.
_AS_SENT = frozenset({IN_PART, UNNAMED})


class Bundles(NamedTuple):
    """Some files of a folder. What is no bundle of one person is set aside, and told."""

    files: tuple[Path, ...]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Whoever each file is about, in the order of their names."""
        for path in self.files:
            try:
                record, patient = whole_from_bundle(unpacked(path))
            except BundleError as error:
                told.append(_lost(path, str(error)))
                continue
            if not record.person.id:
                told.append(_lost(path, _NO_ID))
                continue
            told += _doubts(path, record)
            yield Someone(record, ethnic_category(patient))


def _lost(path: Path, why: str) -> SetAside:
    return SetAside(1, (Fault(shown(str(path)), shown(why)),), 1)


def _doubts(path: Path, record: PatientRecord) -> Iterator[SetAside]:
    """What of a bundle could not be read; the person is asked about all the same."""
    for kind in sorted(record.unread):
        why = record.unread[kind]
        if why not in _AS_SENT:
            told = f"The list of {kind} entries is unknown: {why}."
            yield SetAside(1, (Fault(shown(str(path)), told),))
            return


def open_bundles(folder: Path, crew: Workers) -> tuple[list[Bundles], SetAside]:
    """The bundles of a folder, in parts; nobody is in two of them.

    Each file is looked into for whom it is about: of two that say different things about one person
    neither is the whole record.
    """
    files = sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS))
    inside = folder.resolve()
    why_not = {path: why_not_read(path, inside) for path in files}
    aside = sum((_lost(path, why) for path, why in why_not.items() if why), SetAside())
    files = [path for path in files if not why_not[path]]
    by_person: dict[str, list[tuple[Path, bytes]]] = {}
    for named in crew.each(_named, _some(files)):
        for path, who, sum_of in named:
            by_person.setdefault(who, []).append((path, sum_of))
    left_out: set[Path] = set()
    for found in by_person.values():
        if len({sum_of for _, sum_of in found}) > 1:
            left_out |= {path for path, _ in found}
            aside += _lost(found[1][0], _TWO_BUNDLES)
        else:
            left_out |= {path for path, _ in found[1:]}  # the same file again
    return [Bundles(some) for some in _some(p for p in files if p not in left_out)], aside


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


def _named(files: tuple[Path, ...]) -> list[tuple[Path, str, bytes]]:
    """Whom each file is about, if it is a bundle at all, and a sum of what is in it."""
    found: list[tuple[Path, str, bytes]] = []
    for path in files:
        try:
            body = unpacked(path)
            entries = _BUNDLE.decode(body).entry or ()
        except (BundleError, *UNREADABLE):
            continue  # it is told when it is read
        for one in entries:
            if one.resource is not None and one.resource.resourceType == "Patient":
                found += [(path, one.resource.id, sha256(body).digest())] if one.resource.id else []
                break
    return found
