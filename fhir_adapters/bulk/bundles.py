"""A folder of bundles, one whole person in each file."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fhir_adapters.bulk.people import Fault, SetAside, Someone
from fhir_adapters.bundle import BundleError, record_from_file

_AT_ONCE = 50  # files to a part
ENDINGS = (".json", ".json.gz")


class Bundles(NamedTuple):
    """Some files of a folder. What is no bundle of one person is set aside, and told."""

    files: tuple[Path, ...]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Whoever each file is about, in the order of their names."""
        for path in self.files:
            try:
                yield Someone(record_from_file(path))
            except BundleError as error:
                told.append(SetAside(1, (Fault(str(path), str(error)),), 1))


def open_bundles(folder: Path) -> list[Bundles]:
    """The bundles of a folder, in parts."""
    files = sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS))
    starts = range(0, len(files), _AT_ONCE)
    return [Bundles(tuple(files[start : start + _AT_ONCE])) for start in starts]
