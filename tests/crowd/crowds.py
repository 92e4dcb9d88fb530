"""Who is asked about: the invented practice, or the Synthea people of the shared data."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from os import cpu_count
from pathlib import Path
from typing import NamedTuple, Protocol

from cds_hooks.commands import say
from fhir_adapters.bundle import record_from_bundle, record_from_file
from tests.crowd.asking import Seen, library, seen
from tests.crowd.inventing import invent
from tests.crowd.writing import bundle

_AT_ONCE = 50  # people handed to a process at a time
# The days for which the shared folder says what is true of these people. Years after their last
# entry there would be nothing to ask about.
_SYNTHEA = {"open": date(2020, 6, 1), "open-mutated": date(2022, 1, 1)}


class Some(Protocol):
    """A few people of a crowd, who can be sent to a process and asked about there."""

    def seen(self) -> list[Seen]:
        """What each of them came to."""
        ...


class SomeInvented(NamedTuple):
    """The invented people from one number on, up to another."""

    seed: int
    start: int
    stop: int
    today: date

    def seen(self) -> list[Seen]:
        """What each of them came to, through the bundle that they are written as."""
        found: list[Seen] = []
        for number in range(self.start, self.stop):
            record = record_from_bundle(bundle(invent(self.seed, number, self.today)))
            found.append(seen(record, self.today))
        return found


class SomeSynthea(NamedTuple):
    """The people of some bundle files."""

    files: tuple[Path, ...]
    today: date

    def seen(self) -> list[Seen]:
        """What each of them came to."""
        return [seen(record_from_file(file), self.today) for file in self.files]


def practice(seed: int, people: int, today: date) -> list[Some]:
    """An invented practice, in parts."""
    starts = range(0, people, _AT_ONCE)
    return [SomeInvented(seed, n, min(n + _AT_ONCE, people), today) for n in starts]


def synthea(patients: Path) -> list[Some]:
    """The Synthea people in a folder of shared data, in parts; none where it is not there."""
    found: list[Some] = []
    for name, today in _SYNTHEA.items():
        files = sorted((patients / name / "bundles").glob("*.json.gz"))
        found += [SomeSynthea((file,), today) for file in files]
    return found


def everybody(parts: Sequence[Some], processes: int = 0) -> list[Seen]:
    """What all of them came to, in their order; in as many processes as there are processors."""
    library()  # before the processes begin: those that are forked have it then
    return [one for some in _each(parts, processes or cpu_count() or 1) for one in some]


def _each(parts: Sequence[Some], processes: int) -> Iterator[list[Seen]]:
    if processes == 1 or len(parts) == 1:
        yield from map(_ask, say.working(parts, "People"))
        return
    with ProcessPoolExecutor(processes) as pool:
        asked = [pool.submit(_ask, part) for part in parts]
        for one in say.working(asked, "People"):
            yield one.result()


def _ask(some: Some) -> list[Seen]:
    return some.seen()
