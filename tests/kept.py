"""People kept as Parquet, in this process, as ``goodday population import`` keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.parquet import Keeping, finish, unfinished
from fhir_adapters.bulk.people import Ids, SetAside, Someone
from fhir_adapters.bulk.source import Ready, ready
from fhir_adapters.needs import Needs
from rules.record import PatientRecord

NOTHING = SetAside()


@dataclass(frozen=True)
class Some:
    """People at hand, as a part of a source."""

    everybody: Sequence[Someone]
    aside: SetAside = NOTHING
    breaks_off: bool = False

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them."""
        told.append(self.aside)
        yield from self.everybody
        if self.breaks_off:
            raise BulkError("The disk went away.")


def keep(folder: Path, needs: Needs, *parts: Some) -> None:
    """Write them down, all or none."""
    with unfinished(folder) as inside:
        came = [Keeping(inside, needs)(part) for part in parts]
        files = [file for some, _ in came for file in some]
        finish(
            folder, inside, files, needs, sum((aside for _, aside in came), SetAside()), Ids.FHIR
        )


def opened(folder: Path, needs: Needs) -> Ready:
    """The folder, as every verb about a whole list opens it."""
    with TemporaryDirectory() as scratch, Crew(1) as crew:
        return ready(folder, needs, Path(scratch), crew)


def read(folder: Path, needs: Needs) -> list[Someone]:
    """Everybody in it."""
    return [one for part in opened(folder, needs).parts for one in part.people([])]


def there_and_back(record: PatientRecord, needs: Needs) -> PatientRecord:
    """One record, kept and read again."""
    with TemporaryDirectory() as folder:
        keep(Path(folder), needs, Some([Someone(record)]))
        (one,) = read(Path(folder), needs)
        return one.record
