"""What every source of many people comes to: records, and what was set aside on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from rules.record import Kind, PatientRecord

NOT_ASKED_FOR = "it was not asked for"
SET_ASIDE = "an entry in it could not be read"


class Ids(StrEnum):
    """By what the people of a source are known."""

    FHIR = "fhir"  # the ids that a FHIR server knows them by
    EXTRACT = "extract"  # numbers of a record system's own, or of a nation's: no FHIR server's


class Someone(NamedTuple):
    """One person of a list.

    ``ethnic`` is the ethnic category as it was recorded and ``deprived`` the tenth of the index of
    deprivation, "1" the most deprived; "" where not given. No rule reads them: they are for asking
    whether a rule reaches everybody alike.
    """

    record: PatientRecord
    ethnic: str = ""
    deprived: str = ""


class Fault(NamedTuple):
    """One thing that was set aside: where it stands, and why. Never what it says."""

    place: str  # file:line
    why: str


def shown(text: str) -> str:
    """A text with a file's name in it; a name that is no text, as disks allow, as far as it is."""
    return text.encode(errors="backslashreplace").decode()


def place(path: Path | str, line: int) -> str:
    """Where something stands in a file."""
    return shown(f"{path}:{line}")


@dataclass(frozen=True, slots=True)
class SetAside:
    """What could not be read of a source: how many lines, and the first of them."""

    count: int = 0
    first: tuple[Fault, ...] = ()
    people: int = 0  # of these, people who are not asked about at all
    unread: Mapping[Kind, str] = field(default_factory=dict[Kind, str])  # of everybody
    others: bool = False  # people may have been in it whom nobody can count

    def __add__(self, other: "SetAside") -> "SetAside":
        """Both together. The first reason of a list is the one that is said."""
        return SetAside(
            self.count + other.count,
            (self.first + other.first)[:MOST_NAMED],
            self.people + other.people,
            {**other.unread, **self.unread},
            self.others or other.others,
        )


MOST_NAMED = 20  # faults that are told one by one


class Part(Protocol):
    """Some of the people of a source, which can be sent to another process and read there."""

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, in the order of their identifiers; what was set aside is added to told."""
        ...


@dataclass(frozen=True, slots=True)
class Totals:
    """What asking everybody came to. ``came`` counts people, by rule and decision."""

    people: int
    came: Mapping[tuple[str, str], int]
    aside: SetAside
