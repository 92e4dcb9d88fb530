"""A source made ready, and read part by part in as many processes as are wanted."""

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from cds_hooks.visits import sorts
from fhir_adapters.bulk.buckets import parts_of
from fhir_adapters.bulk.local import Crew, advance
from fhir_adapters.bulk.people import Part, SetAside, Someone
from fhir_adapters.bulk.rejects import REJECTS
from fhir_adapters.bulk.source import Ready, ready
from fhir_adapters.needs import Needs, needs
from rules.rule import Library

R = TypeVar("R")

HOOK = "patient-view"
BOOKED = (
    "this_appointment"  # the visit that is being booked, in whose place one of the book is taken
)


def wanted_by(library: Library) -> Needs:
    """What the rules that are asked whenever a record is opened read, and the holds before them."""
    practice = library.practice
    return needs(library.for_hook(HOOK), practice.holds, practice.elsewhere)


def read_by(library: Library) -> Needs:
    """What any rule of a library may read, whenever it is asked, with holds and coming visits."""
    practice = library.practice
    facts = (fact for rule in library.rules for fact in rule.looks_at if fact.find == BOOKED)
    visits = sorts(library).union(*(fact.codes for fact in facts))
    return needs(library.rules, practice.holds, practice.elsewhere, visits=visits)


@contextmanager
def opened(
    source: Path, wanted: Needs, scratch: Path | None, crew: Crew, mapping: Path | None = None
) -> Generator["Whole"]:
    """A source, ready to be read. What was sorted for it is gone afterwards. Raises BulkError."""
    with TemporaryDirectory(prefix="goodday-", dir=scratch) as folder:
        yield Whole(ready(source, wanted, Path(folder), crew, mapping), Path(folder), crew)


@dataclass(frozen=True, slots=True)
class _Counted(Generic[R]):
    """Work on a part that tells how many people have come."""

    work: Callable[[Part], R]

    def __call__(self, part: Part) -> R:
        return self.work(_People(part))


class _People(NamedTuple):
    part: Part

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        some = 0
        for some, one in enumerate(self.part.people(told), 1):
            yield one
            if some % _TOLD == 0:
                advance(_TOLD)
        advance(some % _TOLD)


_TOLD = 100  # people, after whom it is told how many have come


class Whole:
    """Everybody in a source."""

    def __init__(self, found: Ready, scratch: Path, crew: Crew) -> None:
        self._found = found
        self._scratch = scratch
        self._crew = crew
        self.aside = found.aside
        self.ids = found.ids

    def each(
        self,
        work: Callable[[Part], tuple[R, SetAside]],
        gather: Callable[[Sequence[Part]], Sequence[Part]] = tuple,
    ) -> Iterator[R]:
        """What comes of each part, in order. ``aside`` grows by what each had to set aside.

        ``gather`` may put some of the parts together.
        """
        self._crew.begin("People asked")
        for came, aside in self._crew.each(_Counted(work), gather(self._found.parts)):
            self.aside += aside
            yield came

    def keep_rejects(self, kept: BinaryIO | None) -> None:
        """Put the lines that were set aside into one file, if there is one. Raises OSError."""
        if kept is None:
            return
        for path in parts_of(self._scratch, REJECTS):
            with path.open("rb") as some:
                shutil.copyfileobj(some, kept)
